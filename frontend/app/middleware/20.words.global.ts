/** Rooms with words of their own bring them. */
export default defineNuxtRouteMiddleware(async (to) => {
  if (to.path !== '/tutor' && !to.path.startsWith('/tutor/')) return
  try {
    await useNuxtApp().$language.words.add('desk')
  }
  catch (error) {
    return abortNavigation(pageError(error))
  }
})
