import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { repository } from './support/site'
import { expect, test } from './support/test'

test('the front end comes as compressed as its build made it', async ({ site }) => {
  const built = join(repository, 'frontend/.output/public')
  const style = /href="(\/_nuxt\/[^"]+\.css)"/.exec(await readFile(join(built, '200.html'), 'utf8'))![1]!
  for (const [coding, ending] of [['br', '.br'], ['gzip', '.gz'], ['identity', '']] as const) {
    const answer = await fetch(site.origin + style, { headers: { 'accept-encoding': coding } })
    expect(answer.headers.get('content-encoding') ?? 'identity').toBe(coding)
    expect(Number(answer.headers.get('content-length'))).toBe((await stat(join(built, style + ending))).size)
    expect(answer.headers.get('cache-control')).toContain('immutable')
    await answer.body?.cancel()
  }
})
