import type { BridgeOf, Handout } from '~/utils/bridge/messages'

/** What the notebook on show tells of itself: its kernel, memory, unsaved changes, handout, and the cell in focus. */
export const useNotebookNews = onePerApp(() => {
  const { openPath, onMessage, onLoad } = useNotebookFrame()
  const kernels = shallowReactive(new Map<string, BridgeOf<'kernel'>['status']>())
  const unsaved = shallowReactive(new Set<string>())
  const memory = shallowRef<{ used: number, limit: number | null } | null>(null)
  const handout = shallowRef<Handout | null>(null)
  const activeCell = ref<string | null>(null)

  onLoad(() => {
    kernels.clear()
    unsaved.clear()
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
        else unsaved.delete(message.path)
        if (message.dirty && message.path === openPath.value && handout.value?.state === 'untouched') handout.value = { ...handout.value, state: 'modified' }
        return
      case 'saved':
        unsaved.delete(message.path)
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
    anyDirty: computed(() => unsaved.size > 0),
    memory,
    handout,
    activeCell,
  }
})
