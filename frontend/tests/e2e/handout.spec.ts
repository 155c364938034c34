import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Notebook } from './support/notebook'
import { signIn } from './support/people'
import { textOf } from './support/study'
import { expect, test } from './support/test'

test('comparing shows what was changed, and resetting to the handout keeps a copy', async ({ page, trainee, checkPage }) => {
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  await notebook.write(1, 'print("my own words")')
  await expect(notebook.output(1)).toHaveText('my own words')

  await notebook.pane.getByRole('button', { name: '見比べる' }).click()
  const sheet = page.getByRole('dialog', { name: '配布時のノートと見比べる' })
  await expect(sheet.getByText('10セル中1セルが変わっています')).toBeVisible()
  await expect(sheet.getByRole('code')).toHaveText(/削除:\s*print\("Hello, Python!"\)\s*.*追加:\s*print\("my own words"\)/s)
  await checkPage()
  await page.keyboard.press('Escape')
  await expect(sheet).toBeHidden()

  await notebook.pane.getByRole('button', { name: '元に戻す' }).click()
  const reset = page.getByRole('dialog', { name: /のノートを元に戻す/ })
  await expect(reset.getByRole('code')).toContainText('print("my own words")')
  await checkPage()
  await reset.getByRole('button', { name: '元に戻す' }).click()
  await expect(page.getByText('ノートを元に戻しました')).toBeVisible()
  const before = page.waitForEvent('popup')
  await page.getByRole('link', { name: '前の内容を別のタブで開く' }).click()
  await expect((await before).getByRole('textbox').getByText('my own words')).toBeVisible()
  await (await before).close()
  await expect(notebook.cell(1)).toContainText('Hello, Python!')
  await expect(notebook.output(1)).toHaveCount(0)
  await notebook.run(1)
  await expect(notebook.output(1)).toHaveText('Hello, Python!')

  const folder = join(trainee.home, 'work/ml-first-steps')
  const copies = (await readdir(folder)).filter(name => name.startsWith('02-python-values') && name !== '02-python-values.ipynb')
  expect(copies).toHaveLength(1)
  expect(await readFile(join(folder, copies[0]!), 'utf8')).toContain('my own words')
})

test('a reset takes the error at the code of the text away, and where nothing differs nothing is offered in red', async ({ page, trainee, checkPage }) => {
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  const reset = page.getByRole('dialog', { name: /のノートを元に戻す/ })
  const submit = reset.getByRole('button', { name: '元に戻す' })
  const openReset = () => notebook.pane.getByRole('button', { name: '元に戻す' }).click()
  await openReset()
  await expect(reset.getByText('配布時から変わっていません。')).toBeVisible()
  await expect(submit).toHaveCount(0)
  await checkPage()
  await reset.getByRole('button', { name: '閉じる' }).last().click()

  await notebook.write(1, 'print(retn)')
  const state = page.locator('figure[data-cell="hello"]').getByRole('status')
  await expect(state).toHaveText(/NameError/)
  await expect(page.getByText('未保存')).toBeHidden()
  await openReset()
  await submit.click()
  await expect(state).toHaveText('未実行')
  // Neither does it come back with what the server remembers.
  await page.reload()
  await notebook.ready()
  await expect(state).toHaveText('未実行')

  // Results are all that a run of unchanged cells adds.
  await notebook.run(1)
  await expect(state).toHaveText(/^実行済み/)
  await openReset()
  await expect(reset.getByText('実行の結果だけが消えます。')).toBeVisible()
  await submit.click()
  await expect(notebook.output(1)).toHaveCount(0)
})

test('code of the text goes into the notebook, where it can be tried', async ({ page, trainee, checkPage }) => {
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  const mistake = textOf(page).getByRole('figure').filter({ hasText: 'print(retn)' }).first()
  await mistake.getByRole('button', { name: 'ノートに入れる' }).click()
  const cell = notebook.shown.locator('.jp-Cell').filter({ hasText: 'print(retn)' })
  await expect(cell).toHaveClass(/jp-mod-active/)
  await expect(cell).toBeInViewport()
  await checkPage()
  await cell.locator('.cm-content').click()
  await page.keyboard.press('Shift+Enter')
  await expect(cell.locator('.jp-OutputArea-output')).toContainText('NameError')
  // Twice is two cells: nothing that stands there is written over.
  await mistake.getByRole('button', { name: 'ノートに入れる' }).click()
  await expect(cell).toHaveCount(2)
})
