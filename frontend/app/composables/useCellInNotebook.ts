/** From the text, or from what a tutor said, to a cell of the chapter's notebook, wherever one is. */
export function useCellInNotebook(chapterId: number) {
  const route = useRoute()
  const { reveal } = useStudyView()
  const { showCell } = useNotebookOpening()
  const { notify } = useNotices()
  const { t } = useI18n()
  return async (cellId: string) => {
    if (route.name !== 'chapters-id-coding') await navigateTo(`/chapters/${chapterId}/coding`)
    reveal('notebook')
    if (await showCell(cellId) === 'gone') notify(t('assignment.gone'), 'problem')
  }
}
