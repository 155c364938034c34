/** With all cells run at once, again and again, a person makes fewer; an output that forges runs makes thousands. */
const MOST = 240
const WITHIN = 60_000

/** Says of each run whether it may still be one of a person's. */
export function runLimit(now: () => number = Date.now) {
  let times: number[] = []
  return () => {
    const since = now() - WITHIN
    times = times.filter(at => at > since)
    if (times.length >= MOST) return false
    times.push(now())
    return true
  }
}
