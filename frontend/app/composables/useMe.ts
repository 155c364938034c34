import type { Me, Role } from '~/api/types'

/** Who is signed in, or null. */
export const useMe = () => useState<Me | null>('me', () => null)

export function useRoles() {
  const me = useMe()
  const roles = computed(() => new Set((me.value?.roles ?? []).map(({ role }) => role)))
  return { roles, has: (role: Role) => roles.value.has(role) }
}
