import type { Role } from '~/api/types'

export interface Room { to: string, label: string, icon: string, key: string }

/** The rooms of the site this person has a right to. */
export function useRooms() {
  const { t } = useI18n()
  const { has } = useRoles()
  const may = (...roles: Role[]) => roles.some(has)
  return computed<Room[]>(() => [
    { to: '/', label: t('room.study'), icon: 'i-lucide-book-open', key: 'h', open: true },
    { to: '/tutor', label: t('room.tutor'), icon: 'i-lucide-graduation-cap', key: 't', open: may('tutor') },
    { to: '/admin', label: t('room.admin'), icon: 'i-lucide-building-2', key: 'm', open: may('corporate_admin', 'operator') },
    { to: '/author', label: t('room.author'), icon: 'i-lucide-square-pen', key: 'w', open: may('author', 'operator') },
    { to: '/operator', label: t('room.operator'), icon: 'i-lucide-activity', key: 'o', open: may('operator') },
  ].filter(room => room.open))
}
