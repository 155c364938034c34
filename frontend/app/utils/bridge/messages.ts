// What the notebook may say (the messages are in k8s/jupyterhub/README.md). Everything that arrives is checked
// against this: the frame shows code of trainees, so a message is never trusted for its shape.
import * as v from 'valibot'

const path = v.pipe(v.string(), v.maxLength(1024))
const cellId = v.pipe(v.string(), v.maxLength(64))
const count = v.pipe(v.number(), v.integer(), v.minValue(0))
/** Position among code and markdown cells; -1 for a cell that is gone by now. */
const position = v.pipe(v.number(), v.integer(), v.minValue(-1))
const common = { tenarai: v.literal(1), id: v.optional(v.pipe(v.string(), v.maxLength(64))) }

const handout = v.object({
  state: v.picklist(['untouched', 'modified', 'outdated', 'own']),
  base_sha256: v.nullish(v.string()),
  handout_sha256: v.nullish(v.string()),
})

const notebook = v.object({
  cells: v.array(v.object({
    id: v.optional(v.string()),
    cell_type: v.string(),
    source: v.union([v.string(), v.array(v.string())]),
    execution_count: v.nullish(v.number()),
  })),
})

const bridgeMessage = v.variant('type', [
  v.object({ ...common, type: v.literal('ready'), path: v.nullish(path), locale: v.optional(v.string()), capabilities: v.optional(v.array(v.string())) }),
  v.object({ ...common, type: v.literal('opened'), path, handout }),
  v.object({
    ...common,
    type: v.literal('cell_executed'),
    event_id: v.pipe(v.string(), v.uuid()),
    path,
    cell_id: cellId,
    cell_index: position,
    execution_count: v.nullable(count),
    success: v.boolean(),
    error: v.nullable(v.object({ name: v.pipe(v.string(), v.maxLength(200)) })),
    duration_ms: v.pipe(v.number(), v.minValue(0)),
    source_sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
    at: v.pipe(v.string(), v.isoTimestamp()),
  }),
  v.object({ ...common, type: v.picklist(['cell_running', 'cell_empty']), path, cell_id: cellId }),
  v.object({ ...common, type: v.literal('active_cell'), path, cell_id: cellId, cell_index: position }),
  v.object({ ...common, type: v.literal('moved'), path, to: path }),
  v.object({ ...common, type: v.literal('saved'), path, at: v.string() }),
  v.object({ ...common, type: v.literal('not_saved'), path, reason: v.picklist(['full', 'failed']) }),
  v.object({ ...common, type: v.literal('dirty'), path, dirty: v.boolean() }),
  v.object({ ...common, type: v.literal('draft'), path, base: v.pipe(v.string(), v.maxLength(64)), cells: v.pipe(v.string(), v.maxLength(20_000_000)) }),
  v.object({ ...common, type: v.literal('kept'), path, copy_path: path }),
  v.object({ ...common, type: v.literal('kernel'), path, status: v.picklist(['starting', 'idle', 'busy', 'restarting', 'dead', 'disconnected']) }),
  v.object({ ...common, type: v.literal('resources'), memory_bytes: v.nullable(count), memory_limit_bytes: v.nullable(count) }),
  v.object({ ...common, type: v.literal('leave') }),
  v.object({ ...common, type: v.literal('done'), copy_path: v.nullish(path), cell_id: v.nullish(cellId), outcome: v.optional(v.picklist(['put_back', 'copy', 'same', 'open'])), handout: v.optional(v.unknown()), working: v.optional(v.unknown()) }),
  v.object({ ...common, type: v.literal('error'), code: v.string(), detail: v.optional(v.string()), path: v.nullish(path) }),
])

export type BridgeMessage = v.InferOutput<typeof bridgeMessage>
type BridgeType = BridgeMessage['type']
export type BridgeOf<T extends BridgeType> = Extract<BridgeMessage, { type: T }>
export type Handout = v.InferOutput<typeof handout>
export type NotebookJson = v.InferOutput<typeof notebook>

export type BridgeRequest
  = { type: 'hello' | 'save_all' | 'focus' }
    // Without a path: what is on show.
    | { type: 'save', path?: string, chapter_id?: number }
    // Whose notebook is meant: a path may be another chapter's by now.
    | { type: 'open' | 'reset' | 'diff' | 'update' | 'keep', path: string, chapter_id?: number }
    | { type: 'put_back', path: string, base: string, cells: string }
    | { type: 'scroll_to_cell', cell_id: string }
    | { type: 'insert', path: string, source: string, after_cell_id?: string }
    | { type: 'theme', theme: 'light' | 'dark' }
    | { type: 'locale', locale: 'ja' | 'en' }

/** The message, or null when it is not one of ours. */
export function readMessage(data: unknown): BridgeMessage | null {
  const read = v.safeParse(bridgeMessage, data)
  return read.success ? read.output : null
}

export const isNotebook = (value: unknown): value is NotebookJson => v.is(notebook, value)
