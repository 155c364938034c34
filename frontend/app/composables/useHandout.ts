import { BridgeError } from '~/utils/bridge/client'
import { isNotebook } from '~/utils/bridge/messages'
import { hasResults, notebookDiff } from '~/utils/study/notebookDiff'

/** The notebook as it was handed out, and one's own: compare, go back, take the new version, keep one's own. */
export function useHandout() {
  const { openPath, ask, address } = useNotebookFrame()
  const { handout } = useNotebookNews()
  const study = useStudy()

  /** Whose notebook it is, so that no other chapter's is taken for it that has its name by now. */
  const chapterOf = (path: string) => (study.chapter.value?.notebook?.path === path ? study.chapter.value.id : undefined)

  /** Returns the page of the content before, if it is kept. */
  async function decide(path: string, type: 'reset' | 'update' | 'keep', state: 'untouched' | 'modified') {
    // The page may be turned meanwhile.
    const chapter = study.chapter.value
    const { copy_path } = await ask({ type, path, chapter_id: chapterOf(path) }, 20_000)
    if (openPath.value === path) handout.value = { state }
    if (state === 'untouched' && chapter?.notebook?.path === path) study.startedAnew(chapter.id)
    return copy_path ? address(copy_path) : null
  }

  return {
    async compare(path: string) {
      const answer = await ask({ type: 'diff', path, chapter_id: chapterOf(path) }, 15_000)
      if (!isNotebook(answer.handout) || !isNotebook(answer.working)) throw new BridgeError('bad_answer')
      return { cells: notebookDiff(answer.handout, answer.working), ran: hasResults(answer.working) }
    },
    reset: (path: string) => decide(path, 'reset', 'untouched'),
    update: (path: string) => decide(path, 'update', 'untouched'),
    keep: (path: string) => decide(path, 'keep', 'modified'),
  }
}
