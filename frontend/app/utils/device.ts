const BROWSERS = [['Edge', /Edg(?:A|iOS)?\/(\d+)/], ['Firefox', /(?:Firefox|FxiOS)\/(\d+)/], ['Chrome', /(?:Chrome|CriOS)\/(\d+)/], ['Safari', /(?:Version\/(\d+).*)?Safari\//]] as const
const SYSTEMS = [['iPhone', /iPhone/], ['iPad', /iPad/], ['Android', /Android/], ['Windows', /Windows/], ['macOS', /Mac OS X/], ['ChromeOS', /CrOS/], ['Linux', /Linux/]] as const

/** "Chrome 131 · Windows" from a user agent, enough to know one's own device again; null when nothing is known. */
export function deviceName(userAgent: string | null): string | null {
  if (!userAgent) return null
  const system = SYSTEMS.find(([, pattern]) => pattern.test(userAgent))?.[0]
  for (const [name, pattern] of BROWSERS) {
    const found = pattern.exec(userAgent)
    if (found) return [[name, found[1]].filter(Boolean).join(' '), system].filter(Boolean).join(' · ')
  }
  return system ?? null
}
