// How much JavaScript the chapter page with its notebook costs: everything its address loads before a click,
// followed through the build's import graph, as brotli (quality 11). Fails above the budget.
// `--into FILE` adds the figure to those of `make bench`.
import { readFile, writeFile } from 'node:fs/promises'
import { brotliCompressSync } from 'node:zlib'

const BUDGET = 170_000
const PARTS = ['pages/chapters/[id]/coding.vue', 'layouts/study.vue', 'i18n/locales/ja.json']

const root = new URL('..', import.meta.url)
const read = path => readFile(new URL(path, root))
const manifest = JSON.parse(await read('node_modules/.cache/tenarai/client-manifest.json'))
const names = Object.keys(manifest)
const starts = [
  ...names.filter(name => manifest[name].isEntry),
  ...PARTS.map((part) => {
    const name = names.find(it => it.endsWith(part))
    if (!name) throw new Error(`${part} is no chunk of its own any more: look at scripts/size.mjs`)
    return name
  }),
]

const files = new Set()
const seen = new Set()
function follow(name) {
  if (seen.has(name)) return
  seen.add(name)
  const entry = manifest[name]
  if (entry?.file?.endsWith('.js')) files.add(entry.file)
  for (const next of entry?.imports ?? []) follow(next)
}
starts.forEach(follow)

const shell = (await read('.output/public/200.html')).toString()
for (const [, file] of shell.matchAll(/<script[^>]*src="\/_nuxt\/([^"]+)"/g)) files.add(file)

const sizes = await Promise.all([...files].map(async file => [file, brotliCompressSync(await read(`.output/public/_nuxt/${file}`)).length]))
const total = sizes.reduce((sum, [, size]) => sum + size, 0)
for (const [file, size] of sizes.sort((a, b) => b[1] - a[1])) process.stdout.write(`${String(size).padStart(8)}  ${file}\n`)
process.stdout.write(`${String(total).padStart(8)}  JavaScript of the chapter page, brotli (budget ${BUDGET})\n`)
const into = process.argv[process.argv.indexOf('--into') + 1]
if (process.argv.includes('--into')) {
  const figures = JSON.parse(await readFile(into, 'utf8'))
  const figure = { name: 'chapter_javascript', database: null, value: total, unit: 'bytes', ceiling: BUDGET, ratio: Math.round(total / BUDGET * 1000) / 1000, met: total <= BUDGET }
  await writeFile(into, JSON.stringify([...figures, figure], null, 2) + '\n')
}
if (total > BUDGET) process.exit(1)
