import { BridgeError } from '~/utils/bridge/client'
import { type Behind, refusedOpening } from '~/utils/study/paneView'

/** The bridge waits for the notebook that is left, and the server may ask the site for news. */
const OPENED_WITHIN = 20_000

/** A path alone does not say which: another chapter may have it by now. */
interface Notebook { path: string, chapterId: number }
const same = (one: Notebook | null, other: Notebook | null) => one?.path === other?.path && one?.chapterId === other?.chapterId

/** What became of a wish to see a cell. */
export type Seen = 'shown' | 'gone' | 'failed'

/** Brings the chapter's notebook into the frame, and a cell or code of the text into the notebook. */
export const useNotebookOpening = onePerApp(() => {
  const frame = useNotebookFrame()
  const { state, source, openPath, ask, tell } = frame
  const { handout, activeCell, unsaved } = useNotebookNews()
  const { guard, settled } = useNotebookFocus()
  const { giveBack, kept } = useNotebookDrafts()
  const server = useNotebookServer()
  const study = useStudy()
  const online = useOnline()
  const shown = ref(false)
  /** The frame shows another notebook than the chapter's, which could not be opened. */
  const behind = ref<Behind | null>(null)
  /** The notebook that stands there and takes what is asked: while another is on its way, none. */
  const takes = shallowRef<Notebook | null>(null)
  /** A cell of it that waits to be shown: once it is open. */
  let cellToShow: { id: string, tell: (seen: Seen) => void } | null = null
  /** Somebody asked for a cell of this chapter: where they were last does not matter any more. */
  let chosenIn: number | null = null
  const wanted = computed<Notebook | null>(() => {
    const chapter = study.chapter.value
    return shown.value && chapter?.notebook ? { path: chapter.notebook.path, chapterId: chapter.id } : null
  })
  /** The server of the frame's page is gone, which stays all the same, for something in it is not saved. */
  const outlived = ref(false)
  /** What the frame was last asked for. */
  let asked: Notebook | null = null

  /** The next chapter inside the running pane; the frame is loaded again only when the bridge cannot do it. */
  async function open(notebook: Notebook) {
    const { path, chapterId } = notebook
    handout.value = null
    takes.value = null
    asked = notebook
    openPath.value = path
    guard(path)
    let failed = false
    try {
      const opened = await ask<'opened'>({ type: 'open', path, chapter_id: chapterId }, OPENED_WITHIN)
      if (asked !== notebook) return
      behind.value = null
      takes.value = notebook
      handout.value = opened.handout
      // What cannot be given back now is there at the next opening.
      void giveBack(notebook).catch(() => undefined)
      if (cellToShow) void scrollTo(cellToShow.id).then(cellToShow.tell)
      cellToShow = null
    }
    catch (error) {
      failed = true
      if (asked !== notebook || state.value !== 'ready') return
      const code = error instanceof BridgeError ? error.code : null
      // One of the two knows an older publication; the page can ask for the newest.
      if (code === 'other_chapter') study.retry()
      const next = refusedOpening(code, { online: online.value, unsaved: unsaved.value })
      if (next === 'load') load(notebook)
      else behind.value = next
    }
    finally {
      settled(failed)
    }
  }

  async function scrollTo(cellId: string): Promise<Seen> {
    try {
      await ask({ type: 'scroll_to_cell', cell_id: cellId })
      return 'shown'
    }
    catch (error) {
      return error instanceof BridgeError && error.code === 'no_such_cell' ? 'gone' : 'failed'
    }
  }

  /** At once, or when the notebook is open. */
  function show(cellId: string): Promise<Seen> {
    if (isOpen.value) return scrollTo(cellId)
    cellToShow?.tell('failed')
    return new Promise(tell => (cellToShow = { id: cellId, tell }))
  }

  function load(notebook: Notebook) {
    asked = notebook
    frame.load(notebook.path)
  }

  const isOpen = computed(() => state.value === 'ready' && takes.value !== null && same(takes.value, wanted.value))
  const catchUp = () => wanted.value && void open(wanted.value)

  frame.onLoad(() => {
    behind.value = null
    takes.value = null
    outlived.value = false
  })
  // Tells the state of the handout too, which a page loaded by its address does not.
  frame.onReady(catchUp)
  // The chapter got another name, and its notebook went there: so does the page.
  frame.onMessage(message => message.type === 'moved' && message.to !== message.path && message.path === takes.value?.path && study.retry())

  watch([() => server.status.value?.state, () => server.status.value?.url, wanted, frame.origin, unsaved], ([status, , notebook]) => {
    const usable = status === 'ready' || (status === 'hub_down' && state.value === 'ready')
    if (!usable) {
      if (status === undefined) return
      if (unsaved.value) outlived.value = true
      else frame.unload()
      return
    }
    if (!notebook) return
    // A page whose server is gone may be a stranger to the new one; what stands in it is given back to the next page.
    if (source.value === null || (outlived.value && (!unsaved.value || kept()))) load(notebook)
    else if (notebook.path !== openPath.value || !same(notebook, asked)) {
      activeCell.value = null
      if (state.value === 'ready') void open(notebook)
      else load(notebook)
    }
  })
  // What was asked of the last chapter's notebook is nothing to this one's.
  watch(() => wanted.value?.chapterId, (_, before) => {
    if (before === undefined) return
    cellToShow?.tell('failed')
    cellToShow = chosenIn = null
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
    outlived: readonly(outlived),
    isOpen,
    catchUp,
    reload: () => wanted.value && load(wanted.value),
    showCell(cellId: string) {
      chosenIn = study.id.value
      return show(cellId)
    },
    /** Goes on where one was, unless somebody has chosen another cell meanwhile. */
    resumeAt(cellId: string) {
      if (chosenIn !== study.id.value) void show(cellId)
    },
    /** Puts code into the notebook, below this cell where it still is, else below the one in focus, and shows it. */
    async insert(code: string, after: string | null) {
      const path = wanted.value?.path ?? ''
      const put = (after_cell_id?: string) => ask({ type: 'insert', path, source: code, after_cell_id })
      const done = await put(after ?? undefined).catch((error) => {
        if (error instanceof BridgeError && error.code === 'no_such_cell') return put()
        throw error
      })
      if (done.cell_id) tell({ type: 'scroll_to_cell', cell_id: done.cell_id })
    },
  }
})
