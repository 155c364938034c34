const BROWSERS = [['Edge', /Edg(?:A|iOS)?\//], ['Firefox', /Firefox\/|FxiOS\//], ['Chrome', /Chrome\/|CriOS\//], ['Safari', /Safari\//]] as const
const SYSTEMS = [['iPhone', /iPhone/], ['iPad', /iPad/], ['Android', /Android/], ['Windows', /Windows/], ['macOS', /Mac OS X/], ['ChromeOS', /CrOS/], ['Linux', /Linux/]] as const

/** "Chrome · Windows" from a user agent, enough to know one's own device again; null when nothing is known. */
export function deviceName(userAgent: string | null): string | null {
  if (!userAgent) return null
  const first = (list: readonly (readonly [string, RegExp])[]) => list.find(([, pattern]) => pattern.test(userAgent))?.[0]
  return [first(BROWSERS), first(SYSTEMS)].filter(Boolean).join(' · ') || null
}
