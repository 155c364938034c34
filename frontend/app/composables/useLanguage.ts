export type Language = 'ja' | 'en'
export const isLanguage = (value: unknown): value is Language => value === 'ja' || value === 'en'

/** The language of the site and its course material, usable outside of components. */
export function useLanguage() {
  const { $i18n } = useNuxtApp()
  return {
    language: computed<Language>(() => (isLanguage($i18n.locale.value) ? $i18n.locale.value : 'ja')),
    set: (language: Language) => $i18n.setLocale(language),
  }
}
