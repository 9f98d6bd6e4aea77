/**
 * A token hook in the real runtime, against an endpoint on this machine: it is registered and attached as the README
 * says, changes a token, and one that is slow, endless, huge or leads elsewhere holds up nobody for long.
 */
import { createServer, type RequestListener, type Server } from 'node:http'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Json } from '../json.ts'
import { freePort } from './product.ts'
import { API_TOKEN, startRuntime, type Runtime } from './runtime.ts'

const ORIGIN = 'http://localhost:8787'
const SERVER = '/api/v1/authorizationServers/default'

let runtime: Runtime
let endpoint: Server
let base: string
let answer: RequestListener
let requests: { url: string; authorization: string | undefined; body: Json }[] = []
let hookId: string
let client: { client_id: string; client_secret: string }

beforeAll(async () => {
  const port = await freePort()
  base = `http://127.0.0.1:${port}`
  endpoint = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (text += chunk))
    request.on('end', () => {
      const { url = '', headers } = request
      const { authorization } = headers
      requests.push({ url, authorization, body: JSON.parse(text || '{}') as Json })
      answer(request, response)
    })
  })
  await new Promise<void>((resolve) => endpoint.listen(port, '127.0.0.1', resolve))
  runtime = await startRuntime(1, { ORIGIN, OUTBOUND_ALLOWED_ORIGINS: base })
  await api(201, 'POST', `${SERVER}/scopes`, { name: 'read' })
  const app = await api(200, 'POST', '/api/v1/apps', {
    name: 'oidc_client',
    label: 'hooked',
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_post' } },
    settings: {
      oauthClient: {
        application_type: 'service',
        grant_types: ['client_credentials'],
        response_types: ['token'],
      },
    },
  })
  client = app['credentials']['oauthClient']
})

afterAll(async () => {
  await runtime.stop()
  endpoint.closeAllConnections()
  endpoint.close()
})

beforeEach(() => {
  requests = []
})

async function api(status: number, method: string, path: string, body?: unknown): Promise<Json> {
  const response = await fetch(runtime.isolates[0]!.origin + path, {
    method,
    headers: { authorization: `SSWS ${API_TOKEN}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  expect([response.status, text]).toEqual([status, expect.any(String)])
  return JSON.parse(text) as Json
}

async function token(): Promise<readonly [status: number, answer: Json]> {
  const response = await fetch(`${runtime.isolates[0]!.origin}/oauth2/default/v1/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'read', ...client }),
  })
  return [response.status, (await response.json()) as Json]
}

async function claims(): Promise<Json> {
  const [status, { access_token: minted }] = await token()
  expect(status).toBe(200)
  return decodeJwt(minted as string) as Json
}

const json =
  (text: string): RequestListener =>
  (_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(text)
  }

const PATCH = JSON.stringify({
  commands: [
    {
      type: 'com.okta.access.patch',
      value: [
        { op: 'add', path: '/claims/patient', value: '1234' },
        { op: 'replace', path: '/token/lifetime/expiration', value: 600 },
      ],
    },
  ],
})

describe('a token hook', () => {
  it('is created, attached to the default rule and asked; the token is what it says', async () => {
    const hook = await api(200, 'POST', '/api/v1/inlineHooks', {
      name: 'patients',
      type: 'com.okta.oauth2.tokens.transform',
      version: '1.0.0',
      channel: {
        type: 'HTTP',
        version: '1.0.0',
        config: {
          uri: `${base}/hook`,
          method: 'POST',
          authScheme: { type: 'HEADER', key: 'Authorization', value: 'a-shared-secret' },
        },
      },
    })
    hookId = hook['id']
    const [policy] = (await api(200, 'GET', `${SERVER}/policies`)) as unknown as Json[]
    const rules = `${SERVER}/policies/${policy!['id']}/rules`
    const [rule] = (await api(200, 'GET', rules)) as unknown as Json[]
    rule!['actions']['token']['inlineHook'] = { id: hookId }
    await api(200, 'PUT', `${rules}/${rule!['id']}`, rule)
    answer = json(PATCH)
    const minted = await claims()
    expect(minted['patient']).toBe('1234')
    expect(minted['exp'] - minted['iat']).toBe(600)
    expect(requests).toEqual([
      {
        url: '/hook',
        authorization: 'a-shared-secret',
        body: expect.objectContaining({ eventType: 'com.okta.oauth2.tokens.transform' }),
      },
    ])
  })

  it('that fails changes nothing, is asked once, and holds up nobody for long', async () => {
    const slowly =
      (text: string): RequestListener =>
      (_, response) => {
        response.setHeader('content-type', 'application/json')
        response.write(text)
      }
    const failing: readonly (readonly [string, RequestListener])[] = [
      ['never answers', () => undefined],
      ['never ends', slowly(PATCH.slice(0, 20))],
      [
        'drips',
        (_, response) => {
          response.setHeader('content-type', 'application/json')
          const drip = setInterval(() => response.write(' '), 50)
          response.on('close', () => clearInterval(drip))
        },
      ],
      ['sends megabytes', json(`{"pad":"${'x'.repeat(3_000_000)}"}`)],
      ['hangs up', (request) => request.socket.destroy()],
      ['sends nonsense', json('{')],
      ['is no JSON', (_, response) => response.end(PATCH)],
      ['redirects', (_, response) => response.writeHead(307, { location: `${base}/other` }).end()],
      ['redirects inside', (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end()], // prettier-ignore
      ['fails', (_, response) => response.writeHead(500).end(PATCH)],
    ]
    for (const [what, listener] of failing) {
      requests = []
      answer = listener
      const began = Date.now()
      const minted = await claims()
      expect([what, minted['patient'], minted['exp'] - minted['iat']]).toEqual([what, undefined, 3600]) // prettier-ignore
      expect([what, requests.length]).toEqual([what, 1])
      // Three seconds, and as much again for a machine that is busy.
      expect([what, Date.now() - began < 6000]).toEqual([what, true])
    }
  })

  it('may refuse the token, with a sentence for the client', async () => {
    answer = json('{"error":{"errorSummary":"The patient is unknown."}}')
    expect(await token()).toEqual([
      400,
      { error: 'server_error', error_description: 'The patient is unknown.' },
    ])
  })

  it('is executed by the API, which shows what the endpoint answers', async () => {
    answer = json(PATCH)
    const body = { data: { any: 'thing' } }
    const shown = await api(200, 'POST', `/api/v1/inlineHooks/${hookId}/execute`, body)
    expect(shown).toEqual(JSON.parse(PATCH))
    expect(requests[0]).toMatchObject({ authorization: 'a-shared-secret', body })
  })
})
