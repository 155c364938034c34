import type { EventResults, StudyEvent } from '~/api/types'
import { eventStore } from '~/utils/study/eventStore'
import { type QueueState, StudyQueue } from '~/utils/study/queue'

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never
export type NewStudyEvent = Without<StudyEvent, 'id' | 'at'> & { id?: string, at?: string }

/** The events of the person who is here, on their way to the server. */
export const useStudyQueue = onePerApp(() => {
  const api = useApi()
  const me = useMe()
  const isMine = useMine()
  const state = ref<QueueState>('idle')
  const waiting = ref(0)
  /** Chapters of which nothing is recorded any more: the access to them ended. */
  const ended = shallowReactive(new Set<number>())
  const listeners = new Set<(results: EventResults) => void>()
  let queue: StudyQueue | null = null

  const mine = () => {
    const user = me.value?.user.id
    if (user === undefined) return null
    queue ??= new StudyQueue({
      store: eventStore(user),
      allowed: () => isMine(user),
      // A long backlog takes a slow line its time.
      send: (events, { keepalive }) => answer(api.POST('/api/v1/study/events', { body: { events }, keepalive, signal: inTime(60_000) })),
      ended: events => events.forEach(({ chapter_id }) => ended.add(chapter_id)),
      acknowledged: results => listeners.forEach(listener => listener(results)),
      state: (now, count) => {
        state.value = now
        waiting.value = count
      },
    })
    return queue
  }

  // `pagehide` is the last word of a page that is closed; `hidden` the last one a phone lets it say.
  window.addEventListener('pagehide', () => queue?.flushOnExit())
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && queue?.flushOnExit())
  window.addEventListener('online', () => void queue?.flush())

  return {
    state: readonly(state),
    waiting: readonly(waiting),
    ended,
    /** Also sends what an earlier visit could not. */
    start: () => void mine(),
    add: (event: NewStudyEvent) =>
      mine()?.add({ id: crypto.randomUUID(), at: new Date().toISOString(), ...event } as StudyEvent) ?? Promise.resolve(),
    flush: () => mine()?.flush() ?? Promise.resolve(),
    /** Returns what ends it. */
    onAcknowledged(listener: (results: EventResults) => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
})
