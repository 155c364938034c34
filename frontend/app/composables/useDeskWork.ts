import type { Feedback, Opinion, QueueItem, Verdict, Work, WorkCells } from '~/api/types'
import type { DraftState } from '~/utils/desk/draftKeeper'
import { blankFeedback, copyOf, pointsOf, proposedPoints } from '~/utils/desk/feedback'
import { type FieldErrors, fieldErrors, noErrors } from '~/utils/desk/fieldErrors'
import { holdingOf } from '~/utils/desk/holding'

/** A submission on the desk: what was handed in, who has it, and what is written of it. */
export function useDeskWork(submission: number) {
  const { api, ask, local } = useDeskApi()
  const { language } = useLanguage()
  const path = { submission }
  const keeper = useDraftKeepers()(submission, 0)
  const now = useSeconds()

  const work = useResource<Work>(language, () => ask(api.GET('/api/v1/desk/submissions/{submission}', { params: { path, query: { locale: language.value } }, signal: inTime() })))
  const cells = useResource<WorkCells>(language, () => ask(api.GET('/api/v1/desk/submissions/{submission}/cells', { params: { path, query: { locale: language.value } } })))

  const item = shallowRef<QueueItem | null>(null)
  const wasMine = ref(false)
  const holding = computed(() => (item.value ? holdingOf(item.value, now.value, local, wasMine.value) : null))
  watch(() => holding.value?.kind, (kind) => {
    if (kind === 'mine') wasMine.value = true
    else if (kind === 'theirs' || kind === 'closed') wasMine.value = false
  })

  const feedback = reactive<Feedback>(blankFeedback())
  const errors = ref<FieldErrors>(noErrors())
  const state = ref<DraftState>(keeper.state)
  const savedAt = ref(keeper.savedAt)
  /** A second opinion, once it was given. */
  const opinion = shallowRef<Opinion | null>(null)
  const failure = shallowRef<ProblemError | null>(null)
  /** What is written may be changed: it is mine, or was until a moment ago and is kept here until it is again. */
  const editable = computed(() => holding.value?.kind === 'mine' || holding.value?.kind === 'expired')

  function show(document: Feedback) {
    Object.assign(feedback, blankFeedback(), copyOf(document))
  }

  const heard = {
    changed() {
      [state.value, savedAt.value, failure.value] = [keeper.state, keeper.savedAt, keeper.problem]
      if (keeper.state === 'refused' && keeper.problem) errors.value = fieldErrors(keeper.problem)
      // Somebody else has it, or it was decided: who, stands in what the server says now.
      if (keeper.state === 'not_held' || keeper.state === 'decided') void work.refresh()
    },
    saved: ({ held_until }: { held_until: string }) => hold(held_until),
  }
  keeper.listener = heard

  function hold(until: string) {
    if (item.value?.held?.mine) item.value = { ...item.value, held: { ...item.value.held, until } }
  }

  watch(work.data, (now, before) => {
    if (!now) return
    item.value = now.submission
    const draft = now.draft
    // What is unsaved here is newer; whether something else is newer still, the server says when it is saved.
    if (keeper.unsaved) {
      if (!before) show(keeper.unsaved)
    }
    else if (!before || (draft?.revision ?? 0) > keeper.revision) {
      show(draft?.feedback ?? blankFeedback())
      keeper.replace(draft?.revision ?? 0, draft?.saved_at ?? null)
    }
    if (now.submission.held?.mine && !now.submission.sends_at) keeper.held()
  })

  /** Every change of what is written goes this way. */
  function edit(change: (feedback: Feedback) => void) {
    if (!editable.value) return
    change(feedback)
    errors.value = noErrors()
    keeper.write(copyOf(feedback))
  }

  async function become(call: Promise<QueueItem>) {
    try {
      item.value = await call
      wasMine.value = true
      await work.refresh()
      keeper.held()
    }
    catch (error) {
      await work.refresh()
      throw error
    }
  }
  const claim = singleFlight(() => become(ask(api.PUT('/api/v1/desk/submissions/{submission}/claim', { params: { path, query: { locale: language.value } } }))))

  return {
    submission, work, cells, item, holding, feedback, errors, state, savedAt, failure, opinion, editable, edit, claim, now,
    points: computed(() => (work.data.value ? pointsOf(feedback, work.data.value.rubric, work.data.value.checks_points) : 0)),
    proposal: computed(() => (work.data.value ? proposedPoints(feedback, work.data.value.rubric, work.data.value.checks_points) : 0)),
    takeOver: (reason: string) => become(ask(api.POST('/api/v1/desk/submissions/{submission}/takeover', { params: { path, query: { locale: language.value } }, body: { reason } }))),
    /** Gives it back; what is written stays. */
    async release() {
      await keeper.flush()
      await ask(api.DELETE('/api/v1/desk/submissions/{submission}/claim', { params: { path } }))
      wasMine.value = false
      await work.refresh()
    },
    /** While one works on it. */
    async renew() {
      if (holding.value?.kind !== 'mine') return
      const renewed = await ask(api.PUT('/api/v1/desk/submissions/{submission}/claim', { params: { path, query: { locale: language.value } } }))
      item.value = renewed
    },
    flush: () => keeper.flush(),
    /** Another window has saved something newer: that, or what stands here. */
    async settle(which: 'theirs' | 'mine') {
      await work.refresh()
      const draft = work.data.value?.draft ?? null
      if (which === 'mine') return keeper.keepMine(draft?.revision ?? 0)
      show(draft?.feedback ?? blankFeedback())
      keeper.replace(draft?.revision ?? 0, draft?.saved_at ?? null)
    },
    /** It is a draft again. */
    async reopened() {
      keeper.replace(0, null)
      await work.refresh()
      const draft = work.data.value?.draft
      if (draft) {
        show(draft.feedback)
        keeper.replace(draft.revision, draft.saved_at)
      }
    },
    /** Decides as it is written; null where that could not be, and `errors`, `state` or `failure` say why. */
    async decide(verdict: Verdict) {
      errors.value = noErrors()
      if (!await keeper.flush()) return null
      try {
        const made = await ask(api.POST('/api/v1/desk/submissions/{submission}/decision', {
          params: { path }, body: { revision: keeper.revision, feedback: { ...copyOf(feedback), verdict } }, signal: inTime(),
        }))
        await work.refresh()
        return made
      }
      catch (error) {
        const problem = asProblem(error)
        if (problem.code === 'invalid_fields') errors.value = fieldErrors(problem)
        else await work.refresh()
        throw problem
      }
    },
    async giveOpinion(decision: number, body: { verdict: Verdict, points: number, note: string }) {
      opinion.value = await ask(api.POST('/api/v1/desk/moderation/{decision}', { params: { path: { decision } }, body }))
      await work.refresh()
    },
    leave() {
      if (keeper.listener === heard) keeper.listener = null
      void keeper.flush()
    },
  }
}
export type DeskWork = ReturnType<typeof useDeskWork>
