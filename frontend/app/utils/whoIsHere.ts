// Cookies are shared by all tabs, memory is not. This note says whose cookies the browser holds now, so that a
// tab left open by one person notices when another has signed in, and never sends the first one's work.
const KEY = 'tenarai.user'

export function noteWhoIsHere(userId: number | null) {
  try {
    if (userId === null) localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, String(userId))
  }
  catch { /* storage may be forbidden: then only this tab knows */ }
}

export function whoIsHere(): number | null {
  try {
    const value = Number(localStorage.getItem(KEY))
    return Number.isSafeInteger(value) && value > 0 ? value : null
  }
  catch {
    return null
  }
}

export function onSomeoneElse(userId: () => number | null, changed: () => void) {
  window.addEventListener('storage', (event) => {
    if (event.key === KEY && whoIsHere() !== userId()) changed()
  })
}
