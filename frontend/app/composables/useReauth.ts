/** The dialog "sign in again": who needs it asks and waits; the dialog settles it. */
export function useReauth() {
  const open = useState('reauth.open', () => false)
  const waiting = useState<((ok: boolean) => void)[]>('reauth.waiting', () => [])
  /** They went on reading: nobody is asked again until they want to, or go elsewhere. */
  const putOff = useState('reauth.put_off', () => false)
  return {
    open: readonly(open),
    putOff: readonly(putOff),
    ask(again = false) {
      if (putOff.value && !again) return Promise.resolve(false)
      putOff.value = false
      open.value = true
      return new Promise<boolean>(resolve => waiting.value.push(resolve))
    },
    /** What waits for a sign-in fails for now, and is kept where it can be. */
    later() {
      putOff.value = true
      this.settle(false)
    },
    moved() { putOff.value = false },
    settle(ok: boolean) {
      open.value = false
      for (const resolve of waiting.value.splice(0)) resolve(ok)
    },
  }
}
