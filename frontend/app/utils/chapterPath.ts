import type { ChapterKind } from '~/api/types'

/** A coding chapter opens beside its notebook. */
export const chapterPath = (chapter: { id: number, kind: ChapterKind }) =>
  chapter.kind === 'coding' ? `/chapters/${chapter.id}/coding` : `/chapters/${chapter.id}`
