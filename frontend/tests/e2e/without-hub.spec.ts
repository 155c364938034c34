import { demoAccount, signIn } from './support/people'
import { startSite } from './support/site'
import { textOf } from './support/study'
import { expect, test as base } from './support/test'

const test = base.extend({
  // eslint-disable-next-line no-empty-pattern
  site: async ({}, use) => {
    const { stop, ...place } = await startSite({ hub: false })
    await use(place)
    await stop()
  },
})

test('a site without a hub has texts and progress, and its pane says why there is no notebook', async ({ page, site, checkPage }) => {
  await signIn(page, await demoAccount(site, 'ishikawa@aozora.example'), '/chapters/2/coding')
  await expect(textOf(page).getByRole('heading', { level: 1, name: /値と変数/ })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'このサイトではノートを使えません' })).toBeVisible()
  await expect(page.locator('iframe')).toHaveCount(0)
  await checkPage()
  await page.getByRole('link', { name: '次へ: 1.3 リスト・くり返し・関数' }).click()
  await expect(textOf(page).getByRole('heading', { level: 1, name: /リスト・くり返し・関数/ })).toBeVisible()
  await expect(page.getByRole('banner').getByRole('status')).toHaveText('進捗を保存済み')
})
