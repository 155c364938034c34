import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ProblemError } from '../../app/utils/problem'
import { AnswerKeeper, type Answers, type AnswerStore } from '../../app/utils/quiz/answerKeeper'
import { answerStore } from '../../app/utils/quiz/answerStore'
import type { QuizAnswer } from '../../app/api/types'

const text = (text: string): QuizAnswer => ({ kind: 'short_text', text })
const words = (answer: QuizAnswer | null) => (answer?.kind === 'short_text' ? answer.text : '')
const refusal = (status: number, code: string) => new ProblemError({ status, code })
const noNetwork = () => new TypeError('Failed to fetch')

function memory(kept: Answers = {}): AnswerStore & { kept: Answers } {
  return {
    kept,
    all: () => ({ ...kept }),
    put: (question, answer) => void (kept[question] = answer),
    remove: (question, sent) => { if (kept[question] === sent) Reflect.deleteProperty(kept, question) },
  }
}

function keeper(send: (question: string, answer: QuizAnswer | null) => Promise<unknown>, kept: Answers = {}, allowed = () => true) {
  const store = memory(kept)
  const seen = { states: [] as string[], closed: [] as string[][], refused: [] as string[], kept: store.kept }
  const it = new AnswerKeeper({ store, send, allowed })
  it.listener = {
    changed: state => seen.states.push(state),
    closed: lost => seen.closed.push(lost),
    refused: question => seen.refused.push(question),
  }
  return { it, seen }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('answers on their way', () => {
  it('are sent as they are given, the last one of each question', async () => {
    let release = () => {}
    const sent: string[] = []
    const { it: keep, seen } = keeper(async (question, answer) => {
      sent.push(`${question}=${words(answer)}`)
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
    expect(seen.kept).toEqual({})
  })

  it('wait where there is no network, outlive the page, and are sent again', async () => {
    const send = vi.fn().mockRejectedValueOnce(noNetwork()).mockResolvedValue(undefined)
    const { it: keep, seen } = keeper(send)
    keep.give('one', text('a'))
    expect(await keep.flush()).toBe(false)
    expect(seen.states.at(-1)).toBe('waiting')
    expect(seen.kept).toEqual({ one: text('a') })

    const later = keeper(vi.fn().mockResolvedValue(undefined), { ...seen.kept })
    expect(later.it.unsent).toEqual({ one: text('a') })
    expect(await later.it.flush()).toBe(true)

    await vi.advanceTimersByTimeAsync(3_000)
    expect(send).toHaveBeenCalledTimes(2)
    expect(seen.states.at(-1)).toBe('kept')
    expect(seen.kept).toEqual({})
  })

  it('are tried again later and later, and not by all browsers of a class at once', async () => {
    const tries = async (random: number) => {
      vi.spyOn(Math, 'random').mockReturnValue(random)
      const send = vi.fn().mockRejectedValue(noNetwork())
      keeper(send).it.give('one', text('a'))
      await vi.advanceTimersByTimeAsync(120_000)
      return send.mock.calls.length
    }
    expect(await tries(0)).toBe(13)
    expect(await tries(1)).toBe(9)
  })

  it('are the page\'s, not the view\'s: who left and came back sends nothing older than what is shown', async () => {
    const server: string[] = []
    let online = false
    const { it: keep } = keeper(async (_, answer) => {
      if (!online) throw noNetwork()
      server.push(words(answer))
    })
    keep.give('one', text('a'))
    keep.listener = null
    keep.give('one', text('ab'))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(keep.unsent).toEqual({ one: text('ab') })
    keep.give('one', text('b'))
    online = true
    await vi.advanceTimersByTimeAsync(60_000)
    expect(server).toEqual(['b'])
  })

  it('are never sent in the name of somebody else', async () => {
    let mine = false
    const send = vi.fn().mockResolvedValue(undefined)
    const { it: keep, seen } = keeper(send, {}, () => mine)
    keep.give('one', text('a'))
    expect(await keep.flush()).toBe(false)
    expect(send).not.toHaveBeenCalled()
    expect(seen.kept).toEqual({ one: text('a') })
    mine = true
    expect(await keep.flush()).toBe(true)
  })
})

describe('an answer that cannot be sent', () => {
  it.each([
    ['something on the way cuts the line at its words', noNetwork()],
    ['the server fails at it', refusal(500, 'internal_error')],
    ['a proxy says no in the place of the server', refusal(403, 'http_403')],
  ])('keeps no other waiting where %s', async (_, failure) => {
    const server: string[] = []
    const { it: keep, seen } = keeper(async (question) => {
      if (question === 'bad') throw failure
      server.push(question)
    })
    keep.give('bad', text('<script>'))
    keep.give('one', text('a'))
    expect(await keep.flush()).toBe(false)
    keep.give('two', text('b'))
    expect(await keep.flush()).toBe(false)
    expect(server).toEqual(['one', 'two'])
    expect(seen.kept).toEqual({ bad: text('<script>') })
    expect(seen.states.at(-1)).toBe('waiting')
    expect(keep.problem?.code).toBe(failure instanceof ProblemError ? failure.code : 'unreachable')
  })

  it('has its next turn behind the others, however many do not get through', async () => {
    const server: string[] = []
    const bad = ['bad', 'worse', 'worst']
    const { it: keep } = keeper(async (question) => {
      if (bad.includes(question)) throw noNetwork()
      server.push(question)
    }, Object.fromEntries([...bad, 'one'].map(question => [question, text('a')])))
    await keep.flush()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(server).toEqual(['one'])
  })

  it('does not make a page without a network try all the others', async () => {
    const send = vi.fn().mockRejectedValue(noNetwork())
    const { it: keep } = keeper(send, Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`q${at}`, text('a')])))
    await keep.flush()
    expect(send).toHaveBeenCalledTimes(2)
  })

  it('asks for no second sign-in', async () => {
    const send = vi.fn().mockRejectedValue(refusal(401, 'session_ended'))
    await keeper(send, { one: text('a'), two: text('b') }).it.flush()
    expect(send).toHaveBeenCalledOnce()
  })

  it.each([403, 404, 409, 413, 502])('waits where something on the way says %i in the place of the server', async (status) => {
    const { it: keep, seen } = keeper(() => Promise.reject(refusal(status, `http_${status}`)))
    keep.give('one', text('a'))
    expect(await keep.flush()).toBe(false)
    expect(seen).toMatchObject({ kept: { one: text('a') }, closed: [], refused: [] })
    expect(seen.states.at(-1)).toBe('waiting')
  })

  it.each([[404, 'not_found'], [403, 'not_enrolled']])('stays on the device while the course is withheld (%i %s): it may come back', async (status, code) => {
    const send = vi.fn().mockRejectedValueOnce(refusal(status, code)).mockResolvedValue(undefined)
    const { it: keep, seen } = keeper(send)
    keep.give('one', text('a'))
    expect(await keep.flush()).toBe(false)
    expect(seen).toMatchObject({ kept: { one: text('a') }, closed: [], refused: [] })
    expect(seen.states.at(-1)).toBe('withheld')
    expect(await keep.flush()).toBe(true)
    expect(seen.kept).toEqual({})
  })

  it('is given up when the attempt is closed, which is told with what is lost', async () => {
    const { it: keep, seen } = keeper(() => Promise.reject(refusal(409, 'attempt_closed')))
    keep.give('one', text('a'))
    expect(await keep.flush()).toBe(false)
    expect(seen).toMatchObject({ closed: [['one']], kept: {} })
    expect(keep.unsent).toEqual({})
  })

  it.each(['not_an_answer', 'body_too_large', 'invalid_fields'])('is given up alone when it is refused (%s)', async (code) => {
    const { it: keep, seen } = keeper(question => (question === 'one' ? Promise.reject(refusal(422, code)) : Promise.resolve()))
    keep.give('one', text('a'))
    keep.give('two', text('b'))
    expect(await keep.flush()).toBe(true)
    expect(seen).toMatchObject({ refused: ['one'], kept: {}, closed: [] })
  })
})

describe('two tabs of an attempt', () => {
  beforeEach(() => localStorage.clear())

  it('keep their answers beside each other on the device', () => {
    const [here, there] = [answerStore(1, 7), answerStore(1, 7)]
    here.put('one', text('a'))
    there.put('two', text('b'))
    expect(here.all()).toEqual({ one: text('a'), two: text('b') })
    here.put('one', text('c'))
    there.remove('one', text('a'))
    expect(here.all()).toEqual({ one: text('c'), two: text('b') })
    expect(answerStore(1, 77).all()).toEqual({})
    expect(answerStore(2, 7).all()).toEqual({})
    here.remove('one', text('c'))
    there.remove('two', text('b'))
    expect(localStorage).toHaveLength(0)
  })

  it('leave nothing behind where nothing waits, and mind no rubbish', () => {
    localStorage.setItem('tenarai.quiz.1.7.one', '{')
    expect(answerStore(1, 7).all()).toEqual({})
    expect(localStorage).toHaveLength(0)
  })

  it('hear from each other what was given last', () => {
    const store = answerStore(1, 7)
    const event = (key: string | null, newValue: string | null) => store.heard(new StorageEvent('storage', { key, newValue }))
    expect(event('tenarai.quiz.1.7.one', JSON.stringify(text('b')))).toEqual({ question: 'one', answer: text('b') })
    expect(event('tenarai.quiz.1.7.one', 'null')).toEqual({ question: 'one', answer: null })
    // Sent by the other tab; of another attempt; everything was cleared.
    expect([event('tenarai.quiz.1.7.one', null), event('tenarai.quiz.1.77.one', 'null'), event(null, null)]).toEqual([null, null, null])
  })

  it('send only the later answer of the two', async () => {
    const send = vi.fn().mockRejectedValueOnce(noNetwork()).mockResolvedValue(undefined)
    const { it: keep } = keeper(send)
    keep.give('one', text('a'))
    expect(await keep.flush()).toBe(false)
    keep.replaced('one')
    expect(await keep.flush()).toBe(true)
    expect(send).toHaveBeenCalledOnce()
  })

  it('send all the same where the device keeps nothing', async () => {
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError')
    })
    const send = vi.fn().mockResolvedValue(undefined)
    const keep = new AnswerKeeper({ store: answerStore(1, 7), send, allowed: () => true })
    keep.give('one', text('a'))
    expect(await keep.flush()).toBe(true)
    expect(send).toHaveBeenCalledWith('one', text('a'))
  })
})
