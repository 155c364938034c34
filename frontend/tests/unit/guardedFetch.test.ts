import { describe, expect, it, vi } from 'vitest'
import { guardedFetch } from '../../app/utils/guardedFetch'

const at = (path: string, init?: RequestInit) => new Request(`http://localhost:8080/api/v1${path}`, init)
const status = (code: number) => new Response(null, { status: code })

function site({ refreshes = true, signsIn = false } = {}) {
  let fresh = false
  const server = vi.fn(async (request: Request) => {
    void request
    return status(fresh ? 200 : 401)
  })
  const refresh = vi.fn(async () => (fresh = refreshes))
  const signInAgain = vi.fn(async () => (fresh = signsIn))
  return { server, refresh, signInAgain, send: guardedFetch({ fetch: server as unknown as typeof fetch, refresh, signInAgain }) }
}

describe('a request of an aged session', () => {
  it('renews the session once and goes out again', async () => {
    const { send, refresh, server } = site()
    expect((await send(at('/home'))).status).toBe(200)
    expect(refresh).toHaveBeenCalledOnce()
    expect(server).toHaveBeenCalledTimes(2)
  })

  it('shares one renewal between all that met a 401', async () => {
    const { send, refresh } = site()
    const answers = await Promise.all(['/home', '/site', '/courses'].map(path => send(at(path))))
    expect(answers.map(answer => answer.status)).toEqual([200, 200, 200])
    expect(refresh).toHaveBeenCalledOnce()
  })

  it('sends its body again', async () => {
    const bodies: string[] = []
    const fetch = vi.fn(async (request: Request) => {
      bodies.push(await request.text())
      return status(bodies.length === 1 ? 401 : 200)
    })
    const send = guardedFetch({ fetch: fetch as unknown as typeof globalThis.fetch, refresh: async () => true, signInAgain: async () => false })
    await send(at('/study/events', { method: 'POST', body: '{"events":[]}' }))
    expect(bodies).toEqual(['{"events":[]}', '{"events":[]}'])
  })

  it('asks the person when the session is over, and goes on when they are back', async () => {
    const { send, signInAgain } = site({ refreshes: false, signsIn: true })
    expect((await send(at('/home'))).status).toBe(200)
    expect(signInAgain).toHaveBeenCalledOnce()
  })

  it('gives the 401 back when they are not', async () => {
    const { send } = site({ refreshes: false })
    expect((await send(at('/home'))).status).toBe(401)
  })

  it('never renews for the session\'s own addresses', async () => {
    const { send, refresh } = site()
    await send(at('/session', { method: 'POST', body: '{}' }))
    await send(at('/session/refresh', { method: 'POST' }))
    expect(refresh).not.toHaveBeenCalled()
  })
})
