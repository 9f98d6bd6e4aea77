/**
 * A browser without script, over HTTP: it keeps cookies by their attributes, fills in forms as far as the page's
 * Content-Security-Policy lets them be sent, follows redirects inside the org and stops at the relying party.
 */
import { expect } from 'vitest'
import { ORIGIN, PASSWORD, type Deployment, type Person } from './deployment.ts'

export interface PageView {
  readonly status: number
  readonly url: string
  readonly html: string
  readonly headers: Headers
  /** Where the answer leads, when that is not a page of the org. */
  readonly location: string | null
}

export interface PageForm {
  readonly method: string
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
}

const REDIRECTS_MAX = 6

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
}

const decoded = (text: string): string =>
  text.replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity] ?? entity)

const attributeOf = (tag: string, name: string): string | null => {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  return value === undefined ? null : decoded(value)
}

/** The one form of a page with what its hidden inputs hold. */
export function formOf({ html, url }: PageView): PageForm {
  const tags = html.match(/<form[^>]*>/g) ?? []
  expect(tags).toHaveLength(1)
  const hidden = (html.match(/<input[^>]*>/g) ?? []).filter(
    (tag) => attributeOf(tag, 'type') === 'hidden',
  )
  const names = hidden.map((tag) => attributeOf(tag, 'name') ?? '')
  expect(new Set(names).size).toBe(names.length)
  return {
    method: attributeOf(tags[0]!, 'method') ?? 'get',
    action: new URL(attributeOf(tags[0]!, 'action') ?? '', url).href,
    fields: Object.fromEntries(
      hidden.map((tag, index) => [names[index]!, attributeOf(tag, 'value') ?? '']),
    ),
  }
}

/** Whether the policy of a page lets a form be sent there. */
export function maySend({ headers }: PageView, action: string): boolean {
  const policy = headers.get('content-security-policy') ?? ''
  const sources = /form-action ([^;]*)/.exec(policy)?.[1]?.split(' ')
  if (sources === undefined) return true
  const { origin, protocol } = new URL(action)
  return sources.some(
    (source) =>
      source === origin || source === protocol || (source === "'self'" && origin === ORIGIN),
  )
}

/** The one script of a page, if its policy lets it run. */
export async function scriptOf({ html, headers }: PageView): Promise<string> {
  const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text ?? '')
  expect(scripts).toHaveLength(1)
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(scripts[0]))
  expect(headers.get('content-security-policy')).toContain(
    `script-src 'sha256-${Buffer.from(digest).toString('base64')}'`,
  )
  return scripts[0]!
}

interface Cookie {
  readonly value: string
  readonly isCrossSite: boolean
}

export class Browser {
  readonly #cookies = new Map<string, Cookie>()
  readonly #send: Deployment['send']

  constructor({ send }: Pick<Deployment, 'send'>) {
    this.#send = send
  }

  get(url: string | URL): Promise<PageView> {
    return this.#visit(new URL(url).href, {}, true)
  }

  /** A form that a page of another site sends here, which takes only those cookies along that say so. */
  postFromElsewhere(url: string, fields: Readonly<Record<string, string>>): Promise<PageView> {
    return this.#visit(url, form(fields), false)
  }

  /** Sends the form of a page, and goes on from there as far as Chromium would let it (CSP3 §6.4.1). */
  async submit(page: PageView, fields: Readonly<Record<string, string>>): Promise<PageView> {
    const { method, action, fields: hidden } = formOf(page)
    expect(method).toBe('post')
    expect([action, maySend(page, action)]).toEqual([action, true])
    const next = await this.#visit(action, form({ ...hidden, ...fields }), true)
    if (next.location !== null)
      expect([next.location, maySend(page, next.location)]).toEqual([next.location, true])
    return next
  }

  signIn(page: PageView, { login }: Person): Promise<PageView> {
    expect(isSignIn(page)).toBe(true)
    expect(page.html).toMatch(/id="signin-submit">\s*Sign in\s*</)
    expect(page.html).toMatch(/<input[^>]* name="identifier"/)
    expect(page.html).toMatch(/<input[^>]* name="password"/)
    return this.submit(page, { identifier: login, password: PASSWORD })
  }

  consent(page: PageView, decision: 'allow' | 'deny' = 'allow'): Promise<PageView> {
    expect(isConsent(page)).toBe(true)
    expect(page.html).toMatch(new RegExp(`<button[^>]* id="consent-${decision}"`))
    return this.submit(page, { decision })
  }

  async #visit(first: string, init: RequestInit, isOwnSite: boolean): Promise<PageView> {
    let url = first
    let response = await this.#fetch(url, init, isOwnSite)
    for (let count = 0; count < REDIRECTS_MAX; count++) {
      const location = response.headers.get('location')
      if (location === null || response.status < 300 || response.status > 399) break
      if (!location.startsWith(`${ORIGIN}/`)) return this.#view(response, url, location)
      url = location
      response = await this.#fetch(url, {}, true)
    }
    return this.#view(response, url, null)
  }

  async #view(response: Response, url: string, location: string | null): Promise<PageView> {
    const { status, headers } = response
    return { status, url, html: await response.text(), headers, location }
  }

  async #fetch(url: string, init: RequestInit, isOwnSite: boolean): Promise<Response> {
    const cookie = [...this.#cookies]
      .filter(([, { isCrossSite }]) => isOwnSite || isCrossSite)
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ')
    const headers = { ...(init.headers as Record<string, string>), ...(cookie && { cookie }) }
    const response = await this.#send(url, { ...init, headers })
    for (const text of response.headers.getSetCookie()) this.#keep(text)
    return response
  }

  #keep(text: string): void {
    const [pair = '', ...attributes] = text.split('; ')
    const name = pair.slice(0, pair.indexOf('='))
    expect([name, attributes]).toEqual([
      expect.stringMatching(/^__Host-/),
      expect.arrayContaining(['Path=/', 'Secure', 'HttpOnly']),
    ])
    if (attributes.includes('Max-Age=0')) this.#cookies.delete(name)
    else
      this.#cookies.set(name, {
        value: pair.slice(name.length + 1),
        isCrossSite: attributes.includes('SameSite=None'),
      })
  }
}

const form = (fields: Readonly<Record<string, string>>): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
})

const pathOf = ({ url }: PageView): string => new URL(url).pathname

export const isSignIn = (page: PageView): boolean =>
  page.html.includes('id="signin-submit"') && pathOf(page).startsWith('/signin')

export const isConsent = (page: PageView): boolean =>
  page.html.includes('id="consent-allow"') && pathOf(page).startsWith('/consent')
