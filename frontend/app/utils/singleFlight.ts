/** Runs `work` once at a time: who asks while it runs gets the answer of the run under way. */
export function singleFlight<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null
  return () => (running ??= work().finally(() => (running = null)))
}
