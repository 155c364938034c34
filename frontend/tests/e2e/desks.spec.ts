import { demoAccount, signIn } from './support/people'
import { outline } from './support/study'
import { expect, test } from './support/test'

const DESKS = { '/tutor': '採点', '/admin': 'メンバー', '/author': '講座と公開版', '/operator': '各部の状態' }
type Desk = keyof typeof DESKS

const PEOPLE: { who: string, email: string, may: Desk[] }[] = [
  { who: 'a tutor', email: 'sato@aozora.example', may: ['/tutor'] },
  { who: 'a corporate admin', email: 'takahashi@aozora.example', may: ['/admin'] },
  { who: 'an author', email: 'mori@aozora.example', may: ['/author'] },
  { who: 'an operator', email: 'operator@aozora.example', may: ['/admin', '/author', '/operator'] },
  { who: 'a trainee', email: 'ishikawa@aozora.example', may: [] },
]

for (const { who, email, may } of PEOPLE) {
  test(`${who} opens ${may.join(', ') || 'no desk'} and is told that the others are not theirs`, async ({ page, site, checkPage }) => {
    await signIn(page, await demoAccount(site, email))
    // Who takes no course begins at their desk.
    await expect(page).toHaveURL(new URL(may.at(-1) ?? '/', site.origin).href)
    const rooms = page.getByRole('navigation', { name: '役割の部屋' })
    for (const [path, title] of Object.entries(DESKS)) {
      await page.goto(path)
      if (may.includes(path as Desk)) {
        await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
        await expect(page.getByRole('main').getByRole('table').or(page.getByRole('main').getByRole('listitem')).first()).toBeVisible()
        await expect(rooms.locator(`a[href="${path}"]`)).toBeVisible()
      }
      else {
        await expect(page.getByRole('heading', { level: 1, name: 'このページを見る権限がありません' })).toBeVisible()
        await expect(page.getByRole('heading', { name: title })).toBeHidden()
        // Nobody is lost there: the bar, and where there are rooms, these.
        await expect(page.getByRole('button', { name: 'アカウントのメニュー' })).toBeVisible()
        await expect(rooms).toHaveCount(may.length ? 1 : 0)
      }
      if (may.includes(path as Desk) || path === '/tutor') await checkPage()
    }
  })
}

for (const { who, email, may } of PEOPLE.filter(({ may }) => may.length)) {
  test(`${who} finds the courses they may read, reads one and goes back to their desk`, async ({ page, site, checkPage }) => {
    await signIn(page, await demoAccount(site, email))
    const rooms = page.getByRole('navigation', { name: '役割の部屋' })
    await rooms.getByRole('link', { name: '講座', exact: true }).click()
    await expect(page.getByRole('heading', { name: '閲覧できる講座' })).toBeVisible()
    await checkPage()
    await page.getByRole('main').getByRole('link', { name: /機械学習のはじめの一歩/ }).click()
    await expect(page.getByRole('link', { name: '読む 1.1' })).toBeVisible()
    // They take no course, so no chapter has a state.
    await expect(page.getByRole('main').getByText(/未着手/)).toHaveCount(0)
    await checkPage()

    await page.keyboard.press('/')
    const search = page.getByRole('dialog', { name: '講座とチャプターを検索' })
    await expect(search.getByRole('option', { name: /過学習に気づく/ })).toBeVisible()
    await page.keyboard.type('過学習')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1, name: /過学習に気づく/ })).toBeVisible()
    await expect(outline(page).getByText(/未着手/)).toHaveCount(0)
    await page.goBack()
    await rooms.locator(`a[href="${may[0]}"]`).click()
    await expect(page.getByRole('heading', { level: 1, name: DESKS[may[0]!] })).toBeVisible()
  })
}

test('a corporate admin sees the people of their own company and nobody else, and finds one', async ({ page, site, watch }) => {
  await signIn(page, await demoAccount(site, 'kimura@midori.example'), '/admin')
  const people = page.getByRole('table').getByRole('row')
  await expect(people).toHaveCount(3)
  await expect(page.getByRole('main')).not.toContainText('aozora.example')
  await page.getByRole('searchbox').fill('田中')
  await expect(people).toHaveCount(2)
  await expect(page.getByRole('status').filter({ hasText: '1人が当てはまります' })).toBeVisible()
  expect(new URL(page.url()).searchParams.get('q')).toBe('田中')

  // The other company does not even exist for them.
  watch.expect(/status of 404/)
  const statuses = await page.evaluate(async () => {
    const ids = Array.from({ length: 5 }, (_, index) => index + 1)
    return Promise.all(ids.map(id => fetch(`/api/v1/organisations/${id}/members`).then(({ status }) => status)))
  })
  expect(statuses.filter(status => status === 200)).toHaveLength(1)
  expect(statuses.filter(status => status === 404)).toHaveLength(4)
})

test('an address nobody knows, and a chapter that does not exist, have a page with a way back', async ({ page, trainee, watch, checkPage }) => {
  watch.expect(/status of 404 .*\/api\/v1\/(chapters\/999|courses\/none)/)
  await signIn(page, trainee)
  await page.goto('/nowhere')
  await expect(page.getByRole('heading', { level: 1, name: 'ページが見つかりません' })).toBeVisible()
  await checkPage()
  await page.goto('/chapters/999')
  await expect(page.getByRole('heading', { level: 1, name: 'ページが見つかりません' })).toBeVisible()
  await expect(page.getByText(/問い合わせ番号 \S+/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'アカウントのメニュー' })).toBeVisible()
  await checkPage()
  // No notebook is started for what is not there.
  await page.goto('/chapters/999/coding')
  await expect(page.getByRole('heading', { level: 1, name: 'ページが見つかりません' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'ノート', exact: true })).toBeHidden()
  await page.goto('/courses/none')
  await expect(page.getByText(/問い合わせ番号 \S+/)).toBeVisible()
  await page.getByRole('button', { name: 'ホームへ戻る' }).click()
  await expect(page.getByRole('heading', { name: '受講中の講座' })).toBeVisible()
})
