import { describe, expect, it } from 'vitest'
import type { ServerStatus } from '../../app/api/types'
import { isBehind, type PaneFacts, paneView, refusedOpening } from '../../app/utils/study/paneView'

const status = (state: ServerStatus['state'], more: Partial<ServerStatus> = {}): ServerStatus =>
  ({ state, step: null, percent: null, started_at: null, url: null, failure: null, ...more })
const view = (facts: Partial<PaneFacts>) =>
  paneView({ configured: true, online: true, sessionEnded: false, status: null, unanswered: false, frame: 'none', behind: null, wasOpen: false, waited: 0, ...facts })

describe('the notebook pane shows', () => {
  it.each<[string, Partial<PaneFacts>]>([
    ['not_configured', { configured: false }],
    ['not_configured', { status: status('not_configured') }],
    ['session_ended', { sessionEnded: true, status: status('ready'), frame: 'ready' }],
    ['offline', { online: false }],
    ['unanswered', { unanswered: true }],
    ['hub_down', { status: status('hub_down') }],
    // A hub that is started again does not take open notebooks away.
    ['frame', { status: status('hub_down'), frame: 'ready' }],
    ['stopping', { status: status('stopping') }],
    ['missing', { status: status('ready'), frame: 'missing' }],
    ['silent', { status: status('ready'), frame: 'silent' }],
    ['frame', { status: status('ready'), frame: 'ready' }],
    // Never one chapter's notebook under another's address.
    ['offline', { online: false, status: status('ready'), frame: 'ready', behind: 'unanswered' }],
    ['unanswered', { status: status('ready'), frame: 'ready', behind: 'unanswered' }],
    ['unsaved', { status: status('ready'), frame: 'ready', behind: 'unsaved' }],
    // A network that comes and goes does not hide a notebook that is open.
    ['frame', { online: false, status: status('ready'), frame: 'ready' }],
  ])('%s', (kind, facts) => {
    expect(view(facts).kind).toBe(kind)
  })

  it('the step under way, and after 20 s that it takes long', () => {
    expect(view({ status: status('starting', { step: 'server', percent: 30 }), waited: 5_000 })).toEqual({ kind: 'starting', step: 'server', percent: 21, slow: false })
    expect(view({ status: status('starting', { step: 'server', percent: 30 }), waited: 21_000 })).toMatchObject({ slow: true })
    expect(view({ status: status('ready'), frame: 'loading' })).toMatchObject({ kind: 'starting', step: 'notebook' })
  })

  it('nothing of a queue before anybody has spoken of one', () => {
    expect(view({ waited: 500 })).toEqual({ kind: 'starting', step: 'asking', percent: 0, slow: false })
    expect(view({ waited: 3_000 })).toMatchObject({ step: 'asking', slow: true })
    expect(view({ status: status('starting', { step: 'queued' }), waited: 3_000 })).toMatchObject({ step: 'queued', slow: false })
  })

  it('why a start failed', () => {
    expect(view({ status: status('failed', { failure: { code: 'spawn_timeout', detail: 'too slow' } }) })).toEqual({ kind: 'failed', code: 'spawn_timeout', detail: 'too slow' })
  })

  it('that a server stopped under the open notebook', () => {
    expect(view({ status: status('stopped'), wasOpen: true })).toEqual({ kind: 'stopped', wasOpen: true })
  })

  it('one bar that never goes back: per cent are of the whole start, in every step', () => {
    const told = [['queued', 0], ['server', 5], ['server', 10], ['contents', 13], ['contents', 35], ['notebook', 90]] as const
    const states = [...told.map(([step, percent]) => status('starting', { step, percent })), status('ready')]
    const bar = states.map(state => (view({ status: state, frame: 'loading' }) as { percent: number }).percent)
    expect(bar).toEqual([0, 4, 7, 9, 25, 63, 70])
  })

  it('nothing of an answer that comes late', () => {
    expect(isBehind(status('starting', { percent: 0 }), status('starting', { percent: 40 }))).toBe(true)
    expect(isBehind(status('starting', { percent: 40 }), status('starting', { percent: 40, step: 'server' }))).toBe(false)
    expect(isBehind(status('starting', { percent: 0 }), status('failed'))).toBe(false)
    expect(isBehind(status('ready'), status('starting', { percent: 40 }))).toBe(false)
  })
})

describe('a notebook that the bridge did not open', () => {
  it.each([
    ['load', 'failed', { online: true, unsaved: false }],
    ['load', 'timeout', { online: true, unsaved: false }],
    // What is not saved stands in the frame alone.
    ['unsaved', 'failed', { online: true, unsaved: true }],
    ['unsaved', 'timeout', { online: true, unsaved: true }],
    ['unsaved', null, { online: true, unsaved: true }],
    ['unanswered', 'server_unreachable', { online: true, unsaved: true }],
    ['unanswered', 'other_chapter', { online: true, unsaved: false }],
    ['unanswered', 'failed', { online: false, unsaved: false }],
  ])('%s after %s', (next, code, how) => {
    expect(refusedOpening(code, how)).toBe(next)
  })
})
