import { BridgeError } from '~/utils/bridge/client'
import type { BridgeMessage, BridgeOf, BridgeRequest, Handout } from '~/utils/bridge/messages'
import { type FrameState, paneView } from '~/utils/study/paneView'

/** Nothing from the frame for this long after it began to load: say so, offer a way on. */
const SILENT_AFTER = 60_000
const HELLO_EVERY = 3_000
const SAVE_AFTER = 1_500
const SAVE_AT_LATEST = 10_000
/** A text chapter between two notebooks should not cost the kernel; a long pause may. */
const KEEP_HIDDEN = 10 * 60_000

/** The notebook beside the text: what the frame shows, what the pane says instead, and the way to speak to it. */
export const useNotebookPane = onePerApp(() => {
  const { site, load: askSite } = useSite()
  const server = useNotebookServer()
  const study = useStudy()
  const queue = useStudyQueue()
  const { language } = useLanguage()
  const theme = useColorMode()
  const online = useOnline()
  const now = ref(Date.now())
  const clock = useIntervalFn(() => (now.value = Date.now()), 1000, { immediate: false })

  const element = shallowRef<HTMLIFrameElement | null>(null)
  const source = ref<string | null>(null)
  const frame = ref<FrameState>('none')
  const behind = ref(false)
  const shown = ref(false)
  const wasOpen = ref(false)
  const openPath = ref<string | null>(null)
  const loadedAt = ref(0)
  const kernels = shallowReactive(new Map<string, BridgeOf<'kernel'>['status']>())
  const memory = shallowRef<{ used: number, limit: number | null } | null>(null)
  const unsaved = shallowReactive(new Set<string>())
  const handout = shallowRef<Handout | null>(null)
  const activeCell = ref<string | null>(null)
  const kernel = computed(() => kernels.get(openPath.value ?? '') ?? null)
  const dirty = computed(() => unsaved.has(openPath.value ?? ''))
  const left = createEventHook()
  const chapters = new Map<string, number>()
  let cellToShow: string | null = null
  let told: string | null = null
  let greeting: ReturnType<typeof setInterval> | undefined
  let unmount: ReturnType<typeof setTimeout> | undefined

  const origin = computed(() => site.value?.hub?.origin ?? null)
  const bridge = useNotebookBridge(element, origin, heard)
  const wantedPath = computed(() => (shown.value ? study.chapter.value?.notebook?.path ?? null : null))
  const address = (path: string) => {
    const base = server.status.value?.url
    return base ? new URL(`notebooks/${path.split('/').map(encodeURIComponent).join('/')}`, base).href : null
  }

  const view = computed(() => paneView({
    configured: site.value === null || site.value.hub !== null,
    online: online.value,
    sessionEnded: server.sessionEnded.value,
    status: server.status.value,
    unanswered: server.unanswered.value,
    frame: frame.value === 'loading' && now.value - loadedAt.value > SILENT_AFTER ? 'silent' : frame.value,
    behind: behind.value || study.problem.value !== null,
    wasOpen: wasOpen.value,
    waited: server.askedAt.value === null ? 0 : now.value - server.askedAt.value,
  }))

  // Time matters only while something starts; an idle pane costs nothing.
  watch(() => shown.value && view.value.kind === 'starting', on => (on ? clock.resume() : clock.pause()), { immediate: true })

  function ask<T extends 'done' | 'opened' | 'ready' = 'done'>(request: BridgeRequest, timeout?: number) {
    return bridge.value?.ask<T>(request, timeout) ?? Promise.reject(new BridgeError('no_frame'))
  }
  /** Where the notebook on show has its own page; the frame keeps the address it was loaded with. */
  const here = computed(() => (openPath.value ? address(openPath.value) : null))
  const tell = (request: BridgeRequest) => void ask(request).catch(() => undefined)

  function load(path: string) {
    const url = address(path)
    // Only a page of the hub the server names is ever framed.
    if (!url || new URL(url).origin !== origin.value) return
    bridge.value?.abandon()
    // The same address again: only setting it on the frame itself loads it anew.
    if (source.value === url && element.value) element.value.src = url
    source.value = url
    openPath.value = path
    behind.value = false
    frame.value = 'loading'
    loadedAt.value = Date.now()
    kernels.clear()
    unsaved.clear()
    memory.value = null
    handout.value = null
  }

  function unload() {
    if (frame.value === 'ready') wasOpen.value = true
    clearInterval(greeting)
    bridge.value?.abandon()
    source.value = null
    openPath.value = null
    frame.value = 'none'
  }

  /** The next chapter inside the running pane; the frame is loaded again only when the bridge cannot do it. */
  async function open(path: string) {
    handout.value = null
    openPath.value = path
    opening = path
    try {
      const opened = await ask<'opened'>({ type: 'open', path }, 15_000)
      if (openPath.value !== path) return
      behind.value = false
      handout.value = opened.handout
    }
    catch (error) {
      if (openPath.value !== path || frame.value !== 'ready') return
      // Loading the frame would find no server either, and lose the page that waits for it.
      if (!online.value || (error instanceof BridgeError && error.code === 'server_unreachable')) behind.value = true
      else load(path)
    }
  }

  const catchUp = () => wantedPath.value && void open(wantedPath.value).then(showWaitingCell)

  /** Jupyter takes the focus whenever it opens a notebook; who reads the text meanwhile keeps it. */
  let opening: string | null = null
  let focused: HTMLElement | null = null
  useEventListener(document, 'focusin', ({ target }) => {
    if (target !== element.value) focused = target as HTMLElement
  })
  useEventListener(window, 'blur', () => setTimeout(() => {
    if (!element.value || document.activeElement !== element.value) return
    // A hand that is in the pane already means it.
    if (frame.value === 'ready' && (opening === null || element.value.matches(':hover'))) return
    if (focused?.isConnected && focused !== document.body) focused.focus({ preventScroll: true })
    else element.value.blur()
  }))

  function heard(message: BridgeMessage) {
    switch (message.type) {
      case 'ready':
        clearInterval(greeting)
        if (message.path === opening) opening = null
        if (frame.value !== 'ready') {
          frame.value = 'ready'
          tell({ type: 'theme', theme: theme.value === 'dark' ? 'dark' : 'light' })
          void speak(message.locale)
          // Tells the state of the handout too, which a page loaded by its address does not.
          if (wantedPath.value) void open(wantedPath.value).then(showWaitingCell)
        }
        return
      case 'opened':
        handout.value = message.handout
        return
      case 'cell_running':
        if (message.path === study.chapter.value?.notebook?.path) study.running.set(message.cell_id, { kind: 'running' })
        return
      case 'cell_executed':
        // What was computed is worth keeping at once: the session may end, elsewhere, the next moment.
        save()
        return executed(message)
      case 'active_cell':
        if (message.path === openPath.value) activeCell.value = message.cell_id
        return
      case 'dirty':
        if (message.dirty) unsaved.add(message.path)
        else unsaved.delete(message.path)
        if (message.dirty) void saveSoon()
        if (message.dirty && message.path === openPath.value && handout.value?.state === 'untouched') handout.value = { ...handout.value, state: 'modified' }
        return
      case 'saved':
        unsaved.delete(message.path)
        return
      case 'kernel':
        kernels.set(message.path, message.status)
        return
      case 'resources':
        memory.value = message.memory_bytes === null ? null : { used: message.memory_bytes, limit: message.memory_limit_bytes }
        return
      case 'leave':
        void left.trigger()
        return
      case 'error':
        // Not an answer: the notebook of the frame's address is not there.
        if (message.id === undefined && frame.value === 'loading' && message.path === openPath.value) frame.value = 'missing'
        return
      case 'done':
        return
    }
  }

  /** Jupyter reads its words when it loads: in another language the page is loaded again, once, after saving. */
  async function speak(spoken?: string) {
    if (spoken === language.value || told === language.value) return
    told = language.value
    try {
      await ask({ type: 'locale', locale: language.value })
      await ask({ type: 'save' })
      if (openPath.value) load(openPath.value)
    }
    catch { /* the notebook stays in the language it has */ }
  }

  function executed(message: BridgeOf<'cell_executed'>) {
    if (message.path === study.chapter.value?.notebook?.path) {
      study.running.set(message.cell_id, message.success
        ? { kind: 'ok', ms: message.duration_ms }
        : { kind: 'error', name: message.error?.name ?? 'Error' })
    }
    const chapter_id = chapters.get(message.path)
    if (chapter_id === undefined) return
    const { path, cell_id, cell_index, execution_count, success, error, source_sha256, at } = message
    void queue.add({ id: message.event_id, type: 'cell_executed', chapter_id, at, path, cell_id, cell_index: Math.max(0, cell_index), execution_count, success, error, duration_ms: Math.round(message.duration_ms), source_sha256 })
  }

  // Jupyter saves every two minutes; whoever closes the laptop in between should lose nothing.
  const saveSoon = useDebounceFn(save, SAVE_AFTER, { maxWait: SAVE_AT_LATEST })
  function save() {
    if (frame.value === 'ready' && dirty.value) tell({ type: 'save' })
  }
  useEventListener(document, 'visibilitychange', () => document.visibilityState === 'hidden' && save())

  function showWaitingCell() {
    if (cellToShow) tell({ type: 'scroll_to_cell', cell_id: cellToShow })
    cellToShow = null
  }

  watch(study.chapter, (chapter) => {
    // A cell of the last chapter may still run when the next one is open.
    if (chapter?.notebook) chapters.set(chapter.notebook.path, chapter.id)
  }, { immediate: true })

  watch([() => server.status.value?.state, () => server.status.value?.url, wantedPath, origin], ([state, , path]) => {
    const usable = state === 'ready' || (state === 'hub_down' && frame.value === 'ready')
    if (!usable) return state !== undefined && unload()
    if (!path) return
    if (source.value === null) load(path)
    else if (path !== openPath.value) {
      activeCell.value = null
      if (frame.value === 'ready') void open(path).then(showWaitingCell)
      else load(path)
    }
  })
  watch(online, (yes) => {
    if (!yes || !shown.value) return
    if (frame.value !== 'ready') void server.retry()
    else if (behind.value) catchUp()
  })
  watch(server.sessionEnded, ended => ended && unload())
  watch(() => theme.value, value => frame.value === 'ready' && tell({ type: 'theme', theme: value === 'dark' ? 'dark' : 'light' }))
  watch(language, () => frame.value === 'ready' && speak())

  /** The notebook is on show, and what computes for it cannot be reached. */
  const lost = computed(() => view.value.kind === 'frame' && (!online.value || server.status.value?.state === 'hub_down' || kernel.value === 'disconnected'))

  /** The chapter's notebook stands there and takes what is asked. */
  const isOpen = computed(() => frame.value === 'ready' && openPath.value !== null && openPath.value === wantedPath.value)

  return {
    element, source, here, view, lost, isOpen, shown, openPath, kernel, memory, dirty, handout, activeCell,
    onLeave: left.on,
    ask,
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
        unload()
        server.release()
      }
      if (at === 'once') end()
      else unmount = setTimeout(end, KEEP_HIDDEN)
    },
    /** The frame's document has loaded: greet the bridge until it answers, its own `ready` may be missed. */
    greet() {
      clearInterval(greeting)
      if (source.value === null || frame.value === 'ready') return
      greeting = setInterval(() => tell({ type: 'hello' }), HELLO_EVERY)
    },
    retry() {
      if (behind.value) catchUp()
      else if (study.problem.value) study.retry()
      else void server.retry()
    },
    reload: () => { if (wantedPath.value) load(wantedPath.value) },
    showCell(cellId: string) {
      if (frame.value === 'ready') tell({ type: 'scroll_to_cell', cell_id: cellId })
      else cellToShow = cellId
    },
    /** Puts code into the notebook, below this cell where it still is, else below the one in focus, and shows it. */
    async insert(code: string, after: string | null) {
      const put = (after_cell_id?: string) => ask({ type: 'insert', source: code, after_cell_id })
      const done = await put(after ?? undefined).catch((error) => {
        if (error instanceof BridgeError && error.code === 'no_such_cell') return put()
        throw error
      })
      if (done.cell_id) tell({ type: 'scroll_to_cell', cell_id: done.cell_id })
    },
    focus: () => {
      opening = null
      element.value?.focus()
      tell({ type: 'focus' })
    },
  }
})
