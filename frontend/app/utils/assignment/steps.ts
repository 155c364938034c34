import type { Returned, Submission } from '~/api/types'

/** What happened with a submission. */
export type Step = { at: string } & (
  | { kind: 'handed_in' | 'withdrawn' | 'superseded' | 'checked' | 'begun' | 'appeal_withdrawn' }
  | { kind: 'appealed', reason: string }
  /** `answer`: to an appeal. */
  | { kind: 'needs_work' | 'passed', points: number, tutor: string, answer: boolean }
)

/** Of the same moment, the later of these came later. */
const ORDER: Step['kind'][] = ['handed_in', 'checked', 'begun', 'needs_work', 'passed', 'appealed', 'appeal_withdrawn', 'withdrawn', 'superseded']

/** All of it, the newest first, as the attempts are. */
export function stepsOf(submission: Submission, returned: Returned | null): Step[] {
  const steps: Step[] = [{ kind: 'handed_in', at: submission.submitted_at }]
  if (submission.state === 'withdrawn' || submission.state === 'superseded') steps.push({ kind: submission.state, at: submission.changed_at })
  if (returned) {
    const checked = returned.checks?.state === 'done' ? returned.checks.finished_at : null
    if (checked) steps.push({ kind: 'checked', at: checked })
    for (const at of returned.begun_at) steps.push({ kind: 'begun', at })
    // A second decision there is only where the first was appealed.
    for (const [index, { verdict, points, tutor, sent_at }] of returned.decisions.entries()) {
      steps.push({ kind: verdict, at: sent_at, points, tutor, answer: index > 0 })
    }
    for (const { made_at, withdrawn_at, reason } of returned.appeals) {
      steps.push({ kind: 'appealed', at: made_at, reason })
      if (withdrawn_at) steps.push({ kind: 'appeal_withdrawn', at: withdrawn_at })
    }
  }
  return steps.sort((a, b) => Date.parse(b.at) - Date.parse(a.at) || ORDER.indexOf(b.kind) - ORDER.indexOf(a.kind))
}

/** How the last submission that stands looks to who handed it in. */
export type Standing = 'waiting' | 'being_graded' | 'needs_work' | 'passed' | 'appealed' | 'reviewed'

export function standingOf({ state, being_graded }: Submission): Standing | null {
  if (state === 'withdrawn' || state === 'superseded') return null
  if (!being_graded) return state
  return state === 'appealed' ? 'reviewed' : 'being_graded'
}
