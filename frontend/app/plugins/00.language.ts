import { createI18n } from 'vue-i18n'

const KEY = 'tenarai.language'
/** One chunk a language; only the one that is spoken is loaded. */
const WORDS = {
  ja: () => import('~~/i18n/locales/ja.json'),
  en: () => import('~~/i18n/locales/en.json'),
}
/** Words that only some pages need, which load them (`useWords`), or a whole room, which brings them (`20.words`). */
const PARTS = {
  account: {
    ja: () => import('~~/i18n/parts/account.ja.json'),
    en: () => import('~~/i18n/parts/account.en.json'),
  },
  assignment: {
    ja: () => import('~~/i18n/parts/assignment.ja.json'),
    en: () => import('~~/i18n/parts/assignment.en.json'),
  },
  desk: {
    ja: () => import('~~/i18n/parts/desk.ja.json'),
    en: () => import('~~/i18n/parts/desk.en.json'),
  },
  home: {
    ja: () => import('~~/i18n/parts/home.ja.json'),
    en: () => import('~~/i18n/parts/home.en.json'),
  },
  sheets: {
    ja: () => import('~~/i18n/parts/sheets.ja.json'),
    en: () => import('~~/i18n/parts/sheets.en.json'),
  },
  pane: {
    ja: () => import('~~/i18n/parts/pane.ja.json'),
    en: () => import('~~/i18n/parts/pane.en.json'),
  },
  quiz: {
    ja: () => import('~~/i18n/parts/quiz.ja.json'),
    en: () => import('~~/i18n/parts/quiz.en.json'),
  },
  rooms: {
    ja: () => import('~~/i18n/parts/rooms.ja.json'),
    en: () => import('~~/i18n/parts/rooms.en.json'),
  },
}
export type WordsPart = keyof typeof PARTS

function remembered(): Language | null {
  try {
    const value = localStorage.getItem(KEY)
    return isLanguage(value) ? value : null
  }
  catch {
    return null
  }
}

export default defineNuxtPlugin(async (app) => {
  const current = ref<Language>(remembered() ?? spokenBy(navigator.languages))
  const i18n = createI18n({ legacy: false, locale: current.value, fallbackLocale: false as const, messages: {} })

  const parts = new Set<WordsPart>()
  /** Those that are there, by language. */
  const there = reactive(new Set<`${WordsPart} ${Language}`>())

  async function loadPart(part: WordsPart, language: Language) {
    if (there.has(`${part} ${language}`)) return
    i18n.global.mergeLocaleMessage(language, (await PARTS[part][language]()).default)
    there.add(`${part} ${language}`)
  }

  async function set(language: Language) {
    if (!i18n.global.availableLocales.includes(language)) {
      i18n.global.setLocaleMessage(language, (await WORDS[language]()).default)
    }
    await Promise.all([...parts].map(part => loadPart(part, language)))
    i18n.global.locale.value = language
    current.value = language
    try {
      localStorage.setItem(KEY, language)
    }
    catch { /* then the browser's language decides next time */ }
  }

  await set(current.value)
  app.vueApp.use(i18n)
  const words = {
    add(part: WordsPart) {
      parts.add(part)
      return loadPart(part, current.value)
    },
    has: (part: WordsPart) => there.has(`${part} ${current.value}`),
  }
  return { provide: { language: { current: readonly(current), set, words } } }
})
