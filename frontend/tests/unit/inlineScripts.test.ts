import { describe, expect, it, vi } from 'vitest'

vi.mock('nuxt/kit', () => ({ defineNuxtModule: (it: unknown) => it }))
const { inlineScripts, moveInlineScripts } = await import('../../modules/no-inline-scripts')

describe('the shell', () => {
  it('keeps no script inline', () => {
    const saved: string[] = []
    const html = moveInlineScripts('<script>a()</script><script type="module" src="/x.js"></script><script type="application/json" id="d">{}</script>', (name, code) => {
      saved.push(code)
      return `/_nuxt/${name}`
    })
    expect(saved).toEqual(['a()'])
    expect(html).toMatch(/^<script src="\/_nuxt\/inline\.[0-9a-f]{12}\.js"><\/script>/)
    expect(inlineScripts(html)).toEqual([])
  })

  it('is refused with an import map or speculation rules, which a file cannot replace', () => {
    const html = '<script type="importmap">{"imports":{}}</script><script type="speculationrules">{"prefetch":[]}</script>'
    expect(inlineScripts(moveInlineScripts(html, name => name))).toHaveLength(2)
  })
})
