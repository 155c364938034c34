// Tabs of this browser share one session. Who ends it lets the others save first.
const UNSAVED = 'tenarai.unsaved'
const TAB = 'tenarai.tab.'
const SAVE = 'tenarai.save'

/** This tab: a reload makes another one of it. */
export const thisTab: string = crypto.randomUUID()

// A page that is not served safely has no locks, and no notebook.
const locks = () => (globalThis.navigator as Partial<Navigator> | undefined)?.locks

/** A lock that lasts until its tab is gone tells the others that it is there. */
export const stayKnown = () => void locks()?.request(TAB + thisTab, () => new Promise(() => undefined))

export async function tabsOpen(): Promise<Set<string>> {
  const held = (await locks()?.query())?.held ?? []
  return new Set(held.flatMap(({ name }) => (name?.startsWith(TAB) ? [name.slice(TAB.length)] : [])))
}

let release: (() => void) | null = null

/** As long as something here is unsaved, whoever signs out elsewhere waits for it. */
export function holdUnsaved(on: boolean) {
  if (!on) {
    release?.()
    release = null
  }
  else if (!release) {
    const held = new Promise<void>(done => (release = done))
    void locks()?.request(UNSAVED, { mode: 'shared' }, () => held)
  }
}

/** Asks all other tabs to save, and waits until they have, though not for ever. */
export async function othersSaved(within: number) {
  holdUnsaved(false)
  const channel = new BroadcastChannel(SAVE)
  channel.postMessage('save')
  channel.close()
  await locks()?.request(UNSAVED, { signal: AbortSignal.timeout(within) }, () => undefined).catch(() => undefined)
}

export function onSaveWanted(save: () => void) {
  const channel = new BroadcastChannel(SAVE)
  channel.addEventListener('message', save)
  return () => channel.close()
}
