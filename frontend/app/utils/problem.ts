/** What went wrong, as the server told it (RFC 9457), or as the browser saw it when no server answered. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly requestId: string | null
  /** When it is worth trying again, where the server said so (milliseconds). */
  readonly retryAt: number | null
  readonly fields: { pointer: string, detail: string }[]

  constructor(problem: Partial<ProblemError> & { status: number, code: string }) {
    super(problem.detail || problem.title || problem.code)
    this.status = problem.status
    this.code = problem.code
    this.title = problem.title ?? ''
    this.detail = problem.detail ?? ''
    this.requestId = problem.requestId ?? null
    this.retryAt = problem.retryAt ?? null
    this.fields = problem.fields ?? []
  }

  /** No answer at all: offline, or the server is not there. */
  get unreachable() { return this.status === 0 }
}

const text = (value: unknown) => (typeof value === 'string' ? value : '')

export function problemFrom(status: number, body: unknown, headers?: Headers): ProblemError {
  const it = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const wait = Number(headers?.get('retry-after'))
  const errors = Array.isArray(it.errors) ? it.errors as Record<string, unknown>[] : []
  return new ProblemError({
    status,
    code: text(it.code) || `http_${status}`,
    title: text(it.title),
    detail: text(it.detail),
    requestId: text(it.instance) || headers?.get('x-request-id') || null,
    retryAt: wait > 0 ? Date.now() + wait * 1000 : null,
    fields: errors.map(error => ({ pointer: text(error.pointer), detail: text(error.detail) })),
  })
}

/** How a browser says that no answer came: no network, or not within the time there was for it. */
const SILENCE = new Set(['AbortError', 'TimeoutError'])

export function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  const network = error instanceof TypeError || (error instanceof DOMException && SILENCE.has(error.name))
  return new ProblemError({ status: network ? 0 : 500, code: network ? 'unreachable' : 'unexpected' })
}

const FINAL = ['malformed_json', 'invalid_fields', 'body_too_large']

/**
 * Answers of the server itself that no repetition changes: what was sent is not acceptable. Anything else may be a
 * proxy's word, or a captive portal's, and says nothing of what was sent.
 */
export function isFinal(...others: string[]) {
  const codes = new Set([...FINAL, ...others])
  return (error: unknown) => codes.has((error as { code?: unknown }).code as string)
}
