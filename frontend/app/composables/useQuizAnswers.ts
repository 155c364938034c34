import type { QuizAnswer, QuizAttempt } from '~/api/types'
import { AnswerKeeper, type Kept } from '~/utils/quiz/answerKeeper'

/** The answers of an attempt that goes on: on the screen, and on their way to the server. */
export function useQuizAnswers(attempt: QuizAttempt, closed: () => void) {
  const api = useApi()
  const me = useMe()
  const { notify } = useNotices()
  const { t } = useI18n()
  const state = ref<Kept>('kept')
  const waiting = useLocalStorage<Record<string, QuizAnswer | null>>(`tenarai.quiz.${me.value?.user.id}.${attempt.id}`, {}, { deep: false })

  const keeper = new AnswerKeeper({
    store: {
      load: () => waiting.value ?? {},
      // Nothing that waits, nothing that is left behind on a shared computer.
      save: answers => (waiting.value = Object.keys(answers).length ? answers : null as never),
    },
    send: (question, given) => answer(api.PUT('/api/v1/quiz-attempts/{attempt}/answers/{question}', {
      params: { path: { attempt: attempt.id, question } }, body: { answer: given }, keepalive: true,
    })),
    changed: now => (state.value = now),
    closed,
    refused: () => notify(t('quiz.refused'), 'problem'),
  })
  const known = Object.fromEntries(attempt.questions.map(({ key, answer }) => [key, answer ?? null]))
  const answers = reactive<Record<string, QuizAnswer | null>>({ ...known, ...keeper.unsent })
  void keeper.flush()
  useEventListener(window, 'online', () => void keeper.flush())
  onScopeDispose(() => keeper.stop())

  return {
    answers,
    state,
    answered: computed(() => Object.values(answers).filter(it => it !== null).length),
    give(question: string, given: QuizAnswer | null) {
      answers[question] = given
      keeper.give(question, given)
    },
    flush: () => keeper.flush(),
  }
}
