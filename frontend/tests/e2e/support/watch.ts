// What no page of a story may do: complain in the console, throw, break the content security policy.
import type { BrowserContext, ConsoleMessage, Page } from '@playwright/test'

/** Jupyter's own noise, judged apart: messages of the hub's origin that are known and harmless. */
const JUPYTER_NOISE: [RegExp, string][] = [
  [/reading 'schema'[^]*notebook_core/, 'a listener of its settings hears of a plugin that is still loading'],
]

/** The browser itself reports every answer from 400 on; these belong to what happens. */
const EXPECTED_ANSWERS: [RegExp, string][] = [
  [/status of 401 .*\/api\/v1\/session(\/refresh)?$/, 'who is not signed in yet asks who they are'],
]

export class Watch {
  readonly complaints: string[] = []
  private readonly expected: RegExp[] = []

  constructor(private readonly hubOrigin: string | null) {}

  /** A story that provokes a refusal says so; the reason stands beside it in the story. */
  expect(...patterns: RegExp[]) {
    this.expected.push(...patterns)
  }

  async over(context: BrowserContext) {
    await context.exposeBinding('__violated', ({ frame }, what: string) => this.note(frame.url(), `CSP: ${what} ${frame.url()}`))
    await context.addInitScript(() => document.addEventListener('securitypolicyviolation', event =>
      (window as unknown as { __violated: (what: string) => void }).__violated(`${event.effectiveDirective} ${event.blockedURI}`)))
    context.on('page', page => this.follow(page))
  }

  private follow(page: Page) {
    page.on('console', message => message.type() === 'error' && this.note(message.location().url, told(message)))
    page.on('pageerror', error => this.note(/\((http[^)]*)\)|at (http\S*)/.exec(error.stack ?? '')?.slice(1).find(Boolean) ?? page.url(), `thrown: ${error.stack ?? error}`))
  }

  private note(where: string, what: string) {
    const inHub = this.hubOrigin !== null && where.startsWith(this.hubOrigin)
    const complaint = inHub ? `in the notebook: ${what}` : what
    const known = [...(inHub ? JUPYTER_NOISE : []), ...EXPECTED_ANSWERS].map(([pattern]) => pattern)
    if (![...known, ...this.expected].some(pattern => pattern.test(complaint))) this.complaints.push(complaint)
  }
}

const told = (message: ConsoleMessage) => `${message.text()} ${message.location().url}`
