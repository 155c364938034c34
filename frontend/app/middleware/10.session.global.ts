/** Knows who is here before any page does; who is nobody signs in first. */
export default defineNuxtRouteMiddleware(async (to) => {
  const me = useMe()
  const asked = useState('session.asked', () => false)
  if (!asked.value) {
    try {
      await useSession().load()
      asked.value = true
    }
    catch (error) {
      return abortNavigation(pageError(error))
    }
  }
  if (to.path === '/sign-in') return me.value ? navigateTo(nextPath(to.query.next, location.origin), { replace: true }) : undefined
  if (!me.value) return navigateTo({ path: '/sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } }, { replace: true })
})
