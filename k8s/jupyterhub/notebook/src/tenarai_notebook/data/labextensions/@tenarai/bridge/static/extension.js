// The bridge between a notebook and the page of the LMS that shows it. The messages are in k8s/jupyterhub/README.md.
import { Channel } from './channel.js';
import { wearLook } from './look.js';
import { Moves } from './moves.js';
import { setServerLost } from './notebook.js';
import { Pane } from './pane.js';
import { answerRequests } from './requests.js';
import { Server } from './server.js';

const RESOURCES_EVERY_MS = 5000;
const SAVE_EVERY_MS = 20_000;

/** The documented key that leads from the notebook back to the text; Jupyter uses most others itself. */
function listenForLeave(channel) {
  document.addEventListener(
    'keydown',
    event => {
      if (event.code !== 'KeyE' || !event.shiftKey || event.altKey || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      channel.send('leave');
    },
    true
  );
}

function reportResources(channel, server, pane) {
  let lost = false;
  const report = async () => {
    if (document.visibilityState !== 'visible') return;
    const resources = await server.resources().catch(() => null);
    setServerLost(resources === null);
    if (resources) await pane.followMoves().catch(() => undefined);
    if (lost && resources) void pane.saveAll().catch(() => undefined);
    lost = resources === null;
    if (resources) {
      const { memory_bytes, memory_limit_bytes } = resources;
      channel.send('resources', { memory_bytes, memory_limit_bytes });
    }
  };
  setInterval(report, RESOURCES_EVERY_MS);
  document.addEventListener('visibilitychange', report);
  void report();
}

/**
 * Jupyter's own saving opens a dialog whenever the server is away, each time it tries. Ours waits for the server: the
 * page around us shows that something is unsaved, and that the network is gone.
 */
function saveRegularly(docs, pane) {
  const off = () => {
    if (docs.autosave) docs.autosave = false;
  };
  // its settings arrive later, and may change
  docs.stateChanged.connect(off);
  off();
  setInterval(() => void pane.saveAll().catch(() => undefined), SAVE_EVERY_MS);
}

/** Jupyter shows a dialog for a notebook that is not there; the page around us can say it in its own words, at once. */
async function tellWhenMissing(channel, server) {
  const path = decodeURIComponent(location.pathname.split('/notebooks/')[1] ?? '');
  try {
    await server.handout('open', path);
  } catch (error) {
    channel.send('error', { code: error.code, detail: error.message, path });
  }
}

export async function createPlugin(shared) {
  const [notebook, docmanager, apputils, settingregistry, services, coreutils] = await Promise.all(
    ['notebook', 'docmanager', 'apputils', 'settingregistry', 'services', 'coreutils'].map(name =>
      shared(`@jupyterlab/${name}`)
    )
  );

  return {
    id: '@tenarai/bridge:plugin',
    autoStart: true,
    requires: [
      notebook.INotebookTracker,
      docmanager.IDocumentManager,
      apputils.IThemeManager,
      settingregistry.ISettingRegistry
    ],
    activate: (app, tracker, docs, themes, settings) => {
      const channel = new Channel(coreutils.PageConfig.getOption('tenaraiLmsOrigin'));
      if (!channel.connected || coreutils.PageConfig.getOption('notebookPage') !== 'notebooks') return;
      const movedBefore = Number(coreutils.PageConfig.getOption('tenaraiMoved')) || 0;
      const server = new Server(services, coreutils, movedBefore);
      const moves = new Moves(app.serviceManager.contents);
      const pane = new Pane(app, docs, channel, server, coreutils, moves);
      answerRequests({ channel, pane, server, themes, settings });
      wearLook();
      channel.listen();
      listenForLeave(channel);
      reportResources(channel, server, pane);
      saveRegularly(docs, pane);
      void tellWhenMissing(channel, server);

      let first = true;
      tracker.widgetAdded.connect(async (_, panel) => {
        const ready = first;
        first = false;
        await pane.adopt(panel);
        if (ready) await pane.sayReady();
      });
    }
  };
}
