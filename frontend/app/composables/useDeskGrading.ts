import type { Verdict } from '~/api/types'
import type { Column } from './useDeskColumns'
import type { DeskFrame, Spot } from './useDeskFrame'
import type { DeskWork } from './useDeskWork'
import { inOrder, type Places } from '~/utils/desk/comments'
import { nextCriterion, putBack, type Removed, takeComment } from '~/utils/desk/feedback'
import { isPage, stepFrom, stepsOf, type View } from '~/utils/desk/steps'

/** What a tutor does with a submission, by hand or by key. */
export function useDeskGrading(desk: DeskWork, frame: DeskFrame, page: { next: () => void, reveal: (column: Column) => void }) {
  const { t } = useI18n()
  const { notify } = useNotices()
  const complain = useComplain()
  const undo = useDeskUndo()
  const { local } = useServerClock()
  const { nameOf } = useDeskNames()

  const view = ref<View>('notebook')
  const criterion = ref<string | null>(null)
  /** The comment that is being written. */
  const writing = ref<string | null>(null)
  const removed = shallowRef<Removed | null>(null)
  const deciding = ref<Verdict | null>(null)
  const claiming = ref(false)

  const places = computed<Places>(() => new Map(desk.cells.data.value?.notebook.map(({ id, index }) => [id, index + 1]) ?? []))
  const steps = computed(() => (desk.cells.data.value ? stepsOf(desk.cells.data.value, view.value) : []))
  const rubric = computed(() => desk.work.data.value?.rubric ?? [])
  const current = computed(() => rubric.value.find(({ key }) => key === criterion.value)?.key ?? rubric.value[0]?.key ?? null)

  async function say(what: () => Promise<unknown>) {
    try {
      await what()
    }
    catch (error) {
      complain(error)
    }
  }

  function show(spot: Spot) {
    if (!isPage(view.value) || (view.value !== 'notebook' && !steps.value.includes(spot.cell))) view.value = 'notebook'
    page.reveal('work')
    frame.show(spot)
  }

  function move(by: 1 | -1) {
    if (!isPage(view.value)) return
    const cell = stepFrom(steps.value, [...places.value.keys()], frame.spot.value?.cell ?? null, by)
    if (cell !== null) show({ cell, line: null })
  }

  /** At the line that was pointed at, or at the cell; without either, at the first of the trainee's own. */
  function comment() {
    if (!desk.editable.value) return
    const spot = frame.spot.value ?? (steps.value[0] ? { cell: steps.value[0], line: null } : null)
    if (!spot || !places.value.has(spot.cell)) return notify(t('desk.comments.nowhere'), 'problem')
    const line = view.value === 'notebook' ? spot.line : null
    const begun = desk.feedback.comments.find(it => it.cell === spot.cell && (it.line ?? null) === line && !it.text.trim())
    const id = begun?.id ?? crypto.randomUUID()
    if (!begun) desk.edit(feedback => feedback.comments.push({ id, cell: spot.cell, line, text: '' }))
    page.reveal('decision')
    writing.value = id
  }

  function judge(key: string, level: number | null) {
    if (!desk.editable.value || (level !== null && !rubric.value.find(it => it.key === key)?.levels[level])) return
    desk.edit(({ levels }) => {
      if (level === null) Reflect.deleteProperty(levels, key)
      else levels[key] = level
    })
  }

  async function decide(verdict: Verdict, then?: () => void) {
    const item = desk.item.value
    if (!item || deciding.value || desk.holding.value?.kind !== 'mine') return
    deciding.value = verdict
    try {
      const made = await desk.decide(verdict)
      if (!made) {
        if (desk.state.value === 'waiting') notify(t('desk.foot.unreachable'), 'problem')
        return
      }
      removed.value = null
      undo.add({ submission: item.id, label: nameOf(item), verdict, sendsAt: local(made.sends_at) })
      then?.()
    }
    catch (error) {
      if (asProblem(error).code !== 'invalid_fields') complain(error)
      page.reveal('decision')
    }
    finally {
      deciding.value = null
    }
  }

  return {
    view, places, steps, current, writing, removed, deciding, claiming, show, move, comment, judge, say, frame,
    at: computed(() => (frame.spot.value ? steps.value.indexOf(frame.spot.value.cell) + 1 : 0)),
    comments: computed(() => inOrder(desk.feedback.comments, places.value)),
    goTo: (key: string) => (criterion.value = key),
    /** The field has the focus. */
    begun: () => (writing.value = null),
    /** The level by its number, of the criterion one is at; and on to the next that is open. */
    level(number: number) {
      if (current.value === null || !rubric.value.find(({ key }) => key === current.value)?.levels[number - 1]) return
      page.reveal('decision')
      judge(current.value, number - 1)
      criterion.value = nextCriterion(desk.feedback, rubric.value, current.value)
    },
    turn(by: 1 | -1) {
      const at = rubric.value.findIndex(({ key }) => key === current.value)
      criterion.value = rubric.value[Math.min(rubric.value.length - 1, Math.max(0, at + by))]?.key ?? null
      page.reveal('decision')
    },
    async message() {
      page.reveal('decision')
      await nextTick()
      document.getElementById('desk-message')?.focus()
    },
    remove(id: string) {
      desk.edit(feedback => (removed.value = takeComment(feedback, id)))
    },
    restore() {
      const back = removed.value
      if (back) desk.edit(feedback => putBack(feedback, back))
      removed.value = null
    },
    async claim() {
      if (claiming.value) return
      claiming.value = true
      await say(desk.claim)
      claiming.value = false
    },
    release: () => say(desk.release),
    giveBack: () => decide('needs_work'),
    pass: () => decide('passed', page.next),
  }
}
export type DeskGrading = ReturnType<typeof useDeskGrading>
