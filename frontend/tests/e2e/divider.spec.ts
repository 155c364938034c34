import type { Page } from '@playwright/test'
import { Notebook } from './support/notebook'
import { signIn } from './support/people'
import { textOf } from './support/study'
import { expect, test } from './support/test'

const divider = (page: Page) => page.getByRole('separator', { name: '本文とノートの境界' })
const widthOfText = async (page: Page) => (await textOf(page).boundingBox())!.width
async function middle(page: Page) {
  const { x, y, width, height } = (await divider(page).boundingBox())!
  return { x: x + width / 2, y: y + height / 2 }
}

test('the divider follows mouse and keys over the running notebook, and stays where it was put', async ({ page, trainee }) => {
  await signIn(page, trainee, '/chapters/2/coding')
  const notebook = new Notebook(page)
  await notebook.ready()
  const before = await widthOfText(page)

  const from = await middle(page)
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x + 60, from.y, { steps: 4 })
  // Above the notebook's page, which is another origin's and would swallow the moves.
  await page.mouse.move(from.x + 200, from.y, { steps: 8 })
  await page.mouse.up()
  expect(await widthOfText(page)).toBeCloseTo(before + 200, -1)
  await notebook.run(1)
  await expect(notebook.output(1)).toHaveText('Hello, Python!')

  await divider(page).focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  const moved = await widthOfText(page)
  expect(moved).toBeLessThan(before + 180)
  await expect(divider(page)).toHaveAttribute('aria-valuenow', /\d/)
  await page.keyboard.press('Home')
  expect(await widthOfText(page)).toBeCloseTo(320, -1)
  await page.keyboard.press('End')
  await expect.poll(async () => (await notebook.pane.boundingBox())!.width).toBeCloseTo(320, -1)
  // Its state has its word in the narrowest pane.
  await expect(notebook.pane.getByText('待機中')).toBeInViewport({ ratio: 1 })
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowRight')

  const kept = await widthOfText(page)
  await page.reload()
  await notebook.ready()
  expect(await widthOfText(page)).toBeCloseTo(kept, 0)
})

test.describe('on a tablet', () => {
  test.use({ viewport: { width: 1024, height: 768 }, hasTouch: true })

  test('a finger moves the divider', async ({ page, trainee }) => {
    await signIn(page, trainee, '/chapters/2/coding')
    await new Notebook(page).ready()
    const before = await widthOfText(page)
    const from = await middle(page)
    const hand = await page.context().newCDPSession(page)
    // A finger is not a pixel: it lands beside the line, and still means it.
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', dx: number) =>
      hand.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x: from.x + 8 + dx, y: from.y }] })
    await touch('touchStart', 0)
    for (const dx of [-20, -60, -100, -120]) await touch('touchMove', dx)
    await touch('touchEnd', 0)
    // As far as there is a use for the text.
    await expect.poll(() => widthOfText(page)).toBeLessThan(before - 60)
    expect(await widthOfText(page)).toBeCloseTo(320, -1)
  })
})
