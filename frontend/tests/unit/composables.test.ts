import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ref, shallowRef } from 'vue'
import { joined } from '../../app/utils/joined'
import { asProblem } from '../../app/utils/problem'
import { runLimit } from '../../app/utils/study/runLimit'
import { answerStore } from '../../app/utils/quiz/answerStore'
import { stubImports } from './support/composables'

beforeEach(() => void vi.resetModules())
afterEach(() => {
  vi.unstubAllGlobals()
  localStorage.clear()
})

/** Promises that are kept one by one, by whoever tells the story. */
function asked<T>() {
  const answers: ((value: T) => void)[] = []
  return { ask: () => new Promise<T>(resolve => answers.push(resolve)), answers }
}

describe('a resource', () => {
  async function resource() {
    stubImports({ asProblem, useOnline: () => ref(true) })
    const { useResource } = await import('../../app/composables/useResource')
    const { ask, answers } = asked<string>()
    const key = ref('one')
    return { it: useResource(key, ask), answers, key }
  }

  it('shows each answer of a line that is slower than the questions, and never an older one after a newer', async () => {
    const { it, answers } = await resource()
    void it.refresh()
    void it.refresh()
    answers[0]!('first')
    await vi.waitFor(() => expect(it.data.value).toBe('first'))
    expect(it.loading.value).toBe(true)
    answers[2]!('third')
    await vi.waitFor(() => expect(it.data.value).toBe('third'))
    answers[1]!('second')
    await new Promise(resolve => setTimeout(resolve))
    expect(it.data.value).toBe('third')
  })

  it('takes no answer to what was asked before for one to what is asked now', async () => {
    const { it, answers, key } = await resource()
    key.value = 'other'
    await vi.waitFor(() => expect(answers).toHaveLength(2))
    answers[0]!('of the one')
    await new Promise(resolve => setTimeout(resolve))
    expect(it.data.value).toBeNull()
    answers[1]!('of the other')
    await vi.waitFor(() => expect(it.data.value).toBe('of the other'))
  })
})

describe('work that is joined', () => {
  it('is under way once, and asked for once more, however many ask', async () => {
    const { ask, answers } = asked<undefined>()
    const work = vi.fn(() => ask().then(() => undefined))
    const again = joined(work)
    for (let times = 0; times < 3_000; times++) void again()
    expect(work).toHaveBeenCalledTimes(1)
    answers[0]!(undefined)
    await vi.waitFor(() => expect(work).toHaveBeenCalledTimes(2))
    answers[1]!(undefined)
    await new Promise(resolve => setTimeout(resolve))
    expect(work).toHaveBeenCalledTimes(2)
    void again()
    expect(work).toHaveBeenCalledTimes(3)
  })
})

describe('runs of cells', () => {
  it('are no more a minute than a person makes', () => {
    let now = 0
    const isLikely = runLimit(() => now)
    expect(Array.from({ length: 9_000 }, isLikely).filter(Boolean)).toHaveLength(240)
    now = 61_000
    expect(isLikely()).toBe(true)
  })
})

describe('the focus', () => {
  async function page() {
    document.body.innerHTML = '<button id="text"></button><iframe id="frame"></iframe>'
    const frame = document.querySelector('iframe')!
    stubImports({ useNotebookFrame: () => ({ element: shallowRef(frame), state: ref('ready'), tell: vi.fn(), onMessage: vi.fn() }) })
    const { useNotebookFocus } = await import('../../app/composables/useNotebookFocus')
    const focus = useNotebookFocus()
    document.getElementById('text')!.focus()
    const enterFrame = async () => {
      frame.tabIndex = 0
      frame.focus()
      window.dispatchEvent(new Event('blur'))
      await new Promise(resolve => setTimeout(resolve))
      return document.activeElement
    }
    return { focus, frame, enterFrame }
  }
  const press = (key: string) => document.dispatchEvent(new KeyboardEvent('keydown', { key }))

  it('stays in the text while a notebook opens', async () => {
    const { focus, frame, enterFrame } = await page()
    press('Tab')
    focus.guard('ml/03.ipynb')
    expect(await enterFrame()).not.toBe(frame)
    focus.settled(false)
    expect(await enterFrame()).not.toBe(frame)
  })

  it('goes where Tab leads, also while the kernel hangs', async () => {
    const { focus, frame, enterFrame } = await page()
    focus.guard('ml/03.ipynb')
    focus.settled(false)
    press('Tab')
    expect(await enterFrame()).toBe(frame)
  })

  it('is free again where the notebook could not be opened', async () => {
    const { focus, frame, enterFrame } = await page()
    focus.guard('ml/03.ipynb')
    focus.settled(true)
    expect(await enterFrame()).toBe(frame)
  })
})

describe('an answer that is given in another tab', () => {
  it('is known though the quiz is not on show any more', async () => {
    const keepers: { replaced: ReturnType<typeof vi.fn> }[] = []
    vi.doMock('~/utils/quiz/answerKeeper', () => ({
      AnswerKeeper: class {
        replaced = vi.fn()
        flush = vi.fn()
        constructor() { keepers.push(this) }
      },
    }))
    stubImports({ useApi: () => ({}), useMine: () => () => true, useMe: () => ref({ user: { id: 7 } }), inTime: vi.fn(), answer: vi.fn() })
    const { useAnswerKeeper } = await import('../../app/composables/useAnswerKeeper')
    useAnswerKeeper(3)
    useAnswerKeeper(3)
    answerStore(7, 3).put('colour', 'blue' as never)
    const key = Object.keys(localStorage)[0]!
    window.dispatchEvent(new StorageEvent('storage', { key, newValue: localStorage.getItem(key) }))
    expect(keepers).toHaveLength(1)
    expect(keepers[0]!.replaced).toHaveBeenCalledExactlyOnceWith('colour')
  })
})
