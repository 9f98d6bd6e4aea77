/** Inline hooks, and endpoints behind them that are served where the Worker's requests go out. */
import { afterEach, vi } from 'vitest'
import { aRule, made, unique, type Json, type TestServer } from './support.ts'

export const HOOKS = '/api/v1/inlineHooks'

export const aHook = (config: Json = {}, changes: Json = {}): Json => ({
  name: unique('hook'),
  type: 'com.okta.oauth2.tokens.transform',
  version: '1.0.0',
  channel: {
    type: 'HTTP',
    version: '1.0.0',
    config: {
      uri: `https://hooks.example/${unique('at')}`,
      headers: [],
      method: 'POST',
      ...config,
    },
  },
  ...changes,
})

export const createHook = (config: Json = {}, changes: Json = {}): Promise<Json> =>
  made(200, 'POST', HOOKS, aHook(config, changes))

/** What an endpoint was asked. */
export interface Asked {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body: Json
}

export type Endpoint = (asked: Asked) => Response | Promise<Response>

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })

/** Serves the endpoints of hooks by their URLs, and remembers what each was asked. */
export function serveHooks(): {
  readonly serve: (uri: string, endpoint: Endpoint) => readonly Asked[]
} {
  const endpoints = new Map<string, { endpoint: Endpoint; asked: Asked[] }>()
  const original = globalThis.fetch
  vi.stubGlobal('fetch', async (input: RequestInfo, init?: RequestInit) => {
    const request = new Request(input, init)
    const served = endpoints.get(request.url)
    if (served === undefined) return original(input, init)
    const { url, method, headers } = request
    const asked = {
      url,
      method,
      headers,
      body: JSON.parse((await request.text()) || 'null') as Json,
    }
    served.asked.push(asked)
    return Promise.race([served.endpoint(asked), aborted(request.signal)])
  })
  return {
    serve(uri, endpoint) {
      const asked: Asked[] = []
      endpoints.set(uri, { endpoint, asked })
      return asked
    },
  }
}

afterEach(() => void vi.restoreAllMocks())

/** Lets a rule of a server name a hook, or none. */
export async function attach(
  { id, policyId, ruleId }: TestServer,
  hookId: string | null,
  rule: Json = {},
): Promise<Json> {
  const token = aRule()['actions']['token']
  const actions = { token: { ...token, ...(hookId !== null && { inlineHook: { id: hookId } }) } }
  const path = `/api/v1/authorizationServers/${id}/policies/${policyId}/rules/${ruleId}`
  return made(200, 'PUT', path, aRule({ ...rule, actions }))
}
