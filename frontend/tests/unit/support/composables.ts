// Composables as plain functions: what Nuxt imports by itself is put where they look for it.
import * as core from '@vueuse/core'
import { vi } from 'vitest'
import * as vue from 'vue'

export function stubImports(more: Record<string, unknown> = {}) {
  const { computed, ref, shallowRef, shallowReactive, readonly, reactive, watch, toValue, toRef, onScopeDispose } = vue
  const { createEventHook, useEventListener } = core
  for (const [name, value] of Object.entries({
    computed, ref, shallowRef, shallowReactive, readonly, reactive, watch, toValue, toRef, onScopeDispose, createEventHook, useEventListener,
    onePerApp: (make: () => unknown) => {
      let one: unknown
      return () => (one ??= make())
    },
    ...more,
  })) vi.stubGlobal(name, value)
}
