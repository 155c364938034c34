/** A filter that lives in the URL, so that a link or a reload shows the same. Empty means not there. */
export function useQueryParam(name: string) {
  const route = useRoute()
  const router = useRouter()
  return computed<string>({
    get: () => (typeof route.query[name] === 'string' ? route.query[name] : ''),
    set: value => void router.replace({ query: { ...route.query, [name]: value || undefined } }),
  })
}
