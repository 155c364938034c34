import type { Page } from '@playwright/test'
import { Notebook } from './support/notebook'
import { addTutor, signIn } from './support/people'
import { startSite } from './support/site'
import { expect, test } from './support/test'

/** A site that gives a tutor the usual minute to think better of it. */
const testWithTime = test.extend({
  // eslint-disable-next-line no-empty-pattern
  site: async ({}, use) => {
    const { stop, ...place } = await startSite({ hub: true })
    await use(place)
    await stop()
  },
})

/** A trainee writes into the notebook, and hands it in. */
async function handIn(page: Page, source: string) {
  const notebook = new Notebook(page)
  await notebook.ready()
  await notebook.write(3, source)
  const panel = page.getByRole('region', { name: '提出' })
  await panel.getByRole('button', { name: '提出する' }).click()
  await expect(panel.getByRole('status').first()).toContainText('採点を待っています')
}

const work = (page: Page) => page.locator('iframe[title="提出されたノートブック"]').contentFrame()
const decision = (page: Page) => page.getByRole('region', { name: '評価' })
const levelsOf = (page: Page, criterion: string) => decision(page).getByRole('group', { name: criterion }).getByRole('button')
const undoBar = (page: Page) => page.getByRole('region', { name: '送信前の判定' })

testWithTime('a tutor grades by keyboard alone, and thinks better of it; another who looks on locks nothing', async ({ page, site, visit, newTrainee, checkPage, watch }) => {
  test.setTimeout(240_000)
  const trainee = await newTrainee('早坂 みのり')
  await signIn(page, trainee, '/chapters/13/coding')
  await handIn(page, 'X = df[["area", "age"]]\ny = df["rent"]')

  // Somebody else opens it first: that claims nothing.
  const other = await visit()
  await signIn(other, await addTutor(site, '田村 涼'), '/tutor')
  await other.getByRole('list', { name: '採点待ち' }).getByRole('link', { name: /早坂 みのり/ }).click()
  await expect(other.getByRole('button', { name: '担当する' })).toBeVisible()
  await expect(other.getByRole('button', { name: '返却する' })).toBeDisabled()
  await expect(levelsOf(other, '誤差の説明').first()).toBeDisabled()

  const tutor = await visit()
  await signIn(tutor, await addTutor(site, '佐藤 健'), '/tutor')
  const row = tutor.getByRole('list', { name: '採点待ち' }).getByRole('link', { name: /早坂 みのり/ })
  await expect(row).toBeVisible()
  await expect(row).not.toContainText('採点中')
  await checkPage(tutor)
  await tutor.keyboard.press('n')
  await expect(tutor.getByRole('heading', { level: 1, name: /早坂 みのり/ })).toBeVisible()
  await expect(tutor.getByText('あなたが担当中')).toBeVisible()
  await expect(tutor.getByText(/残り (30:00|29:)/)).toBeVisible()

  // From one changed cell to the next, and to a line of it: keys reach the desk from within the frame, too.
  const changed = work(tutor).locator('.cell.changed')
  await expect(changed).toHaveCount(1)
  await tutor.keyboard.press('j')
  await expect(changed).toHaveClass(/focused/)
  await changed.locator('.line[data-line="1"]').click()
  await tutor.keyboard.press('c')
  const comment = tutor.getByRole('textbox', { name: /^セル4の1行目へのコメント$/ })
  await expect(comment).toBeFocused()
  // A letter in a field is a letter.
  await tutor.keyboard.type('r a u: 駅からの時間も使えそうです。')
  await tutor.keyboard.press('Escape')
  await expect(comment).not.toBeFocused()
  await expect(work(tutor).getByText('コメント1件')).toBeVisible()
  for (const level of ['3', '2', '1']) await tutor.keyboard.press(level)
  await expect(levelsOf(tutor, '誤差の説明').nth(2)).toHaveAttribute('aria-pressed', 'true')
  await expect(levelsOf(tutor, '効いた手がかりとその理由').nth(1)).toHaveAttribute('aria-pressed', 'true')
  await expect(levelsOf(tutor, '限界の正直さ').nth(0)).toHaveAttribute('aria-pressed', 'true')
  await tutor.keyboard.press('m')
  await tutor.keyboard.type('よい出だしです。')
  await tutor.keyboard.press('Escape')
  await expect(decision(tutor).getByText(/保存済み/)).toBeVisible()
  await checkPage(tutor)

  await tutor.keyboard.press('p')
  const preview = tutor.getByRole('dialog', { name: '受講者への見え方' })
  await expect(preview).toContainText('駅からの時間も使えそうです。')
  await expect(preview).toContainText('よい出だしです。')
  await checkPage(tutor)
  await tutor.keyboard.press('Escape')
  await expect(preview).toBeHidden()

  await tutor.keyboard.press('r')
  await expect(undoBar(tutor)).toContainText('早坂 みのり：返却')
  await expect(tutor.getByRole('button', { name: '次の提出へ' })).toBeVisible()
  await checkPage(tutor)
  // The other one sees who has it, and that it is decided.
  await other.reload()
  await expect(other.getByText('送信するところです')).toBeVisible()

  await tutor.keyboard.press('u')
  await expect(undoBar(tutor)).toBeHidden()
  await expect(tutor.getByText('あなたが担当中')).toBeVisible()
  await expect(tutor.getByRole('textbox', { name: '全体へのメッセージ' })).toHaveValue('よい出だしです。')
  await other.reload()
  await expect(other.getByText('佐藤 健さんが採点中').last()).toBeVisible()
  await expect(other.getByRole('button', { name: '担当する' })).toBeHidden()

  await tutor.keyboard.press('m')
  await tutor.keyboard.press('End')
  await tutor.keyboard.type('単位も書きましょう。')
  await tutor.keyboard.press('Escape')
  await tutor.keyboard.press('r')
  await expect(undoBar(tutor)).toContainText('返却')

  // Nothing else waits: the next key says so, and the decision can still be taken back from the queue.
  await tutor.keyboard.press('n')
  await expect(tutor.getByRole('heading', { level: 1, name: '採点' })).toBeVisible()
  await expect(tutor.getByText('いま担当できる提出はありません。')).toBeVisible()
  await expect(undoBar(tutor)).toContainText('早坂 みのり：返却')
  expect(watch.complaints).toEqual([])
})

test('what is incomplete is said where it is missing, and a lead who takes over leaves nobody without their words', async ({ page, site, visit, newTrainee, checkPage, watch }) => {
  test.setTimeout(240_000)
  // What the server refuses, the browser's console reports, too.
  watch.expect(/status of (422|409) .*\/api\/v1\/desk\/submissions\//)
  const trainee = await newTrainee('若林 直')
  await signIn(page, trainee, '/chapters/13/coding')
  await handIn(page, 'X = df[["area"]]')

  const tutor = await visit()
  await signIn(tutor, await addTutor(site, '佐藤 健'), '/tutor')
  await tutor.getByRole('list', { name: '採点待ち' }).getByRole('link', { name: /若林 直/ }).click()
  await expect(tutor.getByText('まだ誰も担当していません')).toBeVisible()
  await tutor.keyboard.press('t')
  await expect(tutor.getByText('あなたが担当中')).toBeVisible()
  await tutor.keyboard.press('r')
  await expect(decision(tutor).getByText('段階を選んでください')).toHaveCount(3)
  await expect(decision(tutor).getByText(/返却には、何を直せばよいか/)).toBeVisible()
  await checkPage(tutor)
  await tutor.keyboard.press('m')
  await tutor.keyboard.type('途中まで書いたこと。')
  await expect(decision(tutor).getByText(/保存済み/)).toBeVisible()

  const lead = await visit()
  await signIn(lead, await addTutor(site, '大西 リーダー'), new URL(tutor.url()).pathname)
  await lead.getByRole('button', { name: '担当を引き継ぐ' }).click()
  const dialog = lead.getByRole('dialog', { name: '担当を引き継ぐ' })
  await checkPage(lead)
  await dialog.getByRole('button', { name: '引き継ぐ' }).click()
  await expect(dialog.getByText('理由を入力してください')).toBeVisible()
  await dialog.getByLabel('理由').fill('急ぎのため')
  await dialog.getByRole('button', { name: '引き継ぐ' }).click()
  await expect(lead.getByText('あなたが担当中')).toBeVisible()
  // What was written so far goes along.
  await expect(lead.getByRole('textbox', { name: '全体へのメッセージ' })).toHaveValue('途中まで書いたこと。')

  // Who had it is told at the next word, which stays where it is.
  await tutor.keyboard.type('そしてこれ。')
  await expect(tutor.getByText('大西 リーダーさんが採点中').last()).toBeVisible()
  await expect(tutor.getByRole('textbox', { name: '全体へのメッセージ' })).toHaveValue('途中まで書いたこと。そしてこれ。')

  // On a phone the columns are tabs, and all is there.
  await lead.setViewportSize({ width: 390, height: 844 })
  await lead.getByRole('tab', { name: '評価' }).click()
  await expect(levelsOf(lead, '誤差の説明').first()).toBeVisible()
  await levelsOf(lead, '誤差の説明').nth(1).click()
  await expect(lead.getByRole('button', { name: '合格にして次へ' })).toBeInViewport()
  await checkPage(lead)
  await lead.getByRole('tab', { name: '採点待ち' }).click()
  await expect(lead.getByRole('list', { name: '採点待ち' }).getByRole('link', { name: /若林 直/ })).toBeVisible()
  await checkPage(lead)
})

test('the other pages of the room say what there is', async ({ page, site, checkPage }) => {
  await signIn(page, await addTutor(site, '大西 リーダー'), '/tutor')
  const room = page.getByRole('navigation', { name: '採点の部屋' })
  for (const [link, heading] of [['自分の判定', '自分の判定'], ['再確認', '再確認'], ['数字で見る', '数字で見る'], ['受講グループ', '受講グループ']] as const) {
    await room.getByRole('link', { name: link }).click()
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible()
    await expect(page.getByRole('main').getByRole('status', { name: '読み込んでいます' })).toBeHidden()
    await checkPage()
  }
  await page.goto('/tutor?late=1&again=1')
  await expect(page.getByText('この条件に当てはまる提出はありません')).toBeVisible()
  await page.getByRole('main').getByRole('button', { name: '条件を外す' }).last().click()
  expect(new URL(page.url()).search).toBe('')
})
