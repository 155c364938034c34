import { describe, expect, it, vi } from 'vitest'
import { minimumReadingSeconds, ReadingClock } from '../../app/utils/study/reading'

describe('reading a text', () => {
  it('is done when its end was seen and enough time was spent, once', () => {
    const read = vi.fn()
    const clock = new ReadingClock(10, read)
    clock.visible(true, 0)
    clock.reachedEnd(1_000)
    expect(read).not.toHaveBeenCalled()
    clock.check(10_000)
    clock.check(20_000)
    expect(read).toHaveBeenCalledOnce()
  })

  it('does not count time in another tab', () => {
    const read = vi.fn()
    const clock = new ReadingClock(10, read)
    clock.visible(true, 0)
    clock.visible(false, 4_000)
    clock.reachedEnd(60_000)
    expect(clock.remaining(60_000)).toBe(6_000)
    clock.visible(true, 60_000)
    clock.check(66_000)
    expect(read).toHaveBeenCalledOnce()
  })

  it('is not done by waiting at the beginning', () => {
    const read = vi.fn()
    const clock = new ReadingClock(5, read)
    clock.visible(true, 0)
    clock.check(600_000)
    expect(read).not.toHaveBeenCalled()
  })

  it('asks for more time of longer texts, within reason', () => {
    expect([0, 1_600, 100_000].map(minimumReadingSeconds)).toEqual([5, 20, 45])
  })
})
