import { isTold } from './support/notices'
import { signIn } from './support/people'
import { expect, test } from './support/test'

const ASSIGNMENT = 13
const RETURNED = '「4.1 演習課題：家賃予測の報告」は再提出が必要です'
const PASSED = '「4.1 演習課題：家賃予測の報告」に合格しました'

test('what comes shows at once at the bell of every page, leads to its assignment, and is seen in all of them', async ({ page, visit, site, trainee, checkPage }) => {
  await signIn(page, trainee)
  const bell = page.getByRole('button', { name: /^お知らせ/ })
  await bell.click()
  const panel = page.getByRole('dialog')
  await expect(panel.getByText('お知らせはありません')).toBeVisible()
  await checkPage()
  await page.keyboard.press('Escape')
  await expect(panel).toBeHidden()
  await expect(bell).toBeFocused()

  const elsewhere = await visit()
  await signIn(elsewhere, trainee, '/chapters/1')
  isTold(site, trainee.id, 'work_returned', ASSIGNMENT, 1)
  for (const it of [page, elsewhere]) {
    await expect(it.getByRole('button', { name: 'お知らせ（未読1件）' })).toBeVisible()
    await expect(it.getByText(RETURNED)).toBeVisible()
  }
  isTold(site, trainee.id, 'work_passed', ASSIGNMENT, 2)
  await expect(page.getByText(PASSED)).toBeVisible()
  await checkPage()

  // By keyboard: the list, the newest first, and away.
  await bell.focus()
  await page.keyboard.press('Enter')
  const links = panel.getByRole('link')
  await expect(links).toHaveText([new RegExp(`^${PASSED}.*未読$`), new RegExp(`^${RETURNED}.*未読$`)])
  await checkPage()
  await links.nth(1).press('Enter')
  await expect(page).toHaveURL(`${site.origin}/chapters/${ASSIGNMENT}/coding?submission=1`)
  await expect(panel).toBeHidden()
  for (const it of [page, elsewhere]) await expect(it.getByRole('button', { name: 'お知らせ（未読1件）' })).toBeVisible()

  await elsewhere.getByRole('button', { name: /^お知らせ/ }).click()
  await elsewhere.getByRole('button', { name: 'すべて既読にする' }).click()
  for (const it of [page, elsewhere]) await expect(it.getByRole('button', { name: 'お知らせ', exact: true })).toBeVisible()
})

test('a page that was not looked at knows how it stands when it is', async ({ page, site, trainee }) => {
  await signIn(page, trainee)
  await expect(page.getByRole('button', { name: 'お知らせ', exact: true })).toBeVisible()
  const look = (state: DocumentVisibilityState) => page.evaluate((now) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => now })
    document.dispatchEvent(new Event('visibilitychange'))
  }, state)
  await look('hidden')
  isTold(site, trainee.id, 'work_passed', ASSIGNMENT, 1)
  await look('visible')
  await expect(page.getByRole('button', { name: 'お知らせ（未読1件）' })).toBeVisible()
  await expect(page.getByText(PASSED)).toBeVisible()
})

test('a site without a mail server says on the account page that what is new shows at the bell', async ({ page, trainee, checkPage }) => {
  await signIn(page, trainee, '/account')
  await expect(page.getByRole('region', { name: 'メール' })).toContainText('このサイトはメールを送信しません')
  await checkPage()
})
