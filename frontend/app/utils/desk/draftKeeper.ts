import type { Feedback } from '~/api/types'
import { asProblem, isFinal, type ProblemError } from '../problem'
import { Retrier } from '../retrier'

/**
 * `waiting`: the network is away, it is tried again. `not_held`: the claim ran out. `outdated`: another window has saved
 * something newer. `refused`: the server takes it in no case. `decided`: it is about to be sent.
 */
export type DraftState = 'saved' | 'unsaved' | 'saving' | 'waiting' | 'not_held' | 'outdated' | 'refused' | 'decided'

export interface Saved { revision: number, saved_at: string, held_until: string }

interface Options {
  revision: number
  send: (revision: number, feedback: Feedback) => Promise<Saved>
}

interface Listener {
  changed: () => void
  saved: (saved: Saved) => void
}

const REST = 800
/** Who never rests is saved all the same. */
const LONGEST = 4_000
const LAST_RETRY = 15_000
const refused = isFinal()
const HALTS: Record<string, DraftState> = { not_held: 'not_held', draft_outdated: 'outdated', already_decided: 'decided' }
const HALTED = new Set<DraftState>(['not_held', 'outdated', 'decided'])

/**
 * Saves what a tutor writes when the hand rests, always the newest, one at a time. There is one for a submission as long
 * as the app lives: what could not be saved when its page was left is saved later.
 */
export class DraftKeeper {
  listener: Listener | null = null
  state: DraftState = 'saved'
  savedAt: string | null = null
  /** Why the last try failed. */
  problem: ProblemError | null = null
  revision: number
  readonly #send: Options['send']
  readonly #sending = new Retrier(() => this.#saveAll(), { longest: LAST_RETRY })
  #unsaved: Feedback | null = null
  /** It was sent, and no answer came: it may be there. The same must be said again before anything newer. */
  #unheard: Feedback | null = null
  #since = 0

  constructor({ revision, send }: Options) {
    this.revision = revision
    this.#send = send
  }

  /** What is not with the server yet. */
  get unsaved() { return this.#unsaved }

  /** The document as it is now; it is not changed any more by whoever gives it. */
  write(feedback: Feedback) {
    if (!this.#unsaved) this.#since = Date.now()
    this.#unsaved = feedback
    if (this.state === 'saving' || this.state === 'waiting' || HALTED.has(this.state)) return
    this.#become('unsaved')
    this.#soon()
  }

  /** Saves now; tells whether all is with the server. */
  async flush(): Promise<boolean> {
    await this.#sending.now()
    // Something was written meanwhile.
    while (this.#unsaved && this.state === 'unsaved') await this.#sending.now()
    return !this.#unsaved
  }

  /** It is held again: what was written meanwhile is saved. */
  held() {
    if (this.state !== 'not_held') return
    this.#become('unsaved')
    void this.flush()
  }

  /** The server's document takes the place of what is here. */
  replace(revision: number, savedAt: string | null) {
    this.#unsaved = this.#unheard = null
    this.revision = revision
    this.savedAt = savedAt
    this.problem = null
    this.#become('saved')
  }

  /** What is here takes the place of the server's. */
  keepMine(revision: number) {
    this.revision = revision
    this.#unheard = null
    this.#become('unsaved')
    void this.flush()
  }

  #soon() {
    this.#sending.in(Math.max(0, Math.min(REST, this.#since + LONGEST - Date.now())))
  }

  async #saveAll(): Promise<boolean> {
    if (!this.#unsaved || HALTED.has(this.state)) return true
    const feedback = this.#unheard ?? this.#unsaved
    this.#become('saving')
    try {
      this.#heard(await this.#send(this.revision, feedback), feedback)
      return true
    }
    catch (error) {
      this.problem = asProblem(error)
      const halt = HALTS[this.problem.code]
      if (halt || refused(this.problem)) {
        this.#unheard = null
        this.#become(halt ?? 'refused')
        return true
      }
      this.#unheard = feedback
      this.#become('waiting')
      return false
    }
  }

  #heard(saved: Saved, feedback: Feedback) {
    this.#unheard = this.problem = null
    this.revision = saved.revision
    this.savedAt = saved.saved_at
    if (this.#unsaved === feedback) this.#unsaved = null
    this.listener?.saved(saved)
    this.#become(this.#unsaved ? 'unsaved' : 'saved')
    if (!this.#unsaved) return
    this.#since = Date.now()
    this.#soon()
  }

  #become(state: DraftState) {
    this.state = state
    this.listener?.changed()
  }
}
