/** Where to go after signing in: only a path of this site, never another host (`//evil`, `/\evil`, `javascript:`). */
export function nextPath(value: unknown, origin = 'http://site.invalid'): string {
  if (typeof value !== 'string' || !value.startsWith('/')) return '/'
  let url: URL
  try {
    url = new URL(value, origin)
  }
  catch {
    return '/'
  }
  if (url.origin !== origin || url.pathname.startsWith('//') || url.pathname === '/sign-in') return '/'
  return url.pathname + url.search + url.hash
}
