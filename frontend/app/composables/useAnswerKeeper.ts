import type { EventHook } from '@vueuse/core'
import type { QuizAnswer } from '~/api/types'
import { AnswerKeeper } from '~/utils/quiz/answerKeeper'
import { answerStore } from '~/utils/quiz/answerStore'

/** Browsers refuse requests that outlive their page above 64 KiB, taken together. */
const KEEPALIVE_MOST = 16_000

interface Kept {
  keeper: AnswerKeeper
  store: ReturnType<typeof answerStore>
  /** An answer was given in another tab. */
  replaced: EventHook<{ question: string, answer: QuizAnswer | null }>
}

/** The keepers of this page, one for each attempt that was on show: who leaves a quiz has the last words sent, too. */
const useAnswerKeepers = onePerApp(() => {
  const api = useApi()
  const mine = useMine()
  const keepers = new Map<string, Kept>()
  window.addEventListener('online', () => keepers.forEach(({ keeper }) => void keeper.flush()))
  // Also of quizzes that are not on show: what was given anew in another tab is not to be sent over it.
  window.addEventListener('storage', event => keepers.forEach(({ keeper, store, replaced }) => {
    const heard = store.heard(event)
    if (!heard) return
    keeper.replaced(heard.question)
    void replaced.trigger(heard)
  }))

  return (user: number, attempt: number) => {
    const key = `${user}.${attempt}`
    const known = keepers.get(key)
    if (known) return known
    const store = answerStore(user, attempt)
    const keeper = new AnswerKeeper({
      store,
      allowed: () => mine(user),
      send: (question, given) => answer(api.PUT('/api/v1/quiz-attempts/{attempt}/answers/{question}', {
        params: { path: { attempt, question } },
        body: { answer: given },
        keepalive: JSON.stringify(given).length < KEEPALIVE_MOST,
        signal: inTime(),
      })),
    })
    const kept: Kept = { keeper, store, replaced: createEventHook() }
    keepers.set(key, kept)
    return kept
  }
})

/** Keeps the answers of an attempt of the person who is here, and hears of those given in another tab. */
export function useAnswerKeeper(attempt: number) {
  const me = useMe()
  return useAnswerKeepers()(me.value!.user.id, attempt)
}
