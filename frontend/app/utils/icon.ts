import { init } from '#build/nuxt-icon-client-bundle'

const drawings = new Map<string, Parameters<Parameters<typeof init>[0]>[1]>()
init((name, drawing) => drawings.set(name, drawing))

/** `i-lucide-check` as an SVG. All there are were found by the build (`icon.clientBundle`); unknown ones are empty. */
export default defineComponent({
  props: { name: { type: String, required: true } },
  setup: props => () => {
    const drawing = drawings.get(props.name.replace(/^i-/, '').replace(/^([a-z]+)[-:]/, '$1:'))
    const { left = 0, top = 0, width = 24, height = 24, body = '' } = drawing ?? {}
    return h('svg', { 'class': 'shrink-0', 'viewBox': `${left} ${top} ${width} ${height}`, 'width': '1em', 'height': '1em', 'aria-hidden': 'true', 'innerHTML': body })
  },
})
