/** The typed client, for who counts down what the server says. */
export function useDeskApi() {
  const api = useApi()
  const clock = useServerClock()
  return {
    api,
    local: clock.local,
    ask: <T>(call: Promise<{ data?: T, error?: unknown, response: Response }>) => answer(call.then((outcome) => {
      clock.heed(outcome.response)
      return outcome
    })),
  }
}

/** The time, by the second, while something is counted down. */
export function useSeconds() {
  const now = ref(Date.now())
  useIntervalFn(() => (now.value = Date.now()), 1000)
  useEventListener(document, 'visibilitychange', () => (now.value = Date.now()))
  return readonly(now)
}
