import type { Standing } from '~/utils/assignment/steps'

/** How work that stands looks at a glance; a word always stands beside it. */
export const STANDING_LOOKS: Record<Standing, { icon: string, color: string }> = {
  waiting: SUBMISSION_LOOKS.waiting,
  being_graded: { icon: 'i-lucide-user', color: 'text-primary' },
  needs_work: SUBMISSION_LOOKS.needs_work,
  passed: SUBMISSION_LOOKS.passed,
  appealed: SUBMISSION_LOOKS.appealed,
  reviewed: { icon: 'i-lucide-user', color: 'text-primary' },
}
