import { diffArrays, diffLines } from 'diff'
import type { NotebookJson } from '../bridge/messages'

interface DiffLine { kind: 'same' | 'added' | 'removed', text: string }
export interface CellDiff {
  id: string
  /** Position from 1 in the notebook it stands in (the trainee's, or for removed cells the handout). */
  position: number
  type: string
  kind: 'same' | 'changed' | 'added' | 'removed'
  lines: DiffLine[]
}

/** Whether a cell ran in it since it was handed out: handouts are without results. */
export const hasResults = ({ cells }: NotebookJson) => cells.some(cell => cell.execution_count != null)

type Cell = NotebookJson['cells'][number]
const source = (cell: Cell) => (Array.isArray(cell.source) ? cell.source.join('') : cell.source)
const lines = (text: string) => text.replace(/\n$/, '').split('\n')
const all = (kind: DiffLine['kind'], text: string) => (text === '' ? [] : lines(text).map(line => ({ kind, text: line })))

function compare(before: string, after: string): DiffLine[] {
  const end = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}\n`)
  return diffLines(end(before), end(after)).flatMap(part =>
    lines(part.value).map(text => ({ kind: part.added ? 'added' as const : part.removed ? 'removed' as const : 'same' as const, text })))
}

/**
 * What the trainee changed, cell by cell. Cells are matched by their nbformat id, which survives edits and moves
 * of other cells; the order is the trainee's, with removed cells where they stood.
 */
export function notebookDiff(handout: NotebookJson, working: NotebookJson): CellDiff[] {
  const key = (cell: Cell, index: number) => cell.id ?? `#${index}`
  const before = handout.cells.map((cell, index) => ({ cell, id: key(cell, index), position: index + 1 }))
  const after = working.cells.map((cell, index) => ({ cell, id: key(cell, index), position: index + 1 }))
  const old = new Map(before.map(entry => [entry.id, entry]))
  const kept = new Set(after.map(entry => entry.id))

  return diffArrays(before, after, { comparator: (a, b) => a.id === b.id }).flatMap((part) => {
    if (part.removed) {
      // A cell that only moved is shown once, at its new place.
      return part.value.filter(entry => !kept.has(entry.id)).map(({ cell, id, position }): CellDiff =>
        ({ id, position, type: cell.cell_type, kind: 'removed', lines: all('removed', source(cell)) }))
    }
    return part.value.map(({ id }): CellDiff => {
      const now = after.find(entry => entry.id === id)!
      const was = old.get(id)
      const text = source(now.cell)
      if (!was) return { id, position: now.position, type: now.cell.cell_type, kind: 'added', lines: all('added', text) }
      const same = source(was.cell) === text
      return { id, position: now.position, type: now.cell.cell_type, kind: same ? 'same' : 'changed', lines: same ? all('same', text) : compare(source(was.cell), text) }
    })
  })
}
