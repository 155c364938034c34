import { paneView } from '~/utils/study/paneView'

/** Nothing from the frame for this long after it began to load: say so, offer a way on. */
const SILENT_AFTER = 60_000
/** A text chapter between two notebooks should not cost the kernel; a long pause may. */
const KEEP_HIDDEN = 10 * 60_000

/** The pane beside the text: when it is there, and whether it shows the notebook or says something instead. */
export const useNotebookPane = onePerApp(() => {
  const { site, load: askSite } = useSite()
  const server = useNotebookServer()
  const study = useStudy()
  const online = useOnline()
  const frame = useNotebookFrame()
  const { kernel, unsaved } = useNotebookNews()
  useNotebookSaving()
  useNotebookRuns()
  useNotebookLooks()
  const { shown, behind, catchUp } = useNotebookOpening()

  const wasOpen = ref(false)
  const now = ref(Date.now())
  const clock = useIntervalFn(() => (now.value = Date.now()), 1000, { immediate: false })
  let unmount: ReturnType<typeof setTimeout> | undefined

  // It may outlive its server, and be ready all the time.
  watch(frame.state, now => now === 'ready' && (wasOpen.value = true))
  const view = computed(() => paneView({
    configured: site.value === null || site.value.hub !== null,
    online: online.value,
    sessionEnded: server.sessionEnded.value,
    status: server.status.value,
    unanswered: server.unanswered.value,
    frame: frame.state.value === 'loading' && now.value - frame.loadedAt.value > SILENT_AFTER ? 'silent' : frame.state.value,
    behind: behind.value ?? (study.problem.value ? 'unanswered' : null),
    wasOpen: wasOpen.value,
    waited: server.askedAt.value === null ? 0 : now.value - server.askedAt.value,
  }))
  // Time matters only while something starts; an idle pane costs nothing.
  watch(() => shown.value && view.value.kind === 'starting', on => (on ? clock.resume() : clock.pause()), { immediate: true })

  return {
    view,
    /** The notebook is on show, and what computes for it cannot be reached. */
    lost: computed(() => view.value.kind === 'frame' && (!online.value || server.status.value?.state === 'hub_down' || kernel.value === 'disconnected')),
    show() {
      clearTimeout(unmount)
      shown.value = true
      // Where the site has no hub there is nothing to ask for.
      void askSite().catch(() => undefined).then(() => {
        if (shown.value && site.value?.hub !== null) void server.open()
      })
    },
    /** The page has no notebook: out of sight, kept alive for a while. */
    hide(at?: 'once') {
      shown.value = false
      clearTimeout(unmount)
      const end = () => {
        // What is not saved waits as long as the page does.
        if (at !== 'once' && unsaved.value) return (unmount = setTimeout(end, KEEP_HIDDEN))
        frame.unload()
        server.release()
      }
      if (at === 'once') end()
      else unmount = setTimeout(end, KEEP_HIDDEN)
    },
    retry() {
      if (behind.value) catchUp()
      else if (study.problem.value) study.retry()
      else void server.retry()
    },
  }
})
