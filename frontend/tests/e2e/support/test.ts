import AxeBuilder from '@axe-core/playwright'
import { type BrowserContextOptions, test as base, expect, type Page } from '@playwright/test'
import { stopServer } from './hub'
import { addTrainee, type Trainee } from './people'
import { type Place, site } from './site'
import { Watch } from './watch'

export { expect }

interface Fixtures {
  site: Place
  watch: Watch
  /** A second browser: another device, another day. */
  visit: (options?: BrowserContextOptions) => Promise<Page>
  /** Adds people; their servers end with the story. */
  newTrainee: (name?: string, locale?: 'ja' | 'en') => Promise<Trainee>
  trainee: Trainee
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
  // In this order: pages close first, so that nobody sees a server being taken away.
  context: async ({ newTrainee: _, watch, context }, use) => {
    await watch.over(context)
    await use(context)
  },
  visit: async ({ newTrainee: _, watch, browser, contextOptions, locale, timezoneId, viewport, baseURL }, use) => {
    const open: { close: () => Promise<void> }[] = []
    await use(async (options) => {
      const context = await browser.newContext({ ...contextOptions, locale, timezoneId, viewport, baseURL, ...options })
      open.push(context)
      await watch.over(context)
      return context.newPage()
    })
    for (const context of open) await context.close()
  },
  newTrainee: async ({ site }, use) => {
    const added: Trainee[] = []
    await use(async (name = '石川 美咲', locale = 'ja') => {
      const trainee = await addTrainee(site, name, locale)
      added.push(trainee)
      return trainee
    })
    if (site.hub) await Promise.all(added.map(({ hubUser }) => stopServer(site, hubUser)))
  },
  trainee: async ({ newTrainee }, use) => use(await newTrainee()),

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
