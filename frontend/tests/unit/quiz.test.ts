import { describe, expect, it, vi } from 'vitest'
import { inTurn } from '../../app/utils/inTurn'
import { endByTime } from '../../app/utils/quiz/endByTime'
import type { QuizAttempt } from '../../app/api/types'

describe('an attempt whose time is over', () => {
  const told = (attempt: Partial<QuizAttempt>) => vi.fn(async () => attempt as QuizAttempt)
  const steps = (look: () => Promise<QuizAttempt>) => {
    const done: string[] = []
    const step = (name: string) => vi.fn(async () => void done.push(name))
    return { done, flush: step('flush'), submit: step('submit'), look: () => (done.push('look'), look()) }
  }

  it('is submitted with the last words', async () => {
    const it = steps(told({ seconds_left: 0, result: null }))
    expect(await endByTime(it)).toBe(true)
    expect(it.done).toEqual(['flush', 'look', 'submit'])
  })

  it('goes on where the server\'s time does: this device\'s clock was set meanwhile', async () => {
    const it = steps(told({ seconds_left: 1, result: null }))
    expect(await endByTime(it)).toBe(true)
    expect(it.done).toEqual(['flush', 'look'])
  })

  it('is only shown where the server has closed it', async () => {
    const it = steps(told({ seconds_left: null, result: { points: 1, percent: 100, passed: true, by_time: true } }))
    expect(await endByTime(it)).toBe(true)
    expect(it.done).toEqual(['flush', 'look'])
  })

  it('is tried again while nobody answers', async () => {
    expect(await endByTime(steps(vi.fn().mockRejectedValue(new TypeError('Failed to fetch'))))).toBe(false)
    const it = { ...steps(told({ seconds_left: 0, result: null })), submit: () => Promise.reject(new TypeError('Failed to fetch')) }
    expect(await endByTime(it)).toBe(false)
  })
})

describe('things done in turn', () => {
  it('end in the order they were begun in, and one that fails holds up no other', async () => {
    const order: string[] = []
    const turn = inTurn()
    let release = () => {}
    const first = turn(async () => {
      await new Promise<void>(done => (release = done))
      order.push('first')
    })
    const second = turn(async () => {
      order.push('second')
      throw new Error('lost')
    })
    const third = turn(async () => order.push('third'))
    await Promise.resolve()
    expect(order).toEqual([])
    release()
    await first
    await expect(second).rejects.toThrow('lost')
    await third
    expect(order).toEqual(['first', 'second', 'third'])
  })
})
