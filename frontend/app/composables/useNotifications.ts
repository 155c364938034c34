import type { Notification, NotificationState } from '~/api/types'

const FIRST_RECONNECT = 1_000
const LAST_RECONNECT = 60_000
/** More at once than anybody reads in a toast. */
const ASKED = 10

/** What one is told: how much of it is new, over one stream of events for the whole app. */
export const useNotifications = onePerApp(() => {
  const api = useApi()
  const me = useMe()
  const { language } = useLanguage()
  const visible = useDocumentVisibility()
  const state = shallowRef<NotificationState>({ unseen: 0, latest: null })
  const arrived = createEventHook<{ news: Notification[] }>()
  let source: EventSource | null = null
  let reconnect: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  /** The newest one known to this page; null before the first word. */
  let known: number | null = null

  const page = (limit: number, after?: string) =>
    answer(api.GET('/api/v1/notifications', { params: { query: { locale: language.value, limit, after } } }))

  async function take(next: NotificationState) {
    const before = known
    known = Math.max(next.latest ?? 0, known ?? 0)
    state.value = next
    if (before === null || known === before) return
    // That there is something new stands at the bell already; what it is can wait for a network.
    const { items } = await page(ASKED).catch(() => ({ items: [] }))
    const news = arrivals(items, before)
    if (news.length) await arrived.trigger({ news })
  }

  function close() {
    source?.close()
    source = null
    clearTimeout(reconnect)
  }

  function listen() {
    close()
    const session = sessionHere()
    source = new EventSource(`/api/v1/notifications/events${session ? `?session=${session}` : ''}`)
    source.addEventListener('open', () => (failures = 0))
    source.addEventListener('notices', event => void take(JSON.parse((event as MessageEvent<string>).data) as NotificationState))
    // Whoever signs in again is listened for again.
    source.addEventListener('session', close)
    source.addEventListener('error', () => {
      if (source?.readyState !== EventSource.CLOSED) return
      // The browser gives up after an HTTP error, the 401 of an aged session among them: ask through the guarded
      // client, which renews it, and listen again.
      clearTimeout(reconnect)
      reconnect = setTimeout(async () => {
        await page(1).catch(() => undefined)
        if (source) listen()
      }, Math.min(LAST_RECONNECT, FIRST_RECONNECT * 2 ** failures++))
    })
  }

  // Browsers open six connections to a host at most (HTTP/1.1), and a pane has a stream of its own: only the page that
  // is looked at keeps one. One that is looked at again is told at once how it stands.
  watch(() => (visible.value === 'visible' ? me.value?.session.id : undefined), session => (session ? listen() : close()), { immediate: true })

  async function see(call: Promise<{ unseen: number }>) {
    state.value = { ...state.value, ...await call }
  }
  return {
    state,
    page,
    /** Something came while the page is open. */
    onArrival: arrived.on,
    seeOne: (notification: number) => see(answer(api.POST('/api/v1/notifications/{notification}/seen', { params: { path: { notification } } }))),
    seeAll: (up_to: number) => see(answer(api.POST('/api/v1/notifications/seen', { body: { up_to } }))),
  }
})
