import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EventResults, StudyEvent } from '../../app/api/types'
import { eventStore } from '../../app/utils/study/eventStore'
import { problemFrom, ProblemError } from '../../app/utils/problem'
import { retryDelay } from '../../app/utils/retrier'
import { type EventStore, type QueueState, StudyQueue } from '../../app/utils/study/queue'

const opened = (id: string, chapter_id = 1): StudyEvent => ({ id, chapter_id, at: '2026-11-24T00:00:00Z', type: 'opened' })
const position = (id: string, scroll: number): StudyEvent => ({ id, chapter_id: 1, at: '2026-11-24T00:00:00Z', type: 'position', scroll })
const stored = (events: StudyEvent[]): EventResults =>
  ({ results: events.map(({ id }) => ({ id, status: 'stored' as const, code: null })), chapters: [], courses: [] })

function memory(initial: StudyEvent[] = []): EventStore & { kept: Map<string, StudyEvent> } {
  const kept = new Map(initial.map(event => [event.id, event]))
  return {
    kept,
    all: async () => [...kept.values()],
    put: async event => void kept.set(event.id, event),
    remove: async ids => ids.forEach(id => kept.delete(id)),
  }
}
const ids = (call: unknown[]) => (call[0] as StudyEvent[]).map(({ id }) => id)

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

describe('the queue of study events', () => {
  it('keeps an event until the server has acknowledged it', async () => {
    const store = memory()
    const send = vi.fn(async (events: StudyEvent[]) => stored(events))
    const queue = new StudyQueue({ store, send, allowed: () => true })
    await queue.add(opened('a'))
    expect([...store.kept.keys()]).toEqual(['a'])
    await queue.flush()
    expect(send).toHaveBeenCalledOnce()
    expect(store.kept.size).toBe(0)
  })

  it('does not call saved what the server refused because the access ended', async () => {
    const states: QueueState[] = []
    const ended: StudyEvent[] = []
    const send = async (events: StudyEvent[]): Promise<EventResults> =>
      ({ results: events.map(({ id, chapter_id }) => (chapter_id === 2 ? { id, status: 'rejected', code: 'not_enrolled' } : { id, status: 'stored', code: null })), chapters: [], courses: [] })
    const store = memory()
    const queue = new StudyQueue({ store, send, allowed: () => true, state: state => states.push(state), ended: events => ended.push(...events) })
    await queue.add(opened('a'))
    await queue.add(opened('b', 2))
    await queue.flush()
    expect(ended.map(({ id }) => id)).toEqual(['b'])
    expect(states.at(-1)).toBe('refused')
    expect(store.kept.size).toBe(0)
    await queue.add(opened('c'))
    await queue.flush()
    expect(states.at(-1)).toBe('saved')
  })

  it('sends what comes within a moment together', async () => {
    const send = vi.fn(async (events: StudyEvent[]) => stored(events))
    const queue = new StudyQueue({ store: memory(), send, allowed: () => true, delay: 1000 })
    await queue.add(opened('a'))
    await queue.add(opened('b', 2))
    await vi.advanceTimersByTimeAsync(1000)
    expect(send.mock.calls.map(ids)).toEqual([['a', 'b']])
  })

  it('sends what an earlier visit could not', async () => {
    const send = vi.fn(async (events: StudyEvent[]) => stored(events))
    new StudyQueue({ store: memory([opened('old')]), send, allowed: () => true })
    await vi.advanceTimersByTimeAsync(10)
    expect(send.mock.calls.map(ids)).toEqual([['old']])
  })

  it('tries again, later and later, and says that it is offline', async () => {
    const states: QueueState[] = []
    const send = vi.fn<(events: StudyEvent[]) => Promise<EventResults>>().mockRejectedValue(new TypeError('offline'))
    const queue = new StudyQueue({ store: memory(), send, allowed: () => true, state: state => states.push(state), delay: 0 })
    await queue.add(opened('a'))
    await vi.advanceTimersByTimeAsync(0)
    expect(states.at(-1)).toBe('offline')
    send.mockImplementation(async events => stored(events))
    await vi.advanceTimersByTimeAsync(3_000)
    expect(send).toHaveBeenCalledTimes(2)
    expect(states.at(-1)).toBe('saved')
  })

  it('sends only the last place one was at', async () => {
    const store = memory()
    const send = vi.fn(async (events: StudyEvent[]) => stored(events))
    const queue = new StudyQueue({ store, send, allowed: () => true })
    await queue.add(position('a', 0.1))
    await queue.add(position('b', 0.7))
    expect([...store.kept.keys()]).toEqual(['b'])
    await queue.flush()
    expect(send.mock.calls.map(ids)).toEqual([['b']])
  })

  it('never sends when somebody else is signed in', async () => {
    const send = vi.fn(async (events: StudyEvent[]) => stored(events))
    const queue = new StudyQueue({ store: memory(), send, allowed: () => false })
    await queue.add(opened('a'))
    await queue.flush()
    queue.flushOnExit()
    expect(send).not.toHaveBeenCalled()
  })

  it('drops only the event the server refuses, and keeps the others', async () => {
    const store = memory()
    const send = vi.fn(async (events: StudyEvent[]) => {
      if (events.some(({ id }) => id === 'bad')) throw new ProblemError({ status: 422, code: 'invalid_fields' })
      return stored(events)
    })
    const queue = new StudyQueue({ store, send, allowed: () => true })
    for (const id of ['a', 'bad', 'c']) await queue.add(opened(id))
    await queue.flush()
    expect(store.kept.size).toBe(0)
    expect(send.mock.calls.map(ids)).toEqual([['a', 'bad', 'c'], ['a'], ['bad'], ['c']])
  })

  it.each([
    ['the session is over', problemFrom(401, { code: 'session_ended' })],
    ['a proxy of the company has its own words', problemFrom(400, '<h1>Bad request</h1>')],
    ['the address is another service\'s for a while', problemFrom(404, '<h1>Not found</h1>')],
    ['a wireless network wants to be signed in to', problemFrom(413, null)],
  ])('keeps everything while %s', async (_, problem) => {
    const store = memory()
    const send = vi.fn().mockRejectedValue(problem)
    const queue = new StudyQueue({ store, send, allowed: () => true })
    await queue.add(opened('a'))
    await queue.flush()
    expect(store.kept.size).toBe(1)
    expect(send).toHaveBeenCalledOnce()
  })

  it('sends once when the page goes, though the browser says so twice', async () => {
    const send = vi.fn(async (events: StudyEvent[], _options: { keepalive: boolean }) => stored(events))
    const queue = new StudyQueue({ store: memory(), send, allowed: () => true })
    await queue.add(opened('a'))
    queue.flushOnExit()
    queue.flushOnExit()
    expect(send).toHaveBeenCalledExactlyOnceWith([opened('a')], { keepalive: true })
  })

  /** As a course with long names has them. */
  const run = (id: string): StudyEvent => ({
    id: `01a20e5b-57af-779c-9986-${id.padStart(12, '0')}`, chapter_id: 1_000_000, at: '2026-11-24T00:00:00.000Z', type: 'cell_executed',
    path: 'machine-learning-first-steps/08-a-first-model-with-scikit-learn.ipynb', cell_id: 'train-the-model-with-all-columns', cell_index: 120,
    execution_count: 1_000, success: false, error: { name: 'ModuleNotFoundError' }, duration_ms: 3_600_000, source_sha256: 'f'.repeat(64),
  })
  const many = (count: number) => Array.from({ length: count }, (_, at) => run(`${at}`))

  it('sends a long backlog in parts, none of which is refused for its length', async () => {
    const store = memory(many(250))
    const send = vi.fn(async (events: StudyEvent[], _options: { keepalive: boolean }) => stored(events))
    const queue = new StudyQueue({ store, send, allowed: () => true })
    await queue.flush()
    expect(send.mock.calls.map(call => ids(call))).toEqual([0, 100, 200].map(from => many(250).slice(from, from + 100).map(({ id }) => id)))
    expect(send.mock.calls.every(([, { keepalive }]) => !keepalive)).toBe(true)
    expect(store.kept.size).toBe(0)
  })

  it('sends the latest when the page goes, no more than browsers let outlive it', async () => {
    const send = vi.fn(async (events: StudyEvent[], _options: { keepalive: boolean }) => stored(events))
    const queue = new StudyQueue({ store: memory(), send, allowed: () => true })
    await Promise.all(many(150).map(event => queue.add(event)))
    queue.flushOnExit()
    expect(send).toHaveBeenCalledExactlyOnceWith(many(150).slice(50), { keepalive: true })
    expect(new Blob([JSON.stringify({ events: send.mock.calls[0]![0] })]).size).toBeLessThan(64 * 1024)
  })

  it('keeps what a page that went has sent in vain, and sends it when it is back', async () => {
    const store = memory()
    const send = vi.fn<(events: StudyEvent[], options: { keepalive: boolean }) => Promise<EventResults>>().mockRejectedValueOnce(new TypeError('gone'))
    send.mockImplementation(async events => stored(events))
    const queue = new StudyQueue({ store, send, allowed: () => true })
    await queue.add(opened('a'))
    queue.flushOnExit()
    await vi.advanceTimersByTimeAsync(0)
    expect([...store.kept.keys()]).toEqual(['a'])
    // It is shown again, and hidden once more.
    queue.flushOnExit()
    await vi.advanceTimersByTimeAsync(0)
    expect(send).toHaveBeenCalledTimes(2)
    expect(store.kept.size).toBe(0)
    await queue.flush()
    expect(send).toHaveBeenCalledTimes(2)
  })

  it('says that the device has no room, and sends all the same', async () => {
    const states: QueueState[] = []
    const store = { ...memory(), put: () => Promise.reject(new DOMException('no room', 'QuotaExceededError')) }
    const send = vi.fn(async (events: StudyEvent[]) => stored(events))
    const queue = new StudyQueue({ store, send, allowed: () => true, state: state => states.push(state) })
    await queue.add(opened('a'))
    expect(states.at(-1)).toBe('full')
    await queue.flush()
    expect(send.mock.calls.map(ids)).toEqual([['a']])
    expect(states.at(-1)).toBe('saved')
  })

  it.each([
    ['nothing', []],
    ['what was never sent', [opened('somebody-elses')]],
  ])('does not take an answer that acknowledges %s for a success', async (_, acknowledged) => {
    const states: QueueState[] = []
    const store = memory()
    const send = vi.fn<(events: StudyEvent[]) => Promise<EventResults>>().mockResolvedValueOnce(stored(acknowledged))
    send.mockImplementation(async events => stored(events))
    const queue = new StudyQueue({ store, send, allowed: () => true, state: state => states.push(state) })
    await queue.add(opened('a'))
    await queue.flush()
    expect(send).toHaveBeenCalledOnce()
    expect(store.kept.size).toBe(1)
    expect(states.at(-1)).toBe('offline')
    await vi.advanceTimersByTimeAsync(3_000)
    expect(store.kept.size).toBe(0)
    expect(states.at(-1)).toBe('saved')
  })

  it('sends again what an answer has left out', async () => {
    const send = vi.fn(async (events: StudyEvent[]) => stored(events.slice(0, 1)))
    const queue = new StudyQueue({ store: memory(), send, allowed: () => true })
    await queue.add(opened('a'))
    await queue.add(opened('b', 2))
    await queue.flush()
    expect(send.mock.calls.map(ids)).toEqual([['a', 'b'], ['b']])
  })

  it('sends what was read before and without the runs, however many of those wait', async () => {
    const send = vi.fn(async (events: StudyEvent[]) => stored(events))
    const queue = new StudyQueue({ store: memory([...many(150), opened('read')]), send, allowed: () => true })
    await queue.flush()
    expect(send.mock.calls.map(call => ids(call).length)).toEqual([1, 100, 50])
    expect(ids(send.mock.calls[0]!)).toEqual(['read'])
  })

  it('says what was read when the page goes, whatever else waits', async () => {
    const send = vi.fn(async (events: StudyEvent[]) => stored(events))
    const queue = new StudyQueue({ store: memory(), send, allowed: () => true })
    await queue.add(opened('read'))
    await Promise.all(many(150).map(event => queue.add(event)))
    queue.flushOnExit()
    expect(ids(send.mock.calls[0]!)).toContain('read')
  })

  it('keeps the runs that are too many for now, and sends them later', async () => {
    const store = memory()
    const tooMany = (events: StudyEvent[]): EventResults => ({ ...stored([]), results: events.map(({ id }) => ({ id, status: 'rejected', code: 'too_many' })) })
    const send = vi.fn(async (events: StudyEvent[]) => (events[0]!.type === 'opened' ? stored(events) : tooMany(events)))
    const queue = new StudyQueue({ store, send, allowed: () => true })
    await queue.add(run('1'))
    await queue.add(opened('read'))
    await queue.flush()
    expect([...store.kept.keys()]).toEqual([run('1').id])
    send.mockImplementation(async events => stored(events))
    await queue.flush()
    expect(store.kept.size).toBe(0)
  })

  it('waits longer after each failure, but never more than a minute and a bit', () => {
    expect(retryDelay(1, 0.5)).toBe(2_000)
    expect(retryDelay(3, 0.5)).toBe(8_000)
    expect(retryDelay(30, 1)).toBe(75_000)
  })
})

describe('the store on this device', () => {
  it('keeps one person\'s events from the next', async () => {
    vi.useRealTimers()
    await eventStore(17).put(opened('mine'))
    expect(await eventStore(18).all()).toEqual([])
    expect(await eventStore(17).all()).toEqual([opened('mine')])
    await eventStore(17).remove(['mine'])
    expect(await eventStore(17).all()).toEqual([])
  })
})
