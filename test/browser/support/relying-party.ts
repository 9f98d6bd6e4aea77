/** An app on a port of its own: it remembers what arrives at its callback, and has a page that opens others. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a browser brought. */
export interface Arrival {
  readonly method: string
  readonly path: string
  readonly parameters: Readonly<Record<string, string>>
}

const page = (title: string, script = ''): string =>
  `<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1><script>${script}</script></html>`

const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><circle cx="32" cy="32" r="32"/></svg>'

/** Keeps the messages that reach its window, of whatever origin. */
const LISTENER = `
  window.messages = []
  addEventListener('message', ({ origin, data }) => messages.push({ origin, data }))
  window.openFrame = (src) => document.body.append(Object.assign(document.createElement('iframe'), { src }))
  window.post = ([action, fields]) => {
    const form = Object.assign(document.createElement('form'), { method: 'post', action })
    for (const [name, value] of fields)
      form.append(Object.assign(document.createElement('input'), { name, value }))
    document.body.append(form)
    form.submit()
  }
  window.openPopup = (url) => { window.popup = open(url, 'popup', 'width=500,height=700') }
`

/** What the page does itself, as an app without a server of its own would. */
const LOGGED_OUT = "localStorage.setItem('logged-out', 'yes')"

export class RelyingParty {
  readonly #server: Server
  readonly arrivals: Arrival[] = []
  /** Where `/onwards` leads. */
  onwardsTo = ''

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  static async start(): Promise<RelyingParty> {
    const party = new RelyingParty()
    await new Promise<void>((resolve) => party.#server.listen(0, '127.0.0.1', resolve))
    return party
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get origin(): string {
    return `http://localhost:${this.port}`
  }

  get callback(): string {
    return `${this.origin}/callback`
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  /** The last that arrived at a path; waits for none. */
  last(path = '/callback'): Arrival | undefined {
    return this.arrivals.findLast((arrival) => arrival.path === path)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const form = new URLSearchParams(Buffer.concat(chunks).toString())
    const parameters = Object.fromEntries([...url.searchParams, ...form])
    const answers: Readonly<Record<string, () => void>> = {
      '/callback': () => response.end(page('Back at the app')),
      '/logo.svg': () => response.setHeader('content-type', 'image/svg+xml').end(LOGO),
      '/signed-out': () => response.end(page('Signed out of the app')),
      '/logged-in': () => response.setHeader('set-cookie', 'here=yes').end(page('Logged in')),
      '/log-out': () =>
        response.setHeader('set-cookie', 'here=; Max-Age=0').end(page('Logged out', LOGGED_OUT)),
      '/silence': () => undefined,
      '/landed': () => response.end(page('Landed elsewhere')),
      '/opener': () => response.end(page('Opener', LISTENER)),
      // The browser stays where it is.
      '/nothing': () => response.writeHead(204).end(),
      '/onwards': () => response.writeHead(303, { location: this.onwardsTo }).end(),
    }
    const answer = Object.hasOwn(answers, url.pathname) ? answers[url.pathname] : undefined
    if (answer === undefined) {
      response.writeHead(404).end()
      return
    }
    this.arrivals.push({ method: request.method ?? '', path: url.pathname, parameters })
    response.setHeader('content-type', 'text/html; charset=utf-8')
    answer()
  }
}
