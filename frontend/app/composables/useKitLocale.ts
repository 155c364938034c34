import type { Locale, Messages } from '@nuxt/ui'
import { localeContextInjectionKey } from '@nuxt/ui/composables/useLocale'

const WORDS = {
  ja: () => import('@nuxt/ui/runtime/locale/ja.js'),
  en: () => import('@nuxt/ui/runtime/locale/en.js'),
}

/** The words of the UI kit itself (close, loading…) in the language of the site, loaded when needed. */
export function useKitLocale() {
  const { language } = useLanguage()
  const words = shallowRef<Locale<Messages>>()
  provide(localeContextInjectionKey, words)
  watch(language, async now => (words.value = (await WORDS[now]()).default), { immediate: true })
}
