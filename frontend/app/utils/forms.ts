import type { FormErrorEvent } from '@nuxt/ui'

/** Where a form was sent too early, one goes on in the first field that is to be mended. */
export function focusFirstError({ errors }: FormErrorEvent) {
  const first = errors.find(({ id }) => id)?.id
  if (first) document.getElementById(first)?.focus()
}

/** What is being mended is no longer complained about; the next try looks again. */
export function forgetError(form: { clear: (name?: string) => void } | null, event: Event) {
  if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) form?.clear(event.target.name)
}

/** A password that was refused is typed anew: while the form was being sent, its button could not keep the focus. */
export async function focusPassword({ target }: Event) {
  await nextTick()
  const field = (target as HTMLFormElement | null)?.querySelector<HTMLInputElement>('input[autocomplete="current-password"]')
  field?.focus()
  field?.select()
}
