import type { Snippet } from '~/api/types'

/** What is asked for by a slash at the end of what stands before the caret: where it begins, and the words after it. */
export function slashAt(before: string): { at: number, words: string } | null {
  // An input method writes a wide one.
  const found = /(?:^|\s)([/／])([^\s/／]{0,30})$/.exec(before)
  return found ? { at: before.length - found[2]!.length - 1, words: found[2]! } : null
}

const plain = (text: string) => text.normalize('NFKC').toLocaleLowerCase()

export const matching = (snippets: readonly Snippet[], words: string, most = 8): Snippet[] =>
  snippets.filter(({ text }) => plain(text).includes(plain(words))).slice(0, most)

/** The text with a snippet in the place of what stands from `start` to `end`, and where the caret is then. */
export const inserted = (text: string, snippet: string, start: number, end: number) =>
  ({ text: text.slice(0, start) + snippet + text.slice(end), caret: start + snippet.length })
