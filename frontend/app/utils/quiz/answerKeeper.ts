import type { QuizAnswer } from '~/api/types'
import { asProblem } from '../problem'

export type Kept = 'kept' | 'saving' | 'waiting'

interface Options {
  /** What could not be sent, and outlives the page. */
  store: { load: () => Record<string, QuizAnswer | null>, save: (answers: Record<string, QuizAnswer | null>) => void }
  send: (question: string, answer: QuizAnswer | null) => Promise<unknown>
  changed: (state: Kept) => void
  /** The server takes no more: nothing that waits will ever be taken. */
  closed: () => void
  /** The server does not take this answer. */
  refused: (question: string) => void
}

const REFUSALS = ['not_an_answer', 'not_found', 'not_enrolled', 'malformed_json', 'invalid_fields']
/** Milliseconds after which what could not be sent is sent again. */
const AGAIN = 4_000

/** Sends each answer as soon as it is given, the last one of each question; keeps what cannot be sent until it can. */
export class AnswerKeeper {
  readonly #options: Options
  #unsent: Record<string, QuizAnswer | null>
  #running: Promise<boolean> | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(options: Options) {
    this.#options = options
    this.#unsent = options.store.load()
  }

  /** What is not with the server yet. */
  get unsent(): Readonly<Record<string, QuizAnswer | null>> { return this.#unsent }

  give(question: string, answer: QuizAnswer | null) {
    this.#unsent = { ...this.#unsent, [question]: answer }
    this.#options.store.save(this.#unsent)
    void this.flush()
  }

  /** Sends what waits; tells whether all is with the server now. */
  flush(): Promise<boolean> {
    this.#running ??= this.#sendAll().finally(() => (this.#running = null))
    return this.#running
  }

  stop() { clearTimeout(this.#timer) }

  async #sendAll(): Promise<boolean> {
    clearTimeout(this.#timer)
    for (;;) {
      const [question] = Object.keys(this.#unsent)
      if (question === undefined) {
        this.#options.changed('kept')
        return true
      }
      const given = this.#unsent[question] ?? null
      this.#options.changed('saving')
      try {
        await this.#options.send(question, given)
        this.#forget(question, given)
      }
      catch (error) {
        // By the server's own word: whatever stands between says other things for a while.
        const { code } = asProblem(error)
        if (code === 'attempt_closed') {
          this.#options.store.save(this.#unsent = {})
          this.#options.closed()
          return false
        }
        if (REFUSALS.includes(code)) {
          this.#forget(question, given)
          this.#options.refused(question)
          continue
        }
        this.#options.changed('waiting')
        this.#timer = setTimeout(() => void this.flush(), AGAIN)
        return false
      }
    }
  }

  /** Unless another answer was given meanwhile. */
  #forget(question: string, sent: QuizAnswer | null) {
    if (this.#unsent[question] !== sent) return
    const { [question]: _, ...rest } = this.#unsent
    this.#unsent = rest
    this.#options.store.save(rest)
  }
}
