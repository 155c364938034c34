import { BridgeClient } from '~/utils/bridge/client'
import type { BridgeMessage } from '~/utils/bridge/messages'

/** A client for the bridge in `frame`, as long as its scope lives; a new origin makes a new client. */
export function useNotebookBridge(frame: Ref<HTMLIFrameElement | null>, origin: Ref<string | null>, heard: (message: BridgeMessage) => void) {
  const client = shallowRef<BridgeClient | null>(null)
  watch(origin, (now) => {
    client.value?.close()
    client.value = now === null ? null : new BridgeClient({ target: () => frame.value?.contentWindow ?? null, origin: now, heard })
  }, { immediate: true })
  onScopeDispose(() => client.value?.close())
  return client
}
