import type { Criterion, Feedback, FeedbackComment } from '~/api/types'

export const blankFeedback = (): Feedback => ({ levels: {}, points: null, message: '', comments: [], verdict: null })

/** A copy that nobody else writes into. */
export const copyOf = (feedback: Feedback): Feedback => JSON.parse(JSON.stringify(feedback)) as Feedback

/** What levels and checks come to; checks that have not run count nothing yet. */
export function proposedPoints(feedback: Feedback, rubric: readonly Criterion[], checks: number | null): number {
  return rubric.reduce((sum, { key, levels }) => sum + (levels[feedback.levels[key] ?? -1]?.points ?? 0), checks ?? 0)
}

/** What the trainee is told: the tutor's own figure, where there is one. */
export const pointsOf = (feedback: Feedback, rubric: readonly Criterion[], checks: number | null) =>
  feedback.points ?? proposedPoints(feedback, rubric, checks)

/** The criteria that nobody has looked at yet. */
export const unjudged = (feedback: Feedback, rubric: readonly Criterion[]) =>
  rubric.filter(({ key }) => feedback.levels[key] === undefined).map(({ key }) => key)

/** The next criterion to be judged after this one, from the top again; the same where all are. */
export function nextCriterion(feedback: Feedback, rubric: readonly Criterion[], key: string): string {
  const here = rubric.findIndex(it => it.key === key)
  const open = unjudged(feedback, rubric)
  return rubric.slice(here + 1).find(it => open.includes(it.key))?.key ?? open[0] ?? key
}

/** A comment that was deleted, and where it stood. */
export interface Removed { comment: FeedbackComment, index: number }

export function takeComment(feedback: Feedback, id: string): Removed | null {
  const index = feedback.comments.findIndex(comment => comment.id === id)
  const [comment] = index < 0 ? [] : feedback.comments.splice(index, 1)
  return comment ? { comment, index } : null
}

export function putBack(feedback: Feedback, { comment, index }: Removed) {
  feedback.comments.splice(index, 0, comment)
}
