// The same notebook in two places: the pane and a tab of its own, or two browsers. Whoever has nothing to save follows
// the file. Where both wrote, what is saved later becomes the file, and what the other one saved is kept beside it.
// Jupyter would ask which of the two to throw away.
import { hasWork, stillHasWork, touchesOf } from './changes.js';
import { copyOf } from './copies.js';
import { sameWords } from './drafts.js';

const sameFile = (one, other) =>
  one.hash && other.hash ? one.hash === other.hash : one.last_modified === other.last_modified;

export class Elsewhere {
  #contents;
  #tell;
  #news;
  #turns = new WeakMap(); // context -> the last look at its file

  /** @param contents Jupyter's @param news a BroadcastChannel of this learner's pages @param tell hears of copies */
  constructor(contents, news, tell) {
    this.#contents = contents;
    this.#news = news;
    this.#tell = tell;
  }

  /** From now on this notebook is saved over nobody's work, by whichever of Jupyter's ways. */
  guard(context) {
    const save = context.save.bind(context);
    context.save = async () => {
      // a server that does not answer is the save's own matter
      await this.look(context).catch(() => undefined);
      const before = touchesOf(context);
      await save();
      // Jupyter calls saved what was typed while it saved
      stillHasWork(context, before);
    };
    context.saveState.connect((_, state) => {
      if (state === 'completed') this.#news.postMessage({ saved: context.path });
    });
  }

  /** Follow what others save, and what was saved while nobody looked. */
  follow(contexts) {
    const look = () => {
      if (document.visibilityState !== 'visible') return;
      for (const context of contexts()) void this.look(context).catch(() => undefined);
    };
    window.addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    this.#news.addEventListener('message', ({ data }) => {
      for (const context of contexts().filter(({ path }) => path === data?.saved)) {
        // who has work to save learns of it then
        if (!hasWork(context)) void this.look(context).catch(() => undefined);
      }
    });
  }

  /** See whether the file is still the one that is shown, and make of it what can be made. */
  look(context) {
    const looked = (this.#turns.get(context) ?? Promise.resolve()).then(() => this.#look(context));
    this.#turns.set(
      context,
      looked.catch(() => undefined)
    );
    return looked;
  }

  async #look(context) {
    const known = context.isReady ? context.contentsModel : null;
    if (!known) return;
    const there = await this.#contents.get(context.path, { content: false, hash: true });
    if (sameFile(there, context.contentsModel)) return;
    if (!hasWork(context)) return context.revert();
    const theirs = await this.#contents.get(context.path, { type: 'notebook', format: 'json', content: true });
    if (!sameWords(theirs.content.cells, context.model.toJSON().cells)) {
      const copy = await copyOf(this.#contents, context.path, theirs.content);
      this.#tell(context.path, copy);
    }
    // the next save finds the file that it expects
    const { path } = context;
    this.#contents.fileChanged.emit({ type: 'rename', oldValue: { path }, newValue: { ...there, path } });
  }
}
