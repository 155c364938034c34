import type { ChapterKind } from '~/api/types'

const ICONS: Record<ChapterKind, string> = {
  text: 'i-lucide-file-text', coding: 'i-lucide-square-terminal', quiz: 'i-lucide-list-checks', assignment: 'i-lucide-notebook-pen',
}

/** What a chapter is, at a glance. */
export const chapterIcon = (kind: ChapterKind) => ICONS[kind]
