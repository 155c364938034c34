// How long a trainee waits for the notebook, for `make bench`: medians of five, added to target/bench.json.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { Notebook } from './support/notebook'
import { signIn } from './support/people'
import { repository } from './support/site'
import { expect, test } from './support/test'

const TIMES = 5
const CHAPTER = '/chapters/2/coding'
const figures = join(repository, 'target/bench.json')

/** Seconds from asking for the chapter until the text stands there, and until the notebook's first cell does. */
async function wait(page: Page) {
  const begun = performance.now()
  await page.goto(CHAPTER, { waitUntil: 'commit' })
  await expect(page.getByRole('heading', { level: 1, name: '値と変数' })).toBeVisible()
  const text = performance.now() - begun
  await expect(new Notebook(page).cell(0)).toBeVisible({ timeout: 60_000 })
  return { text: text / 1000, notebook: (performance.now() - begun) / 1000 }
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

test('how soon text and notebook stand there, cold and warm', async ({ newTrainee, visit }) => {
  test.setTimeout(10 * 60_000)
  const measured = { text_visible: [] as number[], notebook_visible_cold: [] as number[], notebook_visible_warm: [] as number[] }
  for (let time = 0; time < TIMES; time++) {
    // Cold: a person without a server, a browser without a cache.
    const page = await visit()
    await signIn(page, await newTrainee(), '/account')
    const cold = await wait(page)
    await page.goto('/account')
    // Warm: the server runs, the browser has been here.
    const warm = await wait(page)
    measured.text_visible.push(cold.text)
    measured.notebook_visible_cold.push(cold.notebook)
    measured.notebook_visible_warm.push(warm.notebook)
    await page.close()
  }
  const known = JSON.parse(await readFile(figures, 'utf8').catch(() => '[]')) as { name: string }[]
  const added = Object.entries(measured).map(([name, values]) => (
    { name, database: 'sqlite', value: Math.round(median(values) * 1000) / 1000, unit: 's', ceiling: null, ratio: null, met: null }
  ))
  await writeFile(figures, JSON.stringify([...known.filter(({ name }) => !(name in measured)), ...added], null, 2) + '\n')
  for (const { name, value } of added) process.stdout.write(`${name.padEnd(22)} ${value} s\n`)
})
