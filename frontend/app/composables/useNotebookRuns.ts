import type { BridgeOf } from '~/utils/bridge/messages'
import { runLimit } from '~/utils/study/runLimit'

/** Cells that run in the notebook: shown at their code in the text, and sent to the server. */
export const useNotebookRuns = onePerApp(() => {
  const { onMessage } = useNotebookFrame()
  const study = useStudy()
  const queue = useStudyQueue()
  const chapters = new Map<string, number | undefined>()
  const isLikely = runLimit()
  const isShown = (path: string) => path === study.chapter.value?.notebook?.path

  watch(study.chapter, (chapter) => {
    // A cell of the last chapter may still run when the next one is open.
    if (chapter?.notebook) chapters.set(chapter.notebook.path, chapter.id)
  }, { immediate: true })

  function executed(message: BridgeOf<'cell_executed'>) {
    const { path, cell_id, cell_index, execution_count, success, error, source_sha256, at } = message
    // Before anything is kept of it: a shared notebook may hold an output that says this without end.
    if (!isLikely()) return
    if (isShown(path)) {
      study.running.set(cell_id, success ? { kind: 'ok', ms: message.duration_ms } : { kind: 'error', name: error?.name ?? 'Error' })
    }
    const chapter_id = chapters.get(path)
    if (chapter_id === undefined) return
    void queue.add({ id: message.event_id, type: 'cell_executed', chapter_id, at, path, cell_id, cell_index: Math.max(0, cell_index), execution_count, success, error, duration_ms: Math.round(message.duration_ms), source_sha256 })
  }

  onMessage((message) => {
    if (message.type === 'cell_executed') executed(message)
    else if (message.type === 'moved') chapters.set(message.to, chapters.get(message.path))
    else if (message.type === 'cell_running' && isShown(message.path)) study.running.set(message.cell_id, { kind: 'running' })
    else if (message.type === 'cell_empty' && isShown(message.path) && study.running.get(message.cell_id)?.kind !== 'ok') study.running.set(message.cell_id, { kind: 'empty' })
  })
})
