import { promiseTimeout } from '@vueuse/core'
import type { Me } from '~/api/types'
import { othersSaved } from '../utils/otherTabs'
import { asProblem } from '../utils/problem'

const LONGEST_FLUSH = 5_000
const LONGEST_SAVE = 4_000

/** Signing in and out. */
export function useSession() {
  const api = useApi()
  const me = useMe()

  function become(someone: Me) {
    me.value = someone
    noteWhoIsHere(someone)
  }

  /** Who is signed in by this browser's cookies, renewed where they have run out; only the server's 401 means nobody. */
  async function ask() {
    for (const call of [() => api.GET('/api/v1/session'), () => api.POST('/api/v1/session/refresh')]) {
      const { data, error, response } = await call()
      if (data) return data
      if (response.status !== 401) throw problemFrom(response.status, error, response.headers)
    }
    return null
  }

  return {
    me,
    /** Asks the server who is here; null when nobody is. */
    async load() {
      const before = whoIsHere()
      let found = await ask()
      if (!found && sessionHere()) {
        // The session that was here is over. Another of the same person may have begun without a page of ours; anybody
        // else signs in here first, for a notebook may have planted their cookie.
        noteWhoIsHere(null)
        found = await ask()
        if (found?.user.id !== before) found = null
      }
      if (found) become(found)
      return me.value
    },
    async signIn(email: string, password: string) {
      const someone = await answer(api.POST('/api/v1/session', { body: { email, password } }))
      become(someone)
      return someone
    },
    /** Ends this session (or all of them) and leaves with a fresh page: nothing of this person stays in memory. */
    async signOut(everywhere = false) {
      // What cannot be sent, or saved in another tab, stays on this device; nobody is held up for long.
      await Promise.all([
        othersSaved(LONGEST_SAVE).catch(() => undefined),
        Promise.race([useStudyQueue().flush().catch(() => undefined), promiseTimeout(LONGEST_FLUSH)]),
      ])
      const ended = answer(everywhere ? api.DELETE('/api/v1/sessions') : api.DELETE('/api/v1/session'))
      // A server whose disk is full has forgotten this browser all the same.
      await ended.catch((error: unknown) => {
        if (asProblem(error).status !== 507) throw error
      })
      noteWhoIsHere(null)
      location.assign('/sign-in')
    },
    async update(changes: { locale?: 'ja' | 'en', display_name?: string }) {
      me.value = await answer(api.PATCH('/api/v1/me', { body: changes }))
    },
  }
}
