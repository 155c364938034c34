/** The notebook's page in the site's theme and language. */
export const useNotebookLooks = onePerApp(() => {
  const { state, openPath, ask, tell, load, onReady } = useNotebookFrame()
  const { unsaved } = useNotebookNews()
  const { language } = useLanguage()
  const theme = useColorMode()
  let told: string | null = null

  const dress = () => tell({ type: 'theme', theme: theme.value === 'dark' ? 'dark' : 'light' })

  /** Jupyter reads its words when it loads: in another language the page is loaded again, once, after saving. */
  async function speak(spoken?: string) {
    if (spoken === language.value || told === language.value) return
    told = language.value
    try {
      await ask({ type: 'locale', locale: language.value })
      await ask({ type: 'save_all' })
      if (openPath.value && !unsaved.value) load(openPath.value)
    }
    catch { /* the notebook stays in the language it has */ }
  }

  onReady(({ locale }) => {
    dress()
    void speak(locale)
  })
  watch(() => theme.value, () => state.value === 'ready' && dress())
  watch(language, () => state.value === 'ready' && speak())
})
