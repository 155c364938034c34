import type { MaybeRefOrGetter } from 'vue'

/**
 * Server state of a page: loaded when `key` changes, kept on screen while it is loaded again, and never
 * overwritten by an older answer that comes late.
 */
export function useResource<T>(key: MaybeRefOrGetter<string>, load: () => Promise<T>) {
  const data = shallowRef<T | null>(null)
  const problem = shallowRef<ProblemError | null>(null)
  const loading = ref(false)
  let turn = 0

  async function refresh() {
    const mine = ++turn
    loading.value = true
    try {
      const loaded = await load()
      if (mine !== turn) return
      data.value = loaded
      problem.value = null
    }
    catch (error) {
      if (mine === turn) problem.value = asProblem(error)
    }
    finally {
      if (mine === turn) loading.value = false
    }
  }
  watch(() => toValue(key), refresh, { immediate: true })
  watch(useOnline(), yes => yes && problem.value?.unreachable && void refresh())
  return { data, problem, loading, refresh }
}
