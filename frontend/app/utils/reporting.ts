import { captureException, dedupeIntegration, globalHandlersIntegration, init, linkedErrorsIntegration } from '@sentry/browser'
import type { Site } from '~/api/types'
import { ProblemError } from './problem'
import { scrub } from './scrub'

/** An answer the server meant to give is no error of this program, nor is the page that shows it. */
const expected = (error: unknown) => {
  if (error instanceof ProblemError) return error.status < 500
  return isNuxtError(error) && (error.status ?? 500) < 500
}

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
