// The pictures of the documentation, taken from the real site: `npm run screenshots`, in the environment of ci/e2e.sh.
import { join } from 'node:path'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Page } from '@playwright/test'
import { Notebook } from './support/notebook'
import { addTutor, demoAccount, signIn } from './support/people'
import { repository } from './support/site'
import { everythingSaved, textOf } from './support/study'
import { expect, test } from './support/test'

const run = promisify(execFile)

async function picture(page: Page, name: string) {
  await page.evaluate(() => document.fonts.ready)
  // No pointer, no caret, no outline of what was used last.
  await page.mouse.move(0, 0)
  const path = join(repository, 'docs/images', `${name}.png`)
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' })
  // The screens are flat: 256 colours show them as well in a third of the bytes. Pillow came with matplotlib.
  await run(join(process.env.HUB_VENV!, 'bin/python'), ['-c', 'import sys; from PIL import Image; Image.open(sys.argv[1]).convert("RGB").quantize(256, dither=0).save(sys.argv[1], optimize=True)', path])
}

test('the people of a company', async ({ page, site }) => {
  await signIn(page, await demoAccount(site, 'takahashi@aozora.example'), '/admin')
  await expect(page.getByRole('table')).toBeVisible()
  await picture(page, 'admin')
})

test('sign-in, home, a chapter and its start', async ({ page, site }) => {
  await page.goto('/')
  await expect(page.getByRole('heading', { name: 'サインイン' })).toBeVisible()
  await picture(page, 'sign-in')

  await signIn(page, await demoAccount(site, 'ishikawa@aozora.example'), '/chapters/9/coding')
  await expect(textOf(page).getByRole('heading', { level: 1 })).toBeVisible()
  await expect(page.getByRole('progressbar', { name: 'ノートを準備しています' })).toBeVisible()
  await picture(page, 'start')

  const notebook = new Notebook(page)
  await notebook.ready()
  await notebook.run(1)
  await notebook.write(2, 'df[["area", "rent"]].describe().round(1)')
  await expect(notebook.output(2)).toContainText('mean')
  await notebook.write(3, [
    'import matplotlib.pyplot as plt', '',
    'fig, ax = plt.subplots(figsize=(5, 2.6))', 'ax.scatter(df["area"], df["rent"], s=8)', 'ax.set_xlabel("m²")', 'ax.set_ylabel("yen")', 'plt.show()',
  ].join('\n'))
  await expect(notebook.output(3).locator('img')).toBeVisible()
  await everythingSaved(page)
  await expect(page.getByText('未保存')).toBeHidden()
  await notebook.output(3).locator('img').evaluate(image => image.scrollIntoView({ block: 'end' }))
  await textOf(page).locator('figure[data-cell]').first().evaluate(figure => figure.scrollIntoView({ block: 'start' }))
  await picture(page, 'chapter')

  await page.goto('/')
  await expect(page.getByRole('heading', { name: '受講中の講座' })).toBeVisible()
  await picture(page, 'home')
})

test('a quiz', async ({ page, newTrainee }) => {
  await signIn(page, await newTrainee('石川 美咲', 'ja'), '/chapters/8')
  await page.getByRole('button', { name: '始める' }).click()
  await page.getByRole('radio', { name: /303件の部屋/ }).check()
  await page.getByRole('checkbox', { name: /float64/ }).check()
  await page.getByRole('checkbox', { name: /探せる/ }).check()
  await page.getByRole('button', { name: '提出する' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '提出する' }).click()
  await expect(page.getByText('不合格')).toBeVisible()
  await everythingSaved(page)
  await picture(page, 'quiz')
})

test('handing in', async ({ page, newTrainee }) => {
  await signIn(page, await newTrainee('石川 美咲', 'ja'), '/chapters/13/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  await notebook.run(1)
  await expect(notebook.output(1)).toBeVisible()
  await notebook.write(3, 'X = df[["ward", "area", "age", "walk", "floor"]]\ny = df["rent"]')
  await page.getByRole('button', { name: '提出する' }).click()
  await expect(page.getByText('採点を待っています')).toBeVisible()
  await page.getByText('採点の観点を見る').click()
  await page.getByRole('heading', { name: '提出', exact: true }).scrollIntoViewIfNeeded()
  await page.getByRole('heading', { name: '提出', exact: true }).evaluate(it => it.scrollIntoView())
  await everythingSaved(page)
  await picture(page, 'hand-in')
})

test('the tutor\'s desk, and what the trainee reads', async ({ page, site, visit, newTrainee }) => {
  test.setTimeout(240_000)
  for (const name of ['石川 美咲', '早坂 みのり']) {
    const trainee = await visit()
    await signIn(trainee, await newTrainee(name), '/chapters/13/coding')
    const notebook = new Notebook(trainee)
    await notebook.ready()
    await notebook.write(3, 'X = df[["ward", "area", "age", "walk", "floor"]]\ny = df["rent"]')
    await trainee.getByRole('button', { name: '提出する' }).click()
    await expect(trainee.getByText('採点を待っています')).toBeVisible()
    if (name === '早坂 みのり') await trainee.close()
  }
  await signIn(page, await addTutor(site, '佐藤 健'), '/tutor')
  await page.keyboard.press('n')
  await expect(page.getByText('あなたが担当中')).toBeVisible()
  const changed = page.locator('iframe[title="提出されたノートブック"]').contentFrame().locator('.cell.changed')
  await expect(changed).toHaveCount(1)
  await page.keyboard.press('j')
  await changed.locator('.line[data-line="1"]').click()
  await page.keyboard.press('c')
  await page.keyboard.type('区は文字列です。数に変えてから学習に使いましょう。')
  await page.keyboard.press('Escape')
  for (const level of ['3', '2']) await page.keyboard.press(level)
  await expect(page.getByRole('region', { name: '評価' }).getByText(/保存済み/)).toBeVisible()
  await picture(page, 'desk')
})

test('a chapter in English, dark', async ({ page, newTrainee }) => {
  await page.emulateMedia({ colorScheme: 'dark' })
  await signIn(page, await newTrainee('Alex Brown', 'en'), '/chapters/3/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  await expect(notebook.frame.getByRole('menuitem', { name: 'File' })).toBeVisible({ timeout: 30_000 })
  await notebook.write(1, 'rents = [68000, 82000, 120000, 75000]\nprint(rents)\nprint(len(rents))')
  await expect(notebook.output(1)).toContainText('4')
  await notebook.write(2, 'print(rents[0])\nprint(rents[10])')
  await expect(notebook.output(2).last()).toContainText('IndexError')
  await expect(page.getByRole('banner').getByRole('status')).toHaveText('Progress saved')
  await expect(page.getByText('Unsaved')).toBeHidden()
  await picture(page, 'chapter-dark')
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })

  test('a chapter', async ({ page, trainee }) => {
    await signIn(page, trainee, '/chapters/2/coding')
    await expect(textOf(page).getByRole('heading', { level: 1 })).toBeVisible()
    await picture(page, 'phone')
  })
})
