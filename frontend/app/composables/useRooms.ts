export interface Room { to: string, label: string, icon: string, key: string }

/** The rooms of the site this person has a right to. */
export function useRooms() {
  const { t } = useI18n()
  const me = useMe()
  const { has } = useRoles()
  return computed<Room[]>(() => [
    { to: '/', label: has('trainee') ? t('room.study') : t('room.courses'), icon: 'i-lucide-book-open', key: 'h' },
    { to: '/tutor', label: t('room.tutor'), icon: 'i-lucide-graduation-cap', key: 't' },
    { to: '/admin', label: t('room.admin'), icon: 'i-lucide-building-2', key: 'm' },
    { to: '/author', label: t('room.author'), icon: 'i-lucide-pencil-line', key: 'w' },
    { to: '/operator', label: t('room.operator'), icon: 'i-lucide-activity', key: 'o' },
  ].filter(({ to }) => me.value && mayVisit(to, me.value)))
}
