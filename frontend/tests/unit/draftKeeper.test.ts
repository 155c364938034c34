import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DraftKeeper } from '../../app/utils/desk/draftKeeper'
import { blankFeedback } from '../../app/utils/desk/feedback'
import { ProblemError } from '../../app/utils/problem'

const saying = (message: string) => ({ ...blankFeedback(), message })
const refusal = (code: string, status = 409) => new ProblemError({ status, code })
const away = () => new ProblemError({ status: 0, code: 'unreachable' })

/** A server that keeps one document, as backend/src/grading/drafts.rs does. */
function server(revision = 0) {
  const kept = { revision, message: '' }
  const heard: [number, string][] = []
  /** What becomes of the next requests: `lost` is taken, and its answer never comes. */
  const weather: ('fine' | 'away' | 'lost' | ProblemError)[] = []
  return {
    kept, heard, weather,
    async send(at: number, { message }: { message: string }) {
      heard.push([at, message])
      const now = weather.shift() ?? 'fine'
      if (now instanceof ProblemError) throw now
      if (now === 'away') throw away()
      const same = kept.revision === at + 1 && kept.message === message
      if (!same && kept.revision !== at) throw refusal('draft_outdated')
      if (!same) Object.assign(kept, { revision: at + 1, message })
      if (now === 'lost') throw away()
      return { revision: kept.revision, saved_at: '2026-11-26T03:00:00Z', held_until: '2026-11-26T03:30:00Z' }
    },
  }
}
const keeperOf = (it: ReturnType<typeof server>) => new DraftKeeper({ revision: it.kept.revision, send: (at, feedback) => it.send(at, feedback) })

describe('a draft', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is saved once the hand rests, as it is then', async () => {
    const there = server()
    const keeper = keeperOf(there)
    keeper.write(saying('a'))
    await vi.advanceTimersByTimeAsync(500)
    keeper.write(saying('ab'))
    expect(keeper.state).toBe('unsaved')
    await vi.advanceTimersByTimeAsync(800)
    expect(there.heard).toEqual([[0, 'ab']])
    expect([keeper.state, keeper.revision, keeper.savedAt]).toEqual(['saved', 1, '2026-11-26T03:00:00Z'])
  })

  it('is saved from time to time while somebody never rests', async () => {
    const there = server()
    const keeper = keeperOf(there)
    for (let letters = 1; letters <= 20; letters++) {
      keeper.write(saying('a'.repeat(letters)))
      await vi.advanceTimersByTimeAsync(500)
    }
    expect(there.heard.length).toBeGreaterThan(1)
    expect(there.heard.length).toBeLessThan(5)
  })

  it('goes out one at a time, and what is written meanwhile comes after', async () => {
    const there = server()
    let answer: () => void = () => undefined
    const held = new Promise<void>(done => (answer = done))
    const keeper = new DraftKeeper({ revision: 0, send: async (at, feedback) => {
      const saved = await there.send(at, feedback)
      if (at === 0) await held
      return saved
    } })
    keeper.write(saying('first'))
    await vi.advanceTimersByTimeAsync(1_000)
    keeper.write(saying('second'))
    await vi.advanceTimersByTimeAsync(5_000)
    expect(there.heard).toEqual([[0, 'first']])
    answer()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(there.heard).toEqual([[0, 'first'], [1, 'second']])
    expect(there.kept).toEqual({ revision: 2, message: 'second' })
    expect(keeper.unsaved).toBeNull()
  })

  it('waits for the network, and then the newest is saved', async () => {
    const there = server()
    there.weather.push('away', 'away')
    const keeper = keeperOf(there)
    keeper.write(saying('a'))
    expect(await keeper.flush()).toBe(false)
    expect(keeper.state).toBe('waiting')
    keeper.write(saying('newer'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(there.kept.message).toBe('newer')
    expect(keeper.state).toBe('saved')
  })

  it('whose answer was lost is told again before anything newer, so that it is not taken for another window', async () => {
    const there = server()
    there.weather.push('lost')
    const keeper = keeperOf(there)
    keeper.write(saying('a'))
    await keeper.flush()
    keeper.write(saying('b'))
    expect(await keeper.flush()).toBe(true)
    expect(there.heard).toEqual([[0, 'a'], [0, 'a'], [1, 'b']])
    expect(there.kept).toEqual({ revision: 2, message: 'b' })
  })

  it('stays here when the claim has run out, and is saved when it is held again', async () => {
    const there = server()
    there.weather.push(refusal('not_held'))
    const keeper = keeperOf(there)
    keeper.write(saying('a'))
    expect(await keeper.flush()).toBe(false)
    keeper.write(saying('more'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(keeper.state).toBe('not_held')
    expect(there.heard).toHaveLength(1)
    keeper.held()
    await vi.advanceTimersByTimeAsync(0)
    expect(there.kept.message).toBe('more')
  })

  it('never overwrites what another window has saved, unless it is told to', async () => {
    const there = server(3)
    const keeper = keeperOf(there)
    Object.assign(there.kept, { revision: 4, message: 'from the other' })
    keeper.write(saying('mine'))
    expect(await keeper.flush()).toBe(false)
    expect(keeper.state).toBe('outdated')
    keeper.write(saying('mine, and more'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(there.kept.message).toBe('from the other')
    keeper.keepMine(4)
    await vi.advanceTimersByTimeAsync(0)
    expect(there.kept).toEqual({ revision: 5, message: 'mine, and more' })
  })

  it('that is refused is not sent again before it is changed', async () => {
    const there = server()
    there.weather.push(refusal('invalid_fields', 422))
    const keeper = keeperOf(there)
    keeper.write(saying('too long'))
    expect(await keeper.flush()).toBe(false)
    await vi.advanceTimersByTimeAsync(60_000)
    expect([keeper.state, there.heard.length]).toEqual(['refused', 1])
    keeper.write(saying('shorter'))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(keeper.state).toBe('saved')
  })
})
