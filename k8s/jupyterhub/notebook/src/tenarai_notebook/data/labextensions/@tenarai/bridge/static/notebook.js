// What one open notebook says of itself: saved or not, which cell is active, how its kernel is.
import { followCells, indexOf } from './cells.js';

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

const saving = new WeakMap();

/** Save what is not saved, one save after the other: two at once, and Jupyter takes the first for a stranger's. */
export function save(context) {
  const saved = (saving.get(context) ?? Promise.resolve()).then(() => (context.model.dirty ? context.save() : undefined));
  saving.set(
    context,
    saved.catch(() => undefined)
  );
  return saved;
}

/** Resolves once cells can be run. */
export async function canRun(panel) {
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session?.kernel?.info;
}

/**
 * Whether there is something to save. Jupyter calls a notebook changed as soon as its kernel has said its version;
 * nobody touched it then, so only what happens to cells counts.
 */
function followChanges(context, channel) {
  const { model } = context;
  let { path } = context;
  let touched = false;
  let said = false;
  const say = () => {
    if (!model.dirty) touched = false;
    const dirty = model.dirty && touched;
    if (dirty === said) return;
    said = dirty;
    channel.send('dirty', { path, dirty });
  };
  const touch = () => {
    touched = true;
    // the model learns of it in the same moment, perhaps after us
    queueMicrotask(say);
  };
  for (const cell of model.cells) cell.contentChanged.connect(touch);
  model.cells.changed.connect((_, change) => {
    for (const cell of change.newValues ?? []) cell?.contentChanged.connect(touch);
    touch();
  });
  model.stateChanged.connect((_, change) => {
    if (change.name === 'dirty') queueMicrotask(say);
  });
  context.pathChanged.connect((_, to) => {
    if (said) channel.send('dirty', { path, dirty: false });
    path = to;
    if (said) channel.send('dirty', { path, dirty: true });
  });
}

/** Connect a notebook to the channel, once. */
export function follow(panel, channel) {
  const { context, content, sessionContext } = panel;
  followCells(panel, channel);

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

  followChanges(context, channel);
  context.saveState.connect((_, state) => {
    if (state === 'completed') channel.send('saved', { path: context.path, at: new Date().toISOString() });
  });

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
