import type { WorkCells } from '~/api/types'

/** What of the work is on show. */
export type View = 'notebook' | 'handout' | 'last' | 'checks' | 'history'
export const isPage = (view: View): view is 'notebook' | 'handout' | 'last' => view === 'notebook' || view === 'handout' || view === 'last'

/** The cells one steps through: those that are the trainee's own; all, where nothing is. */
export function stepsOf(cells: WorkCells, view: View): string[] {
  const changes = (view === 'last' ? cells.last : cells.handout) ?? []
  // What was removed stands on the pages of differences only.
  const own = changes.filter(({ change }) => change !== 'unchanged' && change !== 'moved' && (view !== 'notebook' || change !== 'removed'))
  return own.length ? own.map(({ id }) => id) : view === 'notebook' ? cells.notebook.map(({ id }) => id) : []
}

/** How many cells differ on a page of differences. */
export const countChanges = (changes: WorkCells['handout'] | null) => (changes ?? []).filter(({ change }) => change !== 'unchanged').length

/** The step from a cell, forwards or back; from one that is no step to the one beside it in the notebook. */
export function stepFrom(steps: readonly string[], order: readonly string[], here: string | null, by: 1 | -1): string | null {
  if (!steps.length) return null
  const at = here === null ? -1 : steps.indexOf(here)
  if (at >= 0) return steps[Math.min(steps.length - 1, Math.max(0, at + by))]!
  const place = here === null ? -1 : order.indexOf(here)
  if (place < 0) return (by > 0 ? steps[0] : steps.at(-1))!
  const beside = by > 0 ? steps.find(id => order.indexOf(id) > place) : steps.findLast(id => order.indexOf(id) < place && order.indexOf(id) >= 0)
  return beside ?? (by > 0 ? steps.at(-1) : steps[0])!
}
