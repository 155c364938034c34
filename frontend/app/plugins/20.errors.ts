/** Reports errors when the operator gave a DSN; the code for it is loaded then only. */
export default defineNuxtPlugin((app) => {
  const { site } = useSite()
  const early: unknown[] = []
  let report = (error: unknown) => void early.push(error)
  app.hook('vue:error', error => report(error))
  app.hook('app:error', error => report(error))
  watch(site, async (now) => {
    if (!now?.sentry) return
    const { startReporting } = await import('~/utils/reporting')
    report = startReporting(now.sentry, now.version)
    early.splice(0).forEach(report)
  })
})
