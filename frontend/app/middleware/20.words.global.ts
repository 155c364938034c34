/** Rooms with words of their own bring them. */
export default defineNuxtRouteMiddleware(async (to) => {
  if (to.path !== '/tutor' && !to.path.startsWith('/tutor/')) return
  try {
    await useNuxtApp().$language.enter('desk')
  }
  catch (error) {
    return abortNavigation(pageError(error))
  }
})
