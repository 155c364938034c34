const TYPING = 'input, textarea, select, [contenteditable="true"], [role="dialog"], [role="menu"], [role="listbox"]'

/** Keys of one page, for the list of keys. */
export interface PageKeys { title: string, keys: { press: string[], does: string, range?: boolean }[] }

/** Keys of the whole site: `?` help, `/` search, `g` then a letter goes somewhere, `n` and `p` turn the chapter's page. */
export const useKeys = onePerApp(() => {
  const searching = ref(false)
  const helping = ref(false)
  const page = shallowRef<(() => PageKeys) | null>(null)
  const me = useMe()
  const { language } = useLanguage()
  let afterG = 0

  const api = useApi()
  /** The course that is being studied, or the only one there is. */
  async function course() {
    const open = useStudy().course.value
    if (open) return `/courses/${open.slug}`
    const { data } = await api.GET('/api/v1/home', { params: { query: { locale: language.value } } }).catch(() => ({ data: undefined }))
    return data?.courses.length === 1 ? `/courses/${data.courses[0]!.slug}` : '/'
  }

  const room = (to: string) => () => (me.value && mayVisit(to, me.value) ? to : null)
  const places: Record<string, () => string | null | Promise<string>> = {
    h: () => '/',
    a: () => '/account',
    c: course,
    t: room('/tutor'),
    m: room('/admin'),
    w: room('/author'),
    o: room('/operator'),
  }
  const beside = (which: 'next' | 'previous') => () => {
    const { chapter, id } = useStudy()
    const there = chapter.value?.id === id.value && location.pathname.startsWith(`/chapters/${id.value}`) ? chapter.value?.[which] : null
    return there ? chapterPath(there) : null
  }
  const pages: Record<string, () => string | null> = { n: beside('next'), p: beside('previous') }
  const app = useNuxtApp()

  useEventListener(window, 'keydown', (event: KeyboardEvent) => {
    if (!me.value || event.defaultPrevented || event.repeat || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target instanceof Element && event.target.closest(TYPING)) return
    const go = Date.now() - afterG < 1200 ? places[event.key] : pages[event.key]
    afterG = event.key === 'g' ? Date.now() : 0
    if (go) {
      void app.runWithContext(async () => {
        const path = await go()
        return path ? app.runWithContext(() => navigateTo(path)) : undefined
      })
    }
    else if (event.key === '/') searching.value = true
    else if (event.key === '?') helping.value = true
    else return
    event.preventDefault()
  })
  return { searching, helping, page }
})
