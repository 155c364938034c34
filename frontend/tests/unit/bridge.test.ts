import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BridgeClient } from '../../app/utils/bridge/client'
import { type BridgeMessage, readMessage } from '../../app/utils/bridge/messages'

const HUB = 'http://localhost:8000'
const executed = {
  tenarai: 1, type: 'cell_executed', event_id: '0192f7c4-5b1e-7c3a-9d2e-1f2a3b4c5d6e', path: 'ml/01.ipynb', cell_id: 'fit', cell_index: 2,
  execution_count: 1, success: false, error: { name: 'ValueError' }, duration_ms: 12.5, source_sha256: 'a'.repeat(64), at: '2026-11-24T00:00:00.000Z',
}

function setUp() {
  const host = new EventTarget() as EventTarget & Window
  const target = { postMessage: vi.fn() }
  const heard: BridgeMessage[] = []
  let id = 0
  const client = new BridgeClient({ host, target: () => target as unknown as Window, origin: HUB, heard: message => heard.push(message), newId: () => `r${++id}` })
  const say = (data: unknown, { origin = HUB, source = target as unknown } = {}) => {
    const event = new Event('message')
    Object.assign(event, { data, origin, source })
    host.dispatchEvent(event)
  }
  return { client, heard, say, target }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the bridge client', () => {
  it('hears the notebook in its own frame', () => {
    const { heard, say } = setUp()
    say(executed)
    expect(heard).toMatchObject([{ type: 'cell_executed', cell_id: 'fit', error: { name: 'ValueError' } }])
  })

  it('is deaf to other origins and to other windows of the hub', () => {
    const { heard, say } = setUp()
    say(executed, { origin: 'http://localhost:8080' })
    say(executed, { origin: 'null' })
    say(executed, { source: { postMessage: vi.fn() } })
    expect(heard).toEqual([])
  })

  it('posts to the hub\'s origin only', () => {
    const { client, target } = setUp()
    client.ask({ type: 'save' }).catch(() => undefined)
    expect(target.postMessage).toHaveBeenCalledWith({ tenarai: 1, id: 'r1', type: 'save' }, HUB)
  })

  it('says whose notebook it asks for', () => {
    const { client, target } = setUp()
    client.ask({ type: 'open', path: 'ml/03.ipynb', chapter_id: 2 }).catch(() => undefined)
    expect(target.postMessage).toHaveBeenCalledWith({ tenarai: 1, id: 'r1', type: 'open', path: 'ml/03.ipynb', chapter_id: 2 }, HUB)
  })

  it('gives each request its own answer, in whatever order they come', async () => {
    const { client, say } = setUp()
    const reset = client.ask({ type: 'reset', path: 'a' })
    const open = client.ask<'opened'>({ type: 'open', path: 'b' })
    say({ tenarai: 1, type: 'opened', id: 'r2', path: 'b', handout: { state: 'outdated' } })
    say({ tenarai: 1, type: 'done', id: 'r1', copy_path: 'a-copy' })
    await expect(open).resolves.toMatchObject({ handout: { state: 'outdated' } })
    await expect(reset).resolves.toMatchObject({ copy_path: 'a-copy' })
  })

  it('passes a refusal on with its code', async () => {
    const { client, say } = setUp()
    const answer = client.ask({ type: 'keep', path: 'a' })
    say({ tenarai: 1, type: 'error', id: 'r1', code: 'not_open', detail: 'a is not open' })
    await expect(answer).rejects.toMatchObject({ code: 'not_open', message: 'a is not open' })
  })

  it('does not wait for ever, nor for a page that is gone', async () => {
    const { client } = setUp()
    const late = expect(client.ask({ type: 'save' }, 500)).rejects.toMatchObject({ code: 'timeout' })
    await vi.advanceTimersByTimeAsync(500)
    await late
    const gone = expect(client.ask({ type: 'save' })).rejects.toMatchObject({ code: 'gone' })
    client.abandon()
    await gone
  })

  it('stops listening when it is closed', () => {
    const { client, heard, say } = setUp()
    client.close()
    say(executed)
    expect(heard).toEqual([])
  })
})

describe('messages of the notebook', () => {
  it.each([
    ['no mark of ours', { ...executed, tenarai: undefined }],
    ['an unknown type', { ...executed, type: 'run' }],
    ['an id that is no uuid', { ...executed, event_id: 'x' }],
    ['a hash that is none', { ...executed, source_sha256: '<b>' }],
    ['a path without end', { ...executed, path: 'x'.repeat(2000) }],
    ['an error that is a page', { ...executed, error: { name: 'x'.repeat(5000) } }],
    ['text', 'cell_executed'],
    ['nothing', null],
  ])('are refused with %s', (_, message) => {
    expect(readMessage(message)).toBeNull()
  })

  it('may say done with nothing more', () => {
    expect(readMessage({ tenarai: 1, type: 'done', id: 'r1' })).toEqual({ tenarai: 1, type: 'done', id: 'r1' })
  })

  it('may tell where a notebook went, if both names are paths', () => {
    expect(readMessage({ tenarai: 1, type: 'moved', path: 'ml/03.ipynb', to: 'ml/03b.ipynb' })).toMatchObject({ to: 'ml/03b.ipynb' })
    expect(readMessage({ tenarai: 1, type: 'moved', path: 'ml/03.ipynb', to: 3 })).toBeNull()
  })

  it('may speak of a cell that is gone', () => {
    expect(readMessage({ ...executed, cell_index: -1 })).not.toBeNull()
  })
})
