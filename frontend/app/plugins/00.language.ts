import { createI18n } from 'vue-i18n'

const KEY = 'tenarai.language'
/** One chunk a language; only the one that is spoken is loaded. */
const WORDS = {
  ja: () => import('~~/i18n/locales/ja.json'),
  en: () => import('~~/i18n/locales/en.json'),
}

/** Words of rooms that most people never enter: they come with the room. */
const ROOMS = {
  desk: {
    ja: () => import('~~/i18n/locales/desk.ja.json'),
    en: () => import('~~/i18n/locales/desk.en.json'),
  },
}
export type WordsOf = keyof typeof ROOMS

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

  const entered = new Set<WordsOf>()
  const loaded = new Set<string>()

  async function load(language: Language, room: WordsOf) {
    if (loaded.has(language + room)) return
    i18n.global.mergeLocaleMessage(language, (await ROOMS[room][language]()).default)
    loaded.add(language + room)
  }

  async function set(language: Language) {
    if (!i18n.global.availableLocales.includes(language)) {
      i18n.global.setLocaleMessage(language, (await WORDS[language]()).default)
    }
    for (const room of entered) await load(language, room)
    i18n.global.locale.value = language
    current.value = language
    try {
      localStorage.setItem(KEY, language)
    }
    catch { /* then the browser's language decides next time */ }
  }

  /** The room's words are there, in whatever language is spoken, before its first page is. */
  async function enter(room: WordsOf) {
    entered.add(room)
    await load(current.value, room)
  }

  await set(current.value)
  app.vueApp.use(i18n)
  return { provide: { language: { current: readonly(current), set, enter } } }
})
