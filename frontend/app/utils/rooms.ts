import type { Me, Role } from '~/api/types'

/** Who has a room; the server decides again on every request. */
const ROOM_ROLES = {
  '/tutor': ['tutor'],
  '/admin': ['corporate_admin', 'operator'],
  '/author': ['author', 'operator'],
  '/operator': ['operator'],
} as const satisfies Record<string, readonly Role[]>

export function mayVisit(path: string, me: Me): boolean {
  const room = Object.entries(ROOM_ROLES).find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))
  return !room || me.roles.some(({ role }) => (room[1] as readonly Role[]).includes(role))
}
