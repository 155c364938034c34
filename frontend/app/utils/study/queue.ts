import type { EventResults, StudyEvent } from '~/api/types'
import { isFinal } from '../problem'
import { Retrier } from '../retrier'

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

/** Runs come from the notebook, which may forge any number of them: whatever else happened goes first, and without them. */
const isRun = ({ type }: StudyEvent) => type === 'cell_executed'

/** The batch, or an event in it, is not acceptable. */
const refused = isFinal('too_many_events')

export class StudyQueue {
  private readonly known = new Map<string, StudyEvent>()
  private readonly leaving = new Set<string>()
  private readonly loaded: Promise<void>
  private readonly sending = new Retrier(() => this.run())
  private refused = false

  constructor(private readonly options: QueueOptions) {
    this.loaded = options.store.all()
      .then(events => events.forEach(event => this.known.set(event.id, event)))
      .catch(() => undefined)
      .then(() => { if (this.known.size) this.sending.in(0) })
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
    this.sending.in(this.options.delay ?? 1_500)
    await this.options.store.put(event).then(() => (older.length ? this.options.store.remove(older) : undefined))
      // A device without room keeps the event in memory and still sends it.
      .catch(() => this.tell('full'))
  }

  /** Sends everything now (again). */
  flush = () => this.sending.now()

  /** The page is going away: one last batch that may outlive it. What is not acknowledged stays stored. */
  flushOnExit() {
    if (!this.options.allowed()) return
    // `hidden` and `pagehide` come one after the other: what the first has sent the second leaves alone.
    const left = [...this.known.values()].filter(({ id }) => !this.leaving.has(id))
    const batch = [...left.filter(isRun), ...left.filter(it => !isRun(it))].slice(-BATCH)
    if (!batch.length) return
    for (const { id } of batch) this.leaving.add(id)
    void this.options.send(batch, { keepalive: true })
      .then(results => this.settle(batch, results))
      .catch(() => undefined)
      .finally(() => batch.forEach(({ id }) => this.leaving.delete(id)))
  }

  private tell(state: QueueState) {
    this.options.state?.(state, this.known.size)
  }

  private async run(): Promise<boolean> {
    await this.loaded
    while (this.known.size) {
      if (!this.options.allowed()) return true
      const all = [...this.known.values()]
      const others = all.filter(it => !isRun(it))
      const batch = (others.length ? others : all).slice(0, BATCH)
      try {
        await this.settle(batch, await this.options.send(batch, { keepalive: false }))
      }
      catch (error) {
        if (refused(error) && await this.setAside(batch)) continue
        this.tell('offline')
        return false
      }
    }
    this.tell(this.refused ? 'refused' : 'saved')
    return true
  }

  private async settle(batch: StudyEvent[], results: EventResults) {
    const sent = new Set(batch.map(({ id }) => id))
    // "rejected" is final too (an unknown chapter, say): repeating it would never end.
    // Not what is too much for the moment: that waits, as if nobody had answered.
    const settled = results.results.filter(({ id, code }) => sent.has(id) && code !== 'too_many').map(({ id }) => id)
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
