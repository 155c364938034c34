/** The code of a page that cannot be loaded: without a network one stays where one is, else a new version is there. */
export default defineNuxtPlugin((app) => {
  const missing = new Set<unknown>()
  const router = useRouter()
  router.beforeEach(() => missing.clear())
  app.hook('app:chunkError', ({ error }) => void missing.add(error))
  router.onError((error, to) => {
    if (!missing.has(error)) return
    if (navigator.onLine) reloadNuxtApp({ path: to.fullPath })
    else app.runWithContext(() => useNotices().notify(app.vueApp.config.globalProperties.$t('problem.offline.page'), 'problem'))
  })
})
