import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { serverIsGone, stopServer } from './support/hub'
import { Notebook } from './support/notebook'
import { signIn, type Trainee } from './support/people'
import { type Place, repository, tenarai } from './support/site'
import { fillDisk } from './support/smallDisk'
import { outline, textOf } from './support/study'
import { expect, test } from './support/test'

test('the notebook fills the screen, or a tab of its own', async ({ page, context, trainee }) => {
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  await notebook.pane.getByRole('button', { name: '全画面で表示する' }).click()
  await expect.poll(() => page.evaluate(() => document.fullscreenElement?.getAttribute('aria-label'))).toBe('ノート')
  await notebook.run(1)
  await expect(notebook.output(1)).toHaveText('Hello, Python!')
  await notebook.pane.getByRole('button', { name: '全画面を終える' }).click()
  await expect(textOf(page)).toBeInViewport()

  const opened = context.waitForEvent('page')
  await notebook.pane.getByRole('link', { name: '新しいタブで開く' }).click()
  const tab = await opened
  await expect(tab.locator('.jp-Cell').nth(1)).toContainText('Hello, Python!', { timeout: 30_000 })
  expect(new URL(tab.url()).pathname).toMatch(/\/notebooks\/ml-first-steps\/02-python-values\.ipynb$/)
})

test('a notebook out of sight is kept for ten minutes; the hub\'s cookie is renewed as long as it is open', async ({ page, trainee, watch }) => {
  // Jupyter's own timers leap, too.
  watch.expect(/in the notebook/)
  await page.clock.install()
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  const asks: string[] = []
  page.on('request', request => request.method() === 'POST' && asks.push(new URL(request.url()).pathname))
  await page.clock.fastForward('04:05')
  await expect.poll(() => asks).toContain('/api/v1/notebook-server')

  const frame = page.locator('iframe[title^="Jupyter"]')
  await notebook.document().then(frame => frame.evaluate(() => Object.assign(window, { kept: true })))
  const go = async (title: RegExp) => page.getByRole('navigation', { name: '目次' }).getByRole('link', { name: title }).click()
  await go(/この講座の学び方/)
  await expect(textOf(page).getByRole('heading', { level: 1, name: /この講座の学び方/ })).toBeVisible()
  await page.clock.fastForward('09:00')
  await go(/値と変数/)
  await notebook.ready()
  expect(await notebook.document().then(frame => frame.evaluate(() => 'kept' in window))).toBe(true)

  await go(/この講座の学び方/)
  await expect(textOf(page).getByRole('heading', { level: 1, name: /この講座の学び方/ })).toBeVisible()
  await page.clock.fastForward('10:30')
  await expect(frame).toHaveCount(0)
  await go(/値と変数/)
  await notebook.ready()
  await notebook.run(1)
  await expect(notebook.output(1)).toHaveText('Hello, Python!')
})

test('a notebook that nobody touched has nothing to save', async ({ page, trainee }) => {
  await page.addInitScript(() => {
    const said: string[] = []
    Object.assign(window, { said })
    window.addEventListener('message', ({ data }: MessageEvent<{ type?: string }>) => data?.type && said.push(data.type))
  })
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  const said = () => page.evaluate(() => (window as unknown as { said: string[] }).said)
  // The kernel has told its version, and some seconds more have passed.
  await expect.poll(async () => (await said()).filter(type => type === 'resources').length).toBeGreaterThan(2)
  expect(await said()).not.toContain('dirty')
  await notebook.edit(1)
  await page.keyboard.type('1')
  await expect.poll(said).toContain('dirty')
})

test('what is written without a network waits in the notebook, which says nothing of its own, and is saved when the network is back', async ({ page, context, trainee, watch }) => {
  // Requests fail, and Jupyter's own timers leap.
  watch.expect(/in the notebook|ERR_INTERNET_DISCONNECTED|Failed to fetch/)
  await page.clock.install()
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  await context.setOffline(true)
  await notebook.write(1, 'written = "in a tunnel"')
  await expect(notebook.pane.getByText('未保存')).toBeVisible()
  for (let tries = 0; tries < 3; tries++) {
    const failed = page.waitForEvent('requestfailed')
    await page.clock.fastForward('00:25')
    await failed
  }
  await context.setOffline(false)
  await page.clock.fastForward('00:25')
  await expect(notebook.pane.getByText('未保存')).toBeHidden()
  expect(await readFile(join(trainee.home, 'work/ml-first-steps/02-python-values.ipynb'), 'utf8')).toContain('in a tunnel')
  await expect(notebook.frame.getByRole('dialog')).toHaveCount(0)
  await notebook.ready()
})

test('a notebook that is not in the folder is fetched when its address is opened', async ({ page, trainee, checkPage, watch }) => {
  // Jupyter complains of the file it does not find.
  watch.expect(/in the notebook/)
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  const work = join(trainee.home, 'work/ml-first-steps')
  await rm(join(work, '03-python-lists.ipynb'))
  await page.goto('/chapters/3/coding')
  await notebook.ready()
  await expect(notebook.cell(0)).toBeVisible()

  // And where it cannot be had: a word instead of a bar without an end, and a way on that works.
  const [pristine, token] = [join(trainee.home, '.tenarai/pristine/manifest.json'), join(trainee.home, '.tenarai/content-token')]
  const [manifest, secret] = [await readFile(pristine, 'utf8'), await readFile(token, 'utf8')]
  await rm(join(work, '04-numpy.ipynb'))
  await writeFile(pristine, JSON.stringify({ ...JSON.parse(manifest.replaceAll('04-numpy.ipynb', '04-other.ipynb')), etag: null }))
  await writeFile(token, 'nobody')
  await page.goto('/chapters/4/coding')
  await expect(notebook.pane.getByRole('heading', { name: 'このノートがフォルダーにありません' })).toBeVisible({ timeout: 30_000 })
  await checkPage()
  await writeFile(token, secret)
  await notebook.pane.getByRole('button', { name: '読み込み直す' }).click()
  await notebook.ready()
  await expect(notebook.cell(0)).toBeVisible()
})

test.describe('an author publishes a better notebook', () => {
  /** A course of its own, so that nobody else's changes under them. */
  async function publish(site: Place, slug: string, words: string) {
    const folder = join(site.folder, slug)
    await cp(join(repository, 'docs/sample-course'), folder, { recursive: true })
    const [course, notebook] = [join(folder, 'course.yaml'), join(folder, 'chapters/02-python-values/notebook.ipynb')]
    await writeFile(course, (await readFile(course, 'utf8')).replace('slug: ml-first-steps', `slug: ${slug}`))
    await writeFile(notebook, (await readFile(notebook, 'utf8')).replace('Hello, Python!', words))
    await tenarai(site, ['content', 'publish', folder])
  }
  async function openSecondChapter(page: Page, site: Place, trainee: Trainee, slug: string) {
    await publish(site, slug, 'Hello, first version!')
    await tenarai(site, ['organisation', 'license', 'aozora', slug])
    await tenarai(site, ['enrol', trainee.email, slug])
    await signIn(page, trainee, `/courses/${slug}`)
    await page.getByRole('link', { name: /1\.2 値と変数/ }).click()
    const notebook = new Notebook(page)
    await notebook.ready()
    await notebook.write(1, 'print("mine")')
    await expect(notebook.output(1)).toHaveText('mine')
    await expect(page.getByText('未保存')).toBeHidden()
    const chapter = page.url()
    // Away from the site: any page of it would start the server ahead of need.
    await page.goto('about:blank')
    // The next day: material is fetched when the server starts.
    await stopServer(site, trainee.hubUser)
    await publish(site, slug, 'Hello, second version!')
    await serverIsGone(site, trainee.hubUser)
    await page.goto(chapter)
    await notebook.ready()
    await expect(notebook.pane.getByText('このノートの新しい版があります。')).toBeVisible()
    return notebook
  }

  test('and the trainee takes it; what they wrote is kept in a copy', async ({ page, site, trainee, checkPage }) => {
    const notebook = await openSecondChapter(page, site, trainee, 'better-taken')
    await checkPage()
    await expect(notebook.cell(1)).toContainText('mine')
    await notebook.pane.getByRole('button', { name: '新しい版にする' }).click()
    await expect(page.getByText('新しい版にしました')).toBeVisible()
    await expect(page.getByRole('link', { name: '前の内容を別のタブで開く' })).toHaveAttribute('href', /better-taken\/02-python-values-\d{8}-\d{6}\.ipynb$/)
    await expect(notebook.cell(1)).toContainText('Hello, second version!')
    await expect(notebook.pane.getByText('このノートの新しい版があります。')).toBeHidden()
    const folder = join(trainee.home, 'work/better-taken')
    const copies = (await readdir(folder)).filter(name => name.startsWith('02-python-values') && name !== '02-python-values.ipynb')
    expect(await readFile(join(folder, copies[0]!), 'utf8')).toContain('mine')
  })

  test('and the trainee keeps theirs, and is not asked again', async ({ page, site, trainee }) => {
    const notebook = await openSecondChapter(page, site, trainee, 'better-kept')
    await notebook.pane.getByRole('button', { name: 'このまま使う' }).click()
    await expect(page.getByText('いまのノートをそのまま使います')).toBeVisible()
    await page.reload()
    await notebook.ready()
    await expect(notebook.cell(1)).toContainText('mine')
    await expect(notebook.pane.getByText('このノートの新しい版があります。')).toBeHidden()
  })
})

test('the notebook\'s menu has nothing that would lead the work away from its chapter', async ({ page, trainee }) => {
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  await notebook.frame.getByRole('menuitem', { name: 'ファイル' }).click()
  const entries = notebook.frame.locator('.lm-Menu-itemLabel:visible')
  await expect(entries.filter({ hasText: 'Notebook を保存' })).toBeVisible()
  await expect(entries.filter({ hasText: /^(Rename|Duplicate|Close|Open|.*別名)/ })).toHaveCount(0)
})

test('what was typed a moment ago is there after leaving the chapter, and after signing out', async ({ page, trainee }) => {
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  const type = async (words: string) => {
    await notebook.ready()
    await notebook.edit(1)
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.insertText(words)
  }
  await type('last = "words"')
  await page.getByRole('link', { name: 'ホームへ' }).click()
  await expect(page.getByRole('heading', { name: '受講中の講座' })).toBeVisible()
  await page.goto('/chapters/2/coding')
  await notebook.ready()
  await expect(notebook.cell(1)).toContainText('last = "words"')

  await type('very_last = "words"')
  await page.getByRole('button', { name: 'アカウントのメニュー' }).click()
  await page.getByRole('menuitem', { name: 'サインアウトする' }).click()
  await expect(page.getByRole('heading', { name: 'サインイン' })).toBeVisible()
  await signIn(page, trainee, '/chapters/2/coding')
  await notebook.ready()
  await expect(notebook.cell(1)).toContainText('very_last = "words"')
})

test('what a full disk does not take waits in the page, whatever chapter is opened meanwhile', async ({ page, trainee, checkPage, watch }) => {
  // Jupyter tells the console of each save that fails.
  watch.expect(/in the notebook|status of (507|403)/)
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  await notebook.document().then(frame => frame.evaluate(() => Object.assign(window, { kept: true })))
  const folder = join(trainee.home, 'work/ml-first-steps')
  const saved = () => readFile(join(folder, '02-python-values.ipynb'), 'utf8')
  const disk = await fillDisk(folder, '02-python-values.ipynb')
  try {
    await notebook.edit(1)
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.insertText('kept = "in the page"')
    const told = notebook.pane.getByRole('alert')
    await expect(told).toContainText('このノートを保存できていません')
    if (disk.full) await expect(told).toContainText('保存先がいっぱいです')
    await expect(notebook.frame.getByRole('dialog')).toHaveCount(0)
    await checkPage()

    const go = (title: RegExp) => outline(page).getByRole('link', { name: title }).click()
    await go(/リスト/)
    await expect(notebook.cell(0)).toContainText('リスト')
    await notebook.ready()
    await expect(told).toContainText('前に開いたチャプターのノートを保存できていません')
    await go(/値と変数/)
    await expect(notebook.cell(1)).toContainText('kept = "in the page"')
    expect(await notebook.document().then(frame => frame.evaluate(() => 'kept' in window))).toBe(true)
    expect(await saved()).toContain('Hello, Python!')

    // Who leaves all the same is asked, for it would be lost.
    await page.getByRole('link', { name: 'ホームへ' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'このページに残る' }).click()
    await go(/リスト/)
    await notebook.ready()
    await disk.makeRoom()
    await told.getByRole('button', { name: 'もう一度保存する' }).click()
    await expect(told).toBeHidden()
    expect(await saved()).toContain('in the page')
  }
  finally {
    await disk.remove()
  }
})
