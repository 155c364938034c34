export default defineAppConfig({
  ui: {
    colors: { primary: 'ai', neutral: 'slate' },
    button: { slots: { base: 'font-medium' } },
    // A long title ends before the button that closes.
    modal: { slots: { header: 'pe-14 sm:pe-14' } },
    slideover: { slots: { header: 'pe-14 sm:pe-14' } },
  },
})
