export default defineAppConfig({
  ui: {
    colors: { primary: 'ai', neutral: 'slate' },
    button: {
      slots: { base: 'font-medium' },
      // The kit's three quarters are too pale under white words.
      compoundVariants: [{ color: 'primary', variant: 'solid', class: 'hover:bg-primary/90 active:bg-primary/90' }],
    },
    // Keys are written as they stand in the list of keys.
    kbd: { base: 'normal-case' },
    // A long title ends before the button that closes.
    modal: { slots: { header: 'pe-14 sm:pe-14' } },
    slideover: { slots: { header: 'pe-14 sm:pe-14' } },
  },
})
