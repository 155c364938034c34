// Every text in both languages, none missing, none unused.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

type Messages = { [key: string]: string | Messages }
const flat = (messages: Messages, prefix = ''): Map<string, string> => new Map(Object.entries(messages).flatMap(([key, value]) =>
  (typeof value === 'string' ? [[prefix + key, value] as const] : [...flat(value, `${prefix}${key}.`)])))
/** What every page has, and what some load besides; nothing stands in two of them. */
const spoken = (language: 'ja' | 'en') => {
  const folder = join(import.meta.dirname, '../../i18n')
  const parts = readdirSync(join(folder, 'parts')).filter(name => name.endsWith(`.${language}.json`)).map(name => `parts/${name}`)
  const all = [`locales/${language}.json`, ...parts].map(name => [...flat(JSON.parse(readFileSync(join(folder, name), 'utf8')) as Messages)])
  const words = new Map(all.flat())
  expect(words.size).toBe(all.flat().length)
  return words
}
const words = { ja: spoken('ja'), en: spoken('en') }

const sources = (folder: string): string[] => readdirSync(folder).flatMap((name) => {
  const path = join(folder, name)
  return statSync(path).isDirectory() ? sources(path) : /\.(?:vue|ts)$/.test(name) && !name.endsWith('.d.ts') ? [readFileSync(path, 'utf8')] : []
})
const code = sources(join(import.meta.dirname, '../../app')).join('\n')

/** `t('a.b')`, and `t(\`a.${x}.b\`)` as the pattern a.*.b. Conditional keys are written out as strings. */
const calls = [...code.matchAll(/\b\$?t\(\s*([^;]*?)(?:,\s*\{|\)\s*(?:\}\}|\n|"|[,.)\]:|&?}]))/g)].map(([, argument = '']) => argument)
const plain = calls.flatMap(argument => [...argument.matchAll(/'([a-z0-9_]+(?:\.[a-z0-9_]+)+)'/gi)].map(([, key = '']) => key))
const patterns = calls.flatMap(argument => [...argument.matchAll(/`([^`]+)`/g)].map(([, key = '']) => key))
  .map(key => new RegExp(`^${key.replaceAll('.', '\\.').replace(/\$\{[^}]+\}/g, '[a-z0-9_]+')}$`))

describe('texts', () => {
  it('exist in both languages, with the same values to fill in', () => {
    expect([...words.en.keys()].sort()).toEqual([...words.ja.keys()].sort())
    // Each form of a plural has them; one is enough to be told.
    const holes = (text = '') => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort()
    const differing = [...words.ja].filter(([key, text]) => String(holes(text)) !== String(holes(words.en.get(key))))
    expect(differing.map(([key]) => key)).toEqual([])
  })

  it('are there for every key the code asks for', () => {
    expect(plain.length).toBeGreaterThan(100)
    expect(plain.filter(key => !words.ja.has(key))).toEqual([])
    expect(patterns.filter(pattern => ![...words.ja.keys()].some(key => pattern.test(key))).map(String)).toEqual([])
  })

  it('are all asked for by the code', () => {
    const used = (key: string) => plain.includes(key) || patterns.some(pattern => pattern.test(key))
    expect([...words.ja.keys()].filter(key => !used(key))).toEqual([])
  })

  it('leave no Japanese in the English ones', () => {
    expect([...words.en].filter(([, text]) => /[\u3040-\u30ff\u4e00-\u9fff]/.test(text)).map(([key]) => key)).toEqual([])
  })
})
