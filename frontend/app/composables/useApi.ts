/** The typed client; see plugins/10.api.ts. */
export const useApi = () => useNuxtApp().$api

/** A request that is tried again is given up after a while: one that hangs would keep all others waiting. */
export const inTime = (milliseconds = 15_000) => AbortSignal.timeout(milliseconds)

interface Outcome<T> { data?: T, error?: unknown, response: Response }

/** The answer, or a thrown ProblemError that pages can show. */
export async function answer<T>(call: Promise<Outcome<T>>): Promise<T> {
  let outcome: Outcome<T>
  try {
    outcome = await call
  }
  catch (error) {
    throw asProblem(error)
  }
  if (!outcome.response.ok) throw problemFrom(outcome.response.status, outcome.error, outcome.response.headers)
  return outcome.data as T
}
