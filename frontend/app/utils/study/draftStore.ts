import { createStore, del, entries, set } from 'idb-keyval'

/** What stood unsaved in a chapter's notebook, in one tab of this browser. */
export interface Draft {
  chapter: number
  tab: string
  /** When the file was written that it was typed into. */
  base: string
  /** As the bridge wrote them down; nobody here reads them. */
  cells: string
  at: string
}

/** One database a person, like that of the events: whoever uses this browser next gets nothing of it. */
export function draftStore(userId: number) {
  const store = createStore(`tenarai-drafts-${userId}`, 'drafts')
  const key = (chapter: number, tab: string) => `${chapter} ${tab}`
  return {
    put: (draft: Draft) => set(key(draft.chapter, draft.tab), draft, store),
    remove: (chapter: number, tab: string) => del(key(chapter, tab), store),
    /** Of this chapter, from tabs that are gone or that are asked about; the newest first. */
    async of(chapter: number, isOpen: (tab: string) => boolean): Promise<Draft[]> {
      const all = (await entries<string, Draft>(store)).map(([, draft]) => draft)
      return all.filter(it => it.chapter === chapter && !isOpen(it.tab)).sort((one, other) => other.at.localeCompare(one.at))
    },
  }
}
