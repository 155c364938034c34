/** The language of the site and its course material, usable outside of components too. */
export function useLanguage() {
  const { $language } = useNuxtApp()
  return { language: $language.current, set: $language.set }
}
