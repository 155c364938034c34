import { Notebook } from './support/notebook'
import { fillSignIn, signIn } from './support/people'
import { textOf } from './support/study'
import { expect, test } from './support/test'

test('language and theme reach the notebook', async ({ page, trainee, checkPage }) => {
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  const body = notebook.frame.locator('body')
  await expect(notebook.frame.getByRole('menuitem', { name: 'ファイル' })).toBeVisible()
  await expect(body).toHaveAttribute('data-jp-theme-light', 'true')

  await page.getByRole('button', { name: 'アカウントのメニュー' }).click()
  await page.getByRole('menuitem', { name: '配色' }).click()
  await page.getByRole('menuitemcheckbox', { name: '暗い' }).click()
  await expect(page.locator('html')).toHaveClass(/dark/)
  await expect(body).toHaveAttribute('data-jp-theme-light', 'false')

  const share = () => textOf(page).evaluate(box => box.scrollTop / (box.scrollHeight - box.clientHeight))
  await textOf(page).evaluate(box => box.scrollTo(0, (box.scrollHeight - box.clientHeight) / 2))
  await page.getByRole('button', { name: 'アカウントのメニュー' }).click()
  await page.getByRole('menuitem', { name: 'English' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Values and variables' })).toBeVisible()
  await expect.poll(share).toBeCloseTo(0.5, 1)
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
  await expect(notebook.frame.getByRole('menuitem', { name: 'File' })).toBeVisible({ timeout: 30_000 })
  await notebook.ready()
  await expect(body).toHaveAttribute('data-jp-theme-light', 'false')
  await notebook.run(1)
  await expect(notebook.output(1)).toHaveText('Hello, Python!')
  await checkPage()

  // The choice belongs to the person: it is there after a fresh load.
  await page.reload()
  await expect(page.getByRole('heading', { level: 1, name: 'Values and variables' })).toBeVisible()
  await notebook.ready()
  await expect(notebook.frame.getByRole('menuitem', { name: 'File' })).toBeVisible()
  await expect(body).toHaveAttribute('data-jp-theme-light', 'false')
})

test('errors come in the language of the page, not the browser\'s', async ({ page, trainee, watch }) => {
  watch.expect(/status of 401/)
  await page.goto('/sign-in')
  await page.getByRole('button', { name: 'English' }).click()
  await fillSignIn(page, { ...trainee, password: 'wrong' })
  await expect(page.getByRole('alert')).toHaveText(/password/i)
})
