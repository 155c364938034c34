export const VIEWS = ['text', 'both', 'notebook'] as const
export type StudyView = typeof VIEWS[number]

/** What of text and notebook is shown: remembered on a wide screen, two tabs on a phone. */
export const useStudyView = onePerApp(() => {
  const narrow = useMediaQuery('(width < 48rem)')
  const remembered = useLocalStorage<string>('tenarai.view', 'both')
  const tab = ref<'text' | 'notebook'>('text')
  const outlineFolded = useLocalStorage('tenarai.outline-folded', false)
  const wide = computed<StudyView>({
    get: () => VIEWS.find(view => view === remembered.value) ?? 'both',
    set: view => (remembered.value = view),
  })
  return {
    narrow,
    tab,
    wide,
    outlineFolded,
    view: computed<StudyView>(() => (narrow.value ? tab.value : wide.value)),
    /** Makes a side visible, whatever was chosen before. */
    reveal(side: 'text' | 'notebook') {
      tab.value = side
      if (wide.value !== 'both' && wide.value !== side) wide.value = 'both'
    },
  }
})
