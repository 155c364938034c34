import withNuxt from './.nuxt/eslint.config.mjs'

export default withNuxt(
  { ignores: ['app/api/schema.d.ts'] },
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      // The chapter's HTML comes sanitised from the server; StudyProse is the only place that shows it.
      'vue/no-v-html': 'error',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multi-word-component-names': 'off',
      'no-console': 'error',
    },
  },
)
