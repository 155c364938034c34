/** Makes boxes reachable by Tab as long as they can be scrolled sideways, and no longer; returns what ends it. */
export function reachableWhileScrollable(boxes: Iterable<HTMLElement>): () => void {
  const look = (box: HTMLElement) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0
    else box.removeAttribute('tabindex')
  }
  const seen = new ResizeObserver(entries => entries.forEach(({ target }) => look(target as HTMLElement)))
  for (const box of boxes) seen.observe(box)
  return () => seen.disconnect()
}
