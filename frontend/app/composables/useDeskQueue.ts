import type { DeskSummary, QueueItem } from '~/api/types'

const LOOK_EVERY = 20_000
const AT_ONCE = 50
const MOST_AT_ONCE = 200

/** The queue as the URL's filters want it, looked at again while it is seen; what is on show stays until the new is there. */
export function useDeskQueue() {
  const { api, ask } = useDeskApi()
  const { language } = useLanguage()
  const { filters } = useDeskFilters()
  const visible = useDocumentVisibility()
  const items = shallowRef<QueueItem[]>([])
  const next = ref<string | null>(null)
  const problem = shallowRef<ProblemError | null>(null)
  const loading = ref(false)
  const loaded = ref(false)
  let turn = 0
  let looked = 0

  const page = (after: string | undefined, limit: number) => ask(api.GET('/api/v1/desk/queue', {
    params: { query: { ...filters.value, locale: language.value, after, limit } }, signal: inTime(),
  }))

  const summary = useResource<DeskSummary>(language, () => ask(api.GET('/api/v1/desk/summary', { params: { query: { locale: language.value } }, signal: inTime() })))

  /** As many as are on show, in as few answers as it takes. */
  async function load(count: number) {
    const mine = ++turn
    loading.value = true
    try {
      let found: QueueItem[] = []
      let after: string | null = null
      do {
        const answered: { items: QueueItem[], next?: string | null } = await page(after ?? undefined, Math.min(MOST_AT_ONCE, count - found.length))
        if (mine !== turn) return
        found = [...found, ...answered.items]
        after = answered.next ?? null
      } while (after && found.length < count)
      items.value = found
      next.value = after
      loaded.value = true
      problem.value = null
      looked = Date.now()
    }
    catch (error) {
      if (mine === turn) problem.value = asProblem(error)
    }
    finally {
      if (mine === turn) loading.value = false
    }
  }

  const refresh = () => Promise.all([load(Math.max(AT_ONCE, items.value.length)), summary.refresh()])
  const clock = useIntervalFn(() => void refresh(), LOOK_EVERY, { immediate: false })
  watch(visible, (now) => {
    if (now !== 'visible') return clock.pause()
    clock.resume()
    if (looked && Date.now() - looked > LOOK_EVERY) void refresh()
  }, { immediate: true })
  watch([() => JSON.stringify(filters.value), language], ([now], before) => {
    // Another queue, another list: nothing of the old one is mistaken for it.
    if (before[0] !== undefined && before[0] !== now) [items.value, next.value, loaded.value] = [[], null, false]
    void load(AT_ONCE)
  }, { immediate: true })
  watch(useOnline(), yes => yes && problem.value?.unreachable && void refresh())

  return {
    items, next, problem, loading, loaded, refresh,
    summary: summary.data,
    more: () => load(items.value.length + AT_ONCE),
  }
}
