import type { MaybeRefOrGetter } from 'vue'

/**
 * Server state of a page: loaded when `key` changes, kept on screen while it is loaded again, and never
 * overwritten by an older answer that comes late. On a line slower than the questions each answer is shown, though newer
 * ones are on their way.
 */
export function useResource<T>(key: MaybeRefOrGetter<string>, load: () => Promise<T>) {
  const data = shallowRef<T | null>(null)
  const problem = shallowRef<ProblemError | null>(null)
  const loading = ref(false)
  let turn = 0
  let shown = 0
  let of = ''

  async function refresh() {
    const mine = ++turn
    // What was asked for another key is no answer to this one.
    const asked = toValue(key)
    if (asked !== of) shown = mine - 1
    of = asked
    loading.value = true
    try {
      const loaded = await load()
      if (mine <= shown || asked !== of) return
      shown = mine
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
