import type { QueueItem } from '~/api/types'

/** Whose work it is, unless the server does not say, or the tutor does not want to know. */
export function useDeskNames() {
  const { t } = useI18n()
  const hidden = useLocalStorage('tenarai.desk.hide_names', false)
  return {
    hidden,
    nameOf: ({ id, trainee }: Pick<QueueItem, 'id' | 'trainee'>) => (hidden.value || trainee === null ? t('desk.trainee', { id }) : trainee),
  }
}
