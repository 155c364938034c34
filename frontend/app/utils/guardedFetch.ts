import { singleFlight } from './singleFlight'

export interface Guard {
  fetch: (request: Request) => Promise<Response>
  /** Renews the session; true when the next try may succeed. */
  refresh: () => Promise<boolean>
  /** Asks the person to sign in again; true when the same person did. */
  signInAgain: () => Promise<boolean>
}

// Signing in and asking who one is answer 401 by themselves; signing out needs a session that still holds.
const unguarded = ({ url, method }: Request) =>
  method !== 'DELETE' && /\/api\/v1\/session(?:\/refresh)?$/.test(new URL(url, 'http://x').pathname)

/**
 * One fetch for the whole site. A 401 renews the session once (however many requests met it), then asks the
 * person to sign in again in place, and the request goes out again; what they were doing goes on.
 */
export function guardedFetch(guard: Guard): (request: Request) => Promise<Response> {
  const refresh = singleFlight(guard.refresh)
  const signInAgain = singleFlight(guard.signInAgain)
  return async (request) => {
    // A body can be read once: every try sends its own copy.
    const send = () => guard.fetch(request.clone())
    const first = await send()
    if (first.status !== 401 || unguarded(request)) return first
    if (await refresh()) {
      const second = await send()
      if (second.status !== 401) return second
    }
    return (await signInAgain()) ? send() : first
  }
}
