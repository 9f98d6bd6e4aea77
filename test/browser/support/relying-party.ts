/**
 * An app on a port of its own: it remembers what arrives at its callback, has a page that opens others, and pages with
 * whatever packages it is built with.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { packageFile } from './packages.ts'

/** What a browser brought. */
export interface Arrival {
  readonly method: string
  readonly path: string
  readonly parameters: Readonly<Record<string, string>>
}

/** Files of packages that pages load, each by its path below node_modules, and a script of the page at the callback. */
export interface BuiltWith {
  readonly scripts?: readonly string[]
  readonly styles?: readonly string[]
  readonly atCallback?: string
}

const PACKAGES = '/packages/'

const tagsOf = ({ scripts = [], styles = [] }: BuiltWith): string =>
  [
    ...styles.map((path) => `<link rel="stylesheet" href="${PACKAGES}${path}">`),
    ...scripts.map((path) => `<script src="${PACKAGES}${path}"></script>`),
  ].join('')

const page = (title: string, script = '', head = ''): string =>
  `<!doctype html><html lang="en"><title>${title}</title>${head}<h1>${title}</h1><div id="app"></div><script>${script}</script></html>`

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
  /** What the pages of the app itself load. */
  readonly #tags: string
  readonly #atCallback: string
  readonly arrivals: Arrival[] = []
  /** Where `/onwards` leads. */
  onwardsTo = ''

  private constructor(builtWith: BuiltWith) {
    this.#tags = tagsOf(builtWith)
    this.#atCallback = builtWith.atCallback ?? ''
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  static async start(builtWith: BuiltWith = {}): Promise<RelyingParty> {
    const party = new RelyingParty(builtWith)
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
    if (url.pathname.startsWith(PACKAGES)) {
      answerFile(url.pathname.slice(PACKAGES.length), response)
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const form = new URLSearchParams(Buffer.concat(chunks).toString())
    const parameters = Object.fromEntries([...url.searchParams, ...form])
    const answers: Readonly<Record<string, () => void>> = {
      '/': () => response.end(page('App', '', this.#tags)),
      '/callback': () => response.end(page('Back at the app', this.#atCallback, this.#tags)),
      '/logo.svg': () => response.setHeader('content-type', 'image/svg+xml').end(LOGO),
      '/signed-out': () => response.end(page('Signed out of the app', '', this.#tags)),
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

function answerFile(path: string, response: ServerResponse): void {
  const file = packageFile(path)
  if (file === null) response.writeHead(404).end()
  else response.writeHead(200, { 'content-type': file.type }).end(file.content)
}
