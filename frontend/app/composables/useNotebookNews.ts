import type { BridgeOf, Handout } from '~/utils/bridge/messages'

/** What the notebook on show tells of itself: its kernel, memory, unsaved changes, handout, and the cell in focus. */
export const useNotebookNews = onePerApp(() => {
  const { openPath, source, onMessage, onLoad } = useNotebookFrame()
  const kernels = shallowReactive(new Map<string, BridgeOf<'kernel'>['status']>())
  const unsaved = shallowReactive(new Set<string>())
  /** Of those, the ones a save of which failed, and why. */
  const failed = shallowReactive(new Map<string, BridgeOf<'not_saved'>['reason']>())
  const memory = shallowRef<{ used: number, limit: number | null } | null>(null)
  const handout = shallowRef<Handout | null>(null)
  const activeCell = ref<string | null>(null)

  function forget(path: string) {
    unsaved.delete(path)
    failed.delete(path)
  }

  onLoad(() => {
    kernels.clear()
    unsaved.clear()
    failed.clear()
    memory.value = null
    handout.value = null
  })
  onMessage((message) => {
    switch (message.type) {
      case 'opened':
        handout.value = message.handout
        return
      case 'active_cell':
        if (message.path === openPath.value) activeCell.value = message.cell_id
        return
      case 'dirty':
        if (message.dirty) unsaved.add(message.path)
        else forget(message.path)
        if (message.dirty && message.path === openPath.value && handout.value?.state === 'untouched') handout.value = { ...handout.value, state: 'modified' }
        return
      case 'saved':
        forget(message.path)
        return
      case 'not_saved':
        unsaved.add(message.path)
        failed.set(message.path, message.reason)
        return
      case 'kernel':
        kernels.set(message.path, message.status)
        return
      case 'resources':
        memory.value = message.memory_bytes === null ? null : { used: message.memory_bytes, limit: message.memory_limit_bytes }
    }
  })

  return {
    kernel: computed(() => kernels.get(openPath.value ?? '') ?? null),
    dirty: computed(() => unsaved.has(openPath.value ?? '')),
    /** Any of those that are open, on show or not. */
    unsaved: computed(() => source.value !== null && unsaved.size > 0),
    failed: computed(() => {
      const [first] = source.value === null ? [] : [...failed]
      return first ? { reason: first[1], shown: failed.has(openPath.value ?? '') } : null
    }),
    memory,
    handout,
    activeCell,
  }
})
