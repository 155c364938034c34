import { signIn } from './support/people'
import { expect, test } from './support/test'

test('an empty or mistyped field says what is missing, in the words of the page, and takes the focus', async ({ page, trainee, watch, checkPage }) => {
  watch.expect(/status of 401/)
  await page.goto('/sign-in')
  const [email, password] = [page.getByLabel('メールアドレス'), page.getByLabel('パスワード', { exact: true })]
  const submit = page.getByRole('button', { name: 'サインインする' })
  await submit.click()
  await expect(page.getByText('メールアドレスを入力してください')).toBeVisible()
  await expect(page.getByText('パスワードを入力してください')).toBeVisible()
  await expect(email).toBeFocused()
  await expect(email).toHaveAttribute('aria-invalid', 'true')
  await checkPage()
  await email.fill('ishikawa')
  await password.fill(trainee.password)
  await expect(page.getByText('パスワードを入力してください')).toBeHidden()
  await submit.click()
  await expect(page.getByText('メールアドレスの形で入力してください')).toBeVisible()

  // Who mistrusts their typing looks at it.
  await page.getByRole('button', { name: 'パスワードを表示する' }).click()
  await expect(password).toHaveAttribute('type', 'text')
  await checkPage()
  await page.getByRole('button', { name: 'パスワードを隠す' }).click()
  await expect(password).toHaveAttribute('type', 'password')
  await email.fill(trainee.email)

  // One that is refused is ready to be typed anew.
  await password.fill('not the password')
  await submit.click()
  await expect(page.getByRole('alert').filter({ hasText: '違います' })).toBeVisible()
  await expect(password).toBeFocused()
  await page.keyboard.type(trainee.password)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: '受講中の講座' })).toBeVisible()
})

test('who has tried too often is told for how long to wait, and when that is over', async ({ page, watch, checkPage }) => {
  watch.expect(/status of 429/)
  await page.clock.install()
  await page.route('**/api/v1/session', route => route.request().method() === 'POST'
    ? route.fulfill({ status: 429, headers: { 'retry-after': '734' }, contentType: 'application/problem+json', json: { code: 'too_many_requests', title: '', detail: '' } })
    : route.continue())
  await page.goto('/sign-in')
  await page.getByLabel('メールアドレス').fill('ishikawa@aozora.example')
  await page.getByLabel('パスワード', { exact: true }).fill('not the password')
  await page.getByRole('button', { name: 'サインインする' }).click()
  await expect(page.getByText('あと13分で、もう一度試せます。')).toBeVisible()
  await checkPage()
  await page.clock.fastForward('11:40')
  await expect(page.getByText(/あと3\d秒で/)).toBeVisible()
  await page.clock.fastForward('01:00')
  await expect(page.getByText('もう一度お試しください。')).toBeVisible()
})

test('a password that is to be changed is asked for in the words of the page', async ({ page, trainee, checkPage }) => {
  await signIn(page, trainee, '/account')
  const form = page.getByRole('region', { name: 'パスワードの変更' })
  await form.getByRole('button', { name: '変更する' }).click()
  await expect(form.getByText('現在のパスワードを入力してください')).toBeVisible()
  await checkPage()
})
