/** What is being typed is an answer now: the time is over, or it is submitted. */
export const useLastWords = onePerApp(() => createEventHook())

/** An answer that is typed: told when the hand rests, and when the field is left behind. */
export function useTypedAnswer(given: () => string, tell: (text: string) => void, tidy = (text: string) => text.trim()) {
  const text = ref(given())
  let untold = false
  const say = () => {
    if (!untold) return
    untold = false
    tell(tidy(text.value))
  }
  const saySoon = useDebounceFn(say, 400, { maxWait: 2_000 })
  // It was given in another tab.
  watch(given, (now) => {
    if (!untold && now.trim() !== text.value.trim()) text.value = now
  })
  // The page may be gone before the moment is over.
  useEventListener(document, 'visibilitychange', () => document.visibilityState === 'hidden' && say())
  onScopeDispose(useLastWords().on(say).off)
  onBeforeUnmount(say)
  return {
    text,
    type(now: string) {
      text.value = now
      untold = true
      void saySoon()
    },
  }
}
