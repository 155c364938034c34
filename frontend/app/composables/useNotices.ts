export interface Notice { id: number, text: string, kind: 'done' | 'problem' }

/** Short messages about what was just done; read out, gone after a while. */
export const useNotices = onePerApp(() => {
  const notices = ref<Notice[]>([])
  let last = 0
  const dismiss = (id: number) => (notices.value = notices.value.filter(notice => notice.id !== id))
  return {
    notices,
    dismiss,
    notify(text: string, kind: Notice['kind'] = 'done') {
      const id = ++last
      notices.value = [...notices.value.slice(-2), { id, text, kind }]
      setTimeout(dismiss, kind === 'problem' ? 12_000 : 5_000, id)
    },
  }
})
