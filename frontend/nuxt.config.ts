import { fileURLToPath } from 'node:url'
import messages from '@intlify/unplugin-vue-i18n/vite'

// A single-page application, generated once and carried inside the server's binary.
export default defineNuxtConfig({
  // The same sources give the same files: a random id would change every build.
  buildId: process.env.TENARAI_BUILD_ID || 'tenarai',
  modules: ['@nuxt/ui', '@nuxt/eslint', './modules/no-inline-scripts', './modules/client-manifest', './modules/light-icons'],
  ssr: false,

  imports: {
    presets: [{ from: 'vue-i18n', imports: ['useI18n'] }, {
      from: '@vueuse/core',
      imports: [
        'createEventHook', 'refDebounced', 'until', 'useDebounceFn', 'useDocumentVisibility', 'useElementSize', 'useEventListener', 'useFullscreen',
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
  // What stands there while the program is on its way over a slow line.
  spaLoadingTemplate: 'spa-loading-template.html',

  experimental: {
    // An inline import map would need an exception in the content security policy.
    entryImportMap: false,
    // plugins/30.chunks.ts: without a network a reload would lose the page.
    emitRouteChunkError: 'manual',
    defaults: { nuxtLink: { prefetchOn: { visibility: false, interaction: true } } },
  },
  compatibilityDate: '2026-11-01',

  vite: {
    // Messages become functions at build time: no compiler is shipped, and nothing is evaluated from strings (CSP).
    plugins: [messages({
      include: fileURLToPath(new URL('./i18n/*/*.json', import.meta.url)),
      runtimeOnly: true,
      dropMessageCompiler: true,
      compositionOnly: true,
      fullInstall: false,
      strictMessage: true,
    })],
  },
  typescript: { strict: true, typeCheck: false },
  telemetry: false,
  eslint: { config: { stylistic: true } },
  icon: {
    mode: 'svg',
    provider: 'none',
    fallbackToApi: false,
    serverBundle: false,
    clientBundle: { scan: { globInclude: ['app/**/*.{vue,ts}'], globExclude: ['node_modules'] }, sizeLimitKb: 64 },
  },
})
