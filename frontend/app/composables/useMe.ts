import type { Me, Role } from '~/api/types'

/** Who is signed in, or null. */
export const useMe = () => useState<Me | null>('me', () => null)

/** Whether this page may still speak for somebody: they are here, and nobody else signed in from another tab. */
export function useMine() {
  const me = useMe()
  return (user: number) => me.value?.user.id === user && whoIsHere() === user
}

export function useRoles() {
  const me = useMe()
  const roles = computed(() => new Set((me.value?.roles ?? []).map(({ role }) => role)))
  return { roles, has: (role: Role) => roles.value.has(role) }
}
