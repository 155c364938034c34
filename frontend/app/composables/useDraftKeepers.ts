import { DraftKeeper } from '~/utils/desk/draftKeeper'

/** Browsers refuse requests that outlive their page above 64 KiB, taken together. */
const KEEPALIVE_MOST = 16_000

/** The drafts this page has worked on: who leaves one behind unsaved has it saved later, too. */
export const useDraftKeepers = onePerApp(() => {
  const { api, ask } = useDeskApi()
  const keepers = new Map<number, DraftKeeper>()
  const flush = () => keepers.forEach(keeper => keeper.unsaved && void keeper.flush())
  window.addEventListener('online', flush)
  window.addEventListener('pagehide', flush)
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && flush())
  // What only this page knows is not thrown away without a word.
  window.addEventListener('beforeunload', event => [...keepers.values()].some(({ unsaved }) => unsaved) && event.preventDefault())

  return (submission: number, revision: number): DraftKeeper => {
    const keeper = keepers.get(submission) ?? new DraftKeeper({
      revision,
      send: (revision, feedback) => ask(api.PUT('/api/v1/desk/submissions/{submission}/draft', {
        params: { path: { submission } },
        body: { revision, feedback },
        keepalive: JSON.stringify(feedback).length < KEEPALIVE_MOST,
        signal: inTime(),
      })),
    })
    keepers.set(submission, keeper)
    return keeper
  }
})
