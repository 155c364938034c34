import { Notebook } from './support/notebook'
import { demoAccount, signIn } from './support/people'
import { scrollOf, textOf } from './support/study'
import { expect, test } from './support/test'

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })

test('on a phone text and notebook are two tabs, and each keeps its place', async ({ page, trainee, checkPage }) => {
  await signIn(page, trainee)
  await checkPage()
  await page.goto('/chapters/2/coding')
  const [text, ofNotebook] = [page.getByRole('tab', { name: '本文' }), page.getByRole('tab', { name: 'ノート' })]
  await expect(text).toHaveAttribute('aria-selected', 'true')
  await expect(textOf(page).getByRole('heading', { level: 1 })).toBeVisible()
  await textOf(page).evaluate(box => box.scrollTo({ top: box.scrollHeight / 3 }))
  const place = await scrollOf(page)
  await checkPage()

  await ofNotebook.click()
  const notebook = new Notebook(page)
  await expect(textOf(page)).toBeHidden()
  await notebook.ready()
  await notebook.run(1)
  await expect(notebook.output(1)).toHaveText('Hello, Python!')
  await checkPage()

  await text.click()
  await expect(textOf(page)).toBeVisible()
  expect(await scrollOf(page)).toBeCloseTo(place, 2)
  await expect(notebook.pane).toBeHidden()
  await ofNotebook.click()
  await expect(notebook.output(1)).toHaveText('Hello, Python!')

  // A cell named in the text leads to the other tab.
  await text.click()
  await page.locator('figure[data-cell="variables"]').getByRole('button', { name: 'ノートで見る' }).click()
  await expect(ofNotebook).toHaveAttribute('aria-selected', 'true')
  await expect(notebook.cell(4)).toHaveClass(/jp-mod-active/)

  await page.getByRole('button', { name: '目次を開閉する' }).click()
  const drawer = page.getByRole('dialog', { name: '機械学習のはじめの一歩' })
  await expect(drawer.getByRole('link', { name: /過学習に気づく/ })).toBeVisible()
  await checkPage()
  await drawer.getByRole('link', { name: /リスト・くり返し・関数/ }).click()
  await expect(page.getByRole('heading', { level: 1, name: /リスト・くり返し・関数/ })).toBeVisible()
  await expect(drawer).toBeHidden()
  // Nothing is wider than the phone.
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
})

test('the tables of staff fit a phone', async ({ page, site, checkPage }) => {
  for (const [email, path] of [['takahashi', '/admin'], ['sato', '/tutor/cohorts'], ['mori', '/author']] as const) {
    await page.context().clearCookies()
    await signIn(page, await demoAccount(site, `${email}@aozora.example`), path)
    const box = page.getByRole('main').locator('.table-frame')
    await expect(box).toBeVisible()
    expect(await box.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth), path).toBe(0)
    await checkPage()
  }
  await page.goto('/')
  await page.getByRole('button', { name: 'メニューを開く' }).click()
  await expect(page.getByRole('navigation', { name: '役割の部屋' })).toBeVisible()
})
