// Icons are drawn by app/utils/icon.ts from the build's own bundle: the kit's renderer brings a loader for icon
// hosts, 11 KB of JavaScript that a site without other hosts never uses.
import { addTypeTemplate, createResolver, defineNuxtModule } from 'nuxt/kit'

export default defineNuxtModule({
  meta: { name: 'light-icons' },
  setup(_options, nuxt) {
    const ours = createResolver(import.meta.url).resolve('../app/utils/icon.ts')
    addTypeTemplate({
      filename: 'types/light-icons.d.ts',
      getContents: () => `declare module '#build/nuxt-icon-client-bundle' {
  export function init(add: (name: string, drawing: { body: string, width?: number, height?: number, left?: number, top?: number }) => void): void
}
`,
    })
    nuxt.options.alias['@nuxt/icon/runtime/components/index.js'] = ours
    nuxt.hook('components:extend', (components) => {
      for (const component of components) if (component.pascalName === 'Icon') component.filePath = component.shortPath = ours
    })
    nuxt.hook('app:resolve', (app) => {
      app.plugins = app.plugins.filter(({ src }) => !src.includes('@nuxt/icon/'))
    })
  },
})
