import { describe, expect, it } from 'vitest'
import type { Me, Member } from '../../app/api/types'
import { daysUntil, formatAgo, formatDay, formatDuration, formatWait } from '../../app/utils/dates'
import { deviceName } from '../../app/utils/device'
import { filterMembers } from '../../app/utils/filterMembers'
import { spokenBy } from '../../app/utils/language'
import { nextPath } from '../../app/utils/nextPath'
import { asProblem, problemFrom } from '../../app/utils/problem'
import { mayVisit } from '../../app/utils/rooms'
import { scrub } from '../../app/utils/scrub'
import { seconds } from '../../app/utils/study/runState'

describe('where to go after signing in', () => {
  it.each(['/chapters/3/coding', '/courses/ml?tab=1#h-2'])('%s is kept', path => expect(nextPath(path)).toBe(path))
  it.each([undefined, '', 'https://evil.example', '//evil.example', '/\\evil.example', '/%09/evil', 'javascript:alert(1)', '/sign-in?next=/', ['/a']])(
    '%s never leaves the site', path => expect(new URL(nextPath(path), 'http://site.invalid').origin).toBe('http://site.invalid'))
  it('does not go in circles', () => expect(nextPath('/sign-in?next=/sign-in')).toBe('/'))
})

describe('rooms', () => {
  const me = (...roles: Me['roles'][number]['role'][]) => ({ roles: roles.map(role => ({ role, scope: { kind: 'site', id: null } })) }) as unknown as Me
  it('are for who has the role', () => {
    expect(mayVisit('/operator', me('trainee'))).toBe(false)
    expect(mayVisit('/operator', me('operator'))).toBe(true)
    expect(mayVisit('/admin/anything', me('tutor'))).toBe(false)
    expect(mayVisit('/chapters/3', me('trainee'))).toBe(true)
  })
})

it('finds members whatever the width of their letters', () => {
  const member = { id: 1, display_name: 'Ｓａｔｏ 健', email: 'sato@example.com', department: '生産技術課', roles: ['trainee'], last_seen_at: null, disabled_at: null } as Member
  const find = (search: string, role = '', state = '') => filterMembers([member], { search, role, state }).length
  expect(find('sato 生産')).toBe(1)
  expect(find('sato 営業')).toBe(0)
  expect(find('', 'tutor')).toBe(0)
  expect(find('', '', 'disabled')).toBe(0)
})

it('knows a device by its user agent', () => {
  expect(deviceName('Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36 Edg/141.0')).toBe('Edge 141 · Windows')
  expect(deviceName('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1')).toBe('Safari 18 · iPhone')
  expect(deviceName('Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0')).toBe('Firefox 132 · Linux')
  expect(deviceName('curl/8')).toBeNull()
})

it('speaks the first language of the browser that it knows', () => {
  expect(spokenBy(['de-DE', 'en-GB', 'ja'])).toBe('en')
  expect(spokenBy(['zh'])).toBe('ja')
})

it('counts days by the calendar', () => {
  expect(daysUntil(new Date(2026, 10, 25, 1).toISOString(), new Date(2026, 10, 24, 23))).toBe(1)
  expect(formatDay('2026-12-04T09:00:00Z', 'ja', new Date('2026-11-24T00:00:00Z'))).toBe('12月4日(金)')
})

it('tells times past and spans as people do', () => {
  const now = Date.parse('2026-11-24T12:00:00Z')
  const ago = (iso: string) => (['ja', 'en'] as const).map(language => formatAgo(iso, language, now))
  expect(ago('2026-11-24T11:59:30Z')).toEqual(['たった今', 'just now'])
  expect(ago('2026-11-24T09:00:00Z')).toEqual(['3時間前', '3 hours ago'])
  expect(ago('2026-11-23T09:00:00Z')).toEqual(['昨日', 'yesterday'])
  expect([20, 300, 7_500, 273_600].map(it => formatDuration(it, 'ja'))).toEqual(['0分', '5分', '2時間5分', '3日4時間'])
  expect(formatDuration(273_600, 'en')).toBe('3 days 4 hrs')
  expect([734, 61, 60, 1].map(it => formatWait(it, 'ja'))).toEqual(['13分', '2分', '60秒', '1秒'])
  expect([734, 60, 1].map(it => formatWait(it, 'en'))).toEqual(['13 minutes', '60 seconds', '1 second'])
})

it('tells run times with the precision that matters', () => {
  expect([10, 200, 1234, 75_000].map(seconds)).toEqual(['0', '0.2', '1.2', '75'])
})

it('reads a problem, and survives one that is not JSON', () => {
  expect(problemFrom(409, { code: 'self_mark_not_allowed', detail: 'no', instance: 'r-1' })).toMatchObject({ status: 409, code: 'self_mark_not_allowed', requestId: 'r-1' })
  expect(problemFrom(429, {}, new Headers({ 'retry-after': '734' })).retryAt).toBeGreaterThan(Date.now() + 730_000)
  expect(problemFrom(502, '<html>')).toMatchObject({ status: 502, code: 'http_502', detail: '' })
})

it('calls a request that nobody answered unreachable, whoever gave it up', () => {
  for (const error of [new TypeError('Failed to fetch'), new DOMException('', 'AbortError'), new DOMException('', 'TimeoutError')]) expect(asProblem(error).unreachable).toBe(true)
  expect(asProblem(new DOMException('', 'QuotaExceededError')).unreachable).toBe(false)
})

it('sends nothing personal with an error', () => {
  const event = scrub({
    type: undefined,
    user: { id: '17', email: 'a@example.com' },
    breadcrumbs: [{ message: 'typed secret' }],
    extra: { form: 'secret' },
    request: { url: 'http://localhost/sign-in?next=/secret', headers: { Cookie: 'secret' }, query_string: 'secret' },
    exception: { values: [{ type: 'TypeError', value: 'failed http://localhost/x?token=secret', stacktrace: { frames: [{ filename: 'http://localhost/_nuxt/a.js?secret', vars: { password: 'secret' }, lineno: 3 }] } }] },
  })
  expect(JSON.stringify(event)).not.toMatch(/secret|example\.com/)
  expect(event.exception?.values?.[0]?.stacktrace?.frames?.[0]?.lineno).toBe(3)
})
