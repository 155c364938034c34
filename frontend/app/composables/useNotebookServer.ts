import type { ServerStatus } from '~/api/types'
import { isBehind } from '~/utils/study/paneView'

/** The hub's cookie lives five minutes; it is renewed while the pane is open. */
const RENEW_EVERY = 4 * 60_000
const FIRST_RECONNECT = 1_000
const LAST_RECONNECT = 30_000

/** The person's notebook server: one request to start it, one event stream for the whole app. */
export const useNotebookServer = onePerApp(() => {
  const api = useApi()
  const status = shallowRef<ServerStatus | null>(null)
  const unanswered = ref(false)
  const sessionEnded = ref(false)
  const askedAt = ref<number | null>(null)
  let source: EventSource | null = null
  let renewal: ReturnType<typeof setInterval> | undefined
  let reconnect: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let wanted = false
  /** The session ended while the pane was there. */
  let interrupted = false
  let asking = false
  let unheard = false
  /** It was stopped, for nobody worked in it, before the hub went away. */
  let rested = false

  function take(next: ServerStatus) {
    if (isBehind(next, status.value)) return
    const down = status.value?.state === 'hub_down'
    const back = down && next.state === 'stopped' && !rested
    if (!down) rested = status.value?.state === 'stopped'
    if (next.state === 'starting' && status.value?.state !== 'starting') askedAt.value = Date.now()
    status.value = next
    unanswered.value = false
    // The hub is there again: what was asked for goes on by itself.
    if (back && wanted) void ask('open')
  }

  async function ask(reason: 'open' | 'prewarm' | 'renew') {
    asking = true
    try {
      take(await answer(api.POST('/api/v1/notebook-server', { body: { reason } })))
    }
    catch (error) {
      // A request that fails leaves a running notebook alone: the stream tells when it is really gone.
      if (reason === 'open' && status.value?.state !== 'ready') unanswered.value = true
      if (wanted && asProblem(error).status === 401) sessionEnded.value = true
    }
    finally {
      asking = false
    }
    // It may have failed faster than the request was answered, and nobody tells that twice.
    if (unheard) await look()
  }

  async function look() {
    unheard = false
    const { data } = await api.GET('/api/v1/notebook-server').catch(() => ({ data: undefined }))
    if (data) take(data)
  }

  function listen() {
    source?.close()
    // A stream sends no headers of ours: it names the session it means in its address.
    const session = sessionHere()
    source = new EventSource(`/api/v1/notebook-server/events${session ? `?session=${session}` : ''}`)
    source.addEventListener('open', () => (failures = 0))
    source.addEventListener('status', (event) => {
      const next = JSON.parse((event as MessageEvent<string>).data) as ServerStatus
      // How it stood before the request under way is no news.
      if (!asking || (next.state !== 'stopped' && next.state !== 'failed')) take(next)
      else unheard = true
    })
    source.addEventListener('session', () => {
      sessionEnded.value = true
      interrupted = wanted
      close()
    })
    source.addEventListener('error', () => {
      if (source?.readyState !== EventSource.CLOSED || !wanted) return
      // The browser gives up after an HTTP error, the 401 of an aged session among them: ask through the
      // guarded client, which renews it, and listen again.
      clearTimeout(reconnect)
      reconnect = setTimeout(async () => {
        await look()
        if (wanted) listen()
      }, Math.min(LAST_RECONNECT, FIRST_RECONNECT * 2 ** failures++))
    })
  }

  function close() {
    wanted = false
    source?.close()
    source = null
    clearInterval(renewal)
    clearTimeout(reconnect)
  }

  async function open() {
    if (wanted) return
    wanted = true
    askedAt.value = Date.now()
    listen()
    // It wakes no server: one that was stopped because nobody worked in it stays so until somebody asks.
    renewal = setInterval(() => void ask('renew'), RENEW_EVERY)
    await ask('open')
  }

  async function retry() {
    askedAt.value = Date.now()
    status.value = null
    unanswered.value = false
    // The end of a session has ended the stream and the renewal too.
    if (!wanted) return open()
    await ask('open')
    if (source?.readyState !== EventSource.OPEN) listen()
  }

  return {
    status,
    unanswered: readonly(unanswered),
    sessionEnded: readonly(sessionEnded),
    askedAt: readonly(askedAt),
    /** The pane is there: start, listen, keep the hub's cookie fresh. */
    open,
    /** Already at sign-in, so that the notebook is there when it is opened; the operator's limit may decline. */
    async prewarm() {
      if (status.value === null) await ask('prewarm')
    },
    release() {
      interrupted = false
      close()
    },
    retry,
    /** After signing in again in place: what was interrupted goes on, wherever one was asked to sign in. */
    async resume() {
      sessionEnded.value = false
      if (!interrupted && !wanted) return
      interrupted = false
      await retry()
    },
    async stop() {
      await answer(api.DELETE('/api/v1/notebook-server'))
    },
  }
})
