import type { DeskWork } from './useDeskWork'

const LOOK_EVERY = 20_000
/** A claim holds for 30 minutes. */
const RENEW_AFTER = 5 * 60_000

/** While one works, the claim is renewed; while one only looks, it is looked whether somebody else has claimed it. */
export function useDeskPresence(desk: DeskWork) {
  const visible = useDocumentVisibility()
  let active = Date.now()
  let renewed = Date.now()
  const touch = () => (active = Date.now())
  for (const name of ['pointermove', 'pointerdown', 'keydown', 'wheel'] as const) useEventListener(window, name, touch, { passive: true, capture: true })

  useIntervalFn(() => {
    if (visible.value !== 'visible') return
    if (desk.holding.value?.kind !== 'mine') void desk.work.refresh()
    else if (active > renewed && Date.now() - renewed > RENEW_AFTER) {
      renewed = Date.now()
      // It may have been taken over: what is refused here is told where it is saved.
      desk.renew().catch(() => desk.work.refresh())
    }
  }, LOOK_EVERY)
  // Another tab may have saved meanwhile.
  watch(visible, now => now === 'visible' && void desk.work.refresh())
  return { touch }
}
