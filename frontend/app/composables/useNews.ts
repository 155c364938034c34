/** Told when something new has come for this person (`tenarai:notice` at the window): what is on show may be outdated. */
export function useNews(heard: () => void) {
  useEventListener(window, 'tenarai:notice', heard)
}
