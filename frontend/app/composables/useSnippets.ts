import type { Snippet } from '~/api/types'

/** Words a tutor writes again and again; their own, loaded once. */
export const useSnippets = onePerApp(() => {
  const api = useApi()
  const snippets = shallowRef<Snippet[]>([])
  const load = singleFlight(async () => {
    snippets.value = (await answer(api.GET('/api/v1/desk/snippets'))).items
  })
  return {
    snippets,
    load,
    async keep(text: string) {
      await answer(api.POST('/api/v1/desk/snippets', { body: { text } }))
      await load()
    },
    async change(snippet: number, text: string) {
      await answer(api.PUT('/api/v1/desk/snippets/{snippet}', { params: { path: { snippet } }, body: { text } }))
      await load()
    },
    async remove(snippet: number) {
      await answer(api.DELETE('/api/v1/desk/snippets/{snippet}', { params: { path: { snippet } } }))
      await load()
    },
  }
})
