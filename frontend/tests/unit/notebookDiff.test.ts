import { describe, expect, it } from 'vitest'
import { notebookDiff } from '../../app/utils/study/notebookDiff'

const book = (...cells: [id: string, source: string | string[]][]) => ({ cells: cells.map(([id, source]) => ({ id, cell_type: 'code', source })) })
const summary = (before: ReturnType<typeof book>, after: ReturnType<typeof book>) =>
  notebookDiff(before, after).map(({ id, kind }) => `${id} ${kind}`)

describe('what a trainee changed', () => {
  it('is told cell by cell, by their ids', () => {
    const handout = book(['a', 'x = 1\n'], ['b', 'y = 2\nprint(y)'], ['c', 'z'])
    const working = book(['a', 'x = 1'.concat('\n')], ['b', 'y = 3\nprint(y)'], ['mine', 'note'])
    expect(summary(handout, working)).toEqual(['a same', 'b changed', 'c removed', 'mine added'])
    expect(notebookDiff(handout, working)[1]?.lines).toEqual([
      { kind: 'removed', text: 'y = 2' },
      { kind: 'added', text: 'y = 3' },
      { kind: 'same', text: 'print(y)' },
    ])
  })

  it('is nothing when only the form of the source differs', () => {
    expect(summary(book(['a', 'x\ny']), book(['a', ['x\n', 'y']]))).toEqual(['a same'])
  })

  it('shows a moved cell once', () => {
    expect(summary(book(['a', '1'], ['b', '2']), book(['b', '2'], ['a', '1'])).sort()).toEqual(['a same', 'b same'])
  })

  it('keeps blank lines and does not invent one at the end', () => {
    const [cell] = notebookDiff(book(['a', 'x\n\ny']), book(['a', 'x\n\ny\nz']))
    expect(cell?.lines.map(({ kind, text }) => `${kind}:${text}`)).toEqual(['same:x', 'same:', 'same:y', 'added:z'])
  })

  it('copes with cells from before ids existed', () => {
    const old = { cells: [{ cell_type: 'code', source: 'x' }] }
    expect(notebookDiff(old, old).map(({ kind }) => kind)).toEqual(['same'])
  })
})
