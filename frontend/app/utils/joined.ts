/** Work that goes on at most once at a time: who asks meanwhile gets one more turn of it, together. */
export function joined(work: () => Promise<unknown>): () => Promise<void> {
  let now: Promise<void> | null = null
  let next: Promise<void> | null = null
  const begin = (): Promise<void> => (now = work().then(() => undefined).finally(() => (now = null)))
  return () => {
    if (!now) return begin()
    return next ??= now.catch(() => undefined).then(() => {
      next = null
      return begin()
    })
  }
}
