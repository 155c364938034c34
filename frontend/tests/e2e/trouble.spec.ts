import { rm, writeFile } from 'node:fs/promises'
import { hubProcess, stopServer } from './support/hub'
import { Notebook } from './support/notebook'
import { demoAccount, signIn } from './support/people'
import { textOf } from './support/study'
import { expect, test } from './support/test'

test('a server that was stopped under the open notebook says so and starts again', async ({ page, site, trainee, watch, checkPage }) => {
  // Until the pane knows, Jupyter asks a server that is gone.
  watch.expect(/in the notebook/)
  await page.clock.install()
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  await notebook.write(1, 'print("kept")')
  await expect(notebook.output(1)).toHaveText('kept')
  await expect(page.getByText('未保存')).toBeHidden()

  await stopServer(site, trainee.hubUser)
  await expect(notebook.pane.getByRole('heading', { name: 'ノートは停止しました' })).toBeVisible({ timeout: 30_000 })
  await expect(textOf(page).getByRole('heading', { level: 1 })).toBeVisible()
  await checkPage()
  // A pane that was left open wakes no server, however long it stays.
  const renewed = page.waitForResponse(response => response.url().endsWith('/api/v1/notebook-server') && response.request().method() === 'POST')
  await page.clock.fastForward('04:05')
  expect(await (await renewed).json()).toMatchObject({ state: 'stopped' })
  await notebook.pane.getByRole('button', { name: 'ノートを起動する' }).click()
  await notebook.ready()
  await expect(notebook.output(1)).toHaveText('kept')
  await notebook.run(1)
  await expect(notebook.output(1)).toHaveText('kept')
})

test('a hub that falls is started again; the text stays readable and the notebook comes back with its variables', async ({ page, site, trainee, watch, checkPage }) => {
  watch.expect(/in the notebook|ERR_CONNECTION_REFUSED/)
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  await notebook.write(1, 'kept = "in memory"')
  await expect(page.locator('figure[data-cell="hello"]').getByRole('status')).toHaveText(/^実行済み/)
  await expect(page.getByText('未保存')).toBeHidden()

  process.kill(await hubProcess(site), 'SIGKILL')
  await expect(notebook.pane.getByText('切断されています')).toBeVisible({ timeout: 30_000 })
  await expect(notebook.pane.getByText('自動でつなぎ直します。')).toBeVisible()
  await expect(textOf(page).getByRole('heading', { level: 1 })).toBeVisible()
  await checkPage()
  await notebook.ready()
  await notebook.write(3, 'print(kept)')
  await expect(notebook.output(3)).toHaveText('in memory')
})

test('a start that fails names the cause, keeps the text and works when it is tried again', async ({ page, trainee, checkPage }) => {
  // Something that is no folder stands where the learner's home should be.
  await writeFile(trainee.home, '')
  // On a slow network the failure is told before the request for the start is answered.
  await page.route('**/api/v1/notebook-server', async (route) => {
    const response = await route.fetch()
    await expect.poll(async () => ((await (await page.request.get('/api/v1/notebook-server')).json()) as { state: string }).state).toBe('failed')
    await route.fulfill({ response })
  }, { times: 1 })
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await expect(notebook.pane.getByRole('heading', { name: 'ノートを起動できませんでした' })).toBeVisible({ timeout: 30_000 })
  await expect(textOf(page).getByRole('heading', { level: 1 })).toBeVisible()
  const words = notebook.pane.getByText(/^(spawn_failed|hub_refused)/)
  await expect(words).toBeHidden()
  await notebook.pane.getByText('詳しい内容').click()
  await expect(words).toBeVisible()
  await checkPage()
  await rm(trainee.home)
  await notebook.pane.getByRole('button', { name: 'もう一度試す' }).click()
  await notebook.ready()
})

test('a hub that hangs is no queue, and holds nothing else up', async ({ page, site, trainee, visit, checkPage }) => {
  const hub = await hubProcess(site)
  process.kill(hub, 'SIGSTOP')
  try {
    await signIn(page, trainee, '/chapters/2/coding')
    const { pane } = new Notebook(page)
    await expect(pane.getByText('ノートのサーバーの返事を待っています。')).toBeVisible()
    await expect(pane.locator('[aria-current="step"]')).toHaveCount(0)
    await checkPage()
    await expect(pane.getByRole('heading', { name: 'ノートのサーバーが応答していません' })).toBeVisible()

    const desk = await visit()
    const part = (name: string) => desk.getByRole('main').getByRole('listitem').filter({ hasText: name })
    // The hub's answer is still out when the others are there.
    const late = desk.waitForResponse(/operator\/health\?part=hub/)
    await signIn(desk, await demoAccount(site, 'operator@aozora.example'), '/operator')
    await expect(part('データベース')).toContainText('正常')
    await expect(part('保存領域')).toContainText('正常')
    await expect(part('ハブ').getByRole('status', { name: '読み込んでいます' })).toBeVisible()
    await late
    await expect(part('ハブ')).toContainText('停止')
    await checkPage(desk)
  }
  finally {
    process.kill(hub, 'SIGCONT')
  }
  await new Notebook(page).ready()
})
