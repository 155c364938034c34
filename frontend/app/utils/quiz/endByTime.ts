import type { QuizAttempt } from '~/api/types'

interface Steps {
  flush: () => Promise<unknown>
  /** How it stands with the server. */
  look: () => Promise<QuizAttempt>
  submit: () => Promise<unknown>
}

/** Ends an attempt whose time is over by this device's clock; tells whether there is no more to do. */
export async function endByTime({ flush, look, submit }: Steps): Promise<boolean> {
  try {
    await flush()
    // The clock of this device may have been set meanwhile: what is left is the server's to say.
    const { result, seconds_left } = await look()
    if (!result && !seconds_left) await submit()
    return true
  }
  catch {
    return false
  }
}
