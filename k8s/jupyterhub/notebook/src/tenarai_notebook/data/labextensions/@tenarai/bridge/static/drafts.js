// What is typed and not in the file yet. The page around us keeps it on this device: a server that dies takes this frame
// along. Opened again, the notebook gets it back.
import { hasWork } from './changes.js';
import { copyOf } from './copies.js';

/** Often enough to lose nothing, seldom enough for a notebook of a thousand cells. */
const TELL_AFTER_MS = 100;

/** Without results: what was computed is saved at once, and can be computed again. */
const typed = ({ id, cell_type, source, metadata, attachments }) => ({ id, cell_type, source, metadata, attachments });
const cellsOf = model => model.sharedModel.toJSON().cells.map(typed);

const text = source => (Array.isArray(source) ? source.join('') : source);

/** Whether somebody who reads sees the same. */
export function sameWords(one, other) {
  const words = cells => JSON.stringify(cells.map(({ cell_type, source }) => [cell_type, text(source)]));
  return words(one) === words(other);
}

/** Returns what to call whenever something was typed; tells of the last state a moment later, and never of a saved one. */
export function tellOfDrafts(context, channel) {
  let timer = null;
  const tell = () => {
    timer = null;
    if (context.isDisposed || !hasWork(context)) return;
    const base = context.contentsModel?.last_modified;
    if (base) channel.send('draft', { path: context.path, base, cells: JSON.stringify(cellsOf(context.model)) });
  };
  return () => (timer ??= setTimeout(tell, TELL_AFTER_MS));
}

/** These cells in these places; those that are there keep their results, and all that is said of them elsewhere. */
function put(shared, cells) {
  const wanted = new Map(cells.map(cell => [cell.id, cell]));
  shared.transact(() => {
    for (let at = shared.cells.length - 1; at >= 0; at--) {
      const { id, cell_type } = shared.cells[at];
      if (wanted.get(id)?.cell_type !== cell_type) shared.deleteCell(at);
    }
    for (const [at, cell] of cells.entries()) {
      const there = shared.cells.findIndex(({ id }) => id === cell.id);
      if (there < 0) shared.insertCell(at, cell);
      else if (there !== at) shared.moveCell(there, at);
      const source = text(cell.source);
      if (shared.cells[at].getSource() !== source) shared.cells[at].setSource(source);
    }
  });
}

/**
 * Give a notebook back what was typed into it and never saved: `put_back`. Where its file was written since, that stays
 * as it is and the words go into a copy. `same`: the file has them; `open`: this page has, and has yet to save them.
 */
export async function putBack(context, contents, { base, cells }) {
  await context.ready;
  const { model } = context;
  if (sameWords(cellsOf(model), cells)) return { outcome: hasWork(context) ? 'open' : 'same' };
  if (!hasWork(context) && context.contentsModel?.last_modified === base) {
    put(model.sharedModel, cells);
    return { outcome: 'put_back' };
  }
  const bare = cell => (cell.cell_type === 'code' ? { ...cell, outputs: [], execution_count: null } : cell);
  return { outcome: 'copy', copy_path: await copyOf(contents, context.path, { ...model.toJSON(), cells: cells.map(bare) }) };
}
