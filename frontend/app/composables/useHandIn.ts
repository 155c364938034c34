import type { AssignmentOverview, Submission } from '~/api/types'
import { standingOf } from '~/utils/assignment/steps'
import { BridgeError } from '~/utils/bridge/client'

/** Jupyter writes a large notebook in this time, or something is wrong. */
const SAVED_WITHIN = 15_000
const LOOK_EVERY = 1_500
/** What a tutor does takes longer, and is told as news besides. */
const LOOK_AGAIN_EVERY = 60_000

/** The assignment of a chapter, and handing in the notebook beside it. */
export function useHandIn(chapter: { id: number, notebook: { path: string } | null }) {
  const api = useApi()
  const study = useStudy()
  const { language } = useLanguage()
  const { state, ask } = useNotebookFrame()
  const server = useNotebookServer()
  const visibility = useDocumentVisibility()
  const step = ref<'saving' | 'sending' | 'checking' | null>(null)
  const path = { chapter: chapter.id }
  const overview = useResource<AssignmentOverview>(language, () =>
    answer(api.GET('/api/v1/chapters/{chapter}/submissions', { params: { path, query: { locale: language.value } } })))
  const { data, refresh } = overview

  /** What a tutor looks at, or has looked at, last. */
  const latest = computed(() => data.value?.submissions.find(it => standingOf(it) !== null) ?? null)
  const running = computed(() => [data.value?.trial, data.value?.checked].some(run => run?.state === 'queued' || run?.state === 'running'))
  const clock = useIntervalFn(refresh, LOOK_EVERY, { immediate: false })
  watch(running, yes => (yes ? clock.resume() : clock.pause()))

  const waits = computed(() => latest.value?.state === 'waiting' || latest.value?.state === 'appealed')
  const patience = useIntervalFn(refresh, LOOK_AGAIN_EVERY, { immediate: false })
  // Nobody looks at a tab in the background: who comes back sees what is so now.
  watch([waits, visibility], ([yes, seen]) => {
    if (!yes || seen !== 'visible') return patience.pause()
    if (!patience.isActive.value) patience.resume()
  }, { immediate: true })
  watch(visibility, seen => seen === 'visible' && waits.value && void refresh())
  useNews(refresh)
  // What was passed completes the chapter.
  watch(() => latest.value?.state, (now, before) => before !== undefined && (now === 'passed') !== (before === 'passed') && study.refresh())

  /** This chapter's notebook, whatever is on show; where it cannot be saved, nothing older is taken instead. */
  async function save() {
    step.value = 'saving'
    if (state.value !== 'ready' || !chapter.notebook) return
    try {
      await ask({ type: 'save', path: chapter.notebook.path, chapter_id: chapter.id }, SAVED_WITHIN)
    }
    catch (error) {
      // One of the two knows an older publication; the page can ask for the newest.
      if (error instanceof BridgeError && error.code === 'other_chapter') study.retry()
      throw error
    }
  }

  return {
    overview,
    latest,
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
        await refresh()
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
        await refresh()
      }
      finally {
        step.value = null
      }
    },
    async withdraw(submission: number) {
      await answer(api.POST('/api/v1/submissions/{submission}/withdrawal', { params: { path: { submission } } }))
      await refresh()
      study.refresh()
    },
    async appeal(submission: number, reason: string) {
      await answer(api.POST('/api/v1/submissions/{submission}/appeal', { params: { path: { submission } }, body: { reason } }))
      await refresh()
    },
    async withdrawAppeal(submission: number) {
      await answer(api.DELETE('/api/v1/submissions/{submission}/appeal', { params: { path: { submission } } }))
      await refresh()
    },
  }
}
