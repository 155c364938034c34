// The server's half of the bridge (tenarai_notebook.extension).
import { Refusal } from './channel.js';
import { stamp } from './copies.js';

export class Server {
  #settings;
  #request;
  #base;
  /** Which files got another name since this page loaded, in order: [from, to]. */
  moved = [];
  #before;

  /** @param before how many had got another name before */
  constructor({ ServerConnection }, { URLExt }, before) {
    this.#before = before;
    this.#settings = ServerConnection.makeSettings();
    this.#request = ServerConnection.makeRequest;
    this.#base = URLExt.join(this.#settings.baseUrl, 'tenarai', 'api');
  }

  /** Where a notebook has a page of its own. */
  pageOf(path) {
    return `${this.#settings.baseUrl}notebooks/${path.split('/').map(encodeURIComponent).join('/')}`;
  }

  /** open, reset, update, keep, diff; refused where the path is not this chapter's, if that is said */
  handout(verb, path, chapterId) {
    return this.#ask(verb, { method: 'POST', body: JSON.stringify({ path, chapter_id: chapterId, stamp: stamp(), moved: this.#known }) });
  }

  resources() {
    return this.#ask(`resources?moved=${this.#known}`, {});
  }

  get #known() {
    return this.#before + this.moved.length;
  }

  async #ask(what, init) {
    let response;
    try {
      response = await this.#request(`${this.#base}/${what}`, init, this.#settings);
    } catch (error) {
      throw new Refusal('server_unreachable', String(error.message ?? error));
    }
    const body = await response.json().catch(() => ({}));
    if (!response.ok) throw new Refusal(body.code ?? `http_${response.status}`, body.detail ?? response.statusText);
    // two answers on their way at once may tell the same
    const known = this.#known - (body.moved_from ?? Infinity);
    if (known >= 0) this.moved.push(...body.moved.slice(known));
    return body;
  }
}
