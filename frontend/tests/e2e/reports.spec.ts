import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { demoAccount, signIn } from './support/people'
import { startSite } from './support/site'
import { expect, test as base } from './support/test'

/** Takes envelopes as Sentry does. */
async function startSink() {
  const envelopes: string[] = []
  const sink = createServer(async (request, response) => {
    envelopes.push(await text(request))
    response.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'application/json' }).end('{"id":"0"}')
  })
  await new Promise<void>(done => sink.listen(0, '127.0.0.1', done))
  return { envelopes, dsn: `http://public@127.0.0.1:${(sink.address() as AddressInfo).port}/1`, close: () => sink.close() }
}

const test = base.extend<{ sink: Awaited<ReturnType<typeof startSink>> }>({
  // eslint-disable-next-line no-empty-pattern
  sink: async ({}, use) => {
    const sink = await startSink()
    await use(sink)
    sink.close()
  },
  site: async ({ sink }, use) => {
    const { stop, ...place } = await startSite({ hub: false, settings: { SENTRY_DSN: sink.dsn } })
    await use(place)
    await stop()
  },
})

/** An answer no page is prepared for: it fails while it is drawn. */
const nonsense = { carry_on: null, courses: [{ id: 1 }] }

test('a page that fails is reported once, without the person', async ({ page, site, sink, watch }) => {
  watch.expect(/TypeError: Cannot read properties of undefined/, /status of 404/)
  const ishikawa = await demoAccount(site, 'ishikawa@aozora.example')
  await signIn(page, ishikawa, '/account')
  await page.route('**/api/v1/home*', route => route.fulfill({ json: nonsense }))
  await page.goto('/?from=ishikawa@aozora.example')
  const events = () => sink.envelopes.flatMap(envelope => envelope.split('\n')).filter(line => line.includes('"exception"'))
  await expect.poll(() => events().length).toBe(1)
  // What the person does wrong is no error of ours.
  await page.goto('/chapters/4711/coding')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const [event] = events().map(line => JSON.parse(line) as { exception: { values: { type: string, stacktrace: { frames: object[] } }[] } })
  expect(events()).toHaveLength(1)
  expect(event!.exception.values[0]!.type).toBe('TypeError')
  expect(event!.exception.values[0]!.stacktrace.frames.length).toBeGreaterThan(2)
  for (const secret of ['ishikawa', '石川', 'from=']) expect(sink.envelopes.join('\n')).not.toContain(secret)
})
