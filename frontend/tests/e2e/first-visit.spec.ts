import { Notebook } from './support/notebook'
import { expect, signIn, test } from './support/test'

test('a trainee signs in once, opens a chapter and sees the output of a cell beside the text', async ({ page, demo, checkPage }) => {
  await page.goto('/')
  await expect(page.getByRole('heading', { name: 'サインイン' })).toBeVisible()
  await checkPage()
  await signIn(page, await demo('ishikawa@aozora.example'))
  await checkPage()

  await page.getByRole('link', { name: '機械学習のはじめの一歩', exact: true }).click()
  await expect(page.getByRole('heading', { name: '機械学習のはじめの一歩' })).toBeVisible()
  await checkPage()

  await page.getByRole('main').getByRole('link', { name: /値と変数/ }).click()
  await expect(page.getByRole('heading', { level: 1, name: /値と変数/ })).toBeVisible()
  const notebook = new Notebook(page)
  await notebook.ready()
  await checkPage()

  await notebook.run(1)
  await expect(notebook.output(1)).toHaveText('Hello, Python!')
  const figure = page.locator('figure[data-cell="hello"]')
  await expect(figure.getByText(/実行済み/)).toBeVisible()
  await checkPage()
})
