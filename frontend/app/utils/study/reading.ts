/** The least time after which a text can have been read: a fast skim, never a punishment. */
export function minimumReadingSeconds(characters: number): number {
  return Math.min(45, Math.max(5, Math.round(characters / 80)))
}

/** The same of a chapter's HTML. */
export const leastSecondsFor = (html: string) => minimumReadingSeconds(html.replace(/<[^>]*>/g, '').length)

/** Counts only the seconds in which the text was really in view. */
export class ReadingClock {
  private spent = 0
  private since: number | null = null
  private sawEnd = false
  private told = false

  constructor(private readonly minimum: number, private readonly read: () => void) {}

  visible(yes: boolean, now: number) {
    if (yes) this.since ??= now
    else if (this.since !== null) {
      this.spent += now - this.since
      this.since = null
    }
    this.check(now)
  }

  reachedEnd(now: number) {
    this.sawEnd = true
    this.check(now)
  }

  /** Milliseconds until reading could be complete if the text stays in view. */
  remaining(now: number) {
    const spent = this.spent + (this.since === null ? 0 : now - this.since)
    return Math.max(0, this.minimum * 1000 - spent)
  }

  check(now: number) {
    if (this.told || !this.sawEnd || this.remaining(now) > 0) return
    this.told = true
    this.read()
  }
}
