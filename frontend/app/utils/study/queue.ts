import type { EventResults, StudyEvent } from '~/api/types'

/** What happened while studying, kept on this device until the server has it. */
export interface EventStore {
  all: () => Promise<StudyEvent[]>
  put: (event: StudyEvent) => Promise<void>
  remove: (ids: string[]) => Promise<void>
}

export type QueueState = 'idle' | 'saving' | 'saved' | 'refused' | 'offline' | 'full'

export interface QueueOptions {
  store: EventStore
  send: (events: StudyEvent[], options: { keepalive: boolean }) => Promise<EventResults>
  /** May this page still speak for the person whose events these are? */
  allowed: () => boolean
  /** The server will never take these: the chapter is no longer the person's to study. */
  ended?: (events: StudyEvent[]) => void
  acknowledged?: (results: EventResults) => void
  state?: (state: QueueState, waiting: number) => void
  delay?: number
}

/** The server takes 200; less keeps a keepalive request under the browser's 64 KiB. */
const BATCH = 100
const FIRST_RETRY = 2_000
const LAST_RETRY = 60_000

export const retryDelay = (failures: number, random = Math.random()) =>
  Math.min(LAST_RETRY, FIRST_RETRY * 2 ** (failures - 1)) * (0.75 + random / 2)

/**
 * Answers of the server itself that no repetition changes: the batch, or an event in it, is not acceptable. Anything
 * else may be a proxy's word, or a captive portal's, and says nothing of the events.
 */
const FINAL = new Set(['malformed_json', 'invalid_fields', 'too_many_events', 'body_too_large'])

const refused = (error: unknown) => FINAL.has((error as { code?: unknown }).code as string)

export class StudyQueue {
  private readonly known = new Map<string, StudyEvent>()
  private readonly leaving = new Set<string>()
  private readonly loaded: Promise<void>
  private timer: ReturnType<typeof setTimeout> | undefined
  private running: Promise<void> | null = null
  private failures = 0
  private refused = false
  private closed = false

  constructor(private readonly options: QueueOptions) {
    this.loaded = options.store.all()
      .then(events => events.forEach(event => this.known.set(event.id, event)))
      .catch(() => undefined)
      .then(() => { if (this.known.size) this.schedule(0) })
  }

  get size() { return this.known.size }

  /** Durable first, then sent with what else comes within a moment. */
  async add(event: StudyEvent): Promise<void> {
    await this.loaded
    const older = event.type === 'position'
      ? [...this.known.values()].filter(it => it.type === 'position' && it.chapter_id === event.chapter_id).map(it => it.id)
      : []
    this.known.set(event.id, event)
    // Only the last place one was at is worth sending.
    for (const id of older) this.known.delete(id)
    this.refused = false
    this.tell('saving')
    this.schedule(this.options.delay ?? 1_500)
    await this.options.store.put(event).then(() => (older.length ? this.options.store.remove(older) : undefined))
      // A device without room keeps the event in memory and still sends it.
      .catch(() => this.tell('full'))
  }

  /** Sends everything now (again). */
  flush(): Promise<void> {
    clearTimeout(this.timer)
    return (this.running ??= this.run().finally(() => (this.running = null)))
  }

  /** The page is going away: one last batch that may outlive it. What is not acknowledged stays stored. */
  flushOnExit() {
    if (this.closed || !this.options.allowed()) return
    // `hidden` and `pagehide` come one after the other: what the first has sent the second leaves alone.
    const batch = [...this.known.values()].filter(({ id }) => !this.leaving.has(id)).slice(-BATCH)
    if (!batch.length) return
    for (const { id } of batch) this.leaving.add(id)
    void this.options.send(batch, { keepalive: true })
      .then(results => this.settle(batch, results))
      .catch(() => undefined)
      .finally(() => batch.forEach(({ id }) => this.leaving.delete(id)))
  }

  close() {
    this.closed = true
    clearTimeout(this.timer)
  }

  private schedule(delay: number) {
    if (this.closed) return
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.flush(), delay)
  }

  private tell(state: QueueState) {
    this.options.state?.(state, this.known.size)
  }

  private async run(): Promise<void> {
    await this.loaded
    while (this.known.size && !this.closed) {
      if (!this.options.allowed()) return
      const batch = [...this.known.values()].slice(0, BATCH)
      try {
        await this.settle(batch, await this.options.send(batch, { keepalive: false }))
        this.failures = 0
      }
      catch (error) {
        if (refused(error) && await this.setAside(batch)) continue
        this.failures += 1
        this.tell('offline')
        return this.schedule(retryDelay(this.failures))
      }
    }
    if (!this.known.size) this.tell(this.refused ? 'refused' : 'saved')
  }

  private async settle(batch: StudyEvent[], results: EventResults) {
    const sent = new Set(batch.map(({ id }) => id))
    // "rejected" is final too (an unknown chapter, say): repeating it would never end.
    const settled = results.results.map(({ id }) => id).filter(id => sent.has(id))
    if (!settled.length) throw new Error('nothing acknowledged')
    for (const id of settled) this.known.delete(id)
    await this.options.store.remove(settled).catch(() => undefined)
    this.options.acknowledged?.(results)
    const ended = new Set(results.results.filter(({ code }) => code === 'not_enrolled' || code === 'not_found').map(({ id }) => id))
    if (!ended.size) return
    this.refused = true
    this.options.ended?.(batch.filter(({ id }) => ended.has(id)))
  }

  /** The server refused the whole batch: find the event it cannot take by sending them one by one, drop only that. */
  private async setAside(batch: StudyEvent[]): Promise<boolean> {
    for (const event of batch) {
      try {
        await this.settle([event], await this.options.send([event], { keepalive: false }))
      }
      catch (error) {
        if (!refused(error)) return false
        this.known.delete(event.id)
        await this.options.store.remove([event.id]).catch(() => undefined)
      }
    }
    return true
  }
}
