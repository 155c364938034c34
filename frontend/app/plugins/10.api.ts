import createClient from 'openapi-fetch'
import type { paths } from '~/api/schema'

/** The typed client. Every request of the site goes through it and its one guarded fetch. */
export default defineNuxtPlugin(() => {
  const me = useMe()
  const reauth = useReauth()
  const { language } = useLanguage()

  const send = guardedFetch({
    fetch(request) {
      const session = sessionHere()
      if (session) request.headers.set('x-tenarai-session', session)
      return globalThis.fetch(request)
    },
    async refresh() {
      const { data } = await client.POST('/api/v1/session/refresh')
      if (!data) return false
      // Somebody else signed in from another tab: their session must not carry on this person's page.
      if (me.value && me.value.user.id !== data.user.id) {
        location.assign('/')
        return false
      }
      me.value = data
      return true
    },
    signInAgain: async () => (me.value ? reauth.ask() : false),
  })

  const client = createClient<paths>({
    baseUrl: location.origin,
    fetch: send,
    headers: { Accept: 'application/json, application/problem+json' },
  })
  client.use({
    onRequest({ request }) {
      // Errors are told in the language that the page speaks, not the browser.
      request.headers.set('accept-language', language.value)
      // The server takes state changes as JSON only, also where there is no body.
      if (request.method !== 'GET' && !request.headers.has('content-type')) request.headers.set('content-type', 'application/json')
    },
  })
  return { provide: { api: client } }
})
