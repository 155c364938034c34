export type Column = 'queue' | 'work' | 'decision'

/** Three columns where there is room for them; tabs where there is not, two of them side by side on a tablet. */
export function useDeskColumns() {
  const wide = useMediaQuery('(width >= 80rem)')
  const middle = useMediaQuery('(width >= 60rem)')
  const tab = ref<Column>('work')
  return {
    wide,
    tab,
    tabs: computed<Column[]>(() => (middle.value ? ['queue', 'work'] : ['queue', 'work', 'decision'])),
    shows: computed<Record<Column, boolean>>(() => ({
      queue: wide.value || tab.value === 'queue',
      work: wide.value || tab.value === 'work' || (middle.value && tab.value === 'decision'),
      decision: wide.value || tab.value === 'decision' || (middle.value && tab.value === 'work'),
    })),
  }
}
