import type { QuizAttempt } from '~/api/types'

/** What is left of an attempt, as the server told it last; this device's clock goes on while it sleeps. */
export function useQuizClock(attempt: () => QuizAttempt) {
  const now = ref(Date.now())
  useIntervalFn(() => (now.value = Date.now()), 1000)
  const ends = computed(() => {
    const { seconds_left } = attempt()
    return seconds_left == null ? null : Date.now() + seconds_left * 1000
  })
  const left = computed(() => (ends.value === null ? null : Math.max(0, Math.ceil((ends.value - now.value) / 1000))))
  return {
    clock: computed(() => (left.value === null ? null : `${Math.floor(left.value / 60)}:${String(left.value % 60).padStart(2, '0')}`)),
    soon: computed(() => left.value !== null && left.value <= 60),
    over: computed(() => left.value === 0),
  }
}
