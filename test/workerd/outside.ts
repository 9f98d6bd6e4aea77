/** Endpoints of others that are served where the Worker's requests go out. */
import { afterEach, vi } from 'vitest'

/** What an endpoint was asked. */
export interface Asked<Body> {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body: Body
}

export type Endpoint<Body> = (asked: Asked<Body>) => Response | Promise<Response>

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })

export interface Outside<Body> {
  /** Serves a URL, from now on; what it is asked. */
  readonly serve: (uri: string, endpoint: Endpoint<Body>) => readonly Asked<Body>[]
}

/** Serves endpoints by their URLs, and remembers what each was asked. */
export function serveOutside<Body>(read: (text: string) => Body): Outside<Body> {
  const endpoints = new Map<string, { endpoint: Endpoint<Body>; asked: Asked<Body>[] }>()
  const original = globalThis.fetch
  vi.stubGlobal('fetch', async (input: RequestInfo, init?: RequestInit) => {
    const request = new Request(input, init)
    const served = endpoints.get(request.url)
    if (served === undefined) return original(input, init)
    const { url, method, headers } = request
    const text = new TextDecoder().decode(await request.arrayBuffer())
    const asked = { url, method, headers, body: read(text) }
    served.asked.push(asked)
    return Promise.race([served.endpoint(asked), aborted(request.signal)])
  })
  return {
    serve(uri, endpoint) {
      const asked: Asked<Body>[] = []
      endpoints.set(uri, { endpoint, asked })
      return asked
    },
  }
}

afterEach(() => void vi.restoreAllMocks())
