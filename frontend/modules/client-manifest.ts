// Keeps the build's import graph for `npm run size`, and turns off prefetching: what waits for a click (menus,
// search, dialogs) is loaded by that click, not ahead of it.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineNuxtModule } from 'nuxt/kit'

export default defineNuxtModule({
  meta: { name: 'client-manifest' },
  setup(_options, nuxt) {
    nuxt.hook('build:manifest', (manifest) => {
      for (const file of Object.values(manifest)) file.prefetch = false
      const folder = join(nuxt.options.rootDir, 'node_modules/.cache/tenarai')
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'client-manifest.json'), JSON.stringify(manifest))
    })
  },
})
