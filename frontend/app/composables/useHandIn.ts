import type { AssignmentOverview, Submission } from '~/api/types'

/** Jupyter writes a large notebook in this time, or something is wrong. */
const SAVED_WITHIN = 15_000
const LOOK_EVERY = 1_500

/** The assignment of a chapter, and handing in the notebook beside it. */
export function useHandIn(chapter: { id: number, notebook: { path: string } | null }) {
  const api = useApi()
  const study = useStudy()
  const { language } = useLanguage()
  const { isOpen } = useNotebookOpening()
  const { ask } = useNotebookFrame()
  const server = useNotebookServer()
  const step = ref<'saving' | 'sending' | 'checking' | null>(null)
  const path = { chapter: chapter.id }
  const overview = useResource<AssignmentOverview>(language, () =>
    answer(api.GET('/api/v1/chapters/{chapter}/submissions', { params: { path, query: { locale: language.value } } })))

  const running = computed(() => [overview.data.value?.trial, overview.data.value?.checked].some(run => run?.state === 'queued' || run?.state === 'running'))
  const clock = useIntervalFn(() => void overview.refresh(), LOOK_EVERY, { immediate: false })
  watch(running, yes => (yes ? clock.resume() : clock.pause()))

  /** What is on show is what is meant; where it cannot be saved, nothing older is taken instead. */
  async function save() {
    step.value = 'saving'
    if (isOpen.value) await ask({ type: 'save' }, SAVED_WITHIN)
  }

  return {
    overview,
    /** What it is busy with. */
    step: readonly(step),
    /** How far the start of a server is that was off, where that is what takes the time. */
    starting: computed(() => (step.value === 'sending' || step.value === 'checking') && server.status.value?.state === 'starting' ? server.status.value.percent : null),
    /** Saves the notebook where it is open, and hands in what is saved. Says whether that had been handed in before. */
    async handIn(): Promise<{ receipt: Submission, again: boolean }> {
      try {
        await save()
        step.value = 'sending'
        const { response, data, error } = await api.POST('/api/v1/chapters/{chapter}/submissions', { params: { path } })
        if (!data) throw problemFrom(response.status, error, response.headers)
        await overview.refresh()
        return { receipt: data, again: response.status === 200 }
      }
      finally {
        step.value = null
      }
    },
    /** Runs the checks that are shown on what is in the notebook. */
    async check() {
      try {
        await save()
        step.value = 'checking'
        await answer(api.POST('/api/v1/chapters/{chapter}/checks', { params: { path, query: { locale: language.value } } }))
        await overview.refresh()
      }
      finally {
        step.value = null
      }
    },
    async withdraw(submission: number) {
      await answer(api.POST('/api/v1/submissions/{submission}/withdrawal', { params: { path: { submission } } }))
      await overview.refresh()
      study.refresh()
    },
  }
}
