import { Notebook } from './support/notebook'
import { demoAccount, signIn } from './support/people'
import { expect, test } from './support/test'

test('a trainee signs in once, opens a chapter and sees the output of a cell beside the text', async ({ page, site, checkPage }) => {
  await page.goto('/')
  await expect(page.getByRole('heading', { name: 'サインイン' })).toBeVisible()
  await checkPage()
  await signIn(page, await demoAccount(site, 'ishikawa@aozora.example'))
  await checkPage()

  await page.getByRole('link', { name: '機械学習のはじめの一歩', exact: true }).click()
  await expect(page.getByRole('heading', { name: '機械学習のはじめの一歩' })).toBeVisible()
  await checkPage()

  await page.getByRole('main').getByRole('link', { name: /値と変数/ }).click()
  await expect(page.getByRole('heading', { level: 1, name: /値と変数/ })).toBeVisible()
  const notebook = new Notebook(page)
  await notebook.ready()
  await checkPage()

  // The text's code knows its cell: not run before, run after, and it leads there.
  const figure = page.locator('figure[data-cell="hello"]')
  await expect(figure.getByRole('status')).toHaveText('未実行')
  await figure.getByRole('button', { name: 'ノートで見る' }).click()
  await expect(notebook.cell(1)).toHaveClass(/jp-mod-active/)

  await notebook.run(1)
  await expect(notebook.output(1)).toHaveText('Hello, Python!')
  await expect(figure.getByRole('status')).toHaveText(/^実行済み/)
  await checkPage()

  await notebook.write(3, '1 / 0')
  await expect(notebook.output(3)).toContainText('ZeroDivisionError')
  await expect(page.locator('figure[data-cell="arithmetic"]').getByRole('status')).toHaveText('エラーで止まりました（ZeroDivisionError）')
  await checkPage()
})
