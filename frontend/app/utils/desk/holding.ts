import type { QueueItem } from '~/api/types'

/** Who has a submission, as this tutor sees it. */
export type Holding
  = | { kind: 'mine', until: number }
  /** It was mine until a moment ago. */
    | { kind: 'expired' }
    | { kind: 'theirs', name: string, until: number }
    | { kind: 'free' }
  /** An appeal against my own decision. */
    | { kind: 'own' }
  /** It is decided and about to be sent. */
    | { kind: 'deciding', mine: boolean, sendsAt: number }
  /** It does not wait any more. */
    | { kind: 'closed' }

/** Whether it waits to be graded. */
export const isQueued = ({ state }: Pick<QueueItem, 'state'>) => state === 'waiting' || state === 'appealed'

export function holdingOf(item: QueueItem, now: number, local: (iso: string) => number, wasMine: boolean): Holding {
  if (!isQueued(item)) return { kind: 'closed' }
  if (item.sends_at) return { kind: 'deciding', mine: item.held?.mine ?? false, sendsAt: local(item.sends_at) }
  const until = item.held ? local(item.held.until) : 0
  if (item.held && until > now) return item.held.mine ? { kind: 'mine', until } : { kind: 'theirs', name: item.held.name, until }
  if (wasMine || item.held?.mine) return { kind: 'expired' }
  return { kind: item.own_decision ? 'own' : 'free' }
}

/** Initials for a face: two letters of Latin names, one of others. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  const letter = (word = '') => [...word][0] ?? ''
  return /^\p{Script=Latin}/u.test(name.trim()) ? (letter(words[0]) + (words.length > 1 ? letter(words.at(-1)) : '')).toUpperCase() : letter(words[0])
}

/** `27:05`, `0:58`. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
