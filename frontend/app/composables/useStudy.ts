import type { Chapter, ChapterProgress, Course, CourseProgress } from '~/api/types'
import { type RunState, runStateOf } from '~/utils/study/runState'

/** The chapter being studied and its course: one for text, outline and notebook pane. */
export const useStudy = onePerApp(() => {
  const api = useApi()
  const me = useMe()
  const queue = useStudyQueue()
  const { language } = useLanguage()
  const online = useOnline()

  const id = ref<number | null>(null)
  const chapter = shallowRef<Chapter | null>(null)
  const course = shallowRef<Course | null>(null)
  const problem = shallowRef<ProblemError | null>(null)
  const running = shallowReactive(new Map<string, RunState>())
  const seen = new Map<string, Chapter>()
  let courseLanguage: Language | null = null
  /** When notebooks were last as handed out, by person and chapter: what failed before is gone from them. */
  const resets = useLocalStorage<Record<string, number>>('tenarai.resets', {})
  const resetKey = (chapterId: number) => `${me.value?.user.id} ${chapterId}`
  const key = (chapterId: number) => `${language.value} ${chapterId}`

  async function fetchChapter(chapterId: number) {
    const asked = key(chapterId)
    const loaded = await answer(api.GET('/api/v1/chapters/{chapter}', { params: { path: { chapter: chapterId }, query: { locale: language.value } } }))
    return { asked, loaded }
  }

  /** `asked`: in which language that was; another may have been chosen meanwhile. */
  function show(loaded: Chapter, asked = key(loaded.id)) {
    seen.set(asked, loaded)
    if (loaded.id !== id.value || asked !== key(loaded.id)) return
    if (chapter.value?.id !== loaded.id) running.clear()
    const since = resets.value[resetKey(loaded.id)] ?? 0
    for (const cell of loaded.progress?.cells ?? []) {
      if (!cell.last_success && Date.parse(cell.last_run_at) <= since) continue
      if (running.get(cell.cell_id)?.kind !== 'running') running.set(cell.cell_id, runStateOf(cell))
    }
    chapter.value = loaded
    problem.value = null
  }

  async function loadCourse(slug: string) {
    if (course.value?.slug === slug && courseLanguage === language.value) return
    courseLanguage = language.value
    const loaded = await answer(api.GET('/api/v1/courses/{slug}', { params: { path: { slug }, query: { locale: language.value } } }))
    if (chapter.value?.course.slug === slug) course.value = loaded
  }

  /** Whoever asks again and again, a notebook's output among them, is answered by one under way and one more. */
  const again = joined(() => (id.value === null ? Promise.resolve() : load(id.value)))

  async function load(chapterId: number) {
    const before = seen.get(key(chapterId))
    if (before) show(before)
    try {
      const { asked, loaded } = await fetchChapter(chapterId)
      // Enrolled again meanwhile.
      if (loaded.progress) queue.ended.delete(chapterId)
      show(loaded, asked)
      if (chapter.value) await loadCourse(chapter.value.course.slug)
    }
    catch (error) {
      // What is already on screen stays readable; the next visit asks again.
      if (id.value === chapterId && chapter.value?.id !== chapterId) problem.value = asProblem(error)
    }
  }

  function open(chapterId: number) {
    if (id.value === chapterId && chapter.value?.id === chapterId) return
    id.value = chapterId
    problem.value = null
    void load(chapterId)
  }

  function progressed(chapterId: number, progress: ChapterProgress) {
    const known = seen.get(key(chapterId))
    if (known) show({ ...known, progress })
    if (!course.value) return
    course.value = {
      ...course.value,
      sections: course.value.sections.map(section => ({
        ...section,
        chapters: section.chapters.map(row => (row.id === chapterId ? { ...row, state: progress.state, percent: progress.percent } : row)),
      })),
    }
  }

  function courseProgressed(slug: string, progress: CourseProgress) {
    if (course.value?.slug === slug) course.value = { ...course.value, progress }
  }

  queue.onAcknowledged((results) => {
    for (const it of results.chapters) progressed(it.chapter_id, it.progress)
    for (const it of results.courses) courseProgressed(it.slug, it.progress)
  })
  // What could not be loaded without a network comes by itself when there is one.
  watch(online, yes => yes && id.value !== null && (problem.value || !course.value) && void load(id.value))
  watch(language, () => {
    course.value = null
    if (id.value !== null) void load(id.value)
  })

  return {
    id: readonly(id),
    chapter,
    course,
    problem,
    /** The server's word that there is nothing to read here, or that it cannot be read. */
    refused: computed(() => (problem.value?.unreachable ? null : problem.value)),
    running,
    open,
    startedAnew(chapterId: number) {
      resets.value[resetKey(chapterId)] = Date.now()
      if (chapter.value?.id !== chapterId) return
      for (const [cell, { kind }] of running) if (kind === 'error') running.delete(cell)
    },
    /** Something else than an event was recorded: how far one is stands with the server. */
    refresh() {
      course.value = null
      if (id.value !== null) void load(id.value)
    },
    retry: () => void again(),
    /** So that the next chapter is there at once. */
    prefetch(chapterId: number) {
      if (!seen.has(key(chapterId))) void fetchChapter(chapterId).then(({ asked, loaded }) => show(loaded, asked)).catch(() => undefined)
    },
    async mark(completed: boolean) {
      if (!chapter.value) return
      const chapterId = chapter.value.id
      progressed(chapterId, await answer(api.PUT('/api/v1/chapters/{chapter}/completion', { params: { path: { chapter: chapterId } }, body: { completed } })))
      const slug = chapter.value?.course.slug
      course.value = null
      if (slug) await loadCourse(slug)
    },
  }
})
