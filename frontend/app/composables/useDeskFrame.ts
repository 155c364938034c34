import type { MaybeRefOrGetter } from 'vue'
import { type FrameRequest, frameMessage } from '~/utils/feedback/frame'

export interface Spot { cell: string, line: number | null }

/** The frame with what was handed in: it has no origin, and is known by its window alone. */
export function useDeskFrame(counts: MaybeRefOrGetter<Record<string, number>>, touched: () => void) {
  const element = shallowRef<HTMLIFrameElement | null>(null)
  const ready = ref(false)
  /** Where one is. */
  const spot = ref<Spot | null>(null)
  const theme = useColorMode()
  let wanted: Spot | null = null

  const tell = (request: FrameRequest) => element.value?.contentWindow?.postMessage(request, '*')
  const dress = () => tell({ type: 'theme', dark: theme.value === 'dark' })
  const badge = () => tell({ type: 'comments', cells: { ...toValue(counts) } })

  function show(there: Spot) {
    spot.value = there
    if (!ready.value) wanted = there
    else tell({ type: 'focus', cell: there.cell, ...(there.line === null ? {} : { line: there.line }) })
  }

  useEventListener(window, 'message', (event: MessageEvent) => {
    if (!element.value || event.source !== element.value.contentWindow) return
    const message = frameMessage(event.data)
    if (!message) return
    switch (message.type) {
      case 'ready':
        ready.value = true
        dress()
        badge()
        if (wanted) show(wanted)
        wanted = null
        break
      case 'focused':
        touched()
        spot.value = { cell: message.cell, line: message.line ?? null }
        break
      case 'key':
        touched()
        // Keys mean the same wherever the focus is.
        element.value.dispatchEvent(new KeyboardEvent('keydown', {
          key: message.key, code: message.code, shiftKey: message.shift, repeat: message.repeat, bubbles: true, cancelable: true,
        }))
    }
  })
  watch(() => theme.value, () => ready.value && dress())
  watch(() => toValue(counts), () => ready.value && badge())

  return {
    ready, spot, show,
    attach: (now: HTMLIFrameElement | null) => (element.value = now),
    /** Another page is on its way into the frame. */
    loading() {
      ready.value = false
      wanted = spot.value
    },
  }
}
export type DeskFrame = ReturnType<typeof useDeskFrame>
