// What a hostile notebook, or a hostile page of another origin, can try.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Notebook } from './notebook'

/**
 * Runs JavaScript in the output of a cell, as a notebook from a stranger would, and returns what it found out.
 * The script must stand alone: it is sent to the notebook as text.
 */
export async function runInOutput<Args, Found>(notebook: Notebook, position: number, script: (args: Args) => Promise<Found>, args: Args): Promise<Found> {
  const frame = await notebook.document()
  await frame.evaluate(() => void delete (window as { outcome?: unknown }).outcome)
  const code = `(${script})(${JSON.stringify(args)}).then(found => { window.outcome = { found } }, error => { window.outcome = { error: String(error) } })`
  await notebook.write(position, [
    'from base64 import b64decode',
    'from IPython.display import Javascript, display',
    `display(Javascript(b64decode("${Buffer.from(code).toString('base64')}").decode()))`,
  ].join('\n'))
  const outcome = await frame.waitForFunction(() => (window as { outcome?: object }).outcome)
  const { found, error } = await outcome.jsonValue() as { found?: Found, error?: string }
  if (error !== undefined) throw new Error(`the attack itself broke: ${error}`)
  return found as Found
}

/** Runs Python in a cell and returns what it printed. */
export async function runPython(notebook: Notebook, position: number, source: string): Promise<string> {
  const end = `done ${Math.random()}`
  await notebook.write(position, `${source}\nprint("${end.slice(0, 5)}" + "${end.slice(5)}")`)
  const output = notebook.output(position)
  await output.filter({ hasText: end }).waitFor()
  return (await output.allInnerTexts()).join('\n').replace(end, '').trim()
}

/** A page of an origin that has nothing to do with the site; its script gets `lms` and `hub`. */
export async function foreignPage(html: string): Promise<{ url: string, close: () => Promise<void> }> {
  const server: Server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(`<!doctype html><meta charset="utf-8">${html}`))
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((done) => {
      server.close(() => done())
      server.closeAllConnections()
    }),
  }
}
