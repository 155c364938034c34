/** What to say beside a form. Who has tried too often is told how long to wait, and when that is over. */
export function useProblemMessage(problem: Ref<ProblemError | null>) {
  const { t } = useI18n()
  const { language } = useLanguage()
  const now = ref(Date.now())
  const clock = useIntervalFn(() => (now.value = Date.now()), 1000, { immediate: false })
  watch(problem, (it) => {
    now.value = Date.now()
    if (it?.retryAt) clock.resume()
    else clock.pause()
  })

  // The server's words are in the language it was asked in; ours change with the page.
  watch(language, () => {
    if (problem.value && problem.value.retryAt === null && !problem.value.unreachable) problem.value = null
  })

  return computed(() => {
    const it = problem.value
    if (!it) return undefined
    if (it.unreachable) return t('problem.unreachable.detail')
    if (it.retryAt === null) return it.fields[0]?.detail || it.message
    const seconds = Math.ceil((it.retryAt - now.value) / 1000)
    return seconds > 0 ? t('problem.wait', { wait: formatWait(seconds, language.value) }) : t('problem.wait_over')
  })
}
