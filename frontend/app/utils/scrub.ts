import type { ErrorEvent } from '@sentry/browser'

const bare = (url: string) => url.replace(/[?#].*$/, '')

/** What leaves with an error: where in the code, never who, what they typed, or an address with its query. */
export function scrub(event: ErrorEvent): ErrorEvent {
  const { user: _user, breadcrumbs: _breadcrumbs, extra: _extra, server_name: _server, ...kept } = event
  return {
    ...kept,
    request: event.request?.url ? { url: bare(event.request.url) } : undefined,
    exception: event.exception && {
      values: event.exception.values?.map(value => ({
        ...value,
        // Messages of failed requests and imports carry whole addresses.
        value: value.value?.replace(/https?:\/\/\S+/g, bare),
        stacktrace: value.stacktrace && {
          ...value.stacktrace,
          frames: value.stacktrace.frames?.map(({ vars: _vars, ...frame }) => ({ ...frame, filename: frame.filename && bare(frame.filename) })),
        },
      })),
    },
  }
}
