import type { FeedbackComment, HandedInCell } from '~/api/types'

/** What was said of one cell. */
export interface Remarks {
  cell: string
  /** Where it stands in the notebook, from 1; null where it cannot be found. */
  place: number | null
  comments: FeedbackComment[]
}

/** Comments by their cells, in the order of the notebook; what is said of a whole cell stands before its lines. */
export function remarksOf(comments: readonly FeedbackComment[], cells: readonly HandedInCell[]): Remarks[] {
  const places = new Map(cells.map(({ id, index }) => [id, index + 1]))
  const groups = new Map<string, FeedbackComment[]>()
  for (const comment of comments) groups.set(comment.cell, [...groups.get(comment.cell) ?? [], comment])
  return [...groups]
    .map(([cell, said]) => ({ cell, place: places.get(cell) ?? null, comments: said.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)) }))
    .toSorted((a, b) => (a.place ?? Number.MAX_SAFE_INTEGER) - (b.place ?? Number.MAX_SAFE_INTEGER))
}
