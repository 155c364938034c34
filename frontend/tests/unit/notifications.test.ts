// What the page does with word of something new: the stream of events is stood in for here.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEventHook } from '@vueuse/core'
import { effectScope, nextTick, ref, shallowRef, watch, type EffectScope } from 'vue'
import type { useNotifications } from '../../app/composables/useNotifications'
import { arrivals } from '../../app/utils/arrivals'

class Stream {
  static readonly CLOSED = 2
  static all: Stream[] = []
  static get open() {
    return Stream.all.filter(({ readyState }) => readyState !== Stream.CLOSED)
  }

  readyState = 1
  private heard: Record<string, (event: { data: string }) => void> = {}
  constructor(readonly url: string) {
    Stream.all.push(this)
  }

  addEventListener(name: string, listener: (event: { data: string }) => void) {
    this.heard[name] = listener
  }

  async says(name: string, data: unknown = {}) {
    this.heard[name]?.({ data: JSON.stringify(data) })
    await vi.advanceTimersByTimeAsync(0)
  }

  /** The browser gives up: an answer that is no stream. */
  async isRefused() {
    this.readyState = Stream.CLOSED
    await this.says('error')
  }

  close() {
    this.readyState = Stream.CLOSED
  }
}

const notification = (id: number, seen_at: string | null = null) => ({ id, seen_at, title: `n${id}` })

describe('notifications', () => {
  const me = shallowRef<{ session: { id: string } } | null>(null)
  const visible = ref<'visible' | 'hidden'>('visible')
  let items: ReturnType<typeof notification>[]
  let asked: unknown[]
  let scope: EffectScope

  beforeEach(() => {
    vi.useFakeTimers()
    Stream.all = []
    items = []
    asked = []
    me.value = { session: { id: 's1' } }
    visible.value = 'visible'
    const api = {
      GET: async (path: string, options: unknown) => {
        asked.push([path, options])
        return { items, next: null, unseen: items.length }
      },
      POST: async () => ({ unseen: 0 }),
    }
    for (const [name, value] of Object.entries({
      onePerApp: <T>(make: () => T) => make, useApi: () => api, useMe: () => me, useLanguage: () => ({ language: ref('ja') }),
      useDocumentVisibility: () => visible, createEventHook, shallowRef, watch, arrivals, EventSource: Stream,
      answer: (call: Promise<unknown>) => call, sessionHere: () => me.value?.session.id ?? null,
    })) vi.stubGlobal(name, value)
    scope = effectScope()
  })
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })
  // The module makes its one for the app when it is loaded; each story has its own.
  const begin = async () => {
    vi.resetModules()
    const { useNotifications: fresh } = await import('../../app/composables/useNotifications')
    return scope.run(() => (fresh as unknown as () => ReturnType<typeof useNotifications>)())!
  }

  it('shows at once how many there are, and calls nothing of them new', async () => {
    const { state, onArrival } = await begin()
    const arrived: number[] = []
    onArrival(({ news }) => void arrived.push(...news.map(({ id }) => id)))
    items = [notification(7), notification(6)]
    await Stream.all[0]!.says('notices', { unseen: 2, latest: 7 })
    expect(state.value).toEqual({ unseen: 2, latest: 7 })
    expect([arrived, asked]).toEqual([[], []])
  })

  it('tells what came while the page is open, once, and not what was seen elsewhere', async () => {
    const { onArrival } = await begin()
    const arrived: number[] = []
    onArrival(({ news }) => void arrived.push(...news.map(({ id }) => id)))
    await Stream.all[0]!.says('notices', { unseen: 0, latest: null })
    items = [notification(9), notification(8, '2026-11-26T00:00:00Z')]
    await Stream.all[0]!.says('notices', { unseen: 1, latest: 9 })
    await Stream.all[0]!.says('notices', { unseen: 0, latest: 9 })
    expect(arrived).toEqual([9])
  })

  it('listens for the page that is looked at only, and for nobody who is signed out', async () => {
    await begin()
    expect(Stream.open.map(({ url }) => url)).toEqual(['/api/v1/notifications/events?session=s1'])
    visible.value = 'hidden'
    await nextTick()
    expect(Stream.open).toEqual([])
    visible.value = 'visible'
    await nextTick()
    expect(Stream.open).toHaveLength(1)
    me.value = null
    await nextTick()
    expect(Stream.open).toEqual([])
    // Another session of whoever signs in again.
    me.value = { session: { id: 's2' } }
    await nextTick()
    expect(Stream.open.map(({ url }) => url)).toEqual(['/api/v1/notifications/events?session=s2'])
  })

  it('comes back after a refusal, through a request that renews the session, and not after the session has ended', async () => {
    await begin()
    await Stream.all[0]!.isRefused()
    expect([Stream.all.length, asked.length]).toEqual([1, 0])
    await vi.advanceTimersByTimeAsync(1_000)
    expect([Stream.open.length, asked.length]).toEqual([1, 1])
    // Refused again and again it waits longer each time.
    await Stream.all[1]!.isRefused()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(Stream.open).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(Stream.open).toHaveLength(1)
    await Stream.all[2]!.says('session', { state: 'ended' })
    await vi.advanceTimersByTimeAsync(600_000)
    expect(Stream.open).toHaveLength(0)
  })
})
