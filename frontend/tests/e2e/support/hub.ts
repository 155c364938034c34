// The hub as its operator sees it.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { type Place, processesOf } from './site'

/** Asks the hub with the site's own service token. */
export async function askHub(place: Place, method: string, path: string): Promise<Response> {
  const token = await readFile(join(place.folder, 'data/hub/lms-at-hub.token'), 'utf8')
  return fetch(new URL(`hub/api/${path}`, place.hub!), { method, headers: { authorization: `token ${token}` } })
}

/** Stops a learner's server, as the culler does; nothing to do where there is none. */
export async function stopServer(place: Place, hubUser: string) {
  await askHub(place, 'DELETE', `users/${hubUser}/server`)
}

export async function serverIsGone(place: Place, hubUser: string) {
  await expect.poll(async () => ((await (await askHub(place, 'GET', `users/${hubUser}`)).json()) as { servers: object }).servers).toEqual({})
}

/** The hub's own process. */
export async function hubProcess(place: Place): Promise<number> {
  const hub = (await processesOf(place.folder)).find(({ command }) => command.includes('bin/jupyterhub -f'))
  if (!hub) throw new Error('the hub does not run')
  return hub.pid
}
