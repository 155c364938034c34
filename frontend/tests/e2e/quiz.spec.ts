import type { Page } from '@playwright/test'
import { signIn } from './support/people'
import { outline } from './support/study'
import { expect, test } from './support/test'

const choose = (page: Page, name: RegExp) => page.getByRole('radio', { name }).check()
const saved = (page: Page) => expect(page.getByRole('region', { name: '確認テスト' }).getByRole('status').filter({ hasText: '保存済み' })).toBeVisible()

async function submit(page: Page) {
  await page.getByRole('button', { name: '提出する' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '提出する' }).click()
}

test('a quiz is taken, nothing that was answered is lost, and passing it completes the chapter', async ({ page, context, trainee, checkPage, watch }) => {
  watch.expect(/ERR_INTERNET_DISCONNECTED|Failed to fetch/)
  await signIn(page, trainee, '/chapters/8')
  await expect(page.getByText('6問・6点満点')).toBeVisible()
  await checkPage()
  await page.getByRole('button', { name: '始める' }).click()
  await choose(page, /303件の部屋/)
  await choose(page, /^正しくない$/)
  await page.getByRole('checkbox', { name: /float64/ }).check()
  await page.getByRole('checkbox', { name: /空欄の数がわかる/ }).check()
  await saved(page)
  await checkPage()

  // In a tunnel, with the laptop closed on top of it.
  await context.setOffline(true)
  await page.getByRole('textbox', { name: /平均と中央値の差/ }).fill('４')
  await expect(page.getByText('未送信')).toBeVisible()
  await context.setOffline(false)
  await page.reload()
  await page.getByRole('button', { name: '続きから解答する' }).click()
  await expect(page.getByRole('textbox', { name: /平均と中央値の差/ })).toHaveValue('４')
  await expect(page.getByRole('checkbox', { name: /float64/ })).toBeChecked()
  await page.getByRole('textbox', { name: /何が表示されますか/ }).fill('[120 160 200]')
  await expect(page.getByText('解答済み 5/6')).toBeVisible()
  await saved(page)

  await page.getByRole('button', { name: '提出する' }).click()
  await expect(page.getByRole('dialog').getByText('1問が未解答です')).toBeVisible()
  await checkPage()
  await page.getByRole('dialog').getByRole('button', { name: '提出する' }).click()
  await expect(page.getByText('合格 83%')).toBeVisible()
  await expect(page.getByRole('listitem').filter({ hasText: '何といいますか' })).toContainText('散布図')
  await checkPage()
  await expect(outline(page).getByRole('link', { name: /確認テスト/ })).toContainText('修了')
  await page.getByRole('button', { name: '確認テストの最初に戻る' }).click()
  await expect(page.getByText('合格 83%（第1回の結果）')).toBeVisible()
  await expect(page.locator('footer').getByText('確認テストに合格')).toContainText('達成')
})

test('what is right is not told before it is passed, and the next attempt may be better', async ({ page, trainee }) => {
  const bodies: Promise<string>[] = []
  page.on('response', response => /\/api\/v1\/.*quiz/.test(response.url()) && bodies.push(response.text()))
  await signIn(page, trainee, '/chapters/8')
  await page.getByRole('button', { name: '始める' }).click()
  await choose(page, /値が全部で310個/)
  await saved(page)
  await submit(page)
  await expect(page.getByText('不合格 0%')).toBeVisible()
  await expect(page.getByText('値の数は行と列のかけ算')).toBeVisible()
  const told = await Promise.all(bodies)
  // The attempt as it was begun, and as it was submitted.
  expect(told.filter(body => body.includes('"questions":['))).toHaveLength(2)
  expect(told.join()).not.toMatch(/散布図|120 160 200|"solution":\{/)
  await page.getByRole('button', { name: '確認テストの最初に戻る' }).click()
  await page.getByRole('button', { name: 'もう一度受ける' }).click()
  await expect(page.getByText('第2回')).toBeVisible()
  await expect(page.getByText('解答済み 0/6')).toBeVisible()
})
