import { createI18n } from 'vue-i18n'

const KEY = 'tenarai.language'
/** One chunk a language; only the one that is spoken is loaded. */
const WORDS = {
  ja: () => import('~~/i18n/locales/ja.json'),
  en: () => import('~~/i18n/locales/en.json'),
}

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

  async function set(language: Language) {
    if (!i18n.global.availableLocales.includes(language)) {
      i18n.global.setLocaleMessage(language, (await WORDS[language]()).default)
    }
    i18n.global.locale.value = language
    current.value = language
    try {
      localStorage.setItem(KEY, language)
    }
    catch { /* then the browser's language decides next time */ }
  }

  await set(current.value)
  app.vueApp.use(i18n)
  return { provide: { language: { current: readonly(current), set } } }
})
