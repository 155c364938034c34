import { expect, type Locator, type Page } from '@playwright/test'

/** The text of a chapter, the part that scrolls. */
export const textOf = (page: Page): Locator => page.getByRole('region', { name: /^(本文|Text)$/ })

export const outline = (page: Page): Locator => page.getByRole('navigation', { name: /^(目次|Outline)$/ })

/** The site's clock goes on by a minute, as if somebody had read for so long; the notebook's is its own. */
async function aMinutePasses(page: Page) {
  await page.evaluate(() => {
    const now = Date.now.bind(Date)
    Date.now = () => now() + 60_000
  })
}

/** Scrolls to the end of the text, as its reader does. */
export async function readToTheEnd(page: Page) {
  await aMinutePasses(page)
  await textOf(page).focus()
  await page.keyboard.press('End')
}

export const scrollOf = (page: Page) => textOf(page).evaluate(box => box.scrollTop / (box.scrollHeight - box.clientHeight))

/** Everything that happened has reached the server. */
export async function everythingSaved(page: Page) {
  await expect(page.getByRole('banner').getByRole('status')).toHaveText('進捗を保存済み')
}
