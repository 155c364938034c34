// The server's half of the bridge (tenarai_notebook.extension).
import { Refusal } from './channel.js';

export class Server {
  #settings;
  #request;
  #base;

  constructor({ ServerConnection }, { URLExt }) {
    this.#settings = ServerConnection.makeSettings();
    this.#request = ServerConnection.makeRequest;
    this.#base = URLExt.join(this.#settings.baseUrl, 'tenarai', 'api');
  }

  /** open, reset, update, keep, diff */
  handout(verb, path) {
    return this.#ask(verb, { method: 'POST', body: JSON.stringify({ path }) });
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
    return body;
  }
}
