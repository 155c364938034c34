import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useSession } from '../../app/composables/useSession'
import { ProblemError } from '../../app/utils/problem'

describe('signing out', () => {
  const happened: string[] = []
  const did = (what: string) => async () => void happened.push(what)
  let sent: { resolve: () => void, reject: (error: Error) => void }

  beforeEach(() => {
    happened.length = 0
    vi.stubGlobal('useMe', () => ({ value: null }))
    vi.stubGlobal('useApi', () => ({ DELETE: did('session ended') }))
    vi.stubGlobal('answer', (call: Promise<unknown>) => call)
    vi.stubGlobal('noteWhoIsHere', did('nobody is here'))
    vi.stubGlobal('location', { assign: did('fresh page') })
    vi.stubGlobal('useStudyQueue', () => ({
      flush: () => new Promise<void>((resolve, reject) => (sent = { resolve, reject })).finally(did('events sent or kept')),
    }))
  })
  afterEach(() => void vi.unstubAllGlobals())

  it.each([false, true])('first sends what was studied: afterwards nobody may (everywhere: %s)', async (everywhere) => {
    const leaving = useSession().signOut(everywhere)
    expect(happened).toEqual([])
    sent.resolve()
    await leaving
    expect(happened).toEqual(['events sent or kept', 'session ended', 'nobody is here', 'fresh page'])
  })

  it('is not held up by what cannot be sent: that stays on this device', async () => {
    const leaving = useSession().signOut()
    sent.reject(new TypeError('offline'))
    await leaving
    expect(happened).toEqual(['events sent or kept', 'session ended', 'nobody is here', 'fresh page'])
  })

  it('leaves where a full disk keeps the server from writing it down: the browser is forgotten all the same', async () => {
    vi.stubGlobal('useApi', () => ({ DELETE: () => Promise.reject(new ProblemError({ status: 507, code: 'storage_full' })) }))
    const leaving = useSession().signOut()
    sent.resolve()
    await leaving
    expect(happened).toEqual(['events sent or kept', 'nobody is here', 'fresh page'])
  })

  it('stays where it is when the server does not end the session', async () => {
    vi.stubGlobal('useApi', () => ({ DELETE: () => Promise.reject(new TypeError('offline')) }))
    const leaving = useSession().signOut()
    sent.resolve()
    await expect(leaving).rejects.toThrow('offline')
    expect(happened).toEqual(['events sent or kept'])
  })
})

describe('who is here', () => {
  const me = (user: number) => ({ user: { id: user }, session: { id: `session of ${user}` } })
  const says = (data: unknown) => ({ data, response: { status: 200, headers: new Headers() } })
  const refuses = (status: number) => ({ error: {}, response: { status, headers: new Headers() } })
  const current = { value: null as unknown }
  const notes: unknown[] = []
  let session: unknown[]
  let refresh: unknown[]

  beforeEach(() => {
    current.value = null
    notes.length = 0
    vi.stubGlobal('useMe', () => current)
    vi.stubGlobal('useApi', () => ({ GET: async () => session.shift(), POST: async () => refresh.shift() }))
    vi.stubGlobal('whoIsHere', () => 1)
    vi.stubGlobal('sessionHere', () => 'session of 1')
    vi.stubGlobal('noteWhoIsHere', (someone: unknown) => notes.push(someone))
    vi.stubGlobal('problemFrom', (status: number) => new Error(`problem ${status}`))
  })
  afterEach(() => void vi.unstubAllGlobals())

  it('a renewal that fails for now signs nobody out', async () => {
    session = [refuses(401)]
    refresh = [refuses(503)]
    await expect(useSession().load()).rejects.toThrow('problem 503')
    expect(notes).toEqual([])
  })

  it('goes on in a session of the same person that began elsewhere', async () => {
    session = [refuses(401), says(me(1))]
    refresh = [refuses(401)]
    expect(await useSession().load()).toEqual(me(1))
    expect(notes).toEqual([null, me(1)])
  })

  it('takes nobody else for the one who was here: they sign in', async () => {
    session = [refuses(401), says(me(2))]
    refresh = [refuses(401)]
    expect(await useSession().load()).toBeNull()
    expect(notes).toEqual([null])
  })
})
