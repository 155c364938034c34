interface Page<T> { items: T[], next?: string | null }

/** A list that comes in pages, one after the other. */
export function usePages<T>(load: (after: string | undefined) => Promise<Page<T>>) {
  const items = shallowRef<T[]>([])
  const next = ref<string | null>(null)
  const problem = shallowRef<ProblemError | null>(null)
  const loading = ref(false)
  const loaded = ref(false)

  const more = singleFlight(async () => {
    loading.value = true
    try {
      const page = await load(next.value ?? undefined)
      items.value = [...items.value, ...page.items]
      next.value = page.next ?? null
      loaded.value = true
      problem.value = null
    }
    catch (error) {
      problem.value = asProblem(error)
    }
    finally {
      loading.value = false
    }
  })
  void more()
  watch(useOnline(), yes => yes && problem.value?.unreachable && void more())
  return { items, next, problem, loading, loaded, more }
}
