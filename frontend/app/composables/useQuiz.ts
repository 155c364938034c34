import type { QuizAttempt, QuizOverview } from '~/api/types'

/** The quiz of a chapter: its rules, one's attempts, and the one that is on show. */
export function useQuiz(chapter: number) {
  const api = useApi()
  const study = useStudy()
  const { language } = useLanguage()
  const attempt = shallowRef<QuizAttempt | null>(null)
  const query = () => ({ locale: language.value })
  const overview = useResource<QuizOverview>('quiz', () =>
    answer(api.GET('/api/v1/chapters/{chapter}/quiz', { params: { path: { chapter } } })))

  async function begin() {
    attempt.value = await answer(api.POST('/api/v1/chapters/{chapter}/quiz/attempts', { params: { path: { chapter }, query: query() } }))
    await overview.refresh()
  }

  async function open(id: number) {
    const loaded = await answer(api.GET('/api/v1/quiz-attempts/{attempt}', { params: { path: { attempt: id }, query: query() } }))
    attempt.value = loaded
    // Its time was over: what that came to counts.
    if (loaded.result && overview.data.value?.open === id) await settled()
  }

  async function settled() {
    study.refresh()
    await overview.refresh()
  }

  // Another language is another text of the same attempt.
  watch(language, () => attempt.value && void open(attempt.value.id).catch(() => undefined))

  return {
    overview,
    attempt,
    begin,
    open,
    close: () => (attempt.value = null),
    async submit() {
      if (!attempt.value) return
      attempt.value = await answer(api.POST('/api/v1/quiz-attempts/{attempt}/submission', { params: { path: { attempt: attempt.value.id }, query: query() } }))
      await settled()
    },
  }
}
