import type { Role } from '~/api/types'

/** Who may see which page; the server decides again on every request. */
const ROOMS: Record<string, Role[]> = {
  '/admin': ['corporate_admin', 'operator'],
  '/tutor': ['tutor'],
  '/author': ['author', 'operator'],
  '/operator': ['operator'],
}

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

  const room = Object.entries(ROOMS).find(([path]) => to.path === path || to.path.startsWith(`${path}/`))
  if (room && !me.value.roles.some(({ role }) => room[1].includes(role))) {
    return abortNavigation(createError({ status: 403, statusText: 'forbidden', fatal: true }))
  }
})
