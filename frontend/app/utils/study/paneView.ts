import type { ServerStatus } from '~/api/types'

/** How the frame stands: nothing in it, loading, its bridge has answered, the notebook is not there, or nothing is heard for too long. */
export type FrameState = 'none' | 'loading' | 'ready' | 'missing' | 'silent'

export type PaneView
  = { kind: 'frame' }
    /** `asking`: nobody has said yet how it stands. `percent` is of the whole way to the notebook, whichever step it is in. */
    | { kind: 'starting', step: 'asking' | 'queued' | 'server' | 'contents' | 'notebook', percent: number, slow: boolean }
    | { kind: 'failed', code: string, detail: string }
    | { kind: 'stopped', wasOpen: boolean }
    | { kind: 'stopping' | 'hub_down' | 'not_configured' | 'session_ended' | 'offline' | 'unanswered' | 'unsaved' | 'missing' | 'silent' }

/** Nobody answered, or the page in the frame holds what is not saved and would be lost with it. */
export type Behind = 'unanswered' | 'unsaved'

export interface PaneFacts {
  configured: boolean
  online: boolean
  sessionEnded: boolean
  status: ServerStatus | null
  /** Asking for the server failed and no answer is known. */
  unanswered: boolean
  frame: FrameState
  /** The frame shows another notebook than the chapter's, which could not be opened: why it stays. */
  behind: Behind | null
  /** The notebook was usable before in this visit. */
  wasOpen: boolean
  /** Milliseconds since the start was asked for. */
  waited: number
}

/** The bridge did not open the next notebook. Loading the frame anew opens it by its address, and loses what is in it. */
export function refusedOpening(code: string | null, { online, unsaved }: { online: boolean, unsaved: boolean }): Behind | 'load' {
  // Loading the frame would find no server either, and lose the page that waits for it.
  if (!online || code === 'server_unreachable' || code === 'other_chapter') return 'unanswered'
  return unsaved ? 'unsaved' : 'load'
}

const SLOW_AFTER = 20_000
/** An answer takes a moment; a hub that hangs is given up by the server after five seconds. */
const ASKED_LONG_AGO = 2_000

/** The one screen the pane shows, most urgent first. The text beside it stays readable in all of them. */
export function paneView(facts: PaneFacts): PaneView {
  if (!facts.configured || facts.status?.state === 'not_configured') return { kind: 'not_configured' }
  if (facts.sessionEnded) return { kind: 'session_ended' }
  if (!facts.online && (facts.frame !== 'ready' || facts.behind)) return { kind: 'offline' }
  if (facts.behind && facts.frame === 'ready') return { kind: facts.behind }
  const slow = facts.waited > SLOW_AFTER
  const status = facts.status
  if (!status) return facts.unanswered ? { kind: 'unanswered' } : { kind: 'starting', step: 'asking', percent: 0, slow: facts.waited > ASKED_LONG_AGO }
  switch (status.state) {
    // An open notebook speaks with its own server: it says itself when that is gone, and keeps what was typed.
    case 'hub_down': return { kind: facts.frame === 'ready' ? 'frame' : 'hub_down' }
    case 'failed': return { kind: 'failed', code: status.failure?.code ?? 'unknown', detail: status.failure?.detail ?? '' }
    case 'stopping': return { kind: 'stopping' }
    case 'stopped': return { kind: 'stopped', wasOpen: facts.wasOpen }
    case 'starting': return { kind: 'starting', step: status.step ?? 'queued', percent: shareOfAll(status), slow }
    case 'ready': break
  }
  if (facts.frame === 'ready') return { kind: 'frame' }
  if (facts.frame === 'missing' || facts.frame === 'silent') return { kind: facts.frame }
  return { kind: 'starting', step: 'notebook', percent: shareOfAll(status), slow }
}

/** Of the way from the click to the notebook, what the server's start takes; the rest is the page that loads. */
const SERVER_SHARE = 0.7

/** The bar: the server's start as the hub tells it (0 to 100 of all of it), then the page. */
const shareOfAll = (status: ServerStatus) => Math.round((status.state === 'ready' ? 100 : status.percent ?? 0) * SERVER_SHARE)

/** Whether this tells less of the same start than is known: an answer may be older than what the stream told meanwhile. */
export const isBehind = (next: ServerStatus, known: ServerStatus | null) =>
  next.state === 'starting' && known?.state === 'starting' && (next.percent ?? 0) < (known.percent ?? 0)
