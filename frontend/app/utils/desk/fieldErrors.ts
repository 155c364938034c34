import type { ProblemError } from '../problem'

export interface FieldErrors {
  /** Keys of criteria without a level. */
  levels: Set<string>
  message: 'reason' | 'too_long' | null
  points: boolean
  /** By their place in the document. */
  comments: Set<number>
  /** What stands at no field of the page. */
  other: boolean
}

export const noErrors = (): FieldErrors => ({ levels: new Set(), message: null, points: false, comments: new Set(), other: false })

const unescaped = (part: string) => part.replaceAll('~1', '/').replaceAll('~0', '~')

/** What the server refuses, by the fields of the page. */
export function fieldErrors(problem: Pick<ProblemError, 'fields'>): FieldErrors {
  const errors = noErrors()
  for (const { pointer, detail } of problem.fields) {
    const [, root, field, name] = pointer.split('/').map(unescaped)
    if (root !== 'feedback') errors.other = true
    else if (field === 'levels' && name !== undefined) errors.levels.add(name)
    else if (field === 'message') errors.message = detail ? 'too_long' : 'reason'
    else if (field === 'points') errors.points = true
    else if (field === 'comments' && name !== undefined) errors.comments.add(Number(name))
    else errors.other = true
  }
  return errors
}
