// First attacks, really executed in the real pane. Each is judged by what it did, not by what it was told.
import type { Browser, BrowserContext, Page, Request } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { foreignPage, runInOutput, runPython } from './support/attack'
import { askHub, stopServer } from './support/hub'
import { Notebook } from './support/notebook'
import { addTrainee, signIn, type Trainee } from './support/people'
import { processesOf, site, siteLog } from './support/site'
import { expect, test } from './support/test'

const CELL = 3
let context: BrowserContext
let page: Page
let notebook: Notebook
let victim: Trainee
let other: Trainee
const sent: Request[] = []

const place = () => site()
const hubOrigin = () => new URL(place().hub!).origin

/** The API as the page of the victim sees it. */
const ask = <T>(path: string, from = page): Promise<T> => from.evaluate(url => fetch(url).then(answer => answer.json()), path) as Promise<T>

interface State { name: string, sessions: number, states: string[], position: unknown }
async function stateOf(from = page): Promise<State> {
  const me = await ask<{ user: { display_name: string } }>('/api/v1/session', from)
  const sessions = await ask<{ items: unknown[] }>('/api/v1/sessions', from)
  const course = await ask<{ sections: { chapters: { id: number, state: string }[] }[] }>('/api/v1/courses/ml-first-steps', from)
  const chapter = await ask<{ progress: { position: unknown } }>('/api/v1/chapters/14', from)
  return {
    name: me.user.display_name,
    sessions: sessions.items.length,
    // The victim's own open chapter goes on; all others must not.
    states: course.sections.flatMap(({ chapters }) => chapters).filter(({ id }) => id !== 2).map(({ id, state }) => `${id} ${state}`),
    position: chapter.progress.position,
  }
}

async function newContext(browser: Browser): Promise<BrowserContext> {
  return browser.newContext({ baseURL: place().origin, locale: 'ja-JP', viewport: { width: 1440, height: 900 } })
}

test.describe.configure({ mode: 'serial' })

test.beforeAll(async ({ browser }) => {
  test.setTimeout(120_000)
  victim = await addTrainee(place(), '石川 美咲')
  other = await addTrainee(place(), '田中 一郎')
  context = await newContext(browser)
  context.on('request', request => sent.push(request))
  page = await context.newPage()
  await signIn(page, victim, '/chapters/2/coding')
  notebook = new Notebook(page)
  await notebook.ready()
})

test.afterAll(async () => {
  await context.close()
  await Promise.all([stopServer(place(), victim.hubUser), stopServer(place(), other.hubUser)])
})

test('a notebook cannot read the API of the site', async () => {
  const found = await runInOutput(notebook, CELL, async ({ lms }) => {
    const said: Record<string, string> = {}
    const note = async (name: string, attempt: () => Promise<string>) => {
      said[name] = await attempt().catch(error => `refused: ${error.name ?? error}`)
    }
    await note('fetch', async () => (await fetch(`${lms}/api/v1/session`, { credentials: 'include' })).text())
    await note('no-cors', async () => (await fetch(`${lms}/api/v1/session`, { credentials: 'include', mode: 'no-cors' })).text())
    await note('xhr', () => new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      request.withCredentials = true
      request.open('GET', `${lms}/api/v1/home`)
      request.onload = () => resolve(request.responseText)
      request.onerror = () => reject(new Error('blocked'))
      request.send()
    }))
    await note('frame', () => new Promise((resolve) => {
      const frame = document.body.appendChild(Object.assign(document.createElement('iframe'), { src: `${lms}/account` }))
      frame.onload = () => {
        try {
          resolve(frame.contentDocument?.body.innerText ?? '')
        }
        catch (error) {
          resolve(`refused: ${error}`)
        }
        frame.remove()
      }
    }))
    await note('parent', async () => window.parent.document.body.innerText)
    await note('event source', () => new Promise((resolve) => {
      const source = new EventSource(`${lms}/api/v1/notebook-server/events`, { withCredentials: true })
      source.onmessage = event => resolve(String(event.data))
      source.addEventListener('status', event => resolve((event as MessageEvent<string>).data))
      source.onerror = () => {
        source.close()
        resolve('refused: error')
      }
    }))
    said.cookies = document.cookie
    return said
  }, { lms: place().origin })
  for (const [how, text] of Object.entries(found)) {
    expect(text, how).not.toContain(victim.email)
    expect(text, how).not.toContain('"user"')
    expect(text, how).not.toContain('state')
  }
  expect(found.fetch).toContain('refused')
  expect(found.xhr).toContain('refused')
  expect(found.parent).toContain('refused')
  expect(found.cookies).not.toContain('tenarai_')
})

test('a notebook cannot change anything at the site, however it posts', async () => {
  const before = await stateOf()
  const logged = (await readFile(siteLog(place()), 'utf8')).length
  /** What the server said no to since this attack began. */
  const refused = async (route: string) => (await readFile(siteLog(place()), 'utf8')).slice(logged).split('\n')
    .filter(line => line.includes(`method=POST route="${route}" status=403`)).length
  const body = JSON.stringify({ events: [{ id: '0197a000-0000-7000-8000-000000000001', chapter_id: 14, at: new Date().toISOString(), type: 'read' }] })
  // Forms know no CORS. The notebook's own page may post none, so one of a foreign origin does, inside the output.
  const evil = await foreignPage(`<script>
    const { lms, body } = JSON.parse(decodeURIComponent(location.search.slice(1)))
    for (const enctype of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const into = document.documentElement.appendChild(Object.assign(document.createElement('iframe'), { name: enctype }))
      const form = document.documentElement.appendChild(Object.assign(document.createElement('form'), { action: lms + '/api/v1/study/events', method: 'post', enctype, target: into.name }))
      // As text/plain this is JSON: the name, an equals sign within a string, the value.
      form.append(Object.assign(document.createElement('input'), { name: body.slice(0, -1) + ',"x":"', value: '"}' }))
      form.submit()
    }
  </script>`)
  try {
    await runInOutput(notebook, CELL, async ({ lms, body, evil }) => {
      const tries: Promise<unknown>[] = []
      const send = (path: string, init: RequestInit) => tries.push(fetch(lms + path, { credentials: 'include', ...init }).catch(String))
      const json = { 'content-type': 'application/json' }
      // With these the browser asks first, and is told nothing that would let it go on.
      send('/api/v1/study/events', { method: 'POST', headers: json, body })
      send('/api/v1/me', { method: 'PATCH', headers: json, body: '{"display_name":"owned"}' })
      send('/api/v1/session', { method: 'DELETE' })
      send('/api/v1/sessions', { method: 'DELETE' })
      send('/api/v1/chapters/14/completion', { method: 'PUT', headers: json, body: '{"completed":true}' })
      // With these it does not ask.
      for (const mode of ['no-cors', 'cors'] as const) {
        send('/api/v1/study/events', { method: 'POST', mode, headers: { 'content-type': 'text/plain' }, body })
        send('/api/v1/study/events', { method: 'POST', mode, body: new URLSearchParams({ events: body }) })
        send('/api/v1/session/refresh', { method: 'POST', mode })
        const form = new FormData()
        form.set('events', new Blob([body], { type: 'application/json' }))
        send('/api/v1/study/events', { method: 'POST', mode, body: form })
      }
      navigator.sendBeacon(`${lms}/api/v1/study/events`, new Blob([body], { type: 'text/plain' }))
      const frame = document.body.appendChild(Object.assign(document.createElement('iframe'), { src: evil, id: 'forms' }))
      tries.push(new Promise(done => (frame.onload = done)))
      await Promise.all(tries)
      return 'tried'
    }, { lms: place().origin, body, evil: `${evil.url}?${encodeURIComponent(JSON.stringify({ lms: place().origin, body }))}` })
    // They did reach the server, with the cookies of the victim, and it said no to every one.
    await expect.poll(() => refused('/api/v1/study/events')).toBe(3 + 3 + 1 + 3)
    await expect.poll(() => refused('/api/v1/session/refresh')).toBe(2)
  }
  finally {
    await (await notebook.document()).evaluate(() => document.getElementById('forms')?.remove())
    await evil.close()
  }
  expect(await stateOf()).toEqual(before)
})

test('a notebook cannot mint a token of the hub, nor find one in its pages or in a popup', async () => {
  const tokens = async () => {
    const { api_tokens } = await (await askHub(place(), 'GET', `users/${victim.hubUser}/tokens`)).json() as { api_tokens: { id: string, note: string | null }[] }
    return api_tokens.filter(({ note }) => !note?.startsWith('Server at') && !note?.includes('OAuth')).map(({ id, note }) => `${id} ${note}`).sort()
  }
  const before = await tokens()
  const found = await runInOutput(notebook, CELL, async ({ hub, user }) => {
    const said: Record<string, string> = {}
    const note = async (name: string, attempt: () => Promise<string>) => {
      said[name] = await attempt().catch(error => `refused: ${error.name ?? error}`)
    }
    const minted = (init: RequestInit) => async () => {
      const answer = await fetch(`${hub}hub/api/users/${user}/tokens`, { method: 'POST', credentials: 'include', ...init })
      return `${answer.status} ${await answer.text()}`
    }
    const xsrf = /_xsrf=([^;]+)/.exec(document.cookie)?.[1] ?? ''
    await note('mint json', minted({ headers: { 'content-type': 'application/json', 'x-xsrftoken': xsrf }, body: '{"note":"stolen"}' }))
    await note('mint plain', minted({ headers: { 'content-type': 'text/plain' }, body: '{"note":"stolen"}' }))
    await note('mint nothing', minted({}))
    // The hub lies on the same origin here: its pages may be fetched, so they must hold nothing.
    for (const path of ['hub/token', 'hub/home', 'hub/lms-login', 'hub/login', 'hub/spawn']) {
      await note(path, async () => (await fetch(hub + path, { credentials: 'include' })).text())
    }
    const secret = /"?(?:xsrf_token|_xsrf)"?[^\w]{1,12}([\w|:.=-]{20,})/.exec(Object.values(said).join('\n'))?.[1]
    if (secret) await note('mint with a key from a page', minted({ headers: { 'content-type': 'application/json', 'x-xsrftoken': secret }, body: '{"note":"stolen"}' }))
    await note('popup', async () => {
      const popup = window.open(`${hub}hub/token`, 'prey', 'popup')
      if (!popup) return 'refused: no popup'
      // Loaded, closed for us, or left: whichever comes first.
      for (let turn = 0; turn < 40; turn++) {
        await new Promise(done => setTimeout(done, 100))
        try {
          if (popup.closed) return 'refused: out of reach'
          if (popup.location.href !== 'about:blank' && popup.document.readyState === 'complete') return `read: ${popup.document.body.innerHTML}`
        }
        catch (error) {
          return `refused: ${error}`
        }
      }
      popup.close()
      return 'refused: never came'
    })
    return said
  }, { hub: place().hub!, user: victim.hubUser })
  for (const how of ['mint json', 'mint plain', 'mint nothing']) expect(found[how], how).toMatch(/^40[0-9]/)
  expect(found['mint with a key from a page'] ?? '403').toMatch(/^40[0-9]/)
  expect(found.popup).toContain('refused')
  expect(await tokens()).toEqual(before)
  for (const prey of context.pages().filter(it => it !== page)) await prey.close()
})

test('a notebook frames no page of the hub and leads the site nowhere else', async () => {
  const address = page.url()
  const evil = await foreignPage('<title>evil</title>')
  try {
    const found = await runInOutput(notebook, CELL, async ({ hub, evil }) => {
      const said: Record<string, string> = {}
      for (const path of ['hub/home', 'hub/token']) {
        said[path] = await new Promise<string>((resolve) => {
          const frame = document.body.appendChild(Object.assign(document.createElement('iframe'), { src: hub + path }))
          frame.onload = () => {
            try {
              resolve(frame.contentDocument?.body.innerHTML ?? 'refused: no document')
            }
            catch (error) {
              resolve(`refused: ${error}`)
            }
            frame.remove()
          }
        })
      }
      const lead = (name: string, go: () => void) => {
        try {
          go()
          said[name] = 'went'
        }
        catch (error) {
          said[name] = `refused: ${error}`
        }
      }
      lead('top', () => (window.top!.location.href = evil))
      lead('link', () => {
        const link = document.body.appendChild(Object.assign(document.createElement('a'), { href: evil, target: '_top' }))
        link.click()
        link.remove()
      })
      lead('form', () => {
        const form = document.body.appendChild(Object.assign(document.createElement('form'), { action: evil, target: '_top' }))
        form.submit()
        form.remove()
      })
      await new Promise(done => setTimeout(done, 500))
      return said
    }, { hub: place().hub!, evil: evil.url })
    expect(found['hub/home']).toMatch(/^(refused|$)/)
    expect(found['hub/token']).toMatch(/^(refused|$)/)
    expect(found.top).toContain('refused')
    expect(page.url()).toBe(address)
    await expect(page).not.toHaveTitle('evil')
  }
  finally {
    await evil.close()
  }
})

const FORGED = (path: string, more: object = {}) => ({
  tenarai: 1, type: 'cell_executed', event_id: crypto.randomUUID(), path, cell_id: 'loop', cell_index: 3, execution_count: 1, success: true, error: null,
  duration_ms: 1, source_sha256: '0'.repeat(64), at: new Date().toISOString(), ...more,
})

test('messages of a foreign origin count for nothing, whether it embeds, opens or hides inside the notebook', async () => {
  const before = await stateOf()
  const message = FORGED('ml-first-steps/02-python-values.ipynb', { cell_id: 'exercise', cell_index: 9 })
  const cellsBefore = (await ask<{ progress: { cells: unknown[] } }>('/api/v1/chapters/2')).progress.cells
  const evil = await foreignPage(`<title>evil</title><script>
    const { lms, notebook, message } = JSON.parse(decodeURIComponent(location.search.slice(1)) || '{}')
    const opened = lms ? window.open(lms + '/chapters/2/coding') : null
    const frames = lms ? [lms + '/chapters/2/coding', notebook].map(src => document.documentElement.appendChild(Object.assign(document.createElement('iframe'), { src }))) : []
    window.shots = 0
    const shoot = () => {
      for (const target of [opened, window.opener, window.parent, window.top, ...frames.map(frame => frame.contentWindow)]) {
        if (!target || target === window) continue
        target.postMessage(message, '*')
        target.postMessage({ tenarai: 1, type: 'leave' }, '*')
        target.postMessage({ tenarai: 1, id: 'x', type: 'insert', source: 'print("injected")' }, '*')
        target.postMessage({ tenarai: 1, id: 'y', type: 'reset', path: 'ml-first-steps/02-python-values.ipynb' }, '*')
      }
      window.shots += 1
    }
    setInterval(shoot, 100)
  </script>`)
  const prey = (what: object) => `${evil.url}?${encodeURIComponent(JSON.stringify({ message, ...what }))}`
  const notebookUrl = (await notebook.document()).url()
  try {
    // A page of its own: it embeds both, and opens the site in another tab.
    const attacker = await context.newPage()
    const opened = context.waitForEvent('page')
    await attacker.goto(prey({ lms: place().origin, notebook: notebookUrl }))
    const tab = await opened
    await expect(tab.getByRole('heading', { level: 1, name: /値と変数/ })).toBeVisible()
    await new Notebook(tab).ready()
    const shots = await attacker.evaluate(() => (window as unknown as { shots: number }).shots)
    await attacker.waitForFunction(seen => (window as unknown as { shots: number }).shots > seen + 5, shots)
    for (const frame of attacker.frames().slice(1)) expect(await frame.evaluate(() => document.body?.innerText ?? '')).not.toMatch(/手習い|Python/)
    await expect(new Notebook(tab).shown).not.toContainText('injected')
    await tab.close()
    await attacker.close()

    // The same page inside an output: a frame within the frame speaks to the windows above it.
    await runInOutput(notebook, CELL, async ({ src }) => {
      const frame = document.body.appendChild(Object.assign(document.createElement('iframe'), { src, id: 'inside' }))
      await new Promise(done => (frame.onload = done))
      return 'inside'
    }, { src: prey({}) })
    const inside = page.frames().find(frame => frame.url().startsWith(evil.url))!
    await inside.waitForFunction(() => (window as unknown as { shots: number }).shots > 10)
    await (await notebook.document()).evaluate(() => document.getElementById('inside')?.remove())
    await expect(notebook.shown).not.toContainText('injected')
  }
  finally {
    await evil.close()
  }
  // What was really run is reported in order: after the next cell, anything that was taken would be there, too.
  await runPython(notebook, 4, '1')
  await expect(page.locator('figure[data-cell="variables"]').getByRole('status')).toHaveText(/^実行済み/)
  await expect(page.getByRole('banner').getByRole('status')).toHaveText('進捗を保存済み')
  const cells = (await ask<{ progress: { cells: { cell_id: string }[] } }>('/api/v1/chapters/2')).progress.cells
  expect(cells.map(({ cell_id }) => cell_id)).not.toContain('exercise')
  expect(cells.length).toBeLessThanOrEqual(cellsBefore.length + 2)
  expect(await stateOf()).toEqual(before)
})

test('a notebook that speaks as another trainee or chapter changes nobody\'s progress', async ({ browser }) => {
  const before = await stateOf()
  const elsewhere = await newContext(browser)
  try {
    const theirs = await elsewhere.newPage()
    await signIn(theirs, other)
    const othersBefore = await stateOf(theirs)
    await runInOutput(notebook, CELL, async ({ messages, lms }) => {
      for (const message of messages) window.parent.postMessage(message, lms)
      return 'sent'
    }, {
      lms: place().origin,
      messages: [
        FORGED('ml-first-steps/03-python-lists.ipynb'),
        FORGED('../u1/ml-first-steps/02-python-values.ipynb'),
        FORGED('ml-first-steps/02-python-values.ipynb', { chapter_id: 14, user: other.hubUser, user_id: other.id, cell_id: 'no-such-cell' }),
        FORGED('ml-first-steps/02-python-values.ipynb', { cell_id: 'hello', success: false, error: { name: '<img src=x onerror="document.title=1">' } }),
        { tenarai: 1, type: 'read', chapter_id: 14 },
        { tenarai: 2, type: 'leave' },
        'tenarai',
        null,
      ],
    })
    // The error's name is text.
    await expect(page.locator('figure[data-cell="hello"]').getByRole('status')).toContainText('<img src=x')
    await expect(page).not.toHaveTitle('1')
    await expect(page.getByRole('banner').getByRole('status')).toHaveText('進捗を保存済み')
    expect(await stateOf()).toEqual(before)
    expect(await stateOf(theirs)).toEqual(othersBefore)
  }
  finally {
    await elsewhere.close()
  }
})

test('a notebook reads neither another learner\'s files nor the secrets of the site', async ({ browser }) => {
  test.skip(process.getuid?.() !== 0, 'learners have uids of their own only where root starts the hub')
  const elsewhere = await newContext(browser)
  try {
    const theirs = await elsewhere.newPage()
    await signIn(theirs, other, '/chapters/2/coding')
    await new Notebook(theirs).ready()
    const said = await runPython(notebook, CELL, `
import glob, os
def attempt(what, how):
    try:
        print(what, "READ", how())
    except OSError as error:
        print(what, "refused", type(error).__name__)
attempt("home", lambda: os.listdir(${JSON.stringify(other.home)}))
attempt("notebook", lambda: open(${JSON.stringify(join(other.home, 'work/ml-first-steps/02-python-values.ipynb'))}).read())
attempt("write", lambda: open(${JSON.stringify(join(other.home, 'work/owned'))}, "w").write("x"))
attempt("database", lambda: open(${JSON.stringify(join(place().folder, 'data/tenarai.db'))}, "rb").read(16))
attempt("log of the database", lambda: open(${JSON.stringify(join(place().folder, 'data/tenarai.db-wal'))}, "rb").read(16))
attempt("material", lambda: os.listdir(${JSON.stringify(join(place().folder, 'data/blobs'))}))
attempt("accounts", lambda: open(${JSON.stringify(join(place().folder, 'data/demo-accounts.json'))}).read())
attempt("service token", lambda: open(${JSON.stringify(join(place().folder, 'data/hub/lms-at-hub.token'))}).read())
attempt("hub database", lambda: open(${JSON.stringify(join(place().folder, 'data/hub/hub.sqlite'))}, "rb").read(16))
attempt("learners", lambda: os.listdir(${JSON.stringify(join(place().folder, 'learners'))}))
foreign = [p for p in glob.glob("/proc/[0-9]*") if os.path.exists(p) and os.stat(p).st_uid != os.getuid()]
def environs():
    found = []
    for p in foreign:
        try:
            found.append(open(p + "/environ").read(1))
        except OSError:
            pass
    return found or (_ for _ in ()).throw(PermissionError())
attempt("environments", environs)
print("own secrets", sorted(k for k in os.environ if "CRYPT" in k or "LMS_TOKEN" in k or "HUB_TOKEN" in k))`)
    expect(said).not.toContain('READ')
    expect(said.match(/refused PermissionError/g)).toHaveLength(11)
    expect(said).toContain('own secrets []')

    const status = await runInOutput(notebook, CELL, async ({ hub, user }) => {
      const answers = await Promise.all(['api/contents?content=1', 'files/ml-first-steps/02-python-values.ipynb', 'api/kernels', 'api/status']
        .map(path => fetch(`${hub}user/${user}/${path}`, { credentials: 'include', redirect: 'manual' }).then(answer => (answer.type === 'opaqueredirect' ? 302 : answer.status))))
      return answers
    }, { hub: place().hub!, user: other.hubUser })
    for (const one of status) expect([302, 401, 403, 404]).toContain(one)
  }
  finally {
    await elsewhere.close()
  }
})

test('nothing that reaches a learner\'s server carries a cookie of the site, not even when hostile code takes the server\'s place', async () => {
  const log = join(victim.home, 'work/seen.log')
  // The server ends, and a process of the learner's listens in its place until the hub notices.
  await runPython(notebook, CELL, `
import os, subprocess, sys
from urllib.parse import urlsplit
port = urlsplit(os.environ.get("JUPYTERHUB_SERVICE_URL", "")).port
impostor = '''
import http.server, os, signal, sys, time
class Seen(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(sys.argv[3], "a") as log:
            log.write(self.requestline + "\\\\n" + str(self.headers) + "\\\\n")
        self.send_response(200); self.send_header("content-type", "text/html"); self.end_headers(); self.wfile.write(b"<title>impostor</title>")
    do_POST = do_PUT = do_DELETE = do_GET
    def log_message(self, *args): pass
os.kill(int(sys.argv[1]), signal.SIGKILL)
class Server(http.server.ThreadingHTTPServer):
    allow_reuse_address = True
for attempt in range(200):
    try:
        server = Server(("127.0.0.1", int(sys.argv[2])), Seen); break
    except OSError:
        time.sleep(0.05)
server.timeout = 1
end = time.monotonic() + 20
while time.monotonic() < end:
    server.handle_request()
'''
print("port", port)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1)\\n" + impostor, str(os.getppid()), str(port), ${JSON.stringify(log)}], start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)`)
  const there = join(new URL(place().hub!).pathname, 'user', victim.hubUser)
  const tab = await context.newPage()
  await expect(async () => {
    await tab.goto(`${hubOrigin()}${there}/stolen`)
    await expect(tab).toHaveTitle('impostor', { timeout: 500 })
  }).toPass({ timeout: 15_000 })
  await tab.evaluate(async () => {
    await fetch('fetched', { credentials: 'include' })
    await fetch('posted', { method: 'POST', credentials: 'include', body: 'x' })
    await new Promise(done => Object.assign(new Image(), { onload: done, onerror: done }).src = 'image')
  })
  // The site's own page sends the browser there, too.
  await page.evaluate(url => new Promise((done) => {
    const frame = document.body.appendChild(Object.assign(document.createElement('iframe'), { src: url }))
    frame.onload = done
  }), `${hubOrigin()}${there}/framed`)
  await tab.close()
  // What hostile code left running ends with the server.
  await stopServer(place(), victim.hubUser)
  await expect.poll(() => processesOf(victim.home)).toEqual([])

  const seen = await readFile(log, 'utf8')
  for (const path of ['stolen', 'fetched', 'posted', 'image', 'framed']) expect(seen).toContain(`${there}/${path}`)
  expect(seen).toMatch(/^cookie:/im)
  expect(seen).not.toMatch(/tenarai_/i)

  // And before, of all the browser sent there in these stories.
  const requests = sent.filter(request => request.url().startsWith(`${hubOrigin()}${join(new URL(place().hub!).pathname, 'user/')}`))
  expect(requests.length).toBeGreaterThan(20)
  for (const request of requests) expect((await request.allHeaders().catch(() => ({} as Record<string, string>))).cookie ?? '').not.toContain('tenarai_')
})
