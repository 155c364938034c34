// What one open notebook says of itself: saved or not, which cell is active, how its kernel is.
import { followCells, indexOf } from './cells.js';
import { followChanges } from './changes.js';
import { tellOfDrafts } from './drafts.js';

const KERNEL = {
  idle: 'idle',
  busy: 'busy',
  starting: 'starting',
  unknown: 'starting',
  restarting: 'restarting',
  autorestarting: 'restarting',
  terminating: 'dead',
  dead: 'dead'
};

// Whether the server itself answers. Jupyter asks a stopped server for its kernels again and again without a word.
let serverLost = false;
const told = new Set();
const onceConnected = new WeakSet();
const onceUsable = new WeakSet();

export function setServerLost(lost) {
  if (lost === serverLost) return;
  serverLost = lost;
  for (const tell of told) tell();
}

export function kernelStatus({ sessionContext }) {
  if (serverLost) return 'disconnected';
  const kernel = sessionContext.session?.kernel;
  if (!kernel) return sessionContext.isReady ? 'dead' : 'starting';
  if (kernel.connectionStatus === 'connected') onceConnected.add(kernel);
  // Jupyter tries for minutes to connect again before it says so itself; a kernel that starts is not connected yet
  else if (onceConnected.has(kernel) || kernel.connectionStatus === 'disconnected') return 'disconnected';
  if (kernel.status === 'idle' || kernel.status === 'busy') onceUsable.add(kernel);
  // Connected again, Jupyter asks how the kernel is, overhears the answer and calls it unknown until a cell runs
  else if (kernel.status === 'unknown' && kernel.connectionStatus === 'connected' && onceUsable.has(kernel)) return 'idle';
  return KERNEL[kernel.status] ?? 'starting';
}

/** The server answers again: do not wait until Jupyter's own next try, which may be a minute away. */
function connectAgain({ sessionContext }) {
  const kernel = sessionContext.session?.kernel;
  if (!serverLost && kernel && kernel.connectionStatus !== 'connected') void kernel.reconnect().catch(() => undefined);
}

const saving = new WeakMap(); // context -> the save under way, and the one after it

/** Save what is not saved, one save after the other: two at once, and Jupyter takes the first for a stranger's. */
export function save(context) {
  const before = saving.get(context);
  // however many ask while one is under way, one more has it all
  if (before) return (before.next ??= before.now.catch(() => undefined).then(() => begin(context)));
  return begin(context);
}

function begin(context) {
  const turn = { now: context.model.dirty ? context.save() : Promise.resolve(), next: null };
  saving.set(context, turn);
  const end = () => {
    if (!turn.next) saving.delete(context);
  };
  turn.now.then(end, end);
  return turn.now;
}

/** Resolves once cells can be run. */
export async function canRun(panel) {
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session?.kernel?.info;
}

/** Why it could not be saved, as far as the page has words for it. Nothing where no server answered: that is told apart. */
function reasonOf(error) {
  if (error?.response === undefined) return null;
  return error.response.status === 507 ? 'full' : 'failed';
}

/**
 * Saves that succeed, and those that fail. Jupyter shows a dialog for each that fails, with paths in it, and there is no
 * setting against it; the page around us has words of its own, in its own language. Its other dialogs stay.
 */
function followSaves(context, channel) {
  const showError = context._handleError;
  let under = false;
  let failure = null;
  context._handleError = async (error, title) => {
    if (under) failure = error;
    else await showError?.call(context, error, title);
  };
  context.saveState.connect((_, state) => {
    under = state === 'started';
    const { path } = context;
    if (state === 'completed') channel.send('saved', { path, at: new Date().toISOString() });
    const reason = state === 'failed' ? reasonOf(failure) : null;
    if (reason) channel.send('not_saved', { path, reason });
  });
}

/** Connect a notebook to the channel, once. */
export function follow(panel, channel) {
  const { context, content, sessionContext } = panel;
  followCells(panel, channel);
  // A kernel that dies with its server is said in a dialog, in English, over what may not be saved; the page says it too
  sessionContext._displayKernelError = async () => undefined;

  let said;
  const sayKernel = () => {
    const status = kernelStatus(panel);
    if (status === said) return;
    said = status;
    channel.send('kernel', { path: context.path, status });
  };
  sessionContext.statusChanged.connect(sayKernel);
  sessionContext.connectionStatusChanged.connect(sayKernel);
  sessionContext.kernelChanged.connect(sayKernel);
  context.pathChanged.connect(() => {
    said = undefined;
    sayKernel();
  });
  const onServer = () => {
    sayKernel();
    connectAgain(panel);
  };
  told.add(onServer);
  panel.disposed.connect(() => told.delete(onServer));
  sayKernel();

  followChanges(context, channel, tellOfDrafts(context, channel));
  followSaves(context, channel);

  const sayActive = () => {
    const cell = content.activeCell;
    if (!cell || !panel.isAttached) return;
    channel.send('active_cell', {
      path: context.path,
      cell_id: cell.model.id,
      cell_index: indexOf(panel, cell.model.id)
    });
  };
  content.activeCellChanged.connect(sayActive);
}
