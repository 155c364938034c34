// A site of its own for the stories: the real binary with its real hub, on free ports, in a folder that goes away.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { basename, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
export const repository = resolve(import.meta.dirname, '../../../..')

/** What a story knows of the site it visits. */
export interface Place {
  origin: string
  hub: string | null
  /** Holds everything the site writes; its name is found in every process the site starts. */
  folder: string
  pid: number
}

export interface RunningSite extends Place {
  /** Ends it as a terminal would, and fails when anything it started is still there. */
  stop: () => Promise<void>
}

function needed(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: run the stories with ci/e2e.sh`)
  return value
}

/** Held together, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise<ReturnType<typeof createServer>>((done, fail) => {
    const server = createServer().once('error', fail)
    server.listen(0, '127.0.0.1', () => done(server))
  })))
  const ports = servers.map(server => (server.address() as { port: number }).port)
  await Promise.all(servers.map(server => new Promise(done => server.close(done))))
  return ports
}

export function environment(place: Pick<Place, 'origin' | 'folder'>): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, TZ } = process.env
  return {
    PATH, HOME, LANG, TZ,
    TENARAI_LISTEN: `127.0.0.1:${new URL(place.origin).port}`,
    TENARAI_PUBLIC_URL: place.origin,
    TENARAI_DATA_DIR: join(place.folder, 'data'),
    TENARAI_DATABASE_URL: `sqlite:${join(place.folder, 'data/tenarai.db')}`,
    TENARAI_HUB_VENV: needed('HUB_VENV'),
    TENARAI_LEARNERS_DIR: join(place.folder, 'learners'),
    TENARAI_LOG_FILTER: 'warn,access=info',
  }
}

/** Runs a command of the site's binary and returns what it says. */
export async function tenarai(place: Pick<Place, 'origin' | 'folder'>, args: string[], input?: string): Promise<string> {
  const running = run(needed('TENARAI_BINARY'), args, { cwd: repository, env: environment(place) })
  // One that ends without reading does not want it; how it ended tells the rest.
  running.child.stdin?.on('error', () => undefined).end(input === undefined ? undefined : `${input}\n`)
  return (await running).stdout
}

/** Starts a site that has the sample course and the demo people, and waits until it says that it is ready. */
export async function startSite({ hub, settings = {} }: { hub: boolean, settings?: NodeJS.ProcessEnv }): Promise<RunningSite> {
  const parent = dirname(needed('LEARNERS_DIR'))
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, 'e2e-'))
  // Learners' processes have uids of their own and pass through here to their homes.
  await chmod(folder, 0o711)
  const [port, hubPort] = await freePorts(2)
  const place = { folder, origin: `http://localhost:${port}`, hub: hub ? `http://localhost:${hubPort}/jupyterhub/` : null }
  await tenarai(place, ['demo', 'docs/sample-course'])
  const server = spawn(needed('TENARAI_BINARY'), ['serve', ...(hub ? ['--with-hub'] : [])], {
    cwd: repository,
    env: { ...environment(place), ...(place.hub ? { TENARAI_HUB_URL: place.hub } : {}), ...settings },
    stdio: ['ignore', 'pipe', openSync(siteLog({ folder }), 'a')],
  })
  const said = await untilItSays(server, /^ready/m)
  return { ...place, pid: server.pid!, stop: () => stop(server, folder, said) }
}

/** What the site's process says of every request, and of what went wrong. */
export const siteLog = ({ folder }: Pick<Place, 'folder'>) => join(folder, 'site.log')

/** Collects the output; resolves when it matches. */
function untilItSays(server: ChildProcess, wanted: RegExp): Promise<() => string> {
  let text = ''
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`not ready after 90 s; it said:\n${text}`)), 90_000)
    server.once('exit', code => fail(new Error(`it ended with ${code} and said:\n${text}`)))
    server.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (!wanted.test(text)) return
      clearTimeout(timer)
      done(() => text)
    })
  })
}

async function stop(server: ChildProcess, folder: string, said: () => string): Promise<void> {
  if (server.exitCode === null) {
    const ended = new Promise(done => server.once('close', done))
    server.kill('SIGTERM')
    await ended
  }
  const left = await processesOf(folder)
  for (const { pid } of left) process.kill(pid, 'SIGKILL')
  // The logs outlive it: a story that failed is often explained there.
  const results = join(repository, 'frontend/test-results')
  await mkdir(results, { recursive: true })
  for (const log of [siteLog({ folder }), join(folder, 'data/hub/hub.log')]) {
    await copyFile(log, join(results, `${basename(folder)}-${basename(log)}`)).catch(() => undefined)
  }
  await rm(folder, { recursive: true, force: true })
  if (server.exitCode !== 0) throw new Error(`the site ended with ${server.exitCode ?? server.signalCode}; it said:\n${said()}`)
  if (left.length) throw new Error(`the site left processes behind:\n${left.map(it => `${it.pid} ${it.command}`).join('\n')}`)
}

/** All processes that know the folder by command line, working directory or environment: that is all the site started. */
export async function processesOf(folder: string): Promise<{ pid: number, command: string }[]> {
  const found = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const of = (file: string) => readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '')
    const [command, environ, cwd] = await Promise.all([of('cmdline'), of('environ'), readlink(`/proc/${name}/cwd`).catch(() => '')])
    if (Number(name) !== process.pid && [command, environ, cwd].some(text => text.includes(folder))) {
      found.push({ pid: Number(name), command: command.replaceAll('\0', ' ').trim() })
    }
  }
  return found
}

/** The site the stories share; made by global-setup. */
export function site(): Place {
  return JSON.parse(needed('TENARAI_E2E_SITE')) as Place
}

export const hasFrontEnd = () => existsSync(join(repository, 'frontend/.output/public/200.html'))
