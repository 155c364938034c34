import type { Me } from '~/api/types'

/** Signing in and out. */
export function useSession() {
  const api = useApi()
  const me = useMe()

  function become(someone: Me) {
    me.value = someone
    noteWhoIsHere(someone.user.id)
  }

  return {
    me,
    /** Asks the server who is here; null when nobody is. */
    async load() {
      const first = await api.GET('/api/v1/session')
      const found = first.data ?? (first.response.status === 401 ? (await api.POST('/api/v1/session/refresh')).data : undefined)
      if (found) become(found)
      else if (first.response.status === 401) noteWhoIsHere(null)
      else throw problemFrom(first.response.status, first.error, first.response.headers)
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
