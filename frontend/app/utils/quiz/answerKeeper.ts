import type { QuizAnswer } from '~/api/types'
import { asProblem, isFinal, type ProblemError } from '../problem'
import { Retrier } from '../retrier'

export type Answers = Record<string, QuizAnswer | null>
/** `withheld`: the server takes none from this person now, as they do not take the course; that may come back. */
export type Kept = 'kept' | 'saving' | 'waiting' | 'withheld'

/** What could not be sent, and outlives the page. */
export interface AnswerStore {
  all: () => Answers
  put: (question: string, answer: QuizAnswer | null) => void
  /** Unless another one is there by now. */
  remove: (question: string, sent: QuizAnswer | null) => void
}

interface Options {
  store: AnswerStore
  send: (question: string, answer: QuizAnswer | null) => Promise<unknown>
  /** May this page still speak for the person whose answers these are? */
  allowed: () => boolean
}

/** Who looks at the attempt while it is on its way. */
interface Listener {
  changed: (state: Kept) => void
  /** The server takes no more, and these were not sent. */
  closed: (lost: string[]) => void
  /** The server does not take this answer, and never will. */
  refused: (question: string) => void
}

/** Somebody looks at it, and wants to go on. */
export const LAST_RETRY = 15_000
const refused = isFinal('not_an_answer')
const WITHHELD = ['not_found', 'not_enrolled']

/**
 * Sends each answer as soon as it is given, the last one of each question, one at a time and so in their order; keeps
 * what cannot be sent until it can. There is one for an attempt as long as the page lives: a second one would send
 * older answers over newer ones.
 */
export class AnswerKeeper {
  listener: Listener | null = null
  /** Why the last answer that waits was not taken. */
  problem: ProblemError | null = null
  readonly #options: Options
  readonly #unsent: Map<string, QuizAnswer | null>
  readonly #sending = new Retrier(() => this.#sendAll(), { longest: LAST_RETRY })

  constructor(options: Options) {
    this.#options = options
    this.#unsent = new Map(Object.entries(options.store.all()))
  }

  /** What is not with the server yet. */
  get unsent(): Answers { return Object.fromEntries(this.#unsent) }

  give(question: string, answer: QuizAnswer | null) {
    this.#putLast(question, answer)
    this.#options.store.put(question, answer)
    void this.flush()
  }

  /** Another tab has been given a later answer, and sends it. */
  replaced(question: string) { this.#unsent.delete(question) }

  /** Sends what waits; tells whether all is with the server now. */
  async flush(): Promise<boolean> {
    await this.#sending.now()
    return !this.#unsent.size && !this.problem
  }

  async #sendAll(): Promise<boolean> {
    this.problem = null
    const failed = new Map<string, QuizAnswer | null>()
    let unheard = 0
    // What is given meanwhile stands behind, and has its turn.
    for (const [question, given] of this.#unsent) {
      if (!this.#options.allowed()) return true
      this.listener?.changed('saving')
      try {
        await this.#options.send(question, given)
        this.#forget(question, given)
      }
      catch (error) {
        // By the server's own word: whatever stands between says other things for a while.
        const problem = asProblem(error)
        if (problem.code === 'attempt_closed') {
          this.problem = problem
          this.#giveUp()
          return true
        }
        if (refused(problem)) {
          this.#forget(question, given)
          this.listener?.refused(question)
          continue
        }
        this.problem = problem
        failed.set(question, given)
        // Once it may be this answer that does not get through, twice it is the network.
        if (problem.status === 401 || (problem.unreachable && ++unheard > 1)) break
      }
    }
    // Those that were not tried go first the next time.
    for (const [question, given] of failed) if (this.#unsent.get(question) === given) this.#putLast(question, given)
    this.listener?.changed(!this.problem ? 'kept' : WITHHELD.includes(this.problem.code) ? 'withheld' : 'waiting')
    return !this.problem
  }

  #putLast(question: string, answer: QuizAnswer | null) {
    this.#unsent.delete(question)
    this.#unsent.set(question, answer)
  }

  /** Unless another answer was given meanwhile. */
  #forget(question: string, sent: QuizAnswer | null) {
    if (this.#unsent.get(question) === sent) this.#unsent.delete(question)
    this.#options.store.remove(question, sent)
  }

  #giveUp() {
    const lost = [...this.#unsent]
    for (const [question, answer] of lost) this.#forget(question, answer)
    this.listener?.closed(lost.map(([question]) => question))
  }
}
