// The one script of a rendered notebook. It runs without an origin and speaks with the page around it only.
'use strict'
;(() => {
  const cells = new Map()
  for (const cell of document.querySelectorAll('main > .cell, main > details.unchanged > .cell')) {
    cells.set(cell.dataset.cell, cell)
  }
  const post = message => window.parent.postMessage(message, '*')
  const isObject = value => typeof value === 'object' && value !== null
  let ring = null
  let told = ''

  // Within a fold nothing can be seen or measured.
  function unfold(element) {
    for (let fold = element.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true
  }

  function lineOf(cell, line) {
    return [...cell.querySelectorAll('.line[data-line]')].find(element => element.dataset.line === String(line))
  }

  function setRing(cell, line) {
    ring?.classList.remove('focused')
    document.querySelector('.line.pointed')?.classList.remove('pointed')
    ring = cell
    cell.classList.add('focused')
    const element = line === undefined ? undefined : lineOf(cell, line)
    element?.classList.add('pointed')
    return element ?? cell
  }

  function tell(cell, line) {
    const box = cell.getBoundingClientRect()
    const message = { type: 'focused', cell: cell.dataset.cell, top: Math.round(box.top + window.scrollY), height: Math.round(box.height) }
    if (line !== undefined) message.line = line
    const now = `${message.cell} ${line ?? ''}`
    if (now === told) return
    told = now
    post(message)
  }

  const known = {
    theme({ dark }) {
      if (typeof dark === 'boolean') document.documentElement.dataset.theme = dark ? 'dark' : 'light'
    },
    focus({ cell, line }) {
      const element = typeof cell === 'string' ? cells.get(cell) : undefined
      if (!element || !(line === undefined || Number.isInteger(line))) return
      unfold(element)
      const target = setRing(element, line)
      unfold(target)
      told = `${cell} ${line ?? ''}`
      // Tab goes on from here, and nothing is taken from a field that is being written in.
      if (document.hasFocus()) element.focus({ preventScroll: true })
      target.scrollIntoView({ block: line === undefined ? 'start' : 'center' })
      const box = element.getBoundingClientRect()
      post({ type: 'shown', cell, top: Math.round(box.top + window.scrollY), height: Math.round(box.height) })
    },
    comments({ cells: counts }) {
      if (!isObject(counts)) return
      for (const [id, cell] of cells) {
        const count = Object.hasOwn(counts, id) ? counts[id] : 0
        const badge = cell.querySelector(':scope > .badges > .count')
        badge.hidden = !(Number.isInteger(count) && count > 0)
        const words = count === 1 ? document.body.dataset.comment : document.body.dataset.comments
        badge.textContent = badge.hidden ? '' : words.replace('{n}', String(count))
      }
    },
  }

  window.addEventListener('message', event => {
    if (event.source !== window.parent || window.parent === window) return
    const message = event.data
    if (isObject(message) && typeof message.type === 'string' && Object.hasOwn(known, message.type)) known[message.type](message)
  })

  // A click focuses its cell before it says which line it means.
  let pressed = false
  for (const [name, now] of [['pointerdown', true], ['pointerup', false], ['pointercancel', false]]) {
    document.addEventListener(name, () => { pressed = now })
  }
  // A message changes the focus, too: it has been told already.
  document.addEventListener('focusin', event => {
    if (pressed) return
    const cell = event.target.closest?.('.cell')
    if (!cell || !cells.has(cell.dataset.cell) || cell === ring) return
    setRing(cell)
    tell(cell)
  })

  document.addEventListener('click', event => {
    const cell = event.target.closest?.('.cell')
    if (!cell || !cells.has(cell.dataset.cell)) return
    const element = event.target.closest('.line[data-line]')
    const line = element && String(window.getSelection()) === '' ? Number(element.dataset.line) : undefined
    setRing(cell, line)
    tell(cell, line)
  })

  // Keys that are no commands of the browser belong to the desk.
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && event.key === 'Escape') return
    const plain = [...event.key].length === 1 && event.key !== ' '
    const own = event.target.closest?.('summary, a[href]')
    if (!plain && event.key !== 'Escape' && !(event.key === 'Enter' && !own)) return
    // Firefox would open its quick search.
    if (event.key === '/' || event.key === "'") event.preventDefault()
    post({ type: 'key', key: event.key, code: event.code, shift: event.shiftKey, repeat: event.repeat })
  })

  let height = 0
  new ResizeObserver(() => {
    const now = Math.ceil(document.querySelector('main').getBoundingClientRect().height)
    if (now !== height) post({ type: 'height', px: height = now })
  }).observe(document.querySelector('main'))

  post({ type: 'ready', cells: cells.size })
})()
