/** `here`: the link opens in this page, and this is done as well. */
export interface NoticeLink { to: string, label: string, here?: () => void }
export interface Notice { id: number, text: string, kind: 'done' | 'problem' | 'news', link?: NoticeLink }

/** Short messages about what was just done or has just come; read out, gone after a while. */
export const useNotices = onePerApp(() => {
  const notices = ref<Notice[]>([])
  let last = 0
  const dismiss = (id: number) => (notices.value = notices.value.filter(notice => notice.id !== id))
  return {
    notices,
    dismiss,
    /** A link opens in a new tab unless it says otherwise, and gets the time to be reached. What is said again stands once. */
    notify(text: string, kind: Notice['kind'] = 'done', link?: NoticeLink) {
      const id = ++last
      const others = notices.value.filter(notice => notice.text !== text)
      notices.value = [...others.slice(-2), { id, text, kind, link }]
      setTimeout(dismiss, kind === 'problem' || link ? 12_000 : 5_000, id)
    },
  }
})
