import * as v from 'valibot'

/** What a rendered notebook says (backend/src/rendering/frame.js). Nothing of it is trusted beyond its shape. */
const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const cell = v.pipe(v.string(), v.maxLength(200))
const Message = v.variant('type', [
  v.object({ type: v.literal('ready'), cells: count }),
  v.object({ type: v.literal('focused'), cell, line: v.optional(v.pipe(count, v.minValue(1))) }),
  v.object({ type: v.literal('shown'), cell }),
  v.object({ type: v.literal('height'), px: count }),
  v.object({ type: v.literal('key'), key: v.pipe(v.string(), v.maxLength(20)), code: v.pipe(v.string(), v.maxLength(40)), shift: v.boolean(), repeat: v.boolean() }),
])
export type FrameMessage = v.InferOutput<typeof Message>

export type FrameRequest
  = | { type: 'theme', dark: boolean }
    | { type: 'focus', cell: string, line?: number }
    | { type: 'comments', cells: Record<string, number> }

export function frameMessage(data: unknown): FrameMessage | null {
  const parsed = v.safeParse(Message, data)
  return parsed.success ? parsed.output : null
}
