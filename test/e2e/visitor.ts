/**
 * Somebody at a browser without script, who goes from site to site: it follows redirects between the org and apps, sends
 * forms, and keeps cookies for each host, whatever the port, as browsers do (RFC 6265 §8.5).
 */
import { expect } from 'vitest'
import { formOf, type PageView } from './conformance/browser.ts'
import { navigate, type Navigation } from './navigation.ts'

const REDIRECTS_MAX = 10

const isRedirect = ({ status }: Response): boolean => status >= 300 && status <= 399

function isOver(attributes: readonly string[]): boolean {
  const valueOf = (name: string): string | undefined =>
    attributes
      .find((attribute) => attribute.toLowerCase().startsWith(`${name}=`))
      ?.slice(name.length + 1)
  const maxAge = valueOf('max-age')
  if (maxAge !== undefined) return Number(maxAge) <= 0
  return Date.parse(valueOf('expires') ?? '') <= Date.now()
}

export class Visitor {
  readonly #cookies = new Map<string, Map<string, string>>()

  get(url: string): Promise<PageView> {
    return this.#visit(new URL(url), {})
  }

  /** Sends the form of a page with what it holds already. */
  submit(page: PageView, fields: Readonly<Record<string, string>> = {}): Promise<PageView> {
    const { method, action, fields: hidden } = formOf(page)
    const url = new URL(action)
    const body = new URLSearchParams({ ...hidden, ...fields })
    if (method === 'post') return this.#visit(url, { method: 'POST', body })
    url.search = body.toString()
    return this.#visit(url, {})
  }

  async #visit(first: URL, init: Navigation): Promise<PageView> {
    let url = first
    let response = await this.#fetch(url, init)
    for (let count = 0; isRedirect(response) && count < REDIRECTS_MAX; count++) {
      url = new URL(response.headers.get('location') ?? '', url)
      response = await this.#fetch(url, {})
    }
    expect([url.href, isRedirect(response)]).toEqual([url.href, false])
    const { status, headers } = response
    return { status, url: url.href, html: await response.text(), headers, location: null }
  }

  async #fetch(url: URL, init: Navigation): Promise<Response> {
    const kept = this.#cookies.get(url.hostname) ?? new Map<string, string>()
    this.#cookies.set(url.hostname, kept)
    const cookie = [...kept].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await navigate(url, { ...init, ...(cookie && { headers: { cookie } }) })
    for (const text of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = text.split(/; */)
      const name = pair.slice(0, pair.indexOf('='))
      if (isOver(attributes)) kept.delete(name)
      else kept.set(name, pair.slice(name.length + 1))
    }
    return response
  }
}
