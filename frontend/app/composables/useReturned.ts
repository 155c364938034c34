import type { MaybeRefOrGetter } from 'vue'
import type { Returned, Submission } from '~/api/types'

/** What came of a submission; nothing where there is none, or nobody asks. Asked for again whenever it comes to stand otherwise. */
export function useReturned(submission: MaybeRefOrGetter<Submission | null>, also: MaybeRefOrGetter<unknown> = null) {
  const api = useApi()
  const { language } = useLanguage()
  const key = () => {
    const it = toValue(submission)
    return it ? JSON.stringify([language.value, it.id, it.state, it.being_graded, it.changed_at, toValue(also)]) : ''
  }
  const { data, problem, loading, refresh } = useResource<Returned | null>(key, async () => {
    const it = toValue(submission)
    return it ? answer(api.GET('/api/v1/submissions/{submission}/feedback', { params: { path: { submission: it.id }, query: { locale: language.value } } })) : null
  })
  return {
    /** Never another submission's. */
    returned: computed(() => (data.value?.submission.id === toValue(submission)?.id ? data.value : null)),
    problem, loading, refresh,
  }
}
