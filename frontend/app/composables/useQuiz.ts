import type { QuizAttempt, QuizOverview } from '~/api/types'

/** The quiz of a chapter: its rules, one's attempts, and the one that is on show. */
export function useQuiz(chapter: number) {
  const api = useApi()
  const study = useStudy()
  const { language } = useLanguage()
  const attempt = shallowRef<QuizAttempt | null>(null)
  // The form never comes back over the result, nor an older language over a newer one.
  const turn = inTurn()
  const query = () => ({ locale: language.value })
  const overview = useResource<QuizOverview>('quiz', () =>
    answer(api.GET('/api/v1/chapters/{chapter}/quiz', { params: { path: { chapter } } })))
  const load = (id: number) =>
    answer(api.GET('/api/v1/quiz-attempts/{attempt}', { params: { path: { attempt: id }, query: query() }, signal: inTime() }))

  function show(loaded: QuizAttempt) {
    const wentOn = attempt.value?.id === loaded.id ? !attempt.value.result : overview.data.value?.open === loaded.id
    attempt.value = loaded
    void overview.refresh()
    // It is closed now: what it came to counts.
    if (wentOn && loaded.result) study.refresh()
    return loaded
  }

  /** The one on show, as it is now. */
  function look() {
    const { id } = attempt.value!
    return turn(async () => {
      const loaded = await load(id)
      return attempt.value?.id === id ? show(loaded) : loaded
    })
  }

  function submit() {
    const { id } = attempt.value!
    return turn(async () => show(await answer(api.POST('/api/v1/quiz-attempts/{attempt}/submission', {
      params: { path: { attempt: id }, query: query() }, signal: inTime(),
    }))))
  }

  // Another language is another text of the same attempt.
  watch(language, () => attempt.value && void look().catch(() => undefined))

  return {
    overview,
    attempt,
    look,
    submit,
    begin: () => turn(async () => show(await answer(api.POST('/api/v1/chapters/{chapter}/quiz/attempts', {
      params: { path: { chapter }, query: query() }, signal: inTime(),
    })))),
    open: (id: number) => turn(async () => show(await load(id))),
    close: () => (attempt.value = null),
  }
}
