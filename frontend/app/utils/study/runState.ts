import type { CellProgress } from '~/api/types'

/** How a cell of the notebook stands, shown at its code in the text. */
export type RunState
  = { kind: 'running' }
    /** Only comments stood in it: nothing ran. */
    | { kind: 'empty' }
    | { kind: 'ok', ms: number | null }
    | { kind: 'error', name: string }

export function runStateOf(cell: CellProgress): RunState {
  return cell.last_success ? { kind: 'ok', ms: cell.last_duration_ms } : { kind: 'error', name: cell.last_error ?? 'Error' }
}

/** 0.2, 3, 75 → "0.2", "3.0", "75": tenths while they mean something. */
export function seconds(ms: number): string {
  const s = ms / 1000
  if (s < 0.05) return '0'
  return s < 10 ? s.toFixed(1) : String(Math.round(s))
}
