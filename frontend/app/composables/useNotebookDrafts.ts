import type { BridgeOf } from '~/utils/bridge/messages'
import { draftStore } from '~/utils/study/draftStore'

/** What is typed into notebooks and not saved: kept on this device until the file has it, and given back when it got lost. */
export const useNotebookDrafts = onePerApp(() => {
  const { ask, address, onMessage, onLoad } = useNotebookFrame()
  const me = useMe()
  const study = useStudy()
  const { notify } = useNotices()
  const { t } = useI18n()
  const { language } = useLanguage()
  const { words } = useNuxtApp().$language
  const chapters = new Map<string, number>()
  /** Their unsaved words stand in the frame itself. */
  const open = new Set<number>()
  /** Not even this device took them. */
  const refused = new Set<number>()
  const store = computed(() => (me.value ? draftStore(me.value.user.id) : null))
  const forget = (chapter: number, tab = thisTab) => store.value?.remove(chapter, tab).catch(() => undefined)

  stayKnown()
  watch(study.chapter, chapter => chapter?.notebook && chapters.set(chapter.notebook.path, chapter.id), { immediate: true })
  onLoad(() => open.clear())

  function keep({ path, base, cells }: BridgeOf<'draft'>) {
    const chapter = chapters.get(path)
    if (chapter === undefined) return
    open.add(chapter)
    // Storage may be forbidden, or full: then only the frame has it.
    store.value?.put({ chapter, tab: thisTab, base, cells, at: new Date().toISOString() }).then(() => refused.delete(chapter), () => refused.add(chapter))
  }

  onMessage((message) => {
    if (message.type === 'draft') keep(message)
    else if (message.type === 'moved') {
      const chapter = chapters.get(message.path)
      if (chapter !== undefined) chapters.set(message.to, chapter)
    }
    else if (message.type === 'dirty') {
      const chapter = chapters.get(message.path)
      if (chapter === undefined) return
      if (message.dirty) open.add(chapter)
      else if (open.delete(chapter)) {
        refused.delete(chapter)
        void forget(chapter)
      }
    }
    else if (message.type === 'kept') void words.add('pane').then(() => notify(t('draft.kept_other'), 'done', linkTo(message.copy_path)))
  })

  function linkTo(copy: string | null | undefined) {
    const to = copy ? address(copy) : null
    return to ? { to, label: t('draft.open_copy') } : undefined
  }

  return {
    /** All that is unsaved here would be there again in another page. */
    kept: () => refused.size === 0,
    /** The notebook is open: what was typed into it and lost with a server, a session or a tab comes back. */
    async giveBack({ path, chapterId }: { path: string, chapterId: number }) {
      const known = store.value
      if (!known) return
      const tabs = await tabsOpen()
      const lost = await known.of(chapterId, tab => (tab === thisTab ? open.has(chapterId) : tabs.has(tab)))
      if (lost.length) await words.add('pane')
      for (const { tab, base, cells, at } of lost) {
        const { outcome, copy_path } = await ask({ type: 'put_back', path, base, cells }, 15_000)
        const time = formatTime(at, language.value)
        if (outcome === 'put_back') notify(t('draft.put_back', { time }))
        else if (outcome === 'copy') notify(t('draft.copied', { time }), 'done', linkTo(copy_path))
        // What was put back is kept anew, as this tab's, until it is saved.
        if (tab !== thisTab || outcome === 'same' || outcome === 'copy') await forget(chapterId, tab)
      }
    },
  }
})
