/** Which of the queue, as it stands in the URL and as the server is asked. */
export interface Filters {
  cohort?: number
  course?: number
  chapter?: number
  hours?: number
  late?: true
  appeal?: true
  again?: true
  mine?: true
}
export const FLAGS = ['late', 'appeal', 'again', 'mine'] as const
const NUMBERS = ['cohort', 'course', 'chapter', 'hours'] as const
export type FilterName = typeof FLAGS[number] | typeof NUMBERS[number]
export const FILTER_NAMES: readonly FilterName[] = [...NUMBERS, ...FLAGS]
/** A day, three, a week. */
export const AGES = [24, 72, 168] as const

/** What is not understood is not there. */
export function filtersOf(query: Record<string, unknown>): Filters {
  const filters: Filters = {}
  for (const name of NUMBERS) {
    const value = Number(query[name])
    if (typeof query[name] === 'string' && Number.isSafeInteger(value) && value > 0 && (name !== 'hours' || value <= 65_535)) filters[name] = value
  }
  for (const name of FLAGS) if (query[name] === '1') filters[name] = true
  return filters
}

/** The same, to go on with it on another page. */
export const queryOf = (filters: Filters): Record<string, string> =>
  Object.fromEntries(Object.entries(filters).map(([name, value]) => [name, value === true ? '1' : String(value)]))
