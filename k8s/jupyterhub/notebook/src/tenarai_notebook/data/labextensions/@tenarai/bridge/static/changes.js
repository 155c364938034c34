// Whether there is something to save in a notebook. Jupyter calls one changed as soon as its kernel has said its
// version; nobody touched it then, so only what happens to cells counts.

const touches = new WeakMap(); // context -> { count, saved: how many of them are in the file }

/** How often it was touched, ever. */
export const touchesOf = context => touches.get(context)?.count ?? 0;

/** There is something in it that the file does not have. */
export function hasWork(context) {
  const { count, saved } = touches.get(context) ?? { count: 0, saved: 0 };
  return context.model.dirty && count > saved;
}

/** Tell the channel of it; `touched` is called with each change. */
export function followChanges(context, channel, touched = () => undefined) {
  const { model } = context;
  const counts = { count: 0, saved: 0 };
  touches.set(context, counts);
  let { path } = context;
  let said = false;
  const say = () => {
    const dirty = hasWork(context);
    if (dirty === said) return;
    said = dirty;
    channel.send('dirty', { path, dirty });
  };
  const touch = () => {
    counts.count++;
    touched();
    // the model learns of it in the same moment, perhaps after us
    queueMicrotask(say);
  };
  for (const cell of model.cells) cell.contentChanged.connect(touch);
  model.cells.changed.connect((_, change) => {
    for (const cell of change.newValues ?? []) cell?.contentChanged.connect(touch);
    touch();
  });
  model.stateChanged.connect((_, change) => {
    if (change.name !== 'dirty') return;
    if (!model.dirty) counts.saved = counts.count;
    queueMicrotask(say);
  });
  context.pathChanged.connect((_, to) => {
    if (said) channel.send('dirty', { path, dirty: false });
    path = to;
    if (said) channel.send('dirty', { path, dirty: true });
    touched();
  });
}

/** What was typed while it was saved is not in the file, whatever the model says by now. */
export function stillHasWork(context, before) {
  const counts = touches.get(context);
  if (!counts || counts.count === before) return;
  counts.saved = before;
  context.model.dirty = true;
}
