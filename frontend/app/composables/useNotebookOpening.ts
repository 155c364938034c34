import { BridgeError } from '~/utils/bridge/client'

/** Brings the chapter's notebook into the frame, and a cell or code of the text into the notebook. */
export const useNotebookOpening = onePerApp(() => {
  const frame = useNotebookFrame()
  const { state, source, openPath, ask, tell } = frame
  const { handout, activeCell } = useNotebookNews()
  const { guard } = useNotebookFocus()
  const server = useNotebookServer()
  const study = useStudy()
  const online = useOnline()
  const shown = ref(false)
  /** The frame shows another notebook than the chapter's, which could not be opened. */
  const behind = ref(false)
  /** The notebook that stands there and takes what is asked: while another is on its way, none. */
  const takes = ref<string | null>(null)
  /** A cell of it that waits to be shown: once it is open. */
  let cellToShow: string | null = null
  const wantedPath = computed(() => (shown.value ? study.chapter.value?.notebook?.path ?? null : null))

  /** The next chapter inside the running pane; the frame is loaded again only when the bridge cannot do it. */
  async function open(path: string) {
    handout.value = null
    takes.value = null
    openPath.value = path
    guard(path)
    try {
      const opened = await ask<'opened'>({ type: 'open', path }, 15_000)
      if (openPath.value !== path) return
      behind.value = false
      takes.value = path
      handout.value = opened.handout
      if (cellToShow) tell({ type: 'scroll_to_cell', cell_id: cellToShow })
      cellToShow = null
    }
    catch (error) {
      if (openPath.value !== path || state.value !== 'ready') return
      // Loading the frame would find no server either, and lose the page that waits for it.
      if (!online.value || (error instanceof BridgeError && error.code === 'server_unreachable')) behind.value = true
      else frame.load(path)
    }
  }

  const isOpen = computed(() => state.value === 'ready' && takes.value !== null && takes.value === wantedPath.value)
  const catchUp = () => wantedPath.value && void open(wantedPath.value)

  frame.onLoad(() => {
    behind.value = false
    takes.value = null
  })
  // Tells the state of the handout too, which a page loaded by its address does not.
  frame.onReady(catchUp)

  watch([() => server.status.value?.state, () => server.status.value?.url, wantedPath, frame.origin], ([status, , path]) => {
    const usable = status === 'ready' || (status === 'hub_down' && state.value === 'ready')
    if (!usable) return status !== undefined && frame.unload()
    if (!path) return
    if (source.value === null) frame.load(path)
    else if (path !== openPath.value) {
      activeCell.value = null
      if (state.value === 'ready') void open(path)
      else frame.load(path)
    }
  })
  watch(server.sessionEnded, ended => ended && frame.unload())
  watch(online, (yes) => {
    if (!yes || !shown.value) return
    if (state.value !== 'ready') void server.retry()
    else if (behind.value) catchUp()
  })

  return {
    shown,
    behind,
    isOpen,
    catchUp,
    reload: () => wantedPath.value && frame.load(wantedPath.value),
    showCell(cellId: string) {
      if (isOpen.value) tell({ type: 'scroll_to_cell', cell_id: cellId })
      else cellToShow = cellId
    },
    /** Puts code into the notebook, below this cell where it still is, else below the one in focus, and shows it. */
    async insert(code: string, after: string | null) {
      const path = wantedPath.value ?? ''
      const put = (after_cell_id?: string) => ask({ type: 'insert', path, source: code, after_cell_id })
      const done = await put(after ?? undefined).catch((error) => {
        if (error instanceof BridgeError && error.code === 'no_such_cell') return put()
        throw error
      })
      if (done.cell_id) tell({ type: 'scroll_to_cell', cell_id: done.cell_id })
    },
  }
})
