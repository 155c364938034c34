import type { Verdict } from '~/api/types'

interface Pending { submission: number, label: string, verdict: Verdict, sendsAt: number }

/** Decisions on their way: each can be taken back until it is sent, also from the next submission. */
export const useDeskUndo = onePerApp(() => {
  const { api, ask } = useDeskApi()
  const pending = shallowRef<Pending[]>([])
  const now = ref(Date.now())
  const busy = ref(false)
  const undone = createEventHook<number>()
  const clock = useIntervalFn(look, 500, { immediate: false })

  function look() {
    now.value = Date.now()
    pending.value = pending.value.filter(({ sendsAt }) => sendsAt > now.value)
    if (!pending.value.length) clock.pause()
  }
  const forget = (submission: number) => (pending.value = pending.value.filter(it => it.submission !== submission))

  return {
    pending,
    /** The last decision, and what is left of its minute. */
    last: computed(() => {
      const last = pending.value.at(-1)
      return last ? { ...last, left: last.sendsAt - now.value } : null
    }),
    busy: readonly(busy),
    /** One that was taken back: a draft again. */
    onUndone: undone.on,
    add(decided: Pending) {
      forget(decided.submission)
      pending.value = [...pending.value, decided]
      now.value = Date.now()
      clock.resume()
    },
    /** Takes one back. */
    async undo(submission: number) {
      busy.value = true
      try {
        await ask(api.DELETE('/api/v1/desk/submissions/{submission}/decision', { params: { path: { submission } } }))
        forget(submission)
        await undone.trigger(submission)
      }
      catch (error) {
        if (asProblem(error).code === 'already_sent') forget(submission)
        throw error
      }
      finally {
        busy.value = false
      }
    },
  }
})
