import { describe, expect, it, vi } from 'vitest'
import type { Criterion, QueueItem, WorkCells } from '../../app/api/types'
import { countByCell, inOrder } from '../../app/utils/desk/comments'
import { blankFeedback, nextCriterion, pointsOf, proposedPoints, putBack, takeComment } from '../../app/utils/desk/feedback'
import { fieldErrors } from '../../app/utils/desk/fieldErrors'
import { filtersOf, queryOf } from '../../app/utils/desk/filters'
import { countdown, holdingOf, initials } from '../../app/utils/desk/holding'
import { keyListener } from '../../app/utils/desk/keys'
import { inserted, matching, slashAt } from '../../app/utils/desk/snippets'
import { stepFrom, stepsOf } from '../../app/utils/desk/steps'

const criterion = (key: string, ...points: number[]): Criterion => ({ key, title: key, levels: points.map(it => ({ points: it, text: '' })) })
const rubric = [criterion('error', 0, 8, 15), criterion('limits', 0, 5, 10)]

describe('points', () => {
  it('are those of levels and checks, or the tutor\'s own', () => {
    const feedback = { ...blankFeedback(), levels: { error: 2, limits: 1 } }
    expect(proposedPoints(feedback, rubric, 30)).toBe(50)
    expect(proposedPoints(feedback, rubric, null)).toBe(20)
    expect(pointsOf({ ...feedback, points: 0 }, rubric, 30)).toBe(0)
  })

  it('a key leads from one criterion to the next that is open', () => {
    expect(nextCriterion({ ...blankFeedback(), levels: { error: 1 } }, rubric, 'error')).toBe('limits')
    expect(nextCriterion({ ...blankFeedback(), levels: { limits: 1 } }, rubric, 'limits')).toBe('error')
    expect(nextCriterion({ ...blankFeedback(), levels: { error: 0, limits: 1 } }, rubric, 'error')).toBe('error')
  })
})

describe('comments', () => {
  const at = (id: string, cell: string, line: number | null, text = 'x') => ({ id, cell, line, text })
  it('stand in the order of the notebook, those on the whole cell before its lines', () => {
    const places = new Map([['b', 1], ['a', 2]])
    const all = [at('1', 'gone', null), at('2', 'a', 3), at('3', 'a', null), at('4', 'b', 9), at('5', 'a', 1)]
    expect(inOrder(all, places).map(({ id }) => id)).toEqual(['4', '3', '5', '2', '1'])
  })

  it('count where they say something, whatever a cell is called', () => {
    expect({ ...countByCell([at('1', '__proto__', null), at('2', 'a', 1), at('3', 'a', null, ' ')]) }).toEqual({ ['__proto__']: 1, a: 1 })
  })

  it('that were deleted come back where they were', () => {
    const feedback = { ...blankFeedback(), comments: [at('1', 'a', null), at('2', 'a', null), at('3', 'a', null)] }
    const removed = takeComment(feedback, '2')!
    expect(feedback.comments.map(({ id }) => id)).toEqual(['1', '3'])
    putBack(feedback, removed)
    expect(feedback.comments.map(({ id }) => id)).toEqual(['1', '2', '3'])
    expect(takeComment(feedback, 'none')).toBeNull()
  })
})

it('what the server refuses is said at its fields', () => {
  const errors = fieldErrors({ fields: [
    { pointer: '/feedback/levels/a~1b', detail: 'a/b' }, { pointer: '/feedback/message', detail: '' },
    { pointer: '/feedback/comments/3/text', detail: '≤ 4000' }, { pointer: '/feedback/points', detail: '≤ 100' },
  ] })
  expect(errors).toEqual({ levels: new Set(['a/b']), message: 'reason', points: true, comments: new Set([3]), other: false })
  expect(fieldErrors({ fields: [{ pointer: '/revision', detail: '' }] }).other).toBe(true)
})

describe('who has it', () => {
  const item = (over: object) => ({ state: 'waiting', held: null, sends_at: null, own_decision: false, ...over }) as QueueItem
  const held = (mine: boolean, until: string) => ({ tutor: 1, name: '佐藤', mine, until })
  const kind = (it: QueueItem, was = false) => holdingOf(it, Date.parse('2026-11-26T03:00:00Z'), Date.parse, was).kind
  it('is told by the server, and runs out by the clock', () => {
    expect(kind(item({}))).toBe('free')
    expect(kind(item({ held: held(true, '2026-11-26T03:10:00Z') }))).toBe('mine')
    expect(kind(item({ held: held(false, '2026-11-26T03:10:00Z') }))).toBe('theirs')
    expect(kind(item({ held: held(true, '2026-11-26T02:59:59Z') }))).toBe('expired')
    expect(kind(item({ held: held(false, '2026-11-26T02:59:59Z') }))).toBe('free')
    expect(kind(item({}), true)).toBe('expired')
    expect(kind(item({ state: 'appealed', own_decision: true }))).toBe('own')
    expect(kind(item({ sends_at: '2026-11-26T03:01:00Z', held: held(true, '2026-11-26T03:10:00Z') }))).toBe('deciding')
    expect(kind(item({ state: 'withdrawn' }), true)).toBe('closed')
  })

  it('has a face and a countdown', () => {
    expect(['佐藤 健', 'Alex Brown', 'Nguyễn Thị Minh Khai', '  ', '👩🏽 Doe'].map(initials)).toEqual(['佐', 'AB', 'NK', '', '👩'])
    expect([58_000, 1_625_000, -1].map(countdown)).toEqual(['0:58', '27:05', '0:00'])
  })
})

describe('steps', () => {
  const change = (id: string, change: string) => ({ id, change }) as WorkCells['handout'][number]
  const cells = { notebook: ['a', 'b', 'c', 'd'].map((id, index) => ({ id, index })), handout: [change('a', 'unchanged'), change('b', 'changed'), change('x', 'removed'), change('d', 'added')], last: null } as unknown as WorkCells
  it('go through what is the trainee\'s own, and through all where nothing is', () => {
    expect(stepsOf(cells, 'notebook')).toEqual(['b', 'd'])
    expect(stepsOf(cells, 'handout')).toEqual(['b', 'x', 'd'])
    expect(stepsOf({ ...cells, handout: [] }, 'notebook')).toEqual(['a', 'b', 'c', 'd'])
    expect(stepsOf(cells, 'last')).toEqual([])
  })

  it('begin at the ends, go on from wherever one is, and stop', () => {
    const order = ['a', 'b', 'c', 'd']
    const from = (here: string | null, by: 1 | -1) => stepFrom(['b', 'd'], order, here, by)
    expect([from(null, 1), from(null, -1), from('b', 1), from('d', 1), from('c', 1), from('c', -1), from('a', -1)]).toEqual(['b', 'd', 'd', 'd', 'd', 'b', 'b'])
    expect(stepFrom([], order, null, 1)).toBeNull()
  })
})

it('filters live in the URL, and nonsense is not there', () => {
  expect(filtersOf({ cohort: '3', late: '1', mine: '0', chapter: '-1', hours: '1e9', course: ['1'], other: 'x' })).toEqual({ cohort: 3, late: true })
  expect(queryOf({ cohort: 3, late: true })).toEqual({ cohort: '3', late: '1' })
})

describe('keys', () => {
  const press = (key: string, over: KeyboardEventInit = {}, target: Element = document.body) => {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...over })
    target.dispatchEvent(event)
  }
  function hearing() {
    const heard = vi.fn()
    const listener = keyListener(() => ({ j: () => heard('j'), r: () => heard('r'), c: () => heard('c') }), ['j'])
    window.addEventListener('keydown', listener)
    return { heard, end: () => window.removeEventListener('keydown', listener) }
  }

  it('are commands only where a letter is no letter, and no input method is at work', () => {
    const { heard, end } = hearing()
    document.body.innerHTML = '<textarea></textarea><button></button><div role="dialog"><button></button></div>'
    press('r', {}, document.querySelector('textarea')!)
    press('r', {}, document.querySelector('[role=dialog] button')!)
    press('r', { isComposing: true })
    press('r', { keyCode: 229 } as KeyboardEventInit)
    press('r', { ctrlKey: true })
    press('r', { repeat: true })
    expect(heard).not.toHaveBeenCalled()
    press('r', {}, document.querySelector('button')!)
    press('j', { repeat: true })
    expect(heard.mock.calls.flat()).toEqual(['r', 'j'])
    end()
  })

  it('leave the letter after g to the site', () => {
    const { heard, end } = hearing()
    press('g')
    press('c')
    expect(heard).not.toHaveBeenCalled()
    press('c')
    expect(heard).toHaveBeenCalledOnce()
    end()
  })
})

describe('snippets', () => {
  it('are asked for by a slash of either width, not by a path or a fraction', () => {
    expect(slashAt('/')).toEqual({ at: 0, words: '' })
    expect(slashAt('良い ／単位')).toEqual({ at: 3, words: '単位' })
    expect([slashAt('1/2'), slashAt('https://x'), slashAt('data/'), slashAt('/ a')]).toEqual([null, null, null, null])
  })

  it('take the slash\'s place', () => {
    expect(matching([{ id: 1, text: '単位を書く' }, { id: 2, text: 'ＭＡＥを書く' }], 'mae').map(({ id }) => id)).toEqual([2])
    expect(inserted('良い /単', '単位を書く', 3, 5)).toEqual({ text: '良い 単位を書く', caret: 8 })
  })
})
