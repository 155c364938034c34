export default defineAppConfig({
  ui: {
    colors: { primary: 'ai', neutral: 'slate' },
    button: { slots: { base: 'font-medium' } },
  },
})
