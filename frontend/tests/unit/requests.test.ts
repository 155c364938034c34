import { beforeEach, describe, expect, it, vi } from 'vitest'
// What the page of the LMS may ask of the pane: plain modules that run in Jupyter's page.
import { answerRequests } from '../../../k8s/jupyterhub/notebook/src/tenarai_notebook/data/labextensions/@tenarai/bridge/static/requests.js'

type Answer = (message: Record<string, unknown>) => unknown
const [OWN, OTHER] = ['ml/13.ipynb', 'ml/12.ipynb']

const verbs = new Map<string, Answer>()
const saved: string[] = []
let open: { context: { path: string } }[]
const server = { handout: vi.fn((_verb: string, path: string, _chapter?: number) => Promise.resolve({ path })) }
const pane = {
  get current() {
    return open.at(-1) ?? null
  },
  isOpen: (path: string) => open.some(panel => panel.context.path === path),
  find: (path: string) => open.find(panel => panel.context.path === path),
  save: (context: { path: string }) => Promise.resolve(void saved.push(context.path)),
  followMoves: vi.fn(() => Promise.resolve()),
}
const ask = (type: string, message: Record<string, unknown> = {}) => verbs.get(type)!({ type, ...message })

beforeEach(() => {
  saved.length = 0
  open = [{ context: { path: OWN } }, { context: { path: OTHER } }]
  vi.clearAllMocks()
  answerRequests({ channel: { on: (verb: string, answer: Answer) => verbs.set(verb, answer) }, pane, server, themes: {}, settings: {} })
})

describe('to save', () => {
  it('means the notebook that is named, and not the one on show', async () => {
    expect(await ask('save', { path: OWN, chapter_id: 13 })).toEqual({ path: OWN })
    expect(saved).toEqual([OWN])
    expect(server.handout).toHaveBeenCalledWith('open', OWN, 13)
  })

  it('goes to where the chapter is by now', async () => {
    open = [{ context: { path: OTHER } }]
    pane.followMoves.mockImplementationOnce(() => {
      open[0]!.context.path = OWN
      return Promise.resolve()
    })
    await ask('save', { path: OWN, chapter_id: 13 })
    expect(saved).toEqual([OWN])
  })

  it('is refused where another chapter has that name', async () => {
    server.handout.mockRejectedValueOnce(new Error('other_chapter'))
    await expect(ask('save', { path: OTHER, chapter_id: 13 })).rejects.toThrow('other_chapter')
    expect(saved).toEqual([])
  })

  it('has nothing to do for a notebook that is not open, and without a name means what is on show', async () => {
    expect(await ask('save', { path: 'ml/99.ipynb', chapter_id: 99 })).toEqual({ path: 'ml/99.ipynb' })
    expect(saved).toEqual([])
    expect(await ask('save')).toEqual({ path: OTHER })
    expect(saved).toEqual([OTHER])
  })
})
