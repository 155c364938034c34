// What the page of the LMS may ask for.
import { Refusal, text } from './channel.js';
import { putBack } from './drafts.js';

const THEMES = { light: 'JupyterLab Light', dark: 'JupyterLab Dark' };
const LOCALES = { ja: 'ja_JP', en: 'default' };

function choice(message, field, choices) {
  const value = choices[text(message, field)];
  if (!value) throw new Refusal('bad_message', `${field} is none of ${Object.keys(choices).join(', ')}`);
  return value;
}

/** Whose notebook it is to be; an older page of the LMS does not say so. */
function chapterOf({ chapter_id: id }) {
  if (id !== undefined && !Number.isSafeInteger(id)) throw new Refusal('bad_message', 'chapter_id is no number');
  return id;
}

function positionOf(panel, cellId) {
  const position = panel.content.widgets.findIndex(cell => cell.model.id === cellId);
  if (position < 0) throw new Refusal('no_such_cell', `There is no cell ${cellId}`);
  return position;
}

export function answerRequests({ channel, pane, server, themes, settings, contents }) {
  const shown = () => {
    if (!pane.current) throw new Refusal('not_ready', 'No notebook is open yet');
    return pane.current;
  };

  /** What is on the screen goes to the disk before the server looks at the file. */
  const saveIfOpen = async path => {
    if (pane.isOpen(path)) await pane.save(pane.find(path).context);
  };

  /** And what the server has written comes back to the screen. */
  const rewrite = async (verb, message) => {
    const path = text(message, 'path');
    await saveIfOpen(path);
    const answer = await server.handout(verb, path, chapterOf(message));
    if (pane.isOpen(path)) await pane.find(path).context.revert();
    return answer;
  };

  channel.on('hello', () => pane.sayReady());
  channel.on('open', message => pane.open(text(message, 'path'), chapterOf(message)));
  channel.on('save', async message => {
    // an older page of the LMS means what is on show
    if (message.path === undefined) {
      const panel = shown();
      await pane.save(panel.context);
      return { path: panel.context.path };
    }
    const path = text(message, 'path');
    // what is to be this chapter's goes to where that is by now, with what was typed; or it is refused
    await server.handout('open', path, chapterOf(message));
    await pane.followMoves();
    await saveIfOpen(path);
    return { path };
  });
  // those out of sight, too
  channel.on('save_all', () => pane.saveAll());
  channel.on('scroll_to_cell', async message => {
    const { content } = shown();
    const position = positionOf(shown(), text(message, 'cell_id'));
    content.activeCellIndex = position;
    await content.scrollToItem(position, 'center');
  });
  channel.on('insert', message => {
    const panel = shown();
    // the page may have turned while this was on its way
    if (panel.context.path !== text(message, 'path')) throw new Refusal('not_open', `${message.path} is not on show`);
    const { content } = panel;
    const after =
      message.after_cell_id === undefined
        ? content.activeCellIndex
        : positionOf(panel, text(message, 'after_cell_id'));
    const position = after + 1;
    panel.context.model.sharedModel.insertCell(position, { cell_type: 'code', source: text(message, 'source') });
    content.activeCellIndex = position;
    return { cell_id: content.activeCell?.model.id };
  });
  channel.on('theme', async message => {
    await themes.setTheme(choice(message, 'theme', THEMES));
  });
  channel.on('locale', async message => {
    const locale = choice(message, 'locale', LOCALES);
    await settings.set('@jupyterlab/translation-extension:plugin', 'locale', locale);
    // Jupyter reads its texts once; when to load the frame again is the page's decision
    return { applies: 'next_load' };
  });
  channel.on('reset', message => rewrite('reset', message));
  channel.on('update', message => rewrite('update', message));
  channel.on('keep', message => server.handout('keep', text(message, 'path'), chapterOf(message)));
  channel.on('diff', async message => {
    await saveIfOpen(text(message, 'path'));
    return server.handout('diff', text(message, 'path'), chapterOf(message));
  });
  channel.on('put_back', message => {
    const { context } = pane.find(text(message, 'path'));
    return putBack(context, contents, { base: text(message, 'base'), cells: JSON.parse(text(message, 'cells')) });
  });
  channel.on('focus', () => {
    window.focus();
    shown().activate();
  });
}
