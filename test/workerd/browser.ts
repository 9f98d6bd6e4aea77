/** A browser without script: keeps cookies, fills in forms, follows redirects inside the org and stops at others. */
import { expect } from 'vitest'
import { ORIGIN, send } from './support.ts'

export interface PageView {
  readonly status: number
  readonly url: string
  readonly html: string
  readonly headers: Headers
  /** Where the answer leads, when that is not a page of the org. */
  readonly location: string | null
}

const REDIRECTS_MAX = 6

const decodeEntities = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')

/** Values of the hidden inputs of a page. */
export function hiddenInputs(html: string): Readonly<Record<string, string>> {
  const inputs = html.match(/<input[^>]*type="hidden"[^>]*>/g) ?? []
  return Object.fromEntries(
    inputs.map((input) => [
      decodeEntities(/name="([^"]*)"/.exec(input)?.[1] ?? ''),
      decodeEntities(/value="([^"]*)"/.exec(input)?.[1] ?? ''),
    ]),
  )
}

export class Browser {
  readonly #origin: string
  readonly #ask: typeof send
  readonly #cookies = new Map<string, string>()

  constructor(origin = ORIGIN, ask: typeof send = send) {
    this.#origin = origin
    this.#ask = ask
  }

  /** Cookies as the browser sends them. */
  get cookies(): ReadonlyMap<string, string> {
    return this.#cookies
  }

  setCookie(name: string, value: string): void {
    this.#cookies.set(name, value)
  }

  forget(): void {
    this.#cookies.clear()
  }

  get(url: string, headers: Record<string, string> = {}): Promise<PageView> {
    return this.#visit(new URL(url, this.#origin).href, { headers })
  }

  post(
    url: string,
    fields: Record<string, string> | readonly (readonly [string, string])[],
    headers: Record<string, string> = {},
  ): Promise<PageView> {
    const pairs = Array.isArray(fields) ? fields : Object.entries(fields)
    return this.#visit(new URL(url, this.#origin).href, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(pairs as string[][]).toString(),
    })
  }

  /** Fills in the sign-in page. */
  signIn(page: PageView, identifier: string, password: string): Promise<PageView> {
    expect(page.html).toContain('id="signin-submit"')
    return this.post('/signin', { ...hiddenInputs(page.html), identifier, password })
  }

  /** Answers the consent page. */
  decide(
    page: PageView,
    decision: 'allow' | 'deny',
    optional: readonly string[] = [],
  ): Promise<PageView> {
    expect(page.html).toContain('id="consent-allow"')
    return this.post('/consent', [
      ...Object.entries(hiddenInputs(page.html)),
      ...optional.map((scope) => ['scope', scope] as const),
      ['decision', decision],
    ])
  }

  async #visit(url: string, init: RequestInit): Promise<PageView> {
    let response = await this.#send(url, init)
    let at = url
    for (let count = 0; count < REDIRECTS_MAX; count++) {
      const location = response.headers.get('location')
      if (location === null || response.status < 300 || response.status > 399) break
      if (!location.startsWith(`${this.#origin}/`)) return this.#view(response, at, location)
      at = location
      response = await this.#send(location, {})
    }
    return this.#view(response, at, null)
  }

  async #view(response: Response, url: string, location: string | null): Promise<PageView> {
    const { status, headers } = response
    return { status, url, html: await response.text(), headers, location }
  }

  async #send(url: string, init: RequestInit): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = {
      ...(init.headers as Record<string, string>),
      ...(cookie !== '' && { cookie }),
    }
    const response = await this.#ask(url, { ...init, headers, redirect: 'manual' })
    for (const text of response.headers.getSetCookie()) this.#keep(text)
    return response
  }

  #keep(text: string): void {
    const [pair = '', ...attributes] = text.split('; ')
    const name = pair.slice(0, pair.indexOf('='))
    if (attributes.includes('Max-Age=0')) this.#cookies.delete(name)
    else this.#cookies.set(name, pair.slice(name.length + 1))
  }
}

/** The parameters of an answer to a redirect URI, in its query or its fragment. */
export function answerOf({ location }: PageView): Readonly<Record<string, string>> {
  expect(location).not.toBeNull()
  const url = new URL(location!)
  const text = url.hash === '' ? url.search : url.hash
  return Object.fromEntries(new URLSearchParams(text.slice(1)))
}
