// What the page of a handed-in notebook may say (backend/src/rendering/frame.js). It has no origin and shows what
// somebody wrote: its window tells that it is the one, and nothing else of a message is trusted for its shape.
import * as v from 'valibot'

const cell = v.pipe(v.string(), v.maxLength(200))
const line = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)))

const frameMessage = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.literal('focused'), cell, line }),
  v.object({ type: v.literal('key'), key: v.pipe(v.string(), v.maxLength(20)) }),
])
export type FrameMessage = v.InferOutput<typeof frameMessage>

/** The message, or null where it is none of those one listens to. */
export function readFrameMessage(data: unknown): FrameMessage | null {
  const read = v.safeParse(frameMessage, data)
  return read.success ? read.output : null
}
