import AxeBuilder from '@axe-core/playwright'
import { type BrowserContextOptions, test as base, expect, type Page } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Place, site } from './site'
import { Watch } from './watch'

export { expect }

export interface Person { email: string, password: string }

/** A browser of its own, watched. */
export interface Visit {
  page: Page
  watch: Watch
}

interface Fixtures {
  site: Place
  watch: Watch
  /** A second browser: another device, another day. */
  visit: (options?: BrowserContextOptions) => Promise<Visit>
  demo: (email: string) => Promise<Person>
  /** axe, WCAG 2.2 AA, light and dark, on the page as it is now. */
  checkPage: (page?: Page) => Promise<void>
}

export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern
  site: async ({}, use) => use(site()),
  baseURL: async ({ site }, use) => use(site.origin),

  watch: async ({ site }, use) => {
    const watch = new Watch(site.hub && new URL(site.hub).origin)
    await use(watch)
    expect(watch.complaints, 'what the pages complained about').toEqual([])
  },
  context: async ({ context, watch }, use) => {
    await watch.over(context)
    await use(context)
  },
  visit: async ({ browser, watch, contextOptions, locale, timezoneId, viewport, baseURL }, use) => {
    const open: { close: () => Promise<void> }[] = []
    await use(async (options) => {
      const context = await browser.newContext({ ...contextOptions, locale, timezoneId, viewport, baseURL, ...options })
      open.push(context)
      await watch.over(context)
      return { page: await context.newPage(), watch }
    })
    for (const context of open) await context.close()
  },
  demo: async ({ site }, use) => {
    const accounts = JSON.parse(await readFile(join(site.folder, 'data/demo-accounts.json'), 'utf8')) as Person[]
    await use(async email => accounts.find(account => account.email === email) ?? Promise.reject(new Error(`no demo account ${email}`)))
  },
  checkPage: async ({ page: first }, use) => {
    await use(async (page = first) => {
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.evaluate(() => document.fonts.ready)
        const { violations } = await new AxeBuilder({ page })
          .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
          // The notebook is Jupyter's page, of another origin.
          .exclude('iframe')
          .setLegacyMode()
          .analyze()
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => `${node.target.join(' ')} (${node.failureSummary})`).join('; ')}`), `axe, ${colorScheme}, ${page.url()}`).toEqual([])
      }
    })
  },
})

export async function signIn(page: Page, person: Person, path = '/') {
  await page.goto(path)
  await page.getByLabel('メールアドレス').fill(person.email)
  await page.getByLabel('パスワード').fill(person.password)
  await page.getByRole('button', { name: 'サインインする' }).click()
  await expect(page.getByRole('button', { name: 'アカウントのメニュー' })).toBeVisible()
}
