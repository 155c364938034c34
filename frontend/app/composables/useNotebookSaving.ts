const SAVE_AFTER = 800
const SAVE_AT_LATEST = 10_000
const SETTLED_WITHIN = 3_000

/** Jupyter saves every two minutes; whoever closes the laptop in between should lose nothing. */
export const useNotebookSaving = onePerApp(() => {
  const { state, ask, tell, onMessage } = useNotebookFrame()
  const { dirty, anyDirty } = useNotebookNews()
  const save = () => state.value === 'ready' && dirty.value && tell({ type: 'save' })
  const saveSoon = useDebounceFn(save, SAVE_AFTER, { maxWait: SAVE_AT_LATEST })

  onMessage((message) => {
    // What was computed is worth keeping at once: the session may end, elsewhere, the next moment.
    if (message.type === 'cell_executed') save()
    else if (message.type === 'dirty' && message.dirty) void saveSoon()
  })
  // Whoever signs out in another tab waits for this one.
  watch(anyDirty, holdUnsaved)
  onScopeDispose(onSaveWanted(save))
  useEventListener(document, 'visibilitychange', () => document.visibilityState === 'hidden' && save())

  return {
    /** Before the notebook is taken away: saves the last words, as far as that goes within a moment. */
    async settle() {
      if (state.value === 'ready' && dirty.value) await ask({ type: 'save' }, SETTLED_WITHIN).catch(() => undefined)
    },
  }
})
