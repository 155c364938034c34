// A tutor at their desk, who works without a browser.
import { type APIRequestContext, expect, request } from '@playwright/test'
import type { paths } from '../../../app/api/schema'
import type { Person } from './people'
import type { Place } from './site'

export type Feedback = NonNullable<paths['/api/v1/desk/submissions/{submission}/decision']['post']['requestBody']>['content']['application/json']['feedback']

export class Desk {
  private constructor(private readonly api: APIRequestContext) {}

  static async of(place: Place, { email, password }: Person): Promise<Desk> {
    const api = await request.newContext({ baseURL: place.origin, extraHTTPHeaders: { origin: place.origin } })
    expect((await api.post('/api/v1/session', { data: { email, password } })).status()).toBe(200)
    return new Desk(api)
  }

  claim = (submission: number) => this.send('put', `${submission}/claim`)

  /** Looks at it, which is written down. */
  read = (submission: number) => this.send('get', `${submission}/page`)

  /** Claims it and sends what is said of it: `undo_seconds` of the stories' site leaves no time to think it over. */
  async decide(submission: number, feedback: Feedback) {
    await this.claim(submission)
    await this.send('post', `${submission}/decision`, { revision: 0, feedback })
    await expect.poll(async () => ((await this.send('get', `${submission}`)) as { submission: { state: string } }).submission.state).toBe(feedback.verdict)
  }

  close = () => this.api.dispose()

  private async send(method: 'get' | 'put' | 'post', path: string, data?: object): Promise<unknown> {
    const answer = await this.api.fetch(`/api/v1/desk/submissions/${path}`, { method, data })
    expect(answer.ok(), `${method} ${path}: ${await answer.text()}`).toBe(true)
    return path.endsWith('/page') ? await answer.text() : await answer.json()
  }
}
