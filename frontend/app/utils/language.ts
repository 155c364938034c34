const LANGUAGES = ['ja', 'en'] as const
export type Language = typeof LANGUAGES[number]
export const isLanguage = (value: unknown): value is Language => LANGUAGES.some(language => language === value)

/** The first language of the browser that we speak; Japanese otherwise. */
export function spokenBy(browser: readonly string[]): Language {
  return browser.map(tag => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'ja'
}
