import type { Submission } from '~/api/types'

/** Where handed-in work stands, at a glance; a word always stands beside it. */
export const SUBMISSION_LOOKS: Record<Submission['state'], { icon: string, color: string }> = {
  waiting: { icon: 'i-lucide-clock', color: 'text-primary' },
  superseded: { icon: 'i-lucide-rotate-cw', color: 'text-muted' },
  withdrawn: { icon: 'i-lucide-undo-2', color: 'text-muted' },
  needs_work: { icon: 'i-lucide-pencil-line', color: 'text-warning' },
  appealed: { icon: 'i-lucide-scale', color: 'text-primary' },
  passed: { icon: 'i-lucide-circle-check', color: 'text-success' },
}
