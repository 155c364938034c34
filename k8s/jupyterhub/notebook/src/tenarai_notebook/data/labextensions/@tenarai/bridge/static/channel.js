// Messages to and from the page of the LMS around this frame. Both ends are pinned: nothing is sent to, or taken
// from, anybody but the window around us when it is of the LMS's origin.

export class Refusal extends Error {
  /** @param {string} code stable, for the page @param {string} detail for people */
  constructor(code, detail) {
    super(detail);
    this.code = code;
  }
}

export class Channel {
  #origin;
  #verbs = new Map();

  /** @param {string} origin of the LMS */
  constructor(origin) {
    this.#origin = origin;
  }

  /** False in a tab of its own: there is nobody to talk to. */
  get connected() {
    return window.parent !== window;
  }

  get verbs() {
    return [...this.#verbs.keys()];
  }

  /** Say what to do with a kind of request; what it returns goes into the answer. */
  on(type, handle) {
    this.#verbs.set(type, handle);
  }

  send(type, body = {}) {
    if (this.connected) window.parent.postMessage({ ...body, tenarai: 1, type }, this.#origin);
  }

  listen() {
    window.addEventListener('message', event => {
      if (event.origin !== this.#origin || event.source !== window.parent || !this.connected) return;
      const message = event.data;
      if (message === null || typeof message !== 'object' || message.tenarai !== 1) return;
      if (typeof message.type === 'string') void this.#handle(message);
    });
  }

  async #handle(message) {
    const { id, type } = message;
    try {
      const handle = this.#verbs.get(type);
      if (!handle) throw new Refusal('unknown_type', `The notebook does not know the message ${type}`);
      const answer = (await handle(message)) ?? {};
      if (id !== undefined) this.send(answer.type ?? 'done', { ...answer, id });
    } catch (error) {
      if (!(error instanceof Refusal)) console.error('tenarai bridge', type, error);
      const code = error instanceof Refusal ? error.code : 'failed';
      if (id !== undefined) this.send('error', { id, code, detail: String(error.message ?? error) });
    }
  }
}

/** A string of a request, or a refusal that names it. */
export function text(message, field) {
  const value = message[field];
  if (typeof value !== 'string' || value === '') throw new Refusal('bad_message', `${field} is missing`);
  return value;
}
