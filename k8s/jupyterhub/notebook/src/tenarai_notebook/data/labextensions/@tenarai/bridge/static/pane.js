// One page, many notebooks: Notebook 7 shows one document a page and would open a second in a new tab. Here the shell's
// main widget is exchanged instead, so that the next chapter opens without loading the page again.
import { Refusal } from './channel.js';
import { canRun, follow, kernelStatus, save } from './notebook.js';

/** Notebooks that stay open with their kernels, the shown one included. */
const KEEP = 2;
/** And those whose kernel computes, up to here: a training run is not thrown away for turning a page. */
const KEEP_BUSY = 4;
/** Who turns the page waits so long for the notebook that is left; its save goes on behind the next one. */
const SAVED_WITHIN_MS = 5_000;

const after = ms => new Promise(resolve => setTimeout(resolve, ms));

export class Pane {
  #app;
  #docs;
  #channel;
  #server;
  #urls;
  #moves;
  #elsewhere;
  #panels = []; // most recently shown last
  #queue = Promise.resolve();

  constructor(app, docs, channel, server, { PageConfig, URLExt }, moves, elsewhere = { guard: () => undefined }) {
    this.#app = app;
    this.#docs = docs;
    this.#channel = channel;
    this.#server = server;
    this.#urls = { PageConfig, URLExt };
    this.#moves = moves;
    this.#elsewhere = elsewhere;
  }

  /** The notebook that is shown, once it has been adopted. */
  get current() {
    return this.#panels.at(-1) ?? null;
  }

  /** The open notebook with this path, or a refusal. */
  find(path) {
    const panel = this.#panels.find(open => open.context.path === path);
    if (!panel) throw new Refusal('not_open', `${path} is not open`);
    return panel;
  }

  /** What all open notebooks show. */
  get contexts() {
    return this.#panels.map(({ context }) => context);
  }

  isOpen(path) {
    return this.#panels.some(panel => panel.context.path === path);
  }

  /** Take a notebook that Jupyter has just opened under our care. */
  async adopt(panel) {
    if (!this.#panels.includes(panel)) {
      this.#panels.push(panel);
      panel.disposed.connect(() => {
        this.#panels = this.#panels.filter(open => open !== panel);
      });
      await panel.context.ready;
      this.#elsewhere.guard(panel.context);
      follow(panel, this.#channel);
    }
  }

  /** What can be saved now is saved; a refusal where something is left for the next call. */
  async saveAll() {
    // beside each other: one may wait for somebody to answer a dialog
    const saved = await Promise.allSettled(this.#panels.map(({ context }) => this.save(context)));
    const failed = saved.find(({ status }) => status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** Jupyter opens a dialog over a save that finds no server; here whoever asked is told, and asks again later. */
  async save(context) {
    if (!context.isReady || !context.model.dirty) return;
    // which tells as well whether the file is still where it was
    await this.#server.resources();
    await this.followMoves();
    try {
      await save(context);
    } catch (error) {
      throw new Refusal('not_saved', `${context.path} could not be saved: ${error.message ?? error}`);
    }
  }

  /** Open notebooks whose chapter got another name go where their files went. */
  async followMoves() {
    const tell = (path, to) => this.#channel.send('moved', { path, to });
    await this.#moves.follow(this.#server.moved, () => this.#panels, tell);
  }

  async sayReady() {
    const panel = this.current;
    if (!panel) return;
    await canRun(panel);
    this.#channel.send('ready', {
      path: panel.context.path,
      locale: document.documentElement.lang.startsWith('en') ? 'en' : 'ja',
      capabilities: this.#channel.verbs
    });
  }

  /** Show this notebook in place of the current one; one after the other, in the order they were asked for. */
  open(path, chapterId) {
    return this.#inTurn(() => this.#open(path, chapterId));
  }

  #inTurn(work) {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #open(path, chapterId) {
    const left = this.current;
    // First, for its file may be the one that this chapter takes over from its former name. What cannot be saved stays
    // open out of sight, and is asked again with all others: a full disk keeps nobody from the next chapter.
    if (left && left.context.path !== path) {
      await Promise.race([this.save(left.context).catch(() => undefined), after(SAVED_WITHIN_MS)]);
    }
    const { handout } = await this.#server.handout('open', path, chapterId);
    await this.followMoves();
    const before = this.current;
    if (before?.context.path !== path) {
      await this.#show(path, before);
      void this.#closeOthers().catch(() => undefined);
    }
    this.#rememberAddress(path);
    void this.sayReady();
    return { type: 'opened', path, handout };
  }

  async #show(path, before) {
    const main = before?.parent ?? null;
    if (before) before.parent = null; // hidden with its kernel, not closed
    try {
      let panel = this.#panels.find(open => open.context.path === path);
      if (panel) {
        this.#app.shell.add(panel, 'main');
        this.#panels = [...this.#panels.filter(open => open !== panel), panel];
      } else {
        // the reference tells Notebook's opener to stay on this page
        panel = this.#docs.open(path, 'Notebook', undefined, { ref: '_noref' });
        if (!panel) throw new Refusal('not_a_notebook', `${path} cannot be opened as a notebook`);
        await this.adopt(panel);
      }
      this.#app.shell.activateById(panel.id);
    } catch (error) {
      if (before && main && !before.isDisposed) this.#app.shell.add(before, 'main');
      throw error;
    }
  }

  /** A reload of the frame shows the same notebook again. */
  #rememberAddress(path) {
    const { PageConfig, URLExt } = this.#urls;
    const address = URLExt.join(PageConfig.getBaseUrl(), 'notebooks', URLExt.encodeParts(path));
    history.replaceState(history.state, '', new URL(address, location.href));
  }

  /** Save and close what has not been shown for longest, and end kernels that an earlier page left behind. */
  async #closeOthers() {
    const hidden = this.#panels.slice(0, -1);
    const surplus = hidden.slice(0, Math.max(0, this.#panels.length - KEEP));
    const forced = this.#panels.length - KEEP_BUSY;
    for (const [position, panel] of surplus.entries()) {
      if (kernelStatus(panel) === 'busy' && position >= forced) continue;
      // what cannot be saved stays open, and is asked again after the next one
      await this.save(panel.context).catch(() => undefined);
      // in turn with what is opened: it may be asked for again in the middle of this
      await this.#inTurn(() => this.#close(panel));
    }
    await this.#endForgottenKernels();
  }

  async #close(panel) {
    if (panel === this.current || panel.isDisposed || panel.context.model.dirty) return;
    await panel.sessionContext.shutdown().catch(() => undefined);
    panel.dispose();
  }

  async #endForgottenKernels() {
    const { sessions } = this.#app.serviceManager;
    await sessions.refreshRunning();
    for (const session of sessions.running()) {
      const { kernel } = session;
      // nobody is connected and nothing runs: another tab's kernel, or a computation, is left alone
      const forgotten = kernel && kernel.connections === 0 && kernel.execution_state === 'idle';
      if (forgotten && !this.isOpen(session.path)) await sessions.shutdown(session.id).catch(() => undefined);
    }
  }
}
