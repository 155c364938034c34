import { FILTER_NAMES, type FilterName, filtersOf, queryOf } from '~/utils/desk/filters'

/** Which of the queue is meant; it lives in the URL, and goes along from one submission to the next. */
export function useDeskFilters() {
  const route = useRoute()
  const router = useRouter()
  const filters = computed(() => filtersOf(route.query))
  const others = () => Object.fromEntries(Object.entries(route.query).filter(([name]) => !(FILTER_NAMES as readonly string[]).includes(name)))
  return {
    filters,
    query: computed(() => queryOf(filters.value)),
    any: computed(() => Object.keys(filters.value).length > 0),
    set(name: FilterName, value: string | null) {
      void router.replace({ query: { ...route.query, [name]: value || undefined } })
    },
    clear() {
      void router.replace({ query: others() })
    },
  }
}
