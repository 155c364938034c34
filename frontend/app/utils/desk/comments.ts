import type { FeedbackComment } from '~/api/types'

/** Where cells stand in the notebook, from 1, by their ids. */
export type Places = ReadonlyMap<string, number>

/** Comments in the order of the notebook; what is said of a whole cell stands before its lines. */
export function inOrder(comments: readonly FeedbackComment[], places: Places): FeedbackComment[] {
  const place = ({ cell }: FeedbackComment) => places.get(cell) ?? Infinity
  const compare = (a: number, b: number) => (a === b ? 0 : a - b)
  return comments.toSorted((a, b) => compare(place(a), place(b)) || compare(a.line ?? 0, b.line ?? 0))
}

/** How many comments each cell has. */
export function countByCell(comments: readonly FeedbackComment[]): Record<string, number> {
  const counts: Record<string, number> = Object.create(null) as Record<string, number>
  for (const { cell, text } of comments) if (text.trim()) counts[cell] = (counts[cell] ?? 0) + 1
  return counts
}
