/** Of a list that begins with the newest: what came after the last one known, and has not been seen elsewhere yet. */
export const arrivals = <N extends { id: number, seen_at: string | null }>(newest: N[], known: number): N[] =>
  newest.filter(({ id, seen_at }) => id > known && seen_at === null)
