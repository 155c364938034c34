import type { Site } from '~/api/types'

/** What the server says about itself (the hub's address, Sentry), asked once. */
export const useSite = onePerApp(() => {
  const api = useApi()
  const site = shallowRef<Site | null>(null)
  const load = singleFlight(async () => (site.value ??= await answer(api.GET('/api/v1/site'))))
  return { site, load }
})
