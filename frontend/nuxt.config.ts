// A single-page application, generated once and carried inside the server's binary.
export default defineNuxtConfig({

  // The same sources give the same files: a random id would change every build.
  buildId: process.env.TENARAI_BUILD_ID || 'tenarai',
  modules: ['@nuxt/ui', '@nuxtjs/i18n', '@nuxt/eslint', './modules/no-inline-scripts'],
  ssr: false,

  imports: {
    presets: [{
      from: '@vueuse/core',
      imports: [
        'createEventHook', 'refDebounced', 'useDebounceFn', 'useDocumentVisibility', 'useEventListener', 'useFullscreen',
        'useIntersectionObserver', 'useIntervalFn', 'useLocalStorage', 'useMediaQuery', 'useOnline',
      ],
    }],
  },
  devtools: { enabled: false },

  app: {
    head: {
      title: 'Tenarai',
      htmlAttrs: { lang: 'ja' },
      meta: [{ name: 'viewport', content: 'width=device-width, initial-scale=1, viewport-fit=cover' }],
      link: [{ rel: 'icon', type: 'image/svg+xml', href: '/favicon.svg' }],
    },
  },
  css: ['~/assets/css/main.css'],
  colorMode: { preference: 'system', fallback: 'light', storageKey: 'tenarai.theme' },

  // The server decides what runs: no font, icon or image host is ever asked.
  ui: { fonts: false },

  experimental: {
    // An inline import map would need an exception in the content security policy.
    entryImportMap: false,
    defaults: { nuxtLink: { prefetchOn: { visibility: false, interaction: true } } },
  },
  compatibilityDate: '2026-11-01',
  typescript: { strict: true, typeCheck: false },
  telemetry: false,

  eslint: { config: { stylistic: true } },
  i18n: {
    strategy: 'no_prefix',
    defaultLocale: 'ja',
    locales: [
      { code: 'ja', language: 'ja-JP', name: '日本語', file: 'ja.json' },
      { code: 'en', language: 'en-US', name: 'English', file: 'en.json' },
    ],
    detectBrowserLanguage: { useCookie: false, fallbackLocale: 'ja' },
    bundle: { dropMessageCompiler: true },
    vueI18n: './i18n.config.ts',
  },
  icon: {
    mode: 'svg',
    provider: 'none',
    fallbackToApi: false,
    serverBundle: false,
    clientBundle: { scan: true, sizeLimitKb: 64 },
  },
})
