// Chapters that get another name while their notebooks are open. The server moves the file; the open notebook follows it
// with its kernel and with all that is not saved yet, as after a renaming in Jupyter's own list of files. Else its next
// save would go into the file of the chapter that has the name by now.

export class Moves {
  #contents;
  #followed;
  #turn = Promise.resolve();

  /** @param contents Jupyter's @param {number} followed how many of those that are told are no news to this page */
  constructor(contents, followed = 0) {
    this.#contents = contents;
    this.#followed = followed;
  }

  /** Let these notebooks follow what the server has moved since the page loaded; `tell` hears of each that did. */
  follow(moved, panels, tell) {
    const done = this.#turn.then(() => this.#follow(moved, panels, tell));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #follow(moved, panels, tell) {
    for (; this.#followed < moved.length; this.#followed++) {
      const [from, to] = moved[this.#followed];
      for (const panel of panels().filter(open => open.context.path === from)) {
        // one that was read after the move shows what came there
        if (await this.#isRead(panel)) continue;
        const name = to.split('/').at(-1);
        this.#contents.fileChanged.emit({ type: 'rename', oldValue: { path: from }, newValue: { path: to, name } });
        if (panel.context.path === to) tell(from, to);
        // it must not be saved under the name of another
        else panel.dispose();
      }
    }
  }

  /** Whether the file that lies at its path now is the one that it shows. A file that is moved keeps its time. */
  async #isRead({ context }) {
    if (!context.contentsModel) return true; // it is being read
    try {
      const { last_modified } = await this.#contents.get(context.path, { content: false });
      return last_modified === context.contentsModel.last_modified;
    } catch (error) {
      if (error.response?.status === 404) return false;
      throw error;
    }
  }
}
