import type { Chapter, ChapterProgress } from '~/api/types'
import { leastSecondsFor, ReadingClock } from '~/utils/study/reading'

interface Reading {
  chapter: Ref<Chapter | null>
  scroller: Readonly<Ref<HTMLElement | null>>
  end: Readonly<Ref<HTMLElement | null>>
  visible: Ref<boolean>
}

/** Pixels below the window in which the end of the text counts as reached. */
const NEAR_THE_END = 80

/** Opened, read, and where one is: what the text itself tells about studying. Restores the place of last time. */
export function useReading({ chapter, scroller, end, visible }: Reading) {
  const queue = useStudyQueue()
  const { resumeAt } = useNotebookOpening()
  const { activeCell } = useNotebookNews()
  const page = useDocumentVisibility()
  const inView = computed(() => visible.value && page.value === 'visible')
  let clock: ReadingClock | null = null
  let opened = false
  let restored = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function arm() {
    clearTimeout(timer)
    if (clock && inView.value) timer = setTimeout(() => clock?.check(Date.now()), clock.remaining(Date.now()) + 50)
  }

  function here() {
    const box = scroller.value
    if (!box) return null
    const room = box.scrollHeight - box.clientHeight
    const top = box.getBoundingClientRect().top
    const passed = [...box.querySelectorAll<HTMLElement>('[id^="h-"]')].filter(heading => heading.getBoundingClientRect().top <= top + 80)
    return { scroll: room > 0 ? Math.min(1, Math.max(0, box.scrollTop / room)) : 0, anchor: passed.at(-1)?.id ?? null }
  }

  /** The place not told yet, if there is one. */
  let untold: { chapter_id: number, scroll: number, anchor: string | null, cell_id: string | null } | null = null
  function tellPosition() {
    if (untold) void queue.add({ type: 'position', ...untold })
    untold = null
  }
  // The page may be gone before the moment is over. Captured, so that it comes before the queue sends its last batch.
  useEventListener(document, 'visibilitychange', () => document.visibilityState === 'hidden' && tellPosition(), { capture: true })
  const tellSoon = useDebounceFn(tellPosition, 1500, { maxWait: 8000 })
  function moved() {
    const place = here()
    if (!chapter.value || !place || !restored) return
    untold = { chapter_id: chapter.value.id, ...place, cell_id: activeCell.value }
    void tellSoon()
  }

  function goTo(share: number) {
    const box = scroller.value
    if (box) box.scrollTop = share * (box.scrollHeight - box.clientHeight)
  }

  async function restore(position: ChapterProgress['position']) {
    await nextTick()
    // Fonts and images move the text; the place is a fraction of its height, so wait for the fonts at least.
    await document.fonts.ready
    if (position && scroller.value?.scrollTop === 0) goTo(position.scroll)
    if (position?.cell_id) resumeAt(position.cell_id)
    restored = true
    look()
  }

  /** As it is now: an observer may tell late of a page that had no text yet. */
  function look() {
    const [box, last] = [scroller.value, end.value]
    if (!clock || !restored || !inView.value || !box || !last) return
    if (last.getBoundingClientRect().top > box.getBoundingClientRect().bottom + NEAR_THE_END) return
    clock.reachedEnd(Date.now())
    arm()
  }

  watch(chapter, (now) => {
    if (!now || opened) return
    opened = true
    // Who reads without taking the course leaves no trace.
    if (!now.progress) return
    void queue.add({ type: 'opened', chapter_id: now.id })
    if (!now.progress.read_at) {
      clock = new ReadingClock(leastSecondsFor(now.html), () => void queue.add({ type: 'read', chapter_id: now.id }))
      clock.visible(inView.value, Date.now())
    }
    void restore(now.progress.position)
  }, { immediate: true, flush: 'post' })

  // Another language is another text: one stays at the same share of it.
  watch(() => chapter.value?.locale, async (now, before) => {
    const place = now && before ? here() : null
    await nextTick()
    if (place) goTo(place.scroll)
  })

  watch(inView, (yes) => {
    clock?.visible(yes, Date.now())
    arm()
  })
  watch(inView, look, { flush: 'post' })
  useIntersectionObserver(end, look, { root: scroller, rootMargin: `0px 0px ${NEAR_THE_END}px 0px` })
  useEventListener(scroller, 'scroll', moved, { passive: true })
  watch(activeCell, cell => cell && moved())
  onScopeDispose(() => {
    clearTimeout(timer)
    tellPosition()
  })
}
