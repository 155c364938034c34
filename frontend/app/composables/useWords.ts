import type { WordsPart } from '~/plugins/00.language'

/** Loads words that only some pages need; whether they are there. */
export function useWords(part: WordsPart) {
  const { words } = useNuxtApp().$language
  // Without a network they come when there is one.
  watch(useOnline(), online => online && void words.add(part).catch(() => undefined), { immediate: true })
  return computed(() => words.has(part))
}
