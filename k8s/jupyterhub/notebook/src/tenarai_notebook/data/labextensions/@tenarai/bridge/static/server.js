// The server's half of the bridge (tenarai_notebook.extension).
import { Refusal } from './channel.js';
import { stamp } from './copies.js';

export class Server {
  #settings;
  #request;
  #base;
  /** Which files got another name, in order: [from, to]. */
  moved = [];

  constructor({ ServerConnection }, { URLExt }) {
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
    return this.#ask(verb, { method: 'POST', body: JSON.stringify({ path, chapter_id: chapterId, stamp: stamp() }) });
  }

  resources() {
    return this.#ask('resources', {});
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
    if (body.moved?.length > this.moved.length) this.moved = body.moved;
    return body;
  }
}
