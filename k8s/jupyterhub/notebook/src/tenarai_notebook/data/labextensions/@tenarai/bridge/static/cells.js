// What runs in the cells of one notebook, told from the kernel's own messages: they carry the cell's id, the time a
// cell really began (not when it was queued) and how it ended.

/** Position among code and markdown cells, as the LMS counts; -1 when the cell is gone. */
export function indexOf(panel, cellId) {
  const cells = panel.content.widgets.filter(cell => cell.model.type !== 'raw');
  return cells.findIndex(cell => cell.model.id === cellId);
}

async function sha256(text) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

/** Lines of comment alone do nothing: running a cell that waits to be copied into is not yet doing it. */
const hasCode = source => source.split('\n').some(line => line.trim() !== '' && !line.trim().startsWith('#'));

/** Follow the executions of a notebook for as long as it is open. */
export function followCells(panel, channel) {
  const { sessionContext, context } = panel;
  const asked = new Map(); // message id -> execution
  let kernel = null;

  const finish = async (run, content) => {
    const duration = Math.max(0, performance.now() - (run.began ?? performance.now()));
    channel.send('cell_executed', {
      event_id: crypto.randomUUID(),
      path: context.path,
      cell_id: run.cellId,
      cell_index: indexOf(panel, run.cellId),
      execution_count: content.execution_count ?? null,
      success: content.status === 'ok',
      error: content.status === 'ok' ? null : { name: String(content.ename ?? 'Error') },
      duration_ms: Math.round(duration),
      source_sha256: await sha256(run.source),
      at: new Date().toISOString()
    });
  };

  const onMessage = (_, { msg, direction }) => {
    const kind = msg.header.msg_type;
    if (direction === 'send') {
      const cellId = msg.metadata?.cellId;
      if (kind !== 'execute_request' || !cellId) return;
      if (hasCode(msg.content.code)) asked.set(msg.header.msg_id, { cellId, source: msg.content.code });
      else channel.send('cell_empty', { path: context.path, cell_id: cellId });
      return;
    }
    const id = msg.parent_header?.msg_id;
    const run = asked.get(id);
    if (!run) return;
    if (kind === 'execute_input') {
      run.began = performance.now();
      channel.send('cell_running', { path: context.path, cell_id: run.cellId });
    } else if (kind === 'execute_reply') {
      asked.delete(id);
      // a cell that was dropped because an earlier one failed did not run
      if (msg.content.status !== 'aborted' && msg.content.status !== 'abort') void finish(run, msg.content);
    }
  };

  const follow = () => {
    const next = sessionContext.session?.kernel ?? null;
    if (next === kernel) return;
    kernel?.anyMessage?.disconnect(onMessage);
    asked.clear();
    kernel = next;
    kernel?.anyMessage.connect(onMessage);
  };
  sessionContext.kernelChanged.connect(follow);
  follow();
}
