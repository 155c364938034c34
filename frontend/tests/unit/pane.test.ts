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
  /** What becomes of a save: done, refused with this status, or never answered. */
  disk: 'fine' | 'slow' | number = 'fine'
  /** Jupyter's own, which stands over the page until it is clicked away. */
  dialogs: string[] = []

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
      _handleError: async (_: Error, title: string) => void this.dialogs.push(title),
      save: async () => {
        context.saveState.emit('started')
        if (this.disk === 'slow') await new Promise(() => undefined)
        if (this.disk !== 'fine') {
          const error = Object.assign(new Error('No space left on device'), { response: { status: this.disk } })
          void context._handleError(error, `File Save Error for ${context.path}`)
          context.saveState.emit('failed')
          throw error
        }
        const there = this.files.get(context.path)
        if (there?.last_modified !== context.contentsModel.last_modified) throw new Error('Jupyter asks whether to overwrite')
        this.write(context.path, file.chapter, model.text)
        context.contentsModel.last_modified = this.files.get(context.path)!.last_modified
        model.dirty = false
        context.saveState.emit('completed')
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
    // One of them is shown: the one that was put there last.
    const shell = {
      add: vi.fn((panel: { parent: unknown }) => (panel.parent = shell)),
      activateById: (id: string) => jupyter.panels.filter(panel => panel.id === id).forEach(panel => shell.add(panel)),
    }
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

  describe('when what was typed cannot be saved', () => {
    const [D, E] = ['ml/04.ipynb', 'ml/05.ipynb'] as const

    async function unsaved() {
      const it = page()
      jupyter.write(D, 4, 'four')
      jupyter.write(E, 5, 'five')
      await it.pane.open(B, 3)
      it.pane.current.type('three, and more')
      return { ...it, three: it.pane.current }
    }

    it('opens the next chapter, keeps the one before as it is, and saves it once there is room', async () => {
      const { pane, docs, three } = await unsaved()
      jupyter.disk = 507
      await pane.open(A, 2)
      expect(pane.current).toMatchObject({ chapter: 2 })
      expect(pane.find(B)).toBe(three)
      await pane.open(B, 3)
      expect(pane.current).toBe(three)
      expect(three.context.model).toMatchObject({ text: 'three, and more', dirty: true })
      expect(docs.open).toHaveBeenCalledTimes(2)
      jupyter.disk = 'fine'
      await pane.open(A, 2)
      expect(jupyter.files.get(B)).toMatchObject({ text: 'three, and more' })
    })

    it('closes what has been saved, and nothing else, however many chapters follow', async () => {
      const { pane, three } = await unsaved()
      jupyter.disk = 507
      const dispose = vi.spyOn(three, 'dispose')
      for (const [path, chapter] of [[A, 2], [D, 4], [E, 5], [A, 2]] as const) await pane.open(path, chapter)
      await vi.waitFor(() => expect(pane.isOpen(D)).toBe(false))
      expect(dispose).not.toHaveBeenCalled()
      jupyter.disk = 'fine'
      await pane.saveAll()
      expect(jupyter.files.get(B)).toMatchObject({ text: 'three, and more' })
    })

    it('does not wait for a save that never ends', async () => {
      vi.useFakeTimers()
      const { pane } = await unsaved()
      jupyter.disk = 'slow'
      const opened = pane.open(A, 2)
      await vi.advanceTimersByTimeAsync(6_000)
      await expect(opened).resolves.toMatchObject({ path: A })
      // Nor do the others wait for it.
      pane.current.type('two, and more')
      jupyter.disk = 'fine'
      void pane.saveAll()
      await vi.advanceTimersByTimeAsync(0)
      expect(jupyter.files.get(A)).toMatchObject({ text: 'two, and more' })
      vi.useRealTimers()
    })

    it.each([[507, 'full'], [500, 'failed'], [403, 'failed']])('says so (%s) in place of Jupyter\'s dialog', async (status, reason) => {
      const { pane, sent, three } = await unsaved()
      jupyter.disk = status
      await expect(pane.save(three.context)).rejects.toMatchObject({ code: 'not_saved' })
      expect(sent).toContainEqual({ type: 'not_saved', path: B, reason })
      expect(jupyter.dialogs).toEqual([])
      // What else Jupyter has to say of a file is its own.
      await three.context._handleError(new Error('no JSON'), 'File Load Error')
      expect(jupyter.dialogs).toEqual(['File Load Error'])
    })

    it('tells whoever asks for all of them to be saved', async () => {
      const { pane } = await unsaved()
      jupyter.disk = 507
      await expect(pane.saveAll()).rejects.toMatchObject({ code: 'not_saved' })
      jupyter.disk = 'fine'
      await expect(pane.saveAll()).resolves.toBeUndefined()
    })
  })
})
