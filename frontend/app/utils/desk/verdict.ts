import type { Verdict } from '~/api/types'

/** How work was judged, at a glance; a word always stands beside it. */
export const VERDICT_LOOKS: Record<Verdict, { icon: string, color: string }> = {
  needs_work: { icon: 'i-lucide-pencil-line', color: 'text-warning' },
  passed: { icon: 'i-lucide-circle-check', color: 'text-success' },
}
