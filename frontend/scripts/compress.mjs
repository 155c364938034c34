// Compresses what the build wrote once and as well as can be, for the server to send as it is: .br for browsers on
// https or localhost, .gz for those on plain http.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const folder = fileURLToPath(new URL('../.output/public/', import.meta.url))
const WAYS = {
  br: text => promisify(brotliCompress)(text, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: text.length } }),
  gz: text => promisify(gzip)(text, { level: 9 }),
}

// The server answers every page with 200.html: the other shells would only make its binary larger.
for (const name of await readdir(folder, { recursive: true })) {
  if (name.endsWith('.html') && name !== '200.html') await rm(folder + name)
}
const files = (await readdir(folder, { recursive: true })).filter(name => /\.(html|js|css|svg|json)$/.test(name))
await Promise.all(files.map(async (name) => {
  const text = await readFile(folder + name)
  for (const [ending, pack] of Object.entries(WAYS)) {
    const packed = await pack(text)
    if (packed.length < text.length) await writeFile(`${folder}${name}.${ending}`, packed)
  }
}))
