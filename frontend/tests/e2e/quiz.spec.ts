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

const FIELD = { name: /平均と中央値の差/ }
const alert = (page: Page) => page.getByRole('region', { name: '確認テスト' }).getByRole('alert')

test('who leaves the quiz while nothing gets through finds their answer again, and submitting says what is missing', async ({ page, trainee, watch, checkPage }) => {
  watch.expect(/ERR_FAILED|Failed to fetch/)
  await signIn(page, trainee, '/chapters/8')
  await page.getByRole('button', { name: '始める' }).click()
  await page.route('**/answers/**', route => route.abort())
  // The hand has not rested yet when the page is left.
  await page.getByRole('textbox', FIELD).fill('1')
  await outline(page).getByRole('link', { name: /このコースについて|はじめに|1\.1/ }).first().click()
  await expect(page.getByRole('region', { name: '確認テスト' })).toHaveCount(0)
  await page.goBack()
  await page.getByRole('button', { name: '続きから解答する' }).click()
  await expect(page.getByRole('textbox', FIELD)).toHaveValue('1')
  await page.getByRole('textbox', FIELD).fill('4')
  await submit(page)
  await expect(alert(page)).toContainText('まだ提出されていません。')
  await expect(alert(page)).toContainText(/サーバーに届いていない解答: 問\d。/)
  await checkPage()

  const sent: unknown[] = []
  await page.unroute('**/answers/**')
  await page.route('**/answers/**', (route) => {
    sent.push(route.request().postDataJSON())
    return route.continue()
  })
  await submit(page)
  await expect(page.getByText('不合格 16%')).toBeVisible()
  expect(sent).toEqual([{ answer: { kind: 'number', number: '4' } }])
})

test('when the time is over nothing can be answered any more, and it is submitted as soon as the server answers', async ({ page, context, trainee, watch, checkPage }) => {
  watch.expect(/ERR_INTERNET_DISCONNECTED|Failed to fetch/)
  // The sample's quiz has no limit.
  let left = 1
  const attempts = /\/quiz\/attempts|\/quiz-attempts\/\d+\?/
  await page.route(attempts, async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...await response.json(), seconds_left: left } })
  })
  await page.clock.install()
  await signIn(page, trainee, '/chapters/8')
  await page.getByRole('button', { name: '始める' }).click()
  // By the clock of the server there is more.
  left = 1200
  await expect(page.getByText(/残り (20|19):/)).toBeVisible()
  await choose(page, /303件の部屋/)
  await saved(page)
  await page.unroute(attempts)
  await context.setOffline(true)
  await page.clock.fastForward('21:00')
  await expect(page.getByText('時間切れ: つながり次第提出します')).toBeVisible()
  for (const field of await page.getByRole('region', { name: '確認テスト' }).getByRole('textbox').all()) await expect(field).toBeDisabled()
  await checkPage()
  await context.setOffline(false)
  await expect(page.getByText('不合格 16%')).toBeVisible()
})
