/**
 * Several isolates of the product on one state, and storage that fails: no false refusal of what another isolate just
 * created, and no OAuth error for a fault of ours.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import type { Json } from '../json.ts'
import { API_TOKEN, ORIGIN, startRuntime, type Isolate, type Runtime } from './runtime.ts'

let runtime: Runtime
let a: Isolate
let b: Isolate

beforeAll(async () => {
  runtime = await startRuntime(2)
  const [first, second] = runtime.isolates
  if (first === undefined || second === undefined) throw new Error('two isolates are needed')
  a = first
  b = second
})

afterAll(() => runtime.stop())

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Json
}

async function call(at: Isolate, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(at.origin + path, init)
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : {},
  }
}

const api = (at: Isolate, method: string, path: string, body?: unknown): Promise<Answer> =>
  call(at, path, {
    method,
    headers: { authorization: `SSWS ${API_TOKEN}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })

const token = (
  at: Isolate,
  id: string,
  secret: string,
  scope = 'read',
  server = 'default',
): Promise<Answer> =>
  call(at, `/oauth2/${server}/v1/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(`${id}:${secret}`)}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: `grant_type=client_credentials&scope=${scope}`,
  })

const faults = (at: Isolate, on: string, skew = 0): Promise<Answer> =>
  call(at, `/test/faults?on=${on}&skew=${skew}`)

async function appAt(
  at: Isolate,
  clientId?: string,
): Promise<{ id: string; clientId: string; secret: string }> {
  const { body } = await api(at, 'POST', '/api/v1/apps', {
    name: 'oidc_client',
    label: `app ${crypto.randomUUID()}`,
    signOnMode: 'OPENID_CONNECT',
    credentials: {
      oauthClient: {
        token_endpoint_auth_method: 'client_secret_basic',
        ...(clientId !== undefined && { client_id: clientId }),
      },
    },
    settings: {
      oauthClient: {
        application_type: 'service',
        grant_types: ['client_credentials'],
        response_types: ['token'],
      },
    },
  })
  const { client_id, client_secret: secret } = body['credentials']['oauthClient']
  return { id: body['id'], clientId: client_id, secret }
}

async function createApp(at: Isolate, clientId?: string): Promise<readonly [string, string]> {
  const app = await appAt(at, clientId)
  return [app.clientId, app.secret]
}

const addScope = (at: Isolate, name: string): Promise<Answer> =>
  api(at, 'POST', '/api/v1/authorizationServers/default/scopes', { name })

describe('two isolates', () => {
  it('an app that was unknown here a moment ago is accepted as soon as another isolate created it', async () => {
    await addScope(a, 'read')
    const clientId = `late-${crypto.randomUUID()}`
    expect((await token(b, clientId, 'x')).body['error']).toBe('invalid_client')
    const [id, secret] = await createApp(a, clientId)
    // Confirmations are rationed to one a second for each client.
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect((await token(b, id, secret)).status).toBe(200)
  })

  it('a new app works at once in an isolate that already knows the server', async () => {
    for (let turn = 0; turn < 5; turn++) {
      const [id, secret] = await createApp(a)
      expect((await token(b, id, secret)).status).toBe(200)
    }
  })

  it('a new scope, a new secret and a new server are accepted at once elsewhere', async () => {
    const { id: appId, clientId: id, secret } = await appAt(a)
    expect((await token(b, id, secret)).status).toBe(200)
    await addScope(a, 'fresh')
    expect((await token(b, id, secret, 'fresh')).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const added = await api(a, 'POST', `/api/v1/apps/${appId}/credentials/secrets`, {})
    expect((await token(b, id, added.body['client_secret'])).status).toBe(200)
  })

  it('a secret that was retired elsewhere opens nothing here as soon as the app is read again', async () => {
    const { id: appId, clientId, secret } = await appAt(a)
    const second = (await api(a, 'POST', `/api/v1/apps/${appId}/credentials/secrets`, {})).body
    const all = await api(a, 'GET', `/api/v1/apps/${appId}/credentials/secrets`)
    const first = (all.body as unknown as Json[]).find((one) => one['id'] !== second['id'])
    // Twice, so that it is known here as one that has proved right.
    for (let time = 0; time < 2; time++) expect((await token(b, clientId, secret)).status).toBe(200)
    const retired = await api(
      a,
      'POST',
      `/api/v1/apps/${appId}/credentials/secrets/${first?.['id']}/lifecycle/deactivate`,
    )
    expect(retired.body['status']).toBe('INACTIVE')
    await faults(b, '', limits.snapshotStaleSeconds + 1)
    expect((await token(b, clientId, secret)).body['error']).toBe('invalid_client')
    expect((await token(b, clientId, second['client_secret'])).status).toBe(200)
    await faults(b, '')
  })

  it('an API token made at one works at the other at once, and is dead there as soon as it is revoked', async () => {
    const { body } = await api(a, 'POST', '/api/v1/api-tokens', { name: 'short' })
    const headers = { authorization: `SSWS ${body['token']}` }
    const list = (at: Isolate): Promise<Answer> => call(at, '/api/v1/api-tokens', { headers })
    expect([(await list(a)).status, (await list(b)).status]).toEqual([200, 200])
    expect((await api(b, 'DELETE', `/api/v1/api-tokens/${body['id']}`)).status).toBe(204)
    expect([(await list(a)).status, (await list(b)).status]).toEqual([401, 401])
  })

  it('both isolates name the configured issuer, whatever the Host says', async () => {
    for (const at of [a, b]) {
      const { body } = await call(at, '/oauth2/default/.well-known/oauth-authorization-server')
      expect(body['issuer']).toBe(`${ORIGIN}/oauth2/default`)
    }
  })

  it('a revocation at one isolate is seen by introspection at the other at once', async () => {
    const [id, secret] = await createApp(a)
    const headers = {
      authorization: `Basic ${btoa(`${id}:${secret}`)}`,
      'content-type': 'application/x-www-form-urlencoded',
    }
    const { access_token: value } = (await token(a, id, secret)).body
    const post = (at: Isolate, name: string): Promise<Answer> =>
      call(at, `/oauth2/default/v1/${name}`, { method: 'POST', headers, body: `token=${value}` })
    expect((await post(b, 'introspect')).body['active']).toBe(true)
    await post(a, 'revoke')
    expect((await post(b, 'introspect')).body).toEqual({ active: false })
  })

  it('keys rotated at one isolate verify tokens of both', async () => {
    const [id, secret] = await createApp(a)
    await token(b, id, secret)
    await api(a, 'POST', '/api/v1/authorizationServers/default/credentials/lifecycle/keyRotate', {
      use: 'sig',
    })
    for (const minting of [a, b]) {
      const { access_token: value } = (await token(minting, id, secret)).body
      const kid = JSON.parse(atob(String(value).split('.')[0] ?? ''))['kid']
      for (const at of [a, b]) {
        const { keys } = (await call(at, '/oauth2/default/v1/keys')).body
        expect((keys as { kid: string }[]).map((key) => key.kid)).toContain(kid)
      }
    }
  })
})

describe('a key made since this isolate last looked', () => {
  it('two rotations at once elsewhere make no token unknown here', async () => {
    const [id, secret] = await createApp(a)
    await token(b, id, secret)
    const rotate = '/api/v1/authorizationServers/default/credentials/lifecycle/keyRotate'
    await api(a, 'POST', rotate, { use: 'sig' })
    await api(a, 'POST', rotate, { use: 'sig' })
    const { access_token: value } = (await token(a, id, secret)).body
    const headers = {
      authorization: `Basic ${btoa(`${id}:${secret}`)}`,
      'content-type': 'application/x-www-form-urlencoded',
    }
    const post = (name: string): Promise<Answer> =>
      call(b, `/oauth2/default/v1/${name}`, { method: 'POST', headers, body: `token=${value}` })
    expect((await post('introspect')).body['active']).toBe(true)
    await post('revoke')
    expect((await post('introspect')).body['active']).toBe(false)
  })
})

describe('storage that fails', () => {
  it('D1 down: warm tokens go on, also when the snapshot is old, and end with 503 after 15 minutes', async () => {
    const [id, secret] = await createApp(b)
    expect((await token(b, id, secret)).status).toBe(200)
    for (const [skew, status] of [
      [0, 200],
      [30, 200],
      [61, 200],
      [880, 200],
      [905, 503],
    ] as const) {
      await faults(b, 'DB,KEY_RING', skew)
      const answer = await token(b, id, secret)
      expect([skew, answer.status]).toEqual([skew, status])
      if (status === 503) {
        expect(answer.body['error']).toBe('temporarily_unavailable')
        expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
      }
    }
    await faults(b, '')
    expect((await token(b, id, secret)).status).toBe(200)
  })

  it('D1 down: what is unknown is never called invalid', async () => {
    await faults(b, 'DB')
    const unknown = await token(b, `nobody-${crypto.randomUUID()}`, 'x')
    expect([unknown.status, unknown.body['error']]).toEqual([503, 'temporarily_unavailable'])
    const scope = await api(b, 'GET', '/api/v1/authorizationServers')
    expect([scope.status, scope.headers.get('retry-after')]).toEqual([503, '5'])
    await faults(b, '')
  })

  it('D1 down: a refusal that cannot be confirmed is unavailable, not invalid_client', async () => {
    const [id, secret] = await createApp(b)
    expect((await token(b, id, secret)).status).toBe(200)
    await faults(b, 'DB')
    const answer = await token(b, id, 'wrong')
    expect([answer.status, answer.body['error']]).toEqual([503, 'temporarily_unavailable'])
    await faults(b, '')
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect((await token(b, id, 'wrong')).body['error']).toBe('invalid_client')
  })

  it('the revocation ledger down: introspection is unavailable, never active', async () => {
    const [id, secret] = await createApp(b)
    const { access_token: value } = (await token(b, id, secret)).body
    await faults(b, 'LEDGER')
    for (const name of ['introspect', 'revoke']) {
      const answer = await call(b, `/oauth2/default/v1/${name}`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${btoa(`${id}:${secret}`)}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: `token=${value}`,
      })
      expect([name, answer.status]).toEqual([name, 503])
    }
    await faults(b, '')
  })
})
