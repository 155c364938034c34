import type { QuizAnswer, QuizAttempt } from '~/api/types'
import type { Answers, Kept } from '~/utils/quiz/answerKeeper'

/** The answers of an attempt that goes on: on the screen, and on their way to the server. */
export function useQuizAnswers(attempt: QuizAttempt, closed: () => void) {
  const { keeper, replaced } = useAnswerKeeper(attempt.id)
  const { notify } = useNotices()
  const { t } = useI18n()
  const state = ref<Kept>('kept')
  const known = Object.fromEntries(attempt.questions.map(({ key, answer }) => [key, answer ?? null]))
  const answers = reactive<Answers>({ ...known, ...keeper.unsent })

  const listener = {
    changed: (now: Kept) => void (state.value = now),
    closed(lost: string[]) {
      if (lost.length) notify(t('quiz.too_late', { questions: numbers(lost) }), 'problem')
      closed()
    },
    refused: (question: string) => notify(t('quiz.refused', { questions: numbers([question]) }), 'problem'),
  }
  keeper.listener = listener
  // The next view may be there by then.
  onScopeDispose(() => keeper.listener === listener && (keeper.listener = null))
  void keeper.flush()

  replaced.on(({ question, answer }) => {
    answers[question] = answer
  })

  /** The questions as they are numbered on the screen. */
  function numbers(keys: string[]) {
    const shown = attempt.questions.flatMap(({ key }, index) => (keys.includes(key) ? [t('quiz.question', { number: index + 1 })] : []))
    return shown.join(t('quiz.and'))
  }

  return {
    answers,
    state,
    answered: computed(() => Object.values(answers).filter(it => it !== null).length),
    give(question: string, given: QuizAnswer | null) {
      answers[question] = given
      keeper.give(question, given)
    },
    flush: () => keeper.flush(),
    /** What is not with the server yet, and why. */
    unsent: () => ({ questions: numbers(Object.keys(keeper.unsent)), problem: keeper.problem }),
  }
}
