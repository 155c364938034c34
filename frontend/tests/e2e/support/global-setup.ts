import { hasFrontEnd, startSite } from './site'

/** One site for the whole run; what this returns ends it. */
export default async function globalSetup() {
  if (!hasFrontEnd()) throw new Error('the front end is not built: run the stories with ci/e2e.sh')
  // What a tutor decides is sent soon: a minute to think it over is long for a story.
  const { stop, ...place } = await startSite({ hub: true, settings: { TENARAI_UNDO_SECONDS: '1' } })
  process.env.TENARAI_E2E_SITE = JSON.stringify(place)
  return stop
}
