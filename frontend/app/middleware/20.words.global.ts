import type { WordsPart } from '~/plugins/00.language'

/** Pages with words of their own bring them, by the first part of their address. The desk shows what trainees are shown. */
const OF_PAGE: Record<string, WordsPart[]> = {
  '': ['home'],
  'courses': ['home'],
  'sign-in': ['account'],
  'account': ['account'],
  'tutor': ['desk', 'assignment'],
  'admin': ['rooms'],
  'author': ['rooms'],
  'operator': ['rooms'],
}

export default defineNuxtRouteMiddleware(async (to) => {
  const parts = OF_PAGE[to.path.split('/')[1] ?? ''] ?? []
  const { words } = useNuxtApp().$language
  try {
    await Promise.all(parts.map(part => words.add(part)))
  }
  catch (error) {
    return abortNavigation(pageError(error))
  }
})
