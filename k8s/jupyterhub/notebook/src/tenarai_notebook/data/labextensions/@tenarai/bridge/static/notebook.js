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

export function setServerLost(lost) {
  if (lost === serverLost) return;
  serverLost = lost;
  for (const tell of told) tell();
}

export function kernelStatus({ sessionContext }) {
  if (serverLost) return 'disconnected';
  const kernel = sessionContext.session?.kernel;
  if (!kernel) return sessionContext.isReady ? 'dead' : 'starting';
  const status = KERNEL[kernel.status] ?? 'starting';
  // Jupyter tries for minutes to connect again before it says so itself; a kernel that starts is not connected yet
  const lost = kernel.connectionStatus !== 'connected' && (status === 'idle' || status === 'busy');
  return lost || kernel.connectionStatus === 'disconnected' ? 'disconnected' : status;
}

/** Resolves once cells can be run. */
export async function canRun(panel) {
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session?.kernel?.info;
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
  told.add(sayKernel);
  panel.disposed.connect(() => told.delete(sayKernel));
  sayKernel();

  context.model.stateChanged.connect((_, change) => {
    if (change.name === 'dirty') channel.send('dirty', { path: context.path, dirty: context.model.dirty });
  });
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
