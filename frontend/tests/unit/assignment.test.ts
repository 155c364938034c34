import { describe, expect, it } from 'vitest'
import type { FeedbackComment, HandedInCell, Returned, Submission } from '../../app/api/types'
import { remarksOf } from '../../app/utils/assignment/remarks'
import { standingOf, stepsOf } from '../../app/utils/assignment/steps'
import { frameMessage } from '../../app/utils/feedback/frame'

const at = (minute: number) => new Date(Date.UTC(2026, 10, 24, 9, minute)).toISOString()
const submission = (it: Partial<Submission> = {}) => ({ id: 1, state: 'waiting', being_graded: false, submitted_at: at(0), changed_at: at(0), ...it }) as Submission
const returned = (it: Partial<Returned>) => ({ checks: null, decisions: [], appeals: [], begun_at: [], ...it }) as unknown as Returned
const decision = (minute: number, verdict: 'needs_work' | 'passed', points: number) => ({ sent_at: at(minute), verdict, points, tutor: '佐藤' }) as Returned['decisions'][number]

describe('what happened with a submission', () => {
  it('begins with the receipt, and is all there is until more is known', () => {
    expect(stepsOf(submission(), null)).toEqual([{ kind: 'handed_in', at: at(0) }])
  })

  it('stands in the order of time, the newest first, with an appeal and its answer', () => {
    const steps = stepsOf(submission({ state: 'passed' }), returned({
      checks: { state: 'done', finished_at: at(1) } as Returned['checks'],
      begun_at: [at(10), at(40)],
      decisions: [decision(20, 'needs_work', 40), decision(50, 'passed', 80)],
      appeals: [{ reason: '単位は書いた', made_at: at(30), withdrawn_at: null, answered: true }],
    }))
    expect(steps.map(({ kind, at }) => [kind, at])).toEqual([
      ['passed', at(50)], ['begun', at(40)], ['appealed', at(30)], ['needs_work', at(20)], ['begun', at(10)], ['checked', at(1)], ['handed_in', at(0)],
    ])
    expect(steps[0]).toMatchObject({ points: 80, answer: true })
    expect(steps[3]).toMatchObject({ points: 40, answer: false })
  })

  it('keeps causes before effects within one moment', () => {
    const steps = stepsOf(submission(), returned({ begun_at: [at(0)], decisions: [decision(0, 'needs_work', 1)] }))
    expect(steps.map(({ kind }) => kind)).toEqual(['needs_work', 'begun', 'handed_in'])
  })

  it('tells an appeal that was withdrawn, and checks only when they are done', () => {
    const steps = stepsOf(submission({ state: 'needs_work' }), returned({
      checks: { state: 'running', finished_at: null } as Returned['checks'],
      appeals: [{ reason: 'x', made_at: at(3), withdrawn_at: at(4), answered: false }],
    }))
    expect(steps.map(({ kind }) => kind)).toEqual(['appeal_withdrawn', 'appealed', 'handed_in'])
  })

  it.each(['withdrawn', 'superseded'] as const)('ends where it was %s', (state) => {
    expect(stepsOf(submission({ state, changed_at: at(5) }), null)[0]).toEqual({ kind: state, at: at(5) })
  })
})

it('says in whose hands work is', () => {
  expect(standingOf(submission())).toBe('waiting')
  expect(standingOf(submission({ being_graded: true }))).toBe('being_graded')
  expect(standingOf(submission({ state: 'appealed', being_graded: true }))).toBe('reviewed')
  expect(standingOf(submission({ state: 'needs_work' }))).toBe('needs_work')
  expect(standingOf(submission({ state: 'superseded' }))).toBeNull()
})

it('puts remarks in the order of the notebook, lines in order, and what has no cell any more last', () => {
  const comment = (id: string, cell: string, line: number | null = null) => ({ id, cell, line, text: id }) as FeedbackComment
  const cells = [{ id: 'a', index: 0 }, { id: 'b', index: 4 }] as HandedInCell[]
  const remarks = remarksOf([comment('1', 'gone'), comment('2', 'b', 7), comment('3', 'a'), comment('4', 'b'), comment('5', 'b', 2)], cells)
  expect(remarks.map(({ cell, place, comments }) => [cell, place, comments.map(({ id }) => id).join('')])).toEqual([['a', 1, '3'], ['b', 5, '452'], ['gone', null, '1']])
})

describe('the page of a handed-in notebook', () => {
  it('is heard for what it is known to say', () => {
    expect(frameMessage({ type: 'ready', cells: 3 })).toEqual({ type: 'ready', cells: 3 })
    expect(frameMessage({ type: 'focused', cell: 'a', line: 2, top: 0, height: 1 })).toEqual({ type: 'focused', cell: 'a', line: 2 })
  })
  it.each([
    null, 'ready', {}, { type: 'open' }, { type: 'focused' }, { type: 'focused', cell: 1 }, { type: 'focused', cell: 'x'.repeat(201) },
    { type: 'focused', cell: 'a', line: '1' }, { type: 'focused', cell: 'a', line: 0 }, { type: 'key', key: 'x'.repeat(99), code: '', shift: false, repeat: false },
  ])('is not heard otherwise: %j', data => expect(frameMessage(data)).toBeNull())
})
