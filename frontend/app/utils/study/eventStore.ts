import { createStore, delMany, set, values } from 'idb-keyval'
import type { StudyEvent } from '~/api/types'
import type { EventStore } from './queue'

/** One database a person: whoever uses this browser next neither sees nor sends the events of the one before. */
export function eventStore(userId: number): EventStore {
  const store = createStore(`tenarai-study-${userId}`, 'events')
  return {
    all: () => values<StudyEvent>(store),
    put: event => set(event.id, event, store),
    remove: ids => delMany(ids, store),
  }
}
