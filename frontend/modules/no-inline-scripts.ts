// The site's content security policy allows scripts from files only. Nuxt writes two inline ones into the
// shell (the colour-mode snippet and `window.__NUXT__`); this moves them into files named after their hash,
// and fails the build when anything executable is left inline.
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineNuxtModule } from 'nuxt/kit'

const SCRIPT = /<script\b([^>]*)>([\s\S]*?)<\/script>/g
const isFile = (attributes: string) => /\bsrc\s*=/.test(attributes)
const isData = (attributes: string) => /\btype\s*=\s*"?application\/(?:ld\+)?json/.test(attributes)

export function moveInlineScripts(html: string, save: (name: string, code: string) => string): string {
  return html.replace(SCRIPT, (whole, attributes: string, code: string) => {
    if (isFile(attributes) || isData(attributes) || code.trim() === '') return whole
    if (/\btype\s*=\s*"?(?:importmap|speculationrules)/.test(attributes)) return whole
    const name = `inline.${createHash('sha256').update(code).digest('hex').slice(0, 12)}.js`
    return `<script${attributes} src="${save(name, code)}"></script>`
  })
}

export function inlineScripts(html: string): string[] {
  return [...html.matchAll(SCRIPT)]
    .filter(([, attributes = '', code = '']) => !isFile(attributes) && !isData(attributes) && code.trim() !== '')
    .map(([whole]) => whole.slice(0, 120))
}

export default defineNuxtModule({
  meta: { name: 'no-inline-scripts' },
  setup(_options, nuxt) {
    nuxt.hook('nitro:init', (nitro) => {
      nitro.hooks.hook('prerender:generate', (route: { contents?: string, fileName?: string }) => {
        if (!route.contents || !route.fileName?.endsWith('.html')) return
        const folder = join(nitro.options.output.publicDir, '_nuxt')
        const html = moveInlineScripts(route.contents, (name, code) => {
          mkdirSync(folder, { recursive: true })
          writeFileSync(join(folder, name), code)
          return `/_nuxt/${name}`
        })
        const left = inlineScripts(html)
        if (left.length) throw new Error(`inline scripts in ${route.fileName}: ${left.join(' | ')}`)
        route.contents = html
      })
    })
  },
})
