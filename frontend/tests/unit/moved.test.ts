// @vitest-environment node
import { expect, it, vi } from 'vitest'
import { Server } from '../../../k8s/jupyterhub/notebook/src/tenarai_notebook/data/labextensions/@tenarai/bridge/static/server.js'

/** A notebook server that tells this list from where it is asked to, or from its beginning where it was lost. */
function serverThatTells(moved: string[][], before: number) {
  const asked: number[] = []
  const makeRequest = vi.fn(async (url: string, init: { body?: string }) => {
    const known = Number(init.body ? JSON.parse(init.body).moved : new URL(url).searchParams.get('moved'))
    asked.push(known)
    const from = known <= moved.length ? known : 0
    return Response.json({ moved: moved.slice(from), moved_from: from })
  })
  const ServerConnection = { makeSettings: () => ({ baseUrl: 'http://hub/user/u1/' }), makeRequest }
  const URLExt = { join: (...parts: string[]) => parts.join('/') }
  return { page: new Server({ ServerConnection }, { URLExt }, before), asked }
}

it('asks for what moved since, and takes the same only once', async () => {
  const moved = [['a', 'b'], ['c', 'd']]
  const { page, asked } = serverThatTells(moved, 1)
  await Promise.all([page.resources(), page.handout('open', 'd', 7)])
  expect(page.moved).toEqual([['c', 'd']])
  moved.push(['e', 'f'])
  await page.resources()
  expect(page.moved).toEqual([['c', 'd'], ['e', 'f']])
  expect(asked).toEqual([1, 1, 2])
})

it('takes nothing for news that a server tells which lost its list', async () => {
  const { page } = serverThatTells([['x', 'y']], 2)
  await page.resources()
  expect(page.moved).toEqual([])
})
