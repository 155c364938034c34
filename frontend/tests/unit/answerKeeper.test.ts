import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ProblemError } from '../../app/utils/problem'
import { AnswerKeeper } from '../../app/utils/quiz/answerKeeper'
import type { QuizAnswer } from '../../app/api/types'

const text = (text: string): QuizAnswer => ({ kind: 'short_text', text })
const refusal = (status: number, code: string) => new ProblemError({ status, code })

function keeper(send: (question: string, answer: QuizAnswer | null) => Promise<unknown>, stored: Record<string, QuizAnswer | null> = {}) {
  const seen = { states: [] as string[], stored, closed: 0, refused: [] as string[] }
  const it = new AnswerKeeper({
    store: { load: () => seen.stored, save: answers => (seen.stored = answers) },
    send,
    changed: state => seen.states.push(state),
    closed: () => seen.closed++,
    refused: question => seen.refused.push(question),
  })
  return { it, seen }
}

describe('answers on their way', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('are sent as they are given, the last one of each question', async () => {
    let release = () => {}
    const sent: string[] = []
    const { it: keep, seen } = keeper(async (question, answer) => {
      sent.push(`${question}=${answer?.kind === 'short_text' ? answer.text : ''}`)
      if (sent.length === 1) await new Promise<void>(done => (release = done))
    })
    keep.give('one', text('a'))
    keep.give('one', text('ab'))
    keep.give('one', text('abc'))
    keep.give('two', null)
    release()
    expect(await keep.flush()).toBe(true)
    expect(sent).toEqual(['one=a', 'one=abc', 'two='])
    expect(seen.states.at(-1)).toBe('kept')
    expect(seen.stored).toEqual({})
  })

  it('wait where there is no network, outlive the page, and are sent again', async () => {
    const send = vi.fn().mockRejectedValueOnce(new TypeError('Failed to fetch')).mockResolvedValue(undefined)
    const { it: keep, seen } = keeper(send)
    keep.give('one', text('a'))
    expect(await keep.flush()).toBe(false)
    expect(seen.states.at(-1)).toBe('waiting')
    expect(seen.stored).toEqual({ one: text('a') })

    const later = keeper(vi.fn().mockResolvedValue(undefined), seen.stored)
    expect(later.it.unsent).toEqual({ one: text('a') })
    expect(await later.it.flush()).toBe(true)

    await vi.advanceTimersByTimeAsync(5_000)
    expect(send).toHaveBeenCalledTimes(2)
    expect(seen.stored).toEqual({})
  })

  it('wait where something on the way says no in the place of the server', async () => {
    for (const status of [403, 404, 409, 502]) {
      const { it: keep, seen } = keeper(() => Promise.reject(refusal(status, `http_${status}`)))
      keep.give('one', text('a'))
      expect(await keep.flush()).toBe(false)
      expect(seen).toMatchObject({ stored: { one: text('a') }, closed: 0, refused: [] })
      keep.stop()
    }
  })

  it('are given up when the attempt is closed, and one by one when they are refused', async () => {
    const closed = keeper(() => Promise.reject(refusal(409, 'attempt_closed')))
    closed.it.give('one', text('a'))
    expect(await closed.it.flush()).toBe(false)
    expect(closed.seen).toMatchObject({ closed: 1, stored: {} })

    const { it: keep, seen } = keeper(question => (question === 'one' ? Promise.reject(refusal(422, 'not_an_answer')) : Promise.resolve()))
    keep.give('one', text('a'))
    keep.give('two', text('b'))
    expect(await keep.flush()).toBe(true)
    expect(seen).toMatchObject({ refused: ['one'], stored: {}, closed: 0 })
  })
})
