import type { Page } from '@playwright/test'
import { Desk } from './support/desk'
import { Notebook } from './support/notebook'
import { addTutor, signIn } from './support/people'
import { readToTheEnd } from './support/study'
import { expect, test as base } from './support/test'

/** Two tutors, for an appeal is answered by another. */
const test = base.extend<{ tutor: Desk, other: Desk }>({
  tutor: async ({ site }, use) => {
    const desk = await Desk.of(site, await addTutor(site, '佐藤 直子'))
    await use(desk)
    await desk.close()
  },
  other: async ({ site }, use) => {
    const desk = await Desk.of(site, await addTutor(site, '山本 圭'))
    await use(desk)
    await desk.close()
  },
})

const CHAPTER = '/chapters/13/coding'
const panelOf = (page: Page) => page.getByRole('region', { name: '提出', exact: true })
const LEVELS = { error: 1, reasons: 1, limits: 0 }
const needsWork = { levels: LEVELS, points: 40, message: '分けるところまではよくできています。', verdict: 'needs_work' as const, comments: [
  { id: '1', cell: 'split', line: 2, text: '`random_state` を指定してください。' },
  { id: '2', cell: 'report', line: null, text: '単位を書いてください。' },
  { id: '3', cell: 'split', line: null, text: '列の選び方は妥当です。' },
] }

/** Hands in what is in the notebook; the number of the receipt in the database. */
async function handIn(page: Page, button: string): Promise<number> {
  const answer = page.waitForResponse(response => response.url().endsWith('/submissions') && response.request().method() === 'POST')
  await panelOf(page).getByRole('button', { name: button }).click()
  return ((await (await answer).json()) as { id: number }).id
}

/** A notification would say that there is news. */
const news = (page: Page) => page.evaluate(() => window.dispatchEvent(new Event('tenarai:notice')))

test('work comes back, is improved at the cell that was commented, and completes the chapter', async ({ page, trainee, tutor, checkPage, watch }) => {
  test.setTimeout(240_000)
  await signIn(page, trainee, CHAPTER)
  const panel = panelOf(page)
  const state = panel.getByRole('status').first()
  const notebook = new Notebook(page)
  await notebook.ready()
  await notebook.write(3, 'X = 1\ny = 2')
  const first = await handIn(page, '提出する')
  await expect(state).toContainText('採点を待っています')

  await test.step('a tutor has it: nothing can be taken from under their hands', async () => {
    await tutor.claim(first)
    await news(page)
    await expect(state).toContainText('採点中')
    await expect(panel.getByText('取り下げも提出し直しもできません')).toBeVisible()
    await expect(panel.getByRole('button', { name: '取り下げる' })).toBeHidden()
    await expect(panel.getByRole('button', { name: /提出(する|し直す)/ })).toBeHidden()
  })

  await tutor.read(first)
  await tutor.decide(first, needsWork)
  await news(page)
  await expect(state).toContainText('返却：直して再提出してください')
  await expect(panel.getByText('40 / 100点')).toBeVisible()
  const steps = panel.getByRole('group').filter({ hasText: '第1回' }).getByRole('listitem')
  await expect(steps.first()).toContainText('返却されました：40点')
  await expect(steps.filter({ hasText: 'チューターが採点を始めました' })).toHaveCount(1)
  await expect(steps.last()).toContainText('提出しました')
  await checkPage()

  await test.step('the same again is refused in words', async () => {
    watch.expect(/status of 409 .*\/submissions$/)
    await panel.getByRole('button', { name: 'もう一度提出する' }).click()
    await expect(panel.getByRole('alert')).toContainText('変わっていません')
  })

  await test.step('home says what waits, and leads to it', async () => {
    await page.goto('/')
    const line = page.getByRole('listitem').filter({ hasText: '返却' })
    await expect(line).toContainText('4.1 演習課題')
    await checkPage()
    await line.getByRole('link').click()
    await expect(page).toHaveURL(new RegExp(`/chapters/13/coding\\?submission=${first}$`))
  })

  const sheet = page.getByRole('dialog', { name: '第1回の提出' })
  await test.step('comments stand beside their cells, in order, and know each other', async () => {
    await expect(sheet.getByText('分けるところまではよくできています。')).toBeVisible()
    await expect(sheet.getByRole('heading', { name: /^セル/ })).toHaveText(['セルへのコメント', 'セル4', 'セル12'])
    const handedIn = sheet.frameLocator('iframe')
    await expect(handedIn.getByText('X = 1')).toBeVisible()
    // Neither commented nor bare cells are mixed up.
    await handedIn.getByText('X = 1').click()
    await expect(sheet.locator('[data-active]')).toContainText('列の選び方は妥当です。')
    await sheet.getByRole('button', { name: '2行目' }).click()
    await expect(handedIn.locator('.line.pointed')).toContainText('y = 2')
    await expect(sheet.getByText('佐藤 直子 · 画面で読みました')).toBeVisible()
    await checkPage()
  })

  await test.step('one click to the cell in the live notebook', async () => {
    await sheet.getByRole('button', { name: '自分のノートで見る：セル4' }).click()
    await expect(sheet).toBeHidden()
    await notebook.ready()
    await expect(page).toHaveURL(/\/coding$/)
    await expect(notebook.cell(3)).toHaveClass(/jp-mod-active/)
    await expect(notebook.cell(3)).toBeInViewport()
  })

  await notebook.write(3, 'X = 1\ny = 3')
  const second = await handIn(page, 'もう一度提出する')
  await expect(state).toContainText('第2回')
  await tutor.decide(second, { levels: { error: 2, reasons: 2, limits: 2 }, points: 90, message: '', verdict: 'passed', comments: [] })
  await news(page)
  await expect(state).toContainText('合格')
  await expect(panel.getByText('提出の必要はありません')).toBeVisible()
  // What went before is folded.
  await expect(panel.getByText('返却されました：40点')).toBeHidden()
  await readToTheEnd(page)
  await expect(page.getByText(/^修了 \d/)).toBeVisible()
  await page.goto('/')
  await expect(page.getByRole('link', { name: /^4\.1 .*: 修了/ })).toBeVisible()
  await expect(page.getByRole('list', { name: '提出した課題' })).toBeHidden()
})

test('another tutor is asked for, not asked for, and answers', async ({ page, trainee, tutor, other, checkPage, watch }) => {
  test.setTimeout(180_000)
  await signIn(page, trainee, CHAPTER)
  const panel = panelOf(page)
  const state = panel.getByRole('status').first()
  await new Notebook(page).ready()
  const id = await handIn(page, '提出する')
  await tutor.decide(id, needsWork)
  await news(page)

  const dialog = page.getByRole('dialog', { name: /見直しを求める/ })
  const appeal = async (reason: string) => {
    await panel.getByRole('button', { name: '採点の見直しを求める' }).click()
    await dialog.getByRole('textbox').fill(reason)
    await dialog.getByRole('button', { name: '再審査を申し立てる' }).click()
  }
  await appeal(' ')
  await expect(dialog.getByText('見直してほしい点を書いてください')).toBeVisible()
  await expect(dialog.getByRole('textbox')).toBeFocused()
  await checkPage()
  await dialog.getByRole('textbox').fill('あ'.repeat(1001))
  await dialog.getByRole('button', { name: '再審査を申し立てる' }).click()
  await expect(dialog.getByText('1000文字までにしてください')).toBeVisible()
  await dialog.getByRole('button', { name: 'やめる' }).click()

  await appeal('単位は書いてあります。')
  await expect(state).toContainText('再審査を待っています')
  await panel.getByRole('button', { name: '申し立てを取り下げる' }).click()
  await expect(state).toContainText('返却')
  await appeal('単位は本文の2行目に書いてあります。')
  await expect(state).toContainText('再審査を待っています')
  await checkPage()

  // The other has begun while this page shows what was so before.
  await other.claim(id)
  watch.expect(/status of 409 .*\/appeal$/)
  await panel.getByRole('button', { name: '申し立てを取り下げる' }).click()
  await expect(panel.getByRole('alert')).toContainText('始めた')
  await expect(state).toContainText('別のチューターが見直しています')
  await expect(panel.getByRole('button', { name: '申し立てを取り下げる' })).toBeHidden()

  await other.decide(id, { levels: LEVELS, points: 70, message: '確かに書かれていました。', verdict: 'passed', comments: [] })
  await news(page)
  await expect(state).toContainText('合格')
  await expect(panel.getByText('再審査の結果：合格しました（70点）')).toBeVisible()
  await expect(panel.getByText('単位は本文の2行目に書いてあります。')).toBeVisible()
  await panel.getByRole('button', { name: 'フィードバックを見る' }).click()
  const sheet = page.getByRole('dialog', { name: '第1回の提出' })
  await sheet.getByText('再審査の前の結果').click()
  await expect(sheet.getByText('分けるところまではよくできています。')).toBeVisible()
  await expect(sheet.getByText('まだ誰も開いていません。')).toBeVisible()
})

test('on a phone the feedback, the cells and the notebook are a tap apart; what is gone says so', async ({ visit, trainee, tutor, checkPage }) => {
  test.setTimeout(180_000)
  const page = await visit({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  // An address that means nothing opens the chapter, and says nothing.
  await signIn(page, trainee, `${CHAPTER}?submission=999999`)
  await expect(panelOf(page).getByText('100点満点')).toBeVisible()
  await expect(page).toHaveURL(/\/coding$/)
  const id = await handIn(page, '提出する')
  await tutor.decide(id, { ...needsWork, comments: [...needsWork.comments, { id: '4', cell: 'nowhere', line: null, text: 'このセルは要りません。' }] })

  await page.goto(`${CHAPTER}?submission=${id}`)
  const sheet = page.getByRole('dialog', { name: '第1回の提出' })
  await expect(sheet.getByText('分けるところまではよくできています。')).toBeVisible()
  await checkPage(page)
  await sheet.getByRole('tab', { name: '提出したノートブック' }).tap()
  const handedIn = sheet.frameLocator('iframe')
  await handedIn.getByText('ここに報告を書きます').tap()
  await expect(sheet.getByText('単位を書いてください。').last()).toBeInViewport()
  await checkPage(page)
  await sheet.getByRole('button', { name: '自分のノートで見る：セル12' }).last().tap()
  await expect(page.getByRole('tab', { name: 'ノート', exact: true })).toHaveAttribute('aria-selected', 'true')
  const notebook = new Notebook(page)
  await notebook.ready()
  await expect(notebook.cell(11)).toBeInViewport()

  await page.goto(`${CHAPTER}?submission=${id}`)
  await sheet.getByRole('button', { name: '自分のノートで見る：提出した内容に見つからないセル' }).tap()
  await notebook.ready()
  await expect(page.getByText('このセルは、いまのノートブックにはありません')).toBeVisible()
})
