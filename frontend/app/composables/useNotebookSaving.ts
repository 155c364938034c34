const SAVE_AFTER = 800
const SAVE_AT_LATEST = 10_000
const SETTLED_WITHIN = 3_000

/** Jupyter saves every two minutes; whoever closes the laptop in between should lose nothing. */
export const useNotebookSaving = onePerApp(() => {
  const { state, ask, tell, onMessage, onLoad } = useNotebookFrame()
  const { dirty, unsaved, failed } = useNotebookNews()
  /** Somebody is asked whether to leave what cannot be saved. */
  const leaving = shallowRef<((leave: boolean) => void) | null>(null)
  let givenUp = false
  const save = () => state.value === 'ready' && dirty.value && tell({ type: 'save' })
  const saveSoon = useDebounceFn(save, SAVE_AFTER, { maxWait: SAVE_AT_LATEST })

  onMessage((message) => {
    // What was computed is worth keeping at once: the session may end, elsewhere, the next moment.
    if (message.type === 'cell_executed') save()
    else if (message.type === 'dirty' && message.dirty) void saveSoon()
  })
  // Whoever signs out in another tab waits for this one.
  watch(unsaved, holdUnsaved)
  onScopeDispose(onSaveWanted(() => state.value === 'ready' && unsaved.value && tell({ type: 'save_all' })))
  useEventListener(document, 'visibilitychange', () => document.visibilityState === 'hidden' && save())

  // Only where it is known to be lost: else every closing within a moment of the last key would ask.
  useEventListener(window, 'beforeunload', event => failed.value && event.preventDefault())
  onLoad(() => (givenUp = false))

  async function settle() {
    const waits = () => state.value === 'ready' && unsaved.value && !givenUp
    if (waits()) await ask({ type: 'save_all' }, SETTLED_WITHIN).catch(() => undefined)
    if (!waits()) return true
    leaving.value?.(false)
    return new Promise<boolean>((resolve) => {
      leaving.value = (leave) => {
        leaving.value = null
        givenUp = leave
        resolve(leave)
      }
    })
  }

  return {
    leaving,
    saveAll: () => ask({ type: 'save_all' }).catch(() => undefined),
    /** Before the notebook is taken away: saves the last words. False where that cannot be, and somebody rather stays. */
    settle,
  }
})
