import { beforeEach, describe, expect, it, vi } from 'vitest'
// The half of the bridge that runs in Jupyter's page: plain modules, and what they need of Jupyter is stood in for here.
import { Moves } from '../../../k8s/jupyterhub/notebook/src/tenarai_notebook/data/labextensions/@tenarai/bridge/static/moves.js'
import { Pane } from '../../../k8s/jupyterhub/notebook/src/tenarai_notebook/data/labextensions/@tenarai/bridge/static/pane.js'

const [A, B, C] = ['ml/02.ipynb', 'ml/03.ipynb', 'ml/03b.ipynb'] as const

class Signal {
  listeners: ((sender: unknown, value: unknown) => void)[] = []
  connect(listener: (sender: unknown, value: unknown) => void) {
    this.listeners.push(listener)
  }

  emit(value?: unknown) {
    for (const listener of this.listeners) listener(this, value)
  }
}

/** A disk, and Jupyter with notebooks open that remember when their file was last written. */
class Jupyter {
  files = new Map<string, { chapter: number, text: string, last_modified: string }>()
  fileChanged = new Signal()
  panels: ReturnType<Jupyter['panel']>[] = []
  now = 0

  write(path: string, chapter: number, text: string) {
    this.files.set(path, { chapter, text, last_modified: `2026-11-24T00:00:00.${this.now++}Z` })
  }

  /** As the server does it: the file keeps its time. */
  rename(from: string, to: string) {
    this.files.set(to, this.files.get(from)!)
    this.files.delete(from)
  }

  contents = {
    fileChanged: this.fileChanged,
    get: async (path: string) => this.files.get(path) ?? Promise.reject(Object.assign(new Error(), { response: { status: 404 } })),
  }

  panel(path: string) {
    const file = this.files.get(path)!
    const pathChanged = new Signal()
    const model = { dirty: false, text: file.text, cells: Object.assign([], { changed: new Signal() }), stateChanged: new Signal() }
    const context = {
      path, model, isReady: true, ready: Promise.resolve(), pathChanged, saveState: new Signal(), contentsModel: { path, last_modified: file.last_modified },
      save: async () => {
        const there = this.files.get(context.path)
        if (there?.last_modified !== context.contentsModel.last_modified) throw new Error('Jupyter asks whether to overwrite')
        this.write(context.path, file.chapter, model.text)
        context.contentsModel.last_modified = this.files.get(context.path)!.last_modified
        model.dirty = false
      },
    }
    this.fileChanged.connect((_, change) => {
      const { oldValue, newValue } = change as { oldValue: { path: string }, newValue: { path: string } }
      if (context.path !== oldValue.path) return
      context.path = newValue.path
      pathChanged.emit(newValue.path)
    })
    const session = { isReady: true, session: null, statusChanged: new Signal(), connectionStatusChanged: new Signal(), kernelChanged: new Signal(), shutdown: async () => undefined }
    const panel = {
      id: path, context, chapter: file.chapter, parent: null, isDisposed: false, disposed: new Signal(), isAttached: true, sessionContext: session,
      content: { activeCell: null, activeCellChanged: new Signal(), widgets: [] },
      dispose: () => panel.disposed.emit(),
      type: (text: string) => Object.assign(model, { text, dirty: true }),
    }
    this.panels.push(panel)
    return panel
  }
}

let jupyter: Jupyter
beforeEach(() => void (jupyter = new Jupyter()))

describe('a notebook whose chapter gets another name while it is open', () => {
  const moved = [[B, C], [A, B]]
  const tell = vi.fn()

  function twoOpen() {
    jupyter.write(A, 2, 'two')
    jupyter.write(B, 3, 'three')
    return [jupyter.panel(A), jupyter.panel(B)] as const
  }

  function moveOn() {
    jupyter.rename(B, C)
    jupyter.rename(A, B)
  }

  it('goes where its file went, with what is not saved', async () => {
    const [two, three] = twoOpen()
    three.type('three, and more')
    moveOn()
    await new Moves(jupyter.contents, 0).follow(moved, () => jupyter.panels, tell)
    expect([two.context.path, three.context.path]).toEqual([B, C])
    expect(tell.mock.calls).toEqual(moved)
    await three.context.save()
    expect(jupyter.files.get(C)).toMatchObject({ chapter: 3, text: 'three, and more' })
    expect(jupyter.files.get(B)).toMatchObject({ chapter: 2, text: 'two' })
  })

  it('finds its way when two exchange their names', async () => {
    const [two, three] = twoOpen()
    const aside = 'ml/03-aside.ipynb'
    jupyter.rename(B, aside)
    jupyter.rename(A, B)
    jupyter.rename(aside, A)
    await new Moves(jupyter.contents, 0).follow([[B, aside], [A, B], [aside, A]], () => jupyter.panels, tell)
    expect([two.context.path, three.context.path]).toEqual([B, A])
  })

  it('stays when it was read after the move, or the page loaded after it', async () => {
    twoOpen()
    moveOn()
    const [after] = [jupyter.panel(B)]
    await new Moves(jupyter.contents, 0).follow(moved, () => [after], tell)
    expect(after.context.path).toBe(B)
    jupyter.write(B, 2, 'by another tab')
    await new Moves(jupyter.contents, 2).follow(moved, () => [after], tell)
    expect(after.context.path).toBe(B)
  })

  it('follows once, however often that is told', async () => {
    const [two] = twoOpen()
    moveOn()
    const moves = new Moves(jupyter.contents, 0)
    await Promise.all([1, 2].map(() => moves.follow(moved, () => jupyter.panels, tell)))
    jupyter.write(B, 2, 'by another tab')
    await moves.follow(moved, () => jupyter.panels, tell)
    expect(two.context.path).toBe(B)
  })

  it('is closed where Jupyter does not let it follow', async () => {
    const [, three] = twoOpen()
    const dispose = vi.spyOn(three, 'dispose')
    jupyter.fileChanged.listeners = []
    moveOn()
    await new Moves(jupyter.contents, 0).follow(moved, () => [three], tell)
    expect(dispose).toHaveBeenCalled()
  })

  it('is asked for again when nobody could say how its file stands', async () => {
    const [two] = twoOpen()
    moveOn()
    const moves = new Moves(jupyter.contents, 0)
    vi.spyOn(jupyter.contents, 'get').mockRejectedValueOnce(new TypeError('Failed to fetch'))
    await expect(moves.follow(moved, () => jupyter.panels, tell)).rejects.toThrow('Failed to fetch')
    await moves.follow(moved, () => jupyter.panels, tell)
    expect(two.context.path).toBe(B)
  })
})

describe('the pane', () => {
  function page() {
    jupyter.write(A, 2, 'two')
    jupyter.write(B, 3, 'three')
    const sent: unknown[] = []
    const server = {
      moved: [] as string[][],
      resources: async () => ({}),
      handout: vi.fn(async () => ({ handout: { state: 'modified' } })),
    }
    const shell = { add: vi.fn(), activateById: vi.fn() }
    const sessions = { refreshRunning: async () => undefined, running: () => [] }
    const docs = { open: vi.fn((path: string) => jupyter.panel(path)) }
    const urls = { PageConfig: { getBaseUrl: () => '/user/u1/' }, URLExt: { join: (...parts: string[]) => parts.join('/'), encodeParts: (path: string) => path } }
    const channel = { send: (type: string, body: object) => sent.push({ type, ...body }), verbs: [] }
    const pane = new Pane({ shell, serviceManager: { sessions } }, docs, channel, server, urls, new Moves(jupyter.contents, 0))
    /** The server brings the news when the second chapter is asked for under its new name. */
    const publish = () => server.handout.mockImplementationOnce(async () => {
      jupyter.rename(B, C)
      jupyter.rename(A, B)
      server.moved = [[B, C], [A, B]]
      return { handout: { state: 'modified' } }
    })
    return { pane, server, docs, sent, publish }
  }

  it('shows the chapter that is asked for, though another had that name when it was opened', async () => {
    const { pane, docs, server, publish } = page()
    await pane.open(B, 3)
    await pane.open(A, 2)
    publish()
    await pane.open(B, 2)
    expect(server.handout).toHaveBeenLastCalledWith('open', B, 2)
    expect(pane.current).toMatchObject({ chapter: 2, context: { path: B } })
    await pane.open(C, 3)
    expect(pane.current).toMatchObject({ chapter: 3, context: { path: C } })
    expect(docs.open).toHaveBeenCalledTimes(2)
  })

  it('saves what was typed into the file of its own chapter', async () => {
    const { pane, publish } = page()
    await pane.open(B, 3)
    pane.current.type('three, and more')
    publish()
    await pane.open(B, 2)
    await pane.saveAll()
    expect(jupyter.files.get(C)).toMatchObject({ chapter: 3, text: 'three, and more' })
    expect(jupyter.files.get(B)).toMatchObject({ chapter: 2, text: 'two' })
  })

  it('learns before it saves that another page brought the news', async () => {
    const { pane, server, sent } = page()
    await pane.open(B, 3)
    pane.current.type('three, and more')
    server.resources = async () => {
      jupyter.rename(B, C)
      jupyter.rename(A, B)
      server.moved = [[B, C], [A, B]]
      server.resources = async () => ({})
      return {}
    }
    await pane.save(pane.current.context)
    expect(jupyter.files.get(C)).toMatchObject({ chapter: 3, text: 'three, and more' })
    expect(sent).toContainEqual({ type: 'moved', path: B, to: C })
  })
})
