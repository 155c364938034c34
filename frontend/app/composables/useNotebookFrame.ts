import { BridgeError } from '~/utils/bridge/client'
import type { BridgeMessage, BridgeRequest } from '~/utils/bridge/messages'
import type { FrameState } from '~/utils/study/paneView'

const HELLO_EVERY = 3_000

/** The frame of the notebook: which page is in it, whether its bridge answers, and the way to speak to it. */
export const useNotebookFrame = onePerApp(() => {
  const { site } = useSite()
  const server = useNotebookServer()
  const element = shallowRef<HTMLIFrameElement | null>(null)
  const source = ref<string | null>(null)
  const state = ref<FrameState>('none')
  const loadedAt = ref(0)
  /** Each load is a frame of its own: another address for the one there is would be a step of the browser's history. */
  const turn = ref(0)
  /** The notebook it shows, or is asked to show. */
  const openPath = ref<string | null>(null)
  const messages = createEventHook<BridgeMessage>()
  const loads = createEventHook()
  const readiness = createEventHook<{ locale?: string }>()
  let greeting: ReturnType<typeof setInterval> | undefined

  const origin = computed(() => site.value?.hub?.origin ?? null)
  const bridge = useNotebookBridge(element, origin, heard)
  /** Where a notebook has a page of its own. */
  const address = (path: string) => {
    const base = server.status.value?.url
    return base ? new URL(`notebooks/${path.split('/').map(encodeURIComponent).join('/')}`, base).href : null
  }

  function ask<T extends 'done' | 'opened' | 'ready' = 'done'>(request: BridgeRequest, timeout?: number) {
    return bridge.value?.ask<T>(request, timeout) ?? Promise.reject(new BridgeError('no_frame'))
  }
  const tell = (request: BridgeRequest) => void ask(request).catch(() => undefined)

  function load(path: string) {
    const url = address(path)
    // Only a page of the hub the server names is ever framed.
    if (!url || new URL(url).origin !== origin.value) return
    bridge.value?.abandon()
    turn.value++
    source.value = url
    openPath.value = path
    state.value = 'loading'
    loadedAt.value = Date.now()
    void loads.trigger()
  }

  function unload() {
    clearInterval(greeting)
    bridge.value?.abandon()
    source.value = null
    openPath.value = null
    state.value = 'none'
  }

  /** The frame's document has loaded: greet the bridge until it answers, its own `ready` may be missed. */
  function greet() {
    clearInterval(greeting)
    if (source.value === null || state.value === 'ready') return
    greeting = setInterval(() => tell({ type: 'hello' }), HELLO_EVERY)
  }

  function heard(message: BridgeMessage) {
    void messages.trigger(message)
    if (message.type === 'ready') {
      clearInterval(greeting)
      if (state.value === 'ready') return
      state.value = 'ready'
      void readiness.trigger(message)
    }
    // Not an answer: the notebook of the frame's address is not there.
    else if (message.type === 'error' && message.id === undefined && state.value === 'loading' && message.path === openPath.value) {
      state.value = 'missing'
    }
  }

  return {
    element, source, state, turn, loadedAt, openPath, origin, address, ask, tell, load, unload, greet,
    /** Where the notebook on show has its own page; the frame keeps the address it was loaded with. */
    here: computed(() => (openPath.value ? address(openPath.value) : null)),
    onMessage: messages.on,
    onLoad: loads.on,
    /** A page that was loaded answers for the first time. */
    onReady: readiness.on,
  }
})
