import type { QueueItem } from '~/api/types'

/** Claims the oldest that nobody has, as the filters want it, and opens it. */
export function useDeskNext() {
  const { api, ask } = useDeskApi()
  const { filters, query } = useDeskFilters()
  const { language } = useLanguage()
  const { notify } = useNotices()
  const { t } = useI18n()
  const complain = useComplain()
  const busy = ref(false)

  const take = singleFlight(async () => {
    busy.value = true
    try {
      const taken = await ask(api.POST('/api/v1/desk/queue/next', { params: { query: { ...filters.value, locale: language.value } } })) as QueueItem | undefined
      await navigateTo({ path: taken ? `/tutor/submissions/${taken.id}` : '/tutor', query: query.value })
      if (!taken) notify(t('desk.next.nothing'))
    }
    catch (error) {
      complain(error)
    }
    finally {
      busy.value = false
    }
  })
  return { next: take, busy: readonly(busy) }
}
