import { effectScope } from 'vue'
import { useNuxtApp } from '#imports'

/** A composable with one instance for the whole app, made at first use and never torn down. */
export function onePerApp<T>(make: () => T): () => T {
  const made = new WeakMap<object, T>()
  return () => {
    const app = useNuxtApp()
    let one = made.get(app)
    if (one === undefined) {
      one = effectScope(true).run(() => app.runWithContext(make)) as T
      made.set(app, one)
    }
    return one
  }
}
