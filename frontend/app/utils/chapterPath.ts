import type { ChapterKind } from '~/api/types'

/** Whether its text stands beside a notebook. */
export const hasNotebook = (kind: ChapterKind) => kind === 'coding' || kind === 'assignment'

/** It opens beside its notebook, where it has one. */
export const chapterPath = (chapter: { id: number, kind: ChapterKind }) =>
  hasNotebook(chapter.kind) ? `/chapters/${chapter.id}/coding` : `/chapters/${chapter.id}`
