import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Notebook } from './support/notebook'
import { signIn } from './support/people'
import { tenarai } from './support/site'
import { everythingSaved, outline, readToTheEnd, scrollOf, textOf } from './support/study'
import { expect, test } from './support/test'

const CODE_CELLS = [1, 3, 4, 5, 6, 7, 9]

test('reading the text and running its cells completes a chapter, and the reasons are shown', async ({ page, trainee, checkPage }) => {
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  await expect(page.getByText('本文を読む 未達成')).toBeVisible()
  await expect(page.getByText('セル 0/7 未達成')).toBeVisible()

  // A cell with the task's name alone has nothing in it to run.
  await notebook.run(3)
  await expect(notebook.cell(4)).toHaveClass(/jp-mod-active/)
  await expect(page.locator('figure[data-cell="arithmetic"]').getByRole('status')).toHaveText('コメントだけなので、実行に数えません')
  // What counts, and how long one reads at least, is told where it is asked.
  await page.getByRole('button', { name: '修了条件' }).click()
  await expect(page.getByText(/本文の終わりまで進み、合わせて\d+秒以上表示すると達成です。/)).toBeVisible()
  await expect(page.getByText(/コメントだけのセルは数えません。/)).toBeVisible()
  await checkPage()
  await page.getByRole('button', { name: '修了条件' }).click()
  await notebook.run(1)
  await expect(page.getByText('セル 1/7 未達成')).toBeVisible()
  for (const position of CODE_CELLS.slice(1)) await notebook.write(position, 'len("copied")')
  await expect(page.getByText('セル 7/7 達成')).toBeVisible()
  await expect(outline(page).getByRole('link', { name: '学習中 1.2 値と変数' })).toBeVisible()

  await readToTheEnd(page)
  await expect(page.getByText('本文を読む 達成')).toBeVisible()
  await expect(page.getByText(/^修了 \d+月\d+日/)).toBeVisible()
  await expect(outline(page).getByRole('link', { name: '修了 1.2 値と変数' })).toBeVisible()
  await checkPage()

  await page.getByRole('link', { name: '手習い: ホームへ' }).click()
  await expect(page.getByText('1/14 チャプター')).toBeVisible()
  await expect(page.getByRole('link', { name: '1.2 値と変数: 修了' })).toBeVisible()
  await checkPage()
})

test('tomorrow, on another device, the trainee carries on where they were', async ({ page, trainee, visit, checkPage }) => {
  await signIn(page, trainee, '/chapters/3/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  await notebook.write(1, 'rents = [68000, 82000]\nprint(rents)')
  await expect(notebook.output(1)).toHaveText('[68000, 82000]')
  // Nobody asked for it to be saved.
  const file = join(trainee.home, 'work/ml-first-steps/03-python-lists.ipynb')
  await expect.poll(() => readFile(file, 'utf8')).toContain('[68000, 82000]')
  await textOf(page).evaluate(box => box.scrollTo({ top: box.scrollHeight / 2 }))
  const place = await scrollOf(page)
  const told = page.waitForResponse(async response =>
    response.url().endsWith('/study/events') && /"position":\{[^}]*"cell_id":"loop"/.test(await response.text()))
  await notebook.edit(3)
  await told
  await page.close()

  const tomorrow = await visit()
  await signIn(tomorrow, trainee)
  const carryOn = tomorrow.getByRole('link', { name: /^続きから/ })
  await expect(carryOn).toContainText('1.3 リスト・くり返し・関数')
  await expect(carryOn).toContainText('セル3から')
  await checkPage(tomorrow)
  await carryOn.click()
  await expect(tomorrow.getByRole('heading', { level: 1, name: /リスト・くり返し・関数/ })).toBeVisible()
  await expect.poll(() => scrollOf(tomorrow)).toBeCloseTo(place, 1)
  const again = new Notebook(tomorrow)
  await again.ready()
  await expect(again.cell(3)).toHaveClass(/jp-mod-active/)
  await expect(again.output(1)).toHaveText('[68000, 82000]')
})

test('a chapter that was only opened is not half done on the home page', async ({ page, trainee }) => {
  await signIn(page, trainee, '/chapters/1')
  await everythingSaved(page)
  await page.goto('/')
  const part = page.getByRole('link', { name: '1.1 この講座の学び方: 学習中 0%' })
  await expect(part).toBeVisible()
  expect((await part.locator('span span').boundingBox())?.width ?? 0).toBe(0)
})

test('what happens without a network is kept and sent later', async ({ page, context, trainee, watch }) => {
  // A request that finds no network is told in the console by the browser itself.
  watch.expect(/ERR_INTERNET_DISCONNECTED/)
  await signIn(page, trainee, '/chapters/1')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await everythingSaved(page)

  await context.setOffline(true)
  const state = page.getByRole('banner').getByRole('status')
  await expect(state).toHaveText('オフライン: 後で送ります')
  await readToTheEnd(page)
  await expect(page.getByText('本文を読む 未達成')).toBeVisible()
  await context.setOffline(false)
  await expect(page.getByText('本文を読む 達成')).toBeVisible()
  await everythingSaved(page)

  // Even when the page was closed in between.
  await page.goto('/chapters/14')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await everythingSaved(page)
  await context.setOffline(true)
  const tried = page.waitForEvent('requestfailed', request => request.url().endsWith('/study/events'))
  await readToTheEnd(page)
  await tried
  await page.close()
  await context.setOffline(false)
  const later = await context.newPage()
  await later.goto('/')
  await everythingSaved(later)
  await expect(later.getByRole('link', { name: /: 修了$/ })).toHaveCount(2)
})

test('what is done after the enrolment ended is not called saved', async ({ page, site, trainee, checkPage }) => {
  await signIn(page, trainee, '/chapters/1')
  await everythingSaved(page)
  await tenarai(site, ['enrol', trainee.email, 'ml-first-steps', '--end'])
  await readToTheEnd(page)
  await expect(textOf(page).getByText('この講座の利用期間が終わりました')).toBeVisible()
  await expect(page.getByRole('banner').getByRole('status')).toHaveText('記録されません')
  await checkPage()
  await page.goto('/')
  await expect(page.getByText('いま受講している講座はありません')).toBeVisible()
})

test('a page that is slow to look at itself does not take a text for read', async ({ page, trainee }) => {
  // A busy browser tells late what was in view: here when the test says so.
  await page.addInitScript(() => {
    const held: (() => void)[] = []
    const Original = window.IntersectionObserver
    window.IntersectionObserver = class extends Original {
      constructor(told: IntersectionObserverCallback, options?: IntersectionObserverInit) {
        super((entries, observer) => void held.push(() => told(entries, observer)), options)
      }
    }
    Object.assign(window, { held })
  })
  const held = () => page.evaluate(() => (window as unknown as { held: unknown[] }).held.length)
  await page.clock.install()
  await signIn(page, trainee, '/chapters/1')
  await expect.poll(held).toBeGreaterThan(0)
  await page.evaluate(() => (window as unknown as { held: unknown[] }).held.splice(0))
  // The text comes when the end of the empty page was seen.
  await page.route(/\/api\/v1\/chapters\/\d+\?/, async (route) => {
    await expect.poll(held).toBeGreaterThan(0)
    await route.continue()
  })
  await outline(page).getByRole('link', { name: /matplotlib/ }).click()
  await expect(textOf(page).getByRole('heading', { level: 1, name: /matplotlib/ })).toBeVisible()
  await page.clock.runFor(1_000)
  await page.evaluate(() => (window as unknown as { held: (() => void)[] }).held.splice(0).forEach(tell => tell()))
  await page.clock.runFor('02:00')
  await expect(page.locator('footer span.tabular-nums').filter({ hasText: '本文を読む' })).toContainText('未達成')
})
