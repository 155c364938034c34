import { createError } from '#imports'
import { asProblem } from './problem'

/** A page that cannot be shown: the error page says which it is, with the request id. */
export function pageError(error: unknown) {
  const problem = asProblem(error)
  return createError({
    status: problem.unreachable ? 503 : problem.status,
    statusText: problem.code,
    message: problem.detail || problem.title,
    data: { requestId: problem.requestId, code: problem.code },
    fatal: true,
  })
}
