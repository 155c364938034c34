/** Jupyter takes the focus whenever it opens a notebook; who reads the text meanwhile keeps it. */
export const useNotebookFocus = onePerApp(() => {
  const { element, state, tell, onMessage } = useNotebookFrame()
  const left = createEventHook()
  let opening: string | null = null
  /** Opens that are on their way: to and fro in haste, an earlier one may be of the same notebook. */
  let underway = 0
  let there = false
  let focused: HTMLElement | null = null
  /** The last thing a hand did was to go on by Tab. */
  let tabbed = false

  useEventListener(document, 'keydown', ({ key }) => (tabbed = key === 'Tab'), { capture: true })
  useEventListener(document, 'pointerdown', () => (tabbed = false), { capture: true })

  useEventListener(document, 'focusin', ({ target }) => {
    if (target !== element.value) focused = target as HTMLElement
  })
  useEventListener(window, 'blur', () => setTimeout(() => {
    if (!element.value || document.activeElement !== element.value) return
    // A hand that is in the pane already, or goes there by key, means it: a kernel may take minutes, or hang.
    if (state.value === 'ready' && (opening === null || tabbed || element.value.matches(':hover'))) return
    if (focused?.isConnected && focused !== document.body) focused.focus({ preventScroll: true })
    else element.value.blur()
  }))
  onMessage((message) => {
    if (message.type === 'ready' && message.path === opening) {
      there = true
      if (underway <= 1) opening = null
    }
    else if (message.type === 'leave') void left.trigger()
  })

  return {
    /** This notebook is being opened: until it is there, the focus stays where it is. */
    guard(path: string) {
      opening = path
      there = false
      tabbed = false
      underway++
    },
    /** One that was guarded has come to something. */
    settled(failed: boolean) {
      underway--
      if (underway === 0 && (there || failed)) opening = null
    },
    enter() {
      opening = null
      element.value?.focus()
      tell({ type: 'focus' })
    },
    /** The key that leads out of the notebook was pressed in it. */
    onLeave: left.on,
  }
})
