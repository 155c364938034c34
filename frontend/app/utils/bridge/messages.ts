// What the notebook may say (notes of the bridge in docs/). Everything that arrives is checked against this:
// the frame shows code of trainees, so a message is never trusted for its shape.
import * as z from 'zod/mini'

const path = z.string().check(z.maxLength(1024))
const cellId = z.string().check(z.maxLength(64))
const count = z.int().check(z.nonnegative())
const common = { tenarai: z.literal(1), id: z.optional(z.string().check(z.maxLength(64))) }

const handout = z.object({
  state: z.enum(['untouched', 'modified', 'outdated', 'own']),
  base_sha256: z.nullish(z.string()),
  handout_sha256: z.nullish(z.string()),
})

const notebook = z.object({
  cells: z.array(z.object({
    id: z.optional(z.string()),
    cell_type: z.string(),
    source: z.union([z.string(), z.array(z.string())]),
  })),
})

export const bridgeMessage = z.discriminatedUnion('type', [
  z.object({ ...common, type: z.literal('ready'), path: z.nullish(path), locale: z.optional(z.string()), capabilities: z.optional(z.array(z.string())) }),
  z.object({ ...common, type: z.literal('opened'), path, handout }),
  z.object({
    ...common,
    type: z.literal('cell_executed'),
    event_id: z.guid(),
    path,
    cell_id: cellId,
    cell_index: count,
    execution_count: z.nullable(count),
    success: z.boolean(),
    error: z.nullable(z.object({ name: z.string().check(z.maxLength(200)) })),
    duration_ms: z.number().check(z.nonnegative()),
    source_sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
    at: z.string().check(z.maxLength(40)),
  }),
  z.object({ ...common, type: z.literal('cell_running'), path, cell_id: cellId }),
  z.object({ ...common, type: z.literal('active_cell'), path, cell_id: cellId, cell_index: count }),
  z.object({ ...common, type: z.literal('saved'), path, at: z.string() }),
  z.object({ ...common, type: z.literal('dirty'), path, dirty: z.boolean() }),
  z.object({ ...common, type: z.literal('kernel'), path, status: z.enum(['starting', 'idle', 'busy', 'restarting', 'dead', 'disconnected']) }),
  z.object({ ...common, type: z.literal('resources'), memory_bytes: z.nullable(count), memory_limit_bytes: z.nullable(count) }),
  z.object({ ...common, type: z.literal('leave') }),
  z.object({ ...common, type: z.literal('done'), copy_path: z.nullish(path), handout: z.nullish(z.union([notebook, handout])), working: z.nullish(notebook) }),
  z.object({ ...common, type: z.literal('error'), code: z.string(), detail: z.optional(z.string()) }),
])

export type BridgeMessage = z.infer<typeof bridgeMessage>
export type BridgeType = BridgeMessage['type']
export type BridgeOf<T extends BridgeType> = Extract<BridgeMessage, { type: T }>
export type Handout = z.infer<typeof handout>
export type NotebookJson = z.infer<typeof notebook>

export type BridgeRequest
  = { type: 'hello' | 'save' | 'focus' }
    | { type: 'open' | 'reset' | 'diff' | 'update' | 'keep', path: string }
    | { type: 'scroll_to_cell', cell_id: string }
    | { type: 'insert', source: string, after_cell_id?: string }
    | { type: 'theme', theme: 'light' | 'dark' }
    | { type: 'locale', locale: 'ja' | 'en' }

export const isNotebook = (value: unknown): value is NotebookJson => notebook.safeParse(value).success
