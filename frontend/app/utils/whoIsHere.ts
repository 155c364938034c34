import type { Me } from '~/api/types'

// Cookies are shared by all tabs, memory is not. This note says whose cookies the browser holds now, so that a
// tab left open by one person notices when another has signed in, and never sends the first one's work.
const USER = 'tenarai.user'
const SESSION = 'tenarai.session'

export function noteWhoIsHere(me: Me | null) {
  try {
    if (me === null) [USER, SESSION].forEach(key => localStorage.removeItem(key))
    else {
      localStorage.setItem(USER, String(me.user.id))
      localStorage.setItem(SESSION, me.session.id)
    }
  }
  catch { /* storage may be forbidden: then only this tab knows */ }
}

const noted = (key: string) => {
  try {
    return localStorage.getItem(key)
  }
  catch {
    return null
  }
}

export function whoIsHere(): number | null {
  const value = Number(noted(USER))
  return Number.isSafeInteger(value) && value > 0 ? value : null
}

/**
 * The session that this browser's pages mean. Each request names it: a notebook's JavaScript can plant a cookie for
 * our host, but has no hand in our storage.
 */
export const sessionHere = () => noted(SESSION)

export function onSomeoneElse(userId: () => number | null, changed: () => void) {
  window.addEventListener('storage', (event) => {
    if (event.key === USER && whoIsHere() !== userId()) changed()
  })
}
