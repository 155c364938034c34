import { Notebook } from './support/notebook'
import { fillSignIn, signIn, signOut } from './support/people'
import { textOf } from './support/study'
import { expect, test } from './support/test'

const WHO = 'import os\nprint(os.environ["USER"], os.getcwd(), os.getuid())'

test('whoever signs in next in the same browser lands on their own notebook, never on the one before', async ({ page, newTrainee }) => {
  const [first, second] = [await newTrainee('石川 美咲'), await newTrainee('田中 一郎')]
  await signIn(page, first, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  await notebook.write(1, `${WHO}\nprint("the first one was here")`)
  await expect(notebook.output(1)).toContainText(first.hubUser)
  await expect(notebook.output(1)).toContainText('the first one was here')
  expect((await notebook.document()).url()).toContain(`/user/${first.hubUser}/`)
  await signOut(page)

  const visited: string[] = []
  page.on('framenavigated', frame => visited.push(frame.url()))
  await fillSignIn(page, second)
  await expect(page.getByRole('button', { name: 'アカウントのメニュー' })).toBeVisible()
  await page.goto('/chapters/2/coding')
  await notebook.ready()
  expect((await notebook.document()).url()).toContain(`/user/${second.hubUser}/`)
  await expect(notebook.cell(1)).toContainText('Hello, Python!')
  await expect(notebook.shown).not.toContainText('the first one was here')
  await notebook.write(1, WHO)
  await expect(notebook.output(1)).toContainText(`${second.hubUser} `)
  await expect(notebook.output(1)).not.toContainText(first.home)
  expect(visited.filter(url => url.includes(`/user/${first.hubUser}/`))).toEqual([])
})

test('a tab left open by somebody else does not go on as them', async ({ page, context, newTrainee, watch }) => {
  // The open notebook of the one who left asks in vain.
  watch.expect(/in the notebook|status of (401|403|424)|WebSocket|Failed to load resource/)
  const [first, second] = [await newTrainee('石川 美咲'), await newTrainee('田中 一郎')]
  await signIn(page, first, '/chapters/2/coding')
  await new Notebook(page).ready()

  const tab = await context.newPage()
  await tab.goto('/')
  await signOut(tab)
  await fillSignIn(tab, second)
  await expect(tab.getByRole('button', { name: 'アカウントのメニュー' })).toHaveText('田')
  await expect(page.getByRole('button', { name: 'アカウントのメニュー' })).toHaveText('田')
  await expect(page.locator(`iframe[src*="/user/${first.hubUser}/"]`)).toHaveCount(0)
})

test('signing out everywhere ends the notebook that is open elsewhere, and signing in again in place brings it back', async ({ page, trainee, visit, watch, checkPage }) => {
  watch.expect(/status of 401/)
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  await notebook.write(1, 'print("before")')
  await expect(notebook.output(1)).toHaveText('before')

  const elsewhere = await visit()
  await signIn(elsewhere, trainee, '/account')
  await expect(elsewhere.getByRole('region', { name: 'サインイン中の端末' }).getByRole('listitem')).toHaveCount(2)
  const devices = elsewhere.getByRole('region', { name: 'サインイン中の端末' }).getByRole('listitem')
  await expect(devices.filter({ hasText: 'この端末' })).toHaveCount(1)
  for (const words of [/Chrome \d+ · Linux/, /にサインイン/, /最終利用/, /接続元/]) await expect(devices.filter({ hasText: words })).toHaveCount(2)
  await checkPage(elsewhere)
  await elsewhere.getByRole('button', { name: 'すべての端末でサインアウトする' }).click()
  await checkPage(elsewhere)
  await elsewhere.getByRole('dialog').getByRole('button', { name: /サインアウト/ }).click()
  await expect(elsewhere.getByRole('heading', { name: 'サインイン' })).toBeVisible()

  await expect(notebook.pane.getByRole('heading', { name: 'セッションが終わりました' })).toBeVisible()
  await expect(page.locator('iframe')).toHaveCount(0)
  await expect(textOf(page).getByRole('heading', { level: 1 })).toBeVisible()
  await checkPage()

  await notebook.pane.getByRole('button', { name: 'サインインする' }).click()
  const dialog = page.getByRole('dialog', { name: 'もう一度サインインしてください' })
  await expect(dialog).toBeVisible()
  await checkPage()
  await dialog.getByLabel('パスワード', { exact: true }).fill('not the password')
  await dialog.getByRole('button', { name: 'サインインする' }).click()
  await expect(dialog.getByText(/正しくありません|違います/)).toBeVisible()
  await dialog.getByLabel('パスワード', { exact: true }).fill(trainee.password)
  await dialog.getByRole('button', { name: 'サインインする' }).click()
  await notebook.ready()
  await expect(notebook.output(1)).toHaveText('before')
})

test('who was signed out elsewhere may read on, and goes on with the notebook after signing in anywhere', async ({ page, browser, site, trainee, watch, checkPage }) => {
  watch.expect(/status of 401/)
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  const elsewhere = await (await browser.newContext({ baseURL: site.origin })).newPage()
  await signIn(elsewhere, trainee, '/account')
  const ended = await elsewhere.evaluate(() => fetch('/api/v1/sessions', { method: 'DELETE', headers: { 'content-type': 'application/json' } }).then(({ status }) => status))
  expect(ended).toBe(204)
  await elsewhere.context().close()
  await expect(notebook.pane.getByRole('heading', { name: 'セッションが終わりました' })).toBeVisible()

  // What is to be recorded asks for a sign-in; whoever wants to read on first does.
  await textOf(page).evaluate(box => box.scrollTo(0, 300))
  const dialog = page.getByRole('dialog', { name: 'もう一度サインインしてください' })
  await expect(dialog).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(textOf(page).getByRole('heading', { level: 1 })).toBeVisible()
  await checkPage()

  await page.getByRole('banner').getByRole('button', { name: 'サインインする' }).click()
  await dialog.getByLabel('パスワード', { exact: true }).fill(trainee.password)
  await dialog.getByRole('button', { name: 'サインインする' }).click()
  await notebook.ready()
  await expect(page.getByRole('banner').getByRole('status')).toHaveText('進捗を保存済み')
})

test('a session that has run out asks to sign in again in place, and the click goes on', async ({ page, context, trainee, watch, checkPage }) => {
  watch.expect(/status of 401/)
  await signIn(page, trainee, '/courses/ml-first-steps')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await context.clearCookies()
  await page.getByRole('main').getByRole('link', { name: /この講座の学び方/ }).first().click()
  const dialog = page.getByRole('dialog', { name: 'もう一度サインインしてください' })
  await expect(dialog).toBeVisible()
  await checkPage()
  await dialog.getByLabel('パスワード', { exact: true }).fill(trainee.password)
  await dialog.getByRole('button', { name: 'サインインする' }).click()
  await expect(page.getByRole('heading', { level: 1, name: /この講座の学び方/ })).toBeVisible()
  await expect(page.getByText('本文を読む 未達成')).toBeVisible()
})
