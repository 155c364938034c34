import { beforeEach, describe, expect, it, vi } from 'vitest'
// The bridge's modules, with what they need of Jupyter stood in for.
import { followChanges, hasWork } from '../../../k8s/jupyterhub/notebook/src/tenarai_notebook/data/labextensions/@tenarai/bridge/static/changes.js'
import { stamp, whatItCopies } from '../../../k8s/jupyterhub/notebook/src/tenarai_notebook/data/labextensions/@tenarai/bridge/static/copies.js'
import { putBack, tellOfDrafts } from '../../../k8s/jupyterhub/notebook/src/tenarai_notebook/data/labextensions/@tenarai/bridge/static/drafts.js'
import { Elsewhere } from '../../../k8s/jupyterhub/notebook/src/tenarai_notebook/data/labextensions/@tenarai/bridge/static/elsewhere.js'

const PATH = 'ml/02.ipynb'
interface Cell { id: string, cell_type: string, source: string }
const code = (id: string, source: string): Cell => ({ id, cell_type: 'code', source })

class Signal {
  private readonly listeners: ((sender: unknown, value: unknown) => void)[] = []
  connect(listener: (sender: unknown, value: unknown) => void) {
    this.listeners.push(listener)
  }

  emit(value?: unknown) {
    for (const listener of this.listeners) listener(this, value)
  }
}

/** A disk with the notebook on it, and the notebook as one page shows it. */
function open(cells: Cell[]) {
  const disk = new Map([[PATH, { last_modified: 't1', hash: 'h1', content: { cells } }]])
  const contents = {
    fileChanged: new Signal(),
    get: async (path: string) => disk.get(path) ?? Promise.reject(Object.assign(new Error(), { response: { status: 404 } })),
    save: vi.fn(async (path: string, { content }: { content: { cells: Cell[] } }) => void disk.set(path, { last_modified: 't0', hash: 'h0', content })),
  }
  const changed = new Signal()
  const stateChanged = new Signal()
  let dirty = false
  let inside = structuredClone(cells)
  const touch = () => {
    changed.emit({})
    model.dirty = true
  }
  const sharedModel = {
    get cells() {
      return inside.map(cell => ({ ...cell, getSource: () => cell.source, setSource: (source: string) => {
        cell.source = source
        touch()
      } }))
    },
    transact: (work: () => void) => work(),
    deleteCell: (at: number) => void inside.splice(at, 1),
    insertCell(at: number, cell: Cell) {
      inside.splice(at, 0, structuredClone(cell))
      touch()
    },
    moveCell: (from: number, to: number) => inside.splice(to, 0, ...inside.splice(from, 1)),
    toJSON: () => ({ cells: structuredClone(inside) }),
  }
  const model = {
    cells: Object.assign([], { changed }),
    stateChanged,
    sharedModel,
    toJSON: () => ({ cells: structuredClone(inside) }),
    get dirty() {
      return dirty
    },
    set dirty(now: boolean) {
      dirty = now
      stateChanged.emit({ name: 'dirty' })
    },
  }
  const context = {
    path: PATH, model, isReady: true, isDisposed: false, ready: Promise.resolve(), pathChanged: new Signal(), saveState: new Signal(),
    contentsModel: { last_modified: 't1', hash: 'h1' },
    async save() {
      const there = disk.get(PATH)!
      if (there.hash !== context.contentsModel.hash) throw new Error('Jupyter asks whether to overwrite')
      write(structuredClone(inside))
      await Promise.resolve()
      context.contentsModel = disk.get(PATH)!
      model.dirty = false
    },
    revert: vi.fn(async () => {
      inside = structuredClone(disk.get(PATH)!.content.cells)
      context.contentsModel = disk.get(PATH)!
      model.dirty = false
    }),
  }
  contents.fileChanged.connect((_, change) => {
    context.contentsModel = { ...context.contentsModel, ...(change as { newValue: object }).newValue }
  })
  let writes = 1
  function write(cells: Cell[]) {
    writes++
    disk.set(PATH, { last_modified: `t${writes}`, hash: `h${writes}`, content: { cells } })
  }
  const sent: { type: string }[] = []
  const channel = { send: (type: string, body: object) => sent.push({ type, ...body }) }
  followChanges(context, channel, tellOfDrafts(context, channel))
  return { disk, contents, context, write, sent, type: (source: string) => sharedModel.cells[0]!.setSource(source), words: () => inside.map(({ source }) => source) }
}

beforeEach(() => void vi.useFakeTimers())

describe('what is typed and not saved', () => {
  it('is told to the page until it is saved', async () => {
    const { type, sent, context } = open([code('a', '1')])
    type('12')
    type('123')
    await vi.advanceTimersByTimeAsync(200)
    expect(sent.filter(it => it.type === 'draft')).toMatchObject([{ path: PATH, base: 't1', cells: JSON.stringify([code('a', '123')]) }])
    type('1234')
    await context.save()
    await vi.advanceTimersByTimeAsync(200)
    expect(sent.filter(it => it.type === 'draft')).toHaveLength(1)
  })

  it('is put back where the file is as it was, cell by cell', async () => {
    const { context, contents, words } = open([code('a', '1'), code('b', '2'), code('c', '3')])
    const cells = [code('c', '3'), code('new', '4'), code('a', '1, and more')]
    expect(await putBack(context, contents, { base: 't1', cells })).toEqual({ outcome: 'put_back' })
    expect(words()).toEqual(['3', '4', '1, and more'])
    expect(hasWork(context)).toBe(true)
  })

  it('goes into a copy where the file was written since, or somebody types already', async () => {
    const written = open([code('a', '1')])
    const draft = { base: 't0', cells: [code('a', 'lost')] }
    const { outcome, copy_path } = await putBack(written.context, written.contents, draft)
    expect(outcome).toBe('copy')
    expect(written.disk.get(copy_path!)?.content.cells).toMatchObject([{ source: 'lost', outputs: [] }])
    expect(written.words()).toEqual(['1'])
    const typing = open([code('a', '1')])
    typing.type('new words')
    expect(await putBack(typing.context, typing.contents, { ...draft, base: 't1' })).toMatchObject({ outcome: 'copy' })
    expect(typing.words()).toEqual(['new words'])
  })

  it('needs nothing where the file has it, and stays kept while only the page has it', async () => {
    const { context, contents, type } = open([code('a', '1')])
    expect(await putBack(context, contents, { base: 't0', cells: [code('other', '1')] })).toEqual({ outcome: 'same' })
    type('2')
    expect(await putBack(context, contents, { base: 't1', cells: [code('a', '2')] })).toEqual({ outcome: 'open' })
  })
})

describe('a notebook that is saved elsewhere too', () => {
  function guarded() {
    const it = open([code('a', '1')])
    const kept = vi.fn()
    const news = { postMessage: vi.fn(), addEventListener: vi.fn() }
    const elsewhere = new Elsewhere(it.contents, news, kept)
    elsewhere.guard(it.context)
    return { ...it, kept, elsewhere }
  }

  it('follows the file while nothing of its own is unsaved', async () => {
    const { write, words, elsewhere, context, kept } = guarded()
    write([code('a', 'from the tab')])
    await elsewhere.look(context)
    expect(words()).toEqual(['from the tab'])
    expect(kept).not.toHaveBeenCalled()
  })

  it('keeps what the other saved in a copy, and saves its own', async () => {
    const { write, type, context, kept, disk } = guarded()
    type('from the pane')
    write([code('a', 'from the tab')])
    await context.save()
    expect(disk.get(PATH)?.content.cells).toMatchObject([{ source: 'from the pane' }])
    expect(kept).toHaveBeenCalledExactlyOnceWith(PATH, expect.stringMatching(/^ml\/02-\d{8}-\d{6}\.ipynb$/))
    expect(disk.get(kept.mock.calls[0]![1])?.content.cells).toMatchObject([{ source: 'from the tab' }])
  })

  it('makes no copy where both wrote the same', async () => {
    const { write, type, context, contents } = guarded()
    type('both')
    write([code('a', 'both')])
    await context.save()
    expect(contents.save).not.toHaveBeenCalled()
  })

  it('has still to save what was typed while it saved', async () => {
    const { type, context, disk } = guarded()
    type('first')
    const saving = context.save()
    await vi.waitFor(() => expect(disk.get(PATH)?.content.cells).toMatchObject([{ source: 'first' }]))
    type('second')
    await saving
    expect(hasWork(context)).toBe(true)
  })
})

it('names a copy after the learner\'s own clock, and knows it again', () => {
  const name = `ml/02-${stamp(new Date(2026, 10, 27, 2, 55, 27))}.ipynb`
  expect(name).toBe('ml/02-20261127-025527.ipynb')
  expect(whatItCopies(name)).toEqual({ original: PATH, at: '2026-11-27 02:55' })
  expect(whatItCopies(PATH)).toBeNull()
})
