import { captureException, dedupeIntegration, globalHandlersIntegration, init, linkedErrorsIntegration } from '@sentry/browser'
import type { Site } from '~/api/types'
import { ProblemError } from './problem'
import { scrub } from './scrub'

/** An answer the server meant to give is no error of this program. */
const expected = (error: unknown) => error instanceof ProblemError && error.status < 500

export function startReporting({ dsn, environment }: NonNullable<Site['sentry']>, version: string) {
  init({
    dsn,
    environment,
    release: `tenarai@${version}`,
    // No breadcrumbs, no sessions, no page context: only what throws, once.
    defaultIntegrations: false,
    integrations: [globalHandlersIntegration(), linkedErrorsIntegration(), dedupeIntegration()],
    sendClientReports: false,
    beforeSend: (event, hint) => (expected(hint.originalException) ? null : scrub(event)),
  })
  return (error: unknown) => void captureException(error)
}
