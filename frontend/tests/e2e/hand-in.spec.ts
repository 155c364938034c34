import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Notebook } from './support/notebook'
import { signIn } from './support/people'
import { expect, test } from './support/test'

test('a notebook is handed in as it is on show, replaced, withdrawn, and handed in once more', async ({ page, trainee, checkPage }) => {
  await signIn(page, trainee, '/chapters/13/coding')
  const panel = page.getByRole('region', { name: '提出' })
  await expect(panel.getByText('100点満点')).toBeVisible()
  await checkPage()
  const notebook = new Notebook(page)
  await notebook.ready()
  // Written, and not saved: what is on show is what is meant.
  await notebook.cell(3).click()
  await notebook.write(3, 'answer = 42')
  await panel.getByRole('button', { name: '提出する' }).click()
  const state = panel.getByRole('status').first()
  await expect(state).toContainText('採点を待っています')
  await expect(state).toContainText('第1回')
  await checkPage()
  const saved = await readFile(join(trainee.home, 'work/ml-first-steps/13-rent-report.ipynb'))
  expect(saved.toString()).toContain('answer = 42')
  await expect(state.getByRole('code')).toHaveAttribute('title', createHash('sha256').update(saved).digest('hex'))

  const again = panel.getByRole('button', { name: 'いまの内容で提出し直す' })
  await again.click()
  await expect(page.getByText('内容が第1回の提出と同じため')).toBeVisible()
  await notebook.write(3, 'answer = 43')
  await again.click()
  await expect(state).toContainText('第2回')
  const history = panel.getByRole('region', { name: 'これまでの提出' })
  await expect(history.getByRole('group').nth(1)).toContainText('置き換え済み')

  await panel.getByRole('button', { name: '取り下げる' }).click()
  await expect(page.getByText('提出を取り下げました。')).toBeVisible()
  await expect(history.getByRole('group').first()).toContainText('取り下げ')
  await panel.getByRole('button', { name: '提出する' }).click()
  await expect(state).toContainText('第3回')
  const download = page.waitForEvent('download')
  await history.getByRole('link', { name: '第3回の提出をダウンロードする' }).click()
  expect(await readFile((await (await download).path()), 'utf8')).toContain('answer = 43')
})

test('a server that is off is started to hand in what is saved', async ({ page, trainee }) => {
  await signIn(page, trainee, '/chapters/13/coding')
  await new Notebook(page).ready()
  // The text alone: nothing is open that could be saved.
  await page.goto('/chapters/13')
  const stopped = await page.evaluate(() => fetch('/api/v1/notebook-server', { method: 'DELETE', headers: { 'content-type': 'application/json' } }).then(answer => answer.status))
  expect(stopped).toBe(202)
  const panel = page.getByRole('region', { name: '提出' })
  await panel.getByRole('button', { name: '提出する' }).click()
  await expect(panel.getByRole('status').first()).toContainText('採点を待っています', { timeout: 60_000 })
})

test('checks are run from scratch before and after handing in, and hidden ones are not told', async ({ page, trainee, checkPage }) => {
  test.setTimeout(180_000)
  const bodies: Promise<string>[] = []
  page.on('response', response => response.url().includes('/submissions') && bodies.push(response.text().catch(() => '')))
  await signIn(page, trainee, '/chapters/13/coding')
  const panel = page.getByRole('region', { name: '提出' })
  const notebook = new Notebook(page)
  await notebook.ready()
  await notebook.run(1)
  await notebook.write(3, 'X = df[["area"]]\ny = df["rent"]\nX_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=42)')
  await panel.getByRole('button', { name: 'チェックを実行する' }).click()
  const split = panel.getByRole('listitem').filter({ hasText: 'データを指示どおりに分けている' })
  await expect(split).toContainText('合格', { timeout: 90_000 })
  await expect(panel.getByRole('listitem').filter({ hasText: 'ベースラインのMAEが正しい' })).toContainText('変数 baseline_mae がありません')
  await checkPage()

  await panel.getByRole('button', { name: '提出する' }).click()
  await expect(panel.getByRole('heading', { name: '提出した内容のチェック' })).toBeVisible()
  await expect(panel.getByRole('heading', { name: '提出前のチェック' })).toBeHidden()
  await expect(split).toContainText('合格', { timeout: 90_000 })
  await expect(panel.getByText('提出後に実行されるチェック 2件')).toBeHidden()
  const told = (await Promise.all(bodies)).join()
  expect(told).toContain('test_the_data_are_split_as_asked')
  expect(told).not.toContain('test_the_error_is_that_of_the_model')
})
