import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useSession } from '../../app/composables/useSession'

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

  it('stays where it is when the server does not end the session', async () => {
    vi.stubGlobal('useApi', () => ({ DELETE: () => Promise.reject(new TypeError('offline')) }))
    const leaving = useSession().signOut()
    sent.resolve()
    await expect(leaving).rejects.toThrow('offline')
    expect(happened).toEqual(['events sent or kept'])
  })
})
