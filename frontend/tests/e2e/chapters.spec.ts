import { Notebook } from './support/notebook'
import { signIn } from './support/people'
import { textOf } from './support/study'
import { expect, test } from './support/test'

test('the next chapter opens inside the running notebook page, which is never loaded again', async ({ page, trainee, checkPage }) => {
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  await notebook.write(3, 'here = "chapter two"')
  await expect(page.locator('figure[data-cell="arithmetic"]').getByRole('status')).toHaveText(/^実行済み/)
  // Both documents are marked: a page that was loaded again would have lost its mark.
  const isTagged = () => (window as { tagged?: boolean }).tagged === true
  const tag = () => void ((window as { tagged?: boolean }).tagged = true)
  await page.evaluate(tag)
  await (await notebook.document()).evaluate(tag)
  const untouched = async () => {
    expect(await page.evaluate(isTagged)).toBe(true)
    expect(await (await notebook.document()).evaluate(isTagged)).toBe(true)
  }

  await page.getByRole('link', { name: '次へ: 1.3 リスト・くり返し・関数' }).click()
  await expect(page.getByRole('heading', { level: 1, name: /リスト・くり返し・関数/ })).toBeVisible()
  await expect(notebook.cell(0)).toContainText('リスト')
  await notebook.ready()
  await untouched()
  // Its own notebook with its own kernel.
  await notebook.write(1, 'print("here" in globals())')
  await expect(notebook.output(1)).toHaveText('False')
  await checkPage()

  // A text chapter has no notebook; the running one waits out of sight.
  await page.getByRole('navigation', { name: '目次' }).getByRole('link', { name: /この講座の学び方/ }).click()
  await expect(page.getByRole('heading', { level: 1, name: /この講座の学び方/ })).toBeVisible()
  await expect(notebook.pane).toBeHidden()
  await checkPage()

  await page.getByRole('navigation', { name: '目次' }).getByRole('link', { name: /値と変数/ }).click()
  await expect(notebook.cell(0)).toContainText('値と変数')
  await notebook.ready()
  await notebook.write(4, 'print(here)')
  await expect(notebook.output(4)).toHaveText('chapter two')
  await untouched()

  // The browser's own way back works too.
  await page.goBack()
  await expect(page.getByRole('heading', { level: 1, name: /この講座の学び方/ })).toBeVisible()
  await page.goBack()
  await expect(page.getByRole('heading', { level: 1, name: /リスト・くり返し・関数/ })).toBeVisible()
  await expect(notebook.output(1)).toHaveText('False')
  await untouched()
})

test('the next chapter without a network: no mixed page, and all of it is there when the network is', async ({ page, context, trainee, watch }) => {
  // A request that finds no network is told in the console by the browser itself.
  watch.expect(/ERR_INTERNET_DISCONNECTED|in the notebook/)
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  await context.setOffline(true)
  // By its address within the page, as a link does that was not looked at before.
  await page.getByRole('navigation', { name: '目次' }).getByRole('link', { name: /直線で家賃/ }).click()
  // One thing is said of it, on both sides: nothing has failed, and no text is there to go on with.
  await expect(textOf(page).getByText('ネットワークにつながると、自動で表示します。')).toBeVisible()
  await expect(textOf(page).getByRole('alert')).toHaveCount(0)
  await expect(notebook.pane.getByRole('heading', { name: 'オフラインです' })).toBeVisible()
  await expect(notebook.pane.getByText('本文と進捗はそのまま使えます。')).toHaveCount(0)
  await expect(notebook.pane.getByText('切断されています')).toBeVisible()
  await expect(page.getByRole('banner')).not.toContainText('値と変数')
  await context.setOffline(false)
  await expect(page.getByRole('heading', { level: 1, name: /直線で家賃/ })).toBeVisible()
  await notebook.ready()
  await expect(notebook.cell(0)).toContainText('直線で家賃')
})

test('from a text to a chapter of the other kind without a network: the page stays, and goes on by itself', async ({ page, context, trainee, watch }) => {
  watch.expect(/ERR_INTERNET_DISCONNECTED/)
  await signIn(page, trainee, '/chapters/1')
  await expect(textOf(page).getByRole('heading', { level: 1 })).toBeVisible()
  await page.waitForLoadState('networkidle')
  await context.setOffline(true)
  await page.getByRole('navigation', { name: '目次' }).getByRole('link', { name: /直線で家賃/ }).click()
  await expect(textOf(page).getByText('ネットワークにつながると、自動で表示します。')).toBeVisible()
  await context.setOffline(false)
  await expect(page.getByRole('heading', { level: 1, name: /直線で家賃/ })).toBeVisible()
})

test('whoever goes on while a notebook still starts goes back with one step', async ({ page, trainee, watch }) => {
  // Jupyter was not done with loading when its page was taken away.
  watch.expect(/in the notebook: .*Failed to fetch/)
  await signIn(page, trainee, '/chapters/2/coding')
  await expect(page.getByRole('heading', { level: 1, name: /値と変数/ })).toBeVisible()
  // The frame is there, and what is in it has not answered yet.
  await page.locator('iframe[title^="Jupyter"]').waitFor({ state: 'attached', timeout: 60_000 })
  await page.getByRole('link', { name: /^次へ: 1.3/ }).click()
  await expect(page.getByRole('heading', { level: 1, name: /リスト・くり返し・関数/ })).toBeVisible()
  const notebook = new Notebook(page)
  await notebook.ready()
  await expect(notebook.cell(0)).toContainText('リスト')
  await page.goBack()
  await expect(page.getByRole('heading', { level: 1, name: /値と変数/ })).toBeVisible()
  await expect(notebook.cell(0)).toContainText('値と変数')
})

test('the page of a chapter is as high as the window: only what is in it scrolls', async ({ page, trainee }) => {
  await signIn(page, trainee, '/chapters/4')
  for (const [width, height] of [[1280, 720], [1440, 900], [390, 844], [1024, 500]] as const) {
    await page.setViewportSize({ width, height })
    await expect(textOf(page)).toBeVisible()
    await expect.poll(() => page.evaluate(() => [document.documentElement, document.querySelector('.shell')!].map(box => box.scrollHeight - box.clientHeight)), `${width}x${height}`).toEqual([0, 0])
  }
})
