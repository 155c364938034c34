import type { Locator, Page } from '@playwright/test'
import { Notebook } from './support/notebook'
import { textOf } from './support/study'
import { expect, test } from './support/test'

/** Goes from one thing to the next until this one has the focus. */
async function tabTo(page: Page, goal: Locator) {
  await expect(goal).toBeVisible()
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    if (await goal.evaluate(element => element === document.activeElement)) return
  }
  throw new Error(`${goal} was not reached by Tab`)
}

test('everything works by keyboard, from sign-in into the notebook and out again', async ({ page, trainee, watch, checkPage }) => {
  // Who leaves a chapter at once cuts off what Jupyter is still asking for.
  watch.expect(/in the notebook: (Failed to initialize the context .*|tenarai bridge open .*)Failed to fetch/)
  await page.goto('/')
  await expect(page.getByLabel('メールアドレス')).toBeFocused()
  await page.keyboard.type(trainee.email)
  await page.keyboard.press('Tab')
  await page.keyboard.type(trainee.password)
  await page.keyboard.press('Enter')

  await tabTo(page, page.getByRole('link', { name: '機械学習のはじめの一歩', exact: true }))
  await page.keyboard.press('Enter')
  await tabTo(page, page.getByRole('main').getByRole('link', { name: /1\.2 値と変数/ }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: /値と変数/ })).toBeVisible()
  const notebook = new Notebook(page)
  // Jupyter would take the focus while it opens; the reader keeps it.
  await textOf(page).focus()
  await notebook.ready()
  await expect(textOf(page)).toBeFocused()

  // Into the notebook: run its second cell, and out to the text.
  await page.keyboard.press('Control+Shift+E')
  await expect(page.locator('iframe')).toBeFocused()
  await expect(notebook.cell(0)).toHaveClass(/jp-mod-active/)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Shift+Enter')
  await expect(notebook.output(1)).toHaveText('Hello, Python!')
  await page.keyboard.press('Control+Shift+E')
  await expect(textOf(page)).toBeFocused()
  // The same key leads out of a cell that is being typed in.
  await page.keyboard.press('Control+Shift+E')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Control+Shift+E')
  await expect(textOf(page)).toBeFocused()

  const split = page.getByRole('separator', { name: '本文とノートの境界' })
  await tabTo(page, split)
  const before = Number(await split.getAttribute('aria-valuenow'))
  await page.keyboard.press('ArrowRight')
  await expect.poll(async () => Number(await split.getAttribute('aria-valuenow'))).toBeGreaterThan(before)
  await page.keyboard.press('ArrowLeft')
  await expect.poll(async () => Number(await split.getAttribute('aria-valuenow'))).toBeCloseTo(before, 0)

  await page.keyboard.press('?')
  const keys = page.getByRole('dialog', { name: 'キーボード操作' })
  await expect(keys.getByText('次のチャプター')).toBeVisible()
  await checkPage()
  await page.keyboard.press('Escape')
  await expect(keys).toBeHidden()

  await page.keyboard.press('/')
  const search = page.getByRole('dialog', { name: '講座とチャプターを検索' })
  await expect(search).toBeVisible()
  await expect(search.getByRole('option', { name: /過学習に気づく/ })).toBeVisible()
  await checkPage()
  await page.keyboard.type('過学習')
  await expect(search.getByRole('option')).toHaveCount(1)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: /過学習に気づく/ })).toBeVisible()
  await expect(search).toBeHidden()
  // One reads on in the new text.
  await expect(textOf(page)).toBeFocused()

  // Only code that is wider than the page is a stop on the way.
  const wrong = () => textOf(page).locator('pre').evaluateAll(all =>
    all.filter(pre => pre.checkVisibility() && (pre.scrollWidth > pre.clientWidth) !== (pre.tabIndex === 0)).length)
  await expect.poll(wrong).toBe(0)
  await textOf(page).getByText('解答例', { exact: true }).click()
  await expect.poll(wrong).toBe(0)
  // Jupyter takes the focus when it is done; to and fro in haste, it may do so after the reader was given it back.
  const shown = async (words: string) => {
    await expect(notebook.cell(0)).toContainText(words)
    await notebook.ready()
    await textOf(page).focus()
  }
  await shown('過学習')
  await page.keyboard.press('p')
  await expect(page.getByRole('heading', { level: 1, name: /手がかりを増やす/ })).toBeVisible()
  await shown('手がかり')
  await page.keyboard.press('n')
  await expect(page.getByRole('heading', { level: 1, name: /過学習に気づく/ })).toBeVisible()

  await shown('過学習')
  await page.keyboard.press('g')
  await page.keyboard.press('h')
  await expect(page.getByRole('heading', { name: '受講中の講座' })).toBeVisible()
  await page.keyboard.press('g')
  await page.keyboard.press('a')
  await expect(page.getByRole('heading', { level: 1, name: 'アカウント' })).toBeVisible()
})
