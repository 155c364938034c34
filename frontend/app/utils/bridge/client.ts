import { type BridgeMessage, type BridgeOf, type BridgeRequest, readMessage } from './messages'

export class BridgeError extends Error {
  override readonly name = 'BridgeError'
  constructor(readonly code: string, detail = '') {
    super(detail || code)
  }
}

export interface BridgeOptions {
  /** The frame's window now; a new document in the same frame keeps it. */
  target: () => Window | null
  /** The hub's origin: messages from and to anywhere else do not exist. */
  origin: string
  heard: (message: BridgeMessage) => void
  /** The page's own window; tests bring another. */
  host?: Pick<Window, 'addEventListener' | 'removeEventListener'>
  newId?: () => string
}

interface Waiting { settle: (message: BridgeMessage) => void, fail: (error: BridgeError) => void }

/** Speaks with the bridge inside the notebook frame: origin and window pinned, every request has its answer or its timeout. */
export class BridgeClient {
  private readonly waiting = new Map<string, Waiting>()
  private readonly listener = (event: Event) => this.receive(event as MessageEvent)
  private readonly host: NonNullable<BridgeOptions['host']>

  constructor(private readonly options: BridgeOptions) {
    this.host = options.host ?? window
    this.host.addEventListener('message', this.listener)
  }

  /** Sends a request and waits for what answers it. */
  ask<T extends 'done' | 'opened' | 'ready' = 'done'>(request: BridgeRequest, timeout = 8000): Promise<BridgeOf<T>> {
    const target = this.options.target()
    if (!target) return Promise.reject(new BridgeError('no_frame'))
    const id = (this.options.newId ?? (() => crypto.randomUUID()))()
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.fail(id, new BridgeError('timeout')), timeout)
      this.waiting.set(id, {
        settle: (message) => {
          clearTimeout(timer)
          resolve(message as BridgeOf<T>)
        },
        fail: (error) => {
          clearTimeout(timer)
          reject(error)
        },
      })
      target.postMessage({ tenarai: 1, id, ...request }, this.options.origin)
    })
  }

  /** The document in the frame is gone: nobody will answer what was asked of it. */
  abandon(code = 'gone') {
    for (const id of [...this.waiting.keys()]) this.fail(id, new BridgeError(code))
  }

  close() {
    this.host.removeEventListener('message', this.listener)
    this.abandon('closed')
  }

  private fail(id: string, error: BridgeError) {
    const waiting = this.waiting.get(id)
    this.waiting.delete(id)
    waiting?.fail(error)
  }

  private receive(event: MessageEvent) {
    if (event.origin !== this.options.origin) return
    const target = this.options.target()
    if (!target || event.source !== target) return
    const message = readMessage(event.data)
    if (!message) return
    const waiting = message.id === undefined ? undefined : this.waiting.get(message.id)
    if (waiting && message.id !== undefined) {
      if (message.type === 'error') return this.fail(message.id, new BridgeError(message.code, message.detail))
      this.waiting.delete(message.id)
      waiting.settle(message)
    }
    this.options.heard(message)
  }
}
