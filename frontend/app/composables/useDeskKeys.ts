import { type Bindings, keyListener } from '~/utils/desk/keys'

/** Commands of a page of the desk, for as long as it is there, and their place in the list of keys. */
export function useDeskKeys(shown: Readonly<Record<string, readonly string[]>>, bindings: () => Bindings) {
  const { t } = useI18n()
  const { page } = useKeys()
  const mine = () => ({
    title: t('desk.title'),
    keys: Object.entries(shown).map(([name, press]) => ({ press: [...press], does: t(`desk.keys.${name}`), range: name === 'level' })),
  })
  onMounted(() => (page.value = mine))
  onBeforeUnmount(() => page.value === mine && (page.value = null))
  // Before the keys of the site, which know pages of chapters only.
  useEventListener(window, 'keydown', keyListener(bindings, ['j', 'k', '[', ']']), { capture: true })
}
