import type { DeskGrading } from './useDeskGrading'
import type { DeskWork } from './useDeskWork'
import { DESK_KEYS } from '~/utils/desk/keys'
import type { View } from '~/utils/desk/steps'

export const viewsOf = (desk: DeskWork): View[] => ['notebook', 'handout', ...(desk.cells.data.value?.last ? ['last'] as const : []), 'checks', 'history']

/** The desk by keyboard. */
export function useDeskBenchKeys(desk: DeskWork, grading: DeskGrading, page: { next: () => void, undo: () => void, preview: () => void }) {
  const turnView = () => {
    const views = viewsOf(desk)
    grading.view.value = views[(views.indexOf(grading.view.value) + 1) % views.length]!
  }
  const is = (...kinds: string[]) => kinds.includes(desk.holding.value?.kind ?? '')
  useDeskKeys(DESK_KEYS, () => ({
    'j': () => grading.move(1),
    'k': () => grading.move(-1),
    'v': turnView,
    'c': () => grading.comment(),
    '[': () => grading.turn(-1),
    ']': () => grading.turn(1),
    'm': () => grading.message(),
    'p': desk.work.data.value?.moderation ? undefined : page.preview,
    't': is('free', 'expired') ? () => void grading.claim() : undefined,
    'x': is('mine') ? () => void grading.release() : undefined,
    'r': () => void grading.giveBack(),
    'a': () => void grading.pass(),
    'n': page.next,
    'u': page.undo,
    ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map(number => [number, () => grading.level(number)])),
  }))
}
