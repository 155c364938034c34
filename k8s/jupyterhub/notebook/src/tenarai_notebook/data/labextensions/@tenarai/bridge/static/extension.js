// The bridge between a notebook and the page of the LMS that shows it. The messages are in k8s/jupyterhub/README.md.
import { hasWork } from './changes.js';
import { Channel } from './channel.js';
import { Elsewhere } from './elsewhere.js';
import { wearLook } from './look.js';
import { Moves } from './moves.js';
import { setServerLost } from './notebook.js';
import { followWork, sayWhatThisIs, words } from './own_tab.js';
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

/** The notebook of this page's address. */
const pathHere = () => decodeURIComponent(location.pathname.split('/notebooks/')[1] ?? '');

/** Jupyter shows a dialog for a notebook that is not there; the page around us can say it in its own words, at once. */
async function tellWhenMissing(channel, server) {
  const path = pathHere();
  try {
    await server.handout('open', path);
  } catch (error) {
    channel.send('error', { code: error.code, detail: error.message, path });
  }
}

/** Jupyter asks whether to leave whenever it calls a notebook changed, also one that nobody touched. */
function askBeforeLeaving(contexts) {
  window.addEventListener(
    'beforeunload',
    event => {
      if (!contexts().some(hasWork)) event.stopImmediatePropagation();
    },
    true
  );
}

/** In a tab of its own a notebook has Jupyter's page; it follows its file as the pane does, and leads back to the text. */
function ownTab({ app, tracker, server, Widget, Notification, news, lmsOrigin }) {
  const open = [];
  const { contents } = app.serviceManager;
  const elsewhere = new Elsewhere(contents, news, (path, copy) =>
    Notification.info(words().kept, {
      autoClose: false,
      actions: [{ label: words().open, callback: () => window.open(server.pageOf(copy), '_blank', 'noopener') }]
    })
  );
  askBeforeLeaving(() => open);
  elsewhere.follow(() => open);
  tracker.widgetAdded.connect(async (_, panel) => {
    const { context } = panel;
    void sayWhatThisIs({ panel, Widget, server, lmsOrigin });
    await context.ready;
    elsewhere.guard(context);
    followWork(context);
    open.push(context);
  });
}

export async function createPlugin(shared) {
  const [notebook, docmanager, apputils, settingregistry, services, coreutils] = await Promise.all(
    ['notebook', 'docmanager', 'apputils', 'settingregistry', 'services', 'coreutils'].map(name =>
      shared(`@jupyterlab/${name}`)
    )
  );
  const { Widget } = await shared('@lumino/widgets');

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
      const lmsOrigin = coreutils.PageConfig.getOption('tenaraiLmsOrigin');
      const channel = new Channel(lmsOrigin);
      if (coreutils.PageConfig.getOption('notebookPage') !== 'notebooks') return;
      const movedBefore = Number(coreutils.PageConfig.getOption('tenaraiMoved')) || 0;
      const server = new Server(services, coreutils, movedBefore);
      // other learners' pages in this browser have the same origin
      const news = new BroadcastChannel(`tenarai ${coreutils.PageConfig.getBaseUrl()}`);
      if (!channel.connected) return ownTab({ app, tracker, server, Widget, Notification: apputils.Notification, news, lmsOrigin });
      const { contents } = app.serviceManager;
      const moves = new Moves(contents);
      const elsewhere = new Elsewhere(contents, news, (path, copy_path) => channel.send('kept', { path, copy_path }));
      const pane = new Pane(app, docs, channel, server, coreutils, moves, elsewhere);
      answerRequests({ channel, pane, server, themes, settings, contents });
      wearLook();
      channel.listen();
      listenForLeave(channel);
      reportResources(channel, server, pane);
      saveRegularly(docs, pane);
      askBeforeLeaving(() => pane.contexts);
      elsewhere.follow(() => pane.contexts);
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
