import type { Me } from '~/api/types'

/** Signing in and out. */
export function useSession() {
  const api = useApi()
  const me = useMe()

  function become(someone: Me) {
    me.value = someone
    noteWhoIsHere(someone)
  }

  /** Who is signed in by this browser's cookies; renewed where they have run out. */
  async function ask() {
    const { data, error, response } = await api.GET('/api/v1/session')
    if (data) return data
    if (response.status !== 401) throw problemFrom(response.status, error, response.headers)
    return (await api.POST('/api/v1/session/refresh')).data
  }

  return {
    me,
    /** Asks the server who is here; null when nobody is. */
    async load() {
      let found = await ask()
      if (!found && sessionHere()) {
        // The session that was here is over; another may have begun without a page of ours.
        noteWhoIsHere(null)
        found = await ask()
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
      await useStudyQueue().flush().catch(() => undefined)
      await answer(everywhere ? api.DELETE('/api/v1/sessions') : api.DELETE('/api/v1/session'))
      noteWhoIsHere(null)
      location.assign('/sign-in')
    },
    async update(changes: { locale?: 'ja' | 'en', display_name?: string }) {
      me.value = await answer(api.PATCH('/api/v1/me', { body: changes }))
    },
  }
}
