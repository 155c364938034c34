import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Notebook } from './support/notebook'
import { signIn, signOut } from './support/people'
import { processesOf } from './support/site'
import { expect, test } from './support/test'

const NOTEBOOK = 'work/ml-first-steps/02-python-values.ipynb'
const fileOf = ({ home }: { home: string }) => readFile(join(home, NOTEBOOK), 'utf8')

/** Types into a cell without running it. */
async function type(notebook: Notebook, words: string) {
  await notebook.edit(1)
  await notebook.page.keyboard.press('ControlOrMeta+a')
  await notebook.page.keyboard.insertText(words)
}

test('what was typed before the notebook\'s server died comes back when it runs again', async ({ page, trainee, watch }) => {
  // Jupyter asks a server that is gone.
  watch.expect(/in the notebook|ERR_CONNECTION_REFUSED/)
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  // Nothing is saved from here on: the server is as good as dead.
  await page.route(/api\/contents/, (route, request) => (request.method() === 'PUT' ? route.abort() : route.continue()))
  await type(notebook, 'typed = "before the end"')
  await expect(page.getByText('未保存')).toBeVisible()
  for (const { pid } of (await processesOf(trainee.home)).filter(({ command }) => /singleuser|tenarai-notebook-start/.test(command))) process.kill(pid, 'SIGKILL')
  await expect(notebook.pane.getByRole('heading', { name: 'ノートは停止しました' })).toBeVisible({ timeout: 60_000 })
  await page.unroute(/api\/contents/)
  expect(await fileOf(trainee)).not.toContain('before the end')

  await notebook.pane.getByRole('button', { name: 'ノートを起動する' }).click()
  await notebook.ready()
  await expect(page.getByText(/保存されていなかった内容（\d\d:\d\d）をノートに戻しました/)).toBeVisible()
  await expect(notebook.cell(1)).toContainText('typed = "before the end"')
  await expect.poll(() => fileOf(trainee)).toContain('before the end')
  await expect(notebook.frame.getByRole('dialog')).toHaveCount(0)
})

test('signing out in one tab saves what stands in another', async ({ page, context, trainee, watch }) => {
  watch.expect(/in the notebook|status of 401/)
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  const other = await context.newPage()
  await other.goto('/')
  await other.getByRole('button', { name: 'アカウントのメニュー' }).waitFor()
  await type(notebook, 'other_tab = "not lost"')
  await signOut(other)
  expect(await fileOf(trainee)).toContain('not lost')
})

test('a notebook in a tab of its own and the pane follow each other, and where both wrote nothing is lost', async ({ page, context, trainee, watch }) => {
  watch.expect(/in the notebook/)
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  const opened = context.waitForEvent('page')
  await notebook.pane.getByRole('link', { name: '新しいタブで開く' }).click()
  const tab = await opened
  const cell = tab.locator('.jp-Cell').nth(1).locator('.cm-content')
  await cell.click({ timeout: 30_000 })
  await expect(tab.getByRole('link', { name: 'チャプターに戻る' })).toHaveAttribute('href', /\/chapters\/2\/coding$/)
  await tab.keyboard.press('ControlOrMeta+a')
  await tab.keyboard.insertText('where = "in the tab"')
  await tab.keyboard.press('ControlOrMeta+s')
  await expect.poll(() => fileOf(trainee)).toContain('in the tab')
  // The pane had nothing of its own.
  await expect(notebook.cell(1)).toContainText('in the tab')

  // Now both write, and the tab does not hear of the other.
  await page.bringToFront()
  await page.route(/api\/contents/, (route, request) => (request.method() === 'PUT' ? route.abort() : route.continue()))
  await type(notebook, 'where = "in the pane"')
  await expect(page.getByText('未保存')).toBeVisible()
  await tab.bringToFront()
  await cell.click()
  await tab.keyboard.press('ControlOrMeta+a')
  await tab.keyboard.insertText('where = "in the tab again"')
  await tab.keyboard.press('ControlOrMeta+s')
  await expect.poll(() => fileOf(trainee)).toContain('in the tab again')
  await page.unroute(/api\/contents/)
  await page.bringToFront()
  await notebook.edit(1)
  await page.keyboard.press('ControlOrMeta+s')
  await expect(page.getByText('このノートは別の画面でも保存されていました。')).toBeVisible()
  await expect.poll(() => fileOf(trainee)).toContain('in the pane')
  const folder = join(trainee.home, 'work/ml-first-steps')
  const copy = (await readdir(folder)).find(name => /^02-python-values-\d{8}-\d{6}\.ipynb$/.test(name))
  expect(await readFile(join(folder, copy!), 'utf8')).toContain('in the tab again')
  await expect(notebook.frame.getByRole('dialog')).toHaveCount(0)

  const copied = context.waitForEvent('page')
  await page.getByRole('link', { name: '別のタブで開く' }).click()
  await expect((await copied).getByText(/に残した写しです。/)).toBeVisible({ timeout: 30_000 })
})
