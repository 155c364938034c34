/** Keys of the desk, by what they do; those that belong together stand in one line of the list of keys. */
export const DESK_KEYS = {
  move: ['j', 'k'], view: ['v'], comment: ['c'], level: ['1', '5'], criterion: ['[', ']'], message: ['m'], preview: ['p'],
  claim: ['t'], release: ['x'], give_back: ['r'], pass: ['a'], next: ['n'], undo: ['u'],
} as const
export const QUEUE_KEYS = { list: ['j', 'k'], next: ['n'], undo: ['u'] } as const

/** Where a letter is a letter, and no command. */
const TYPING = 'input:not([type="radio"], [type="checkbox"], [type="button"]), textarea, select, [contenteditable="true"], [role="dialog"], [role="menu"], [role="listbox"]'
/** After `g` a letter goes to a room of the site. */
const GO_WITHIN = 1_200

export type Bindings = Record<string, ((event: KeyboardEvent) => unknown) | undefined>

/** Hears keys that are commands; those that are held down only where `repeating` names them. */
export function keyListener(bindings: () => Bindings, repeating: readonly string[] = []) {
  let afterG = -Infinity
  return (event: KeyboardEvent) => {
    // 229: an input method is at work, and the key belongs to it.
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target instanceof Element && event.target.closest(TYPING)) return
    const going = event.timeStamp - afterG < GO_WITHIN
    afterG = event.key === 'g' ? event.timeStamp : -Infinity
    if (going || (event.repeat && !repeating.includes(event.key))) return
    const command = bindings()[event.key]
    if (!command) return
    event.preventDefault()
    command(event)
  }
}
