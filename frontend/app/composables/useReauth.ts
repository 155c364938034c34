/** The dialog "sign in again": who needs it asks and waits; the dialog settles it. */
export function useReauth() {
  const open = useState('reauth.open', () => false)
  const waiting = useState<((ok: boolean) => void)[]>('reauth.waiting', () => [])
  return {
    open: readonly(open),
    ask() {
      open.value = true
      return new Promise<boolean>(resolve => waiting.value.push(resolve))
    },
    settle(ok: boolean) {
      open.value = false
      for (const resolve of waiting.value.splice(0)) resolve(ok)
    },
  }
}
