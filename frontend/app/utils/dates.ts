const LANGUAGE = { ja: 'ja-JP', en: 'en-GB' } as const
type Language = keyof typeof LANGUAGE

/** 2026年12月4日(金) / Fri, 4 Dec 2026; the year is left out when it is this one. */
export function formatDay(iso: string, language: Language, now = new Date()): string {
  const day = new Date(iso)
  return new Intl.DateTimeFormat(LANGUAGE[language], {
    year: day.getFullYear() === now.getFullYear() ? undefined : 'numeric',
    month: language === 'ja' ? 'long' : 'short',
    day: 'numeric',
    weekday: 'short',
  }).format(day)
}

export function formatMoment(iso: string, language: Language): string {
  return new Intl.DateTimeFormat(LANGUAGE[language], {
    year: 'numeric', month: language === 'ja' ? 'long' : 'short', day: 'numeric', hour: '2-digit', minute: '2-digit',
  }).format(new Date(iso))
}

/** 12:03 */
export const formatTime = (iso: string, language: Language) =>
  new Intl.DateTimeFormat(LANGUAGE[language], { hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(iso))

const UNITS = [['year', 31_536_000], ['month', 2_592_000], ['day', 86_400], ['hour', 3_600], ['minute', 60]] as const

/** Japanese is written without the spaces that Intl puts between figure and unit. */
const tight = (text: string, language: Language) => (language === 'ja' ? text.replaceAll(' ', '') : text)

/** "3時間前", "yesterday". */
export function formatAgo(iso: string, language: Language, now = Date.now()): string {
  const ago = (new Date(iso).getTime() - now) / 1000
  const words = new Intl.RelativeTimeFormat(LANGUAGE[language], { numeric: 'auto' })
  const [unit, length] = UNITS.find(([, seconds]) => Math.abs(ago) >= seconds) ?? []
  if (!unit) return language === 'ja' ? 'たった今' : 'just now'
  return tight(words.format(Math.trunc(ago / length), unit), language)
}

/** "3日4時間", "5 min": the two largest units. */
export function formatDuration(seconds: number, language: Language): string {
  const units = [['day', 86_400, Infinity], ['hour', 3_600, 24], ['minute', 60, 60]] as const
  const first = Math.max(0, units.findIndex(([, length]) => seconds >= length))
  const parts = (seconds < 60 ? units.slice(2) : units.slice(first, first + 2)).map(([unit, length, limit]) =>
    new Intl.NumberFormat(LANGUAGE[language], { style: 'unit', unit, unitDisplay: 'short' }).format(Math.floor(seconds / length) % limit))
  return tight(parts.join(' '), language)
}

/** "12分", "45秒": how long to wait, a minute more rather than one too few. */
export function formatWait(seconds: number, language: Language): string {
  const [value, unit] = seconds > 60 ? [Math.ceil(seconds / 60), 'minute'] : [seconds, 'second']
  return tight(new Intl.NumberFormat(LANGUAGE[language], { style: 'unit', unit, unitDisplay: language === 'ja' ? 'short' : 'long' }).format(value), language)
}

/** Whole days from today to the due day; negative when it is past. */
export function daysUntil(iso: string, now = new Date()): number {
  const day = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate())
  return Math.round((day(new Date(iso)) - day(now)) / 86_400_000)
}
