import { AnswerKeeper } from '~/utils/quiz/answerKeeper'
import { answerStore } from '~/utils/quiz/answerStore'

/** Browsers refuse requests that outlive their page above 64 KiB, taken together. */
const KEEPALIVE_MOST = 16_000

/** The keepers of this page, one for each attempt that was on show: who leaves a quiz has the last words sent, too. */
const useAnswerKeepers = onePerApp(() => {
  const api = useApi()
  const mine = useMine()
  const keepers = new Map<string, AnswerKeeper>()
  window.addEventListener('online', () => keepers.forEach(keeper => void keeper.flush()))

  return (user: number, attempt: number) => {
    const store = answerStore(user, attempt)
    const key = `${user}.${attempt}`
    const keeper = keepers.get(key) ?? new AnswerKeeper({
      store,
      allowed: () => mine(user),
      send: (question, given) => answer(api.PUT('/api/v1/quiz-attempts/{attempt}/answers/{question}', {
        params: { path: { attempt, question } },
        body: { answer: given },
        keepalive: JSON.stringify(given).length < KEEPALIVE_MOST,
        signal: inTime(),
      })),
    })
    keepers.set(key, keeper)
    return { keeper, store }
  }
})

/** Keeps the answers of an attempt of the person who is here, and hears of those given in another tab. */
export function useAnswerKeeper(attempt: number) {
  const me = useMe()
  return useAnswerKeepers()(me.value!.user.id, attempt)
}
