import { singleFlight } from './singleFlight'

const FIRST_RETRY = 2_000
const LAST_RETRY = 60_000

/** Longer after each failure, and never the same for two browsers: a class comes back to its server one by one. */
export const retryDelay = (failures: number, random = Math.random(), longest = LAST_RETRY) =>
  Math.min(longest, FIRST_RETRY * 2 ** (failures - 1)) * (0.75 + random / 2)

/** Work that is done once at a time, and again, later and later, until it says that there is no more to do. */
export class Retrier {
  readonly #run: () => Promise<void>
  #timer: ReturnType<typeof setTimeout> | undefined
  #failures = 0
  #stopped = false

  constructor(work: () => Promise<boolean>, { longest = LAST_RETRY } = {}) {
    this.#run = singleFlight(async () => {
      if (await work()) this.#failures = 0
      else this.in(retryDelay(++this.#failures, Math.random(), longest))
    })
  }

  /** Does it now; who asks while it is done waits for the same. */
  async now(): Promise<void> {
    clearTimeout(this.#timer)
    if (!this.#stopped) await this.#run()
  }

  in(delay: number) {
    clearTimeout(this.#timer)
    if (!this.#stopped) this.#timer = setTimeout(() => void this.now(), delay)
  }

  stop() {
    this.#stopped = true
    clearTimeout(this.#timer)
  }
}
