/**
 * The example Worker as a deployment builds it, beside the product in one runtime and bound to its verifier: what a
 * client of the API meets, from the first request without a token to the one after a revocation.
 */
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { REPOSITORY } from '../bench/bundle.ts'
import type { Json } from '../json.ts'
import { API_TOKEN, startRuntime, type Runtime } from './runtime.ts'

/** What the example is configured with. */
const ORIGIN = 'https://auth.example.com'
const ISSUER = `${ORIGIN}/oauth2/default`
const RESOURCE = 'https://orders.example.com'
const METADATA = `resource_metadata="${RESOURCE}/.well-known/oauth-protected-resource"`

const SERVERS = '/api/v1/authorizationServers'
const REDIRECT = 'https://app.example/callback'
const LOGIN = 'ada@people.example'
const PASSWORD = 'Correct-Horse-7-battery'
const TWO_SCOPES = 'orders:read orders:write'

let runtime: Runtime
let machine: Json
let app: Json
let other: Json

/** Everything is asked of one isolate of the product; the verifier that the example is bound to is in another. */
const send = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(runtime.isolates[1]!.origin + path, { redirect: 'manual', ...init })

async function api(method: string, path: string, body?: Json): Promise<Json> {
  const response = await send(path, {
    method,
    headers: { authorization: `SSWS ${API_TOKEN}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  expect([path, response.ok, text]).toEqual([path, true, text])
  return JSON.parse(text || '{}') as Json
}

async function post(path: string, form: Readonly<Record<string, string>>): Promise<Json> {
  const response = await send(path, { method: 'POST', body: new URLSearchParams(form) })
  expect([path, response.status]).toEqual([path, 200])
  return JSON.parse((await response.text()) || '{}') as Json
}

const tokens = (form: Readonly<Record<string, string>>, server = 'default'): Promise<Json> =>
  post(`/oauth2/${server}/v1/token`, form)

const minted = async (scope: string, server?: string): Promise<string> =>
  (await tokens({ grant_type: 'client_credentials', scope, ...machine }, server))['access_token']

const revoke = (token: string): Promise<Json> =>
  post('/oauth2/default/v1/revoke', { token, ...machine })

/** The tokens of the person, who gave the password just now for what an app asked for. */
async function signedIn(asked: Readonly<Record<string, string>>): Promise<Json> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ username: LOGIN, password: PASSWORD })
  const authn = await send('/api/v1/authn', { method: 'POST', headers, body })
  const { sessionToken } = (await authn.json()) as Json
  const parameters = new URLSearchParams({
    client_id: app['client_id'],
    response_type: 'code',
    redirect_uri: REDIRECT,
    scope: `openid ${TWO_SCOPES}`,
    state: 'any',
    sessionToken,
    ...asked,
  })
  const answer = await send(`/oauth2/default/v1/authorize?${parameters.toString()}`)
  const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? ''
  return tokens({ grant_type: 'authorization_code', code, redirect_uri: REDIRECT, ...app })
}

async function anApp(label: string, method: string, oauthClient: Json): Promise<Json> {
  const created = await api('POST', '/api/v1/apps', {
    name: 'oidc_client',
    label,
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: method, pkce_required: false } },
    settings: { implicitAssignment: true, oauthClient },
  })
  const { client_id, client_secret } = created['credentials']['oauthClient'] as Json
  return { client_id, client_secret }
}

/** Asks the example. */
async function ask(method: string, path: string, token?: string): Promise<Response> {
  return fetch(runtime.beside[0]!.origin + path, {
    method,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  })
}

/** The status and the challenge, in parts that a client reads. */
async function answer(
  method: string,
  path: string,
  token?: string,
): Promise<readonly [status: number, challenge: string]> {
  const { status, headers } = await ask(method, path, token)
  return [status, headers.get('www-authenticate') ?? '']
}

const INVALID = [401, expect.stringContaining('error="invalid_token"')]

let ahead = 0

/** From now on, everywhere. Clocks never go back. */
async function later(seconds: number, away = ''): Promise<void> {
  ahead += seconds
  for (const { origin } of runtime.isolates)
    await fetch(`${origin}/test/faults?on=${away}&skew=${ahead}`)
}

beforeAll(async () => {
  const example = join(REPOSITORY, 'test/examples/orders-worker/wrangler.toml')
  runtime = await startRuntime(2, { ORIGIN }, undefined, [example])
  const server = await api('GET', `${SERVERS}/default`)
  await api('PUT', `${SERVERS}/default`, { ...server, audiences: [RESOURCE] })
  for (const name of TWO_SCOPES.split(' ')) await api('POST', `${SERVERS}/default/scopes`, { name })
  machine = await anApp('machine', 'client_secret_post', {
    application_type: 'service',
    grant_types: ['client_credentials'],
    response_types: ['token'],
  })
  app = await anApp('app', 'client_secret_post', {
    application_type: 'web',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: [REDIRECT],
  })
  await api('POST', '/api/v1/users', {
    profile: { firstName: 'Ada', lastName: 'Lovelace', login: LOGIN, email: LOGIN },
    credentials: { password: { value: PASSWORD } },
  })
})

afterAll(() => runtime.stop())

describe('a request', () => {
  it('[RFC6750-3.1] without a token is told where to get one, and no error', async () => {
    expect(await answer('GET', '/orders')).toEqual([401, `Bearer ${METADATA}, scope="orders:read"`])
    expect(await answer('POST', '/orders')).toEqual([
      401,
      `Bearer ${METADATA}, scope="orders:write"`,
    ])
  })

  it('[RFC9728-3.3] finds metadata there that name the API and its authorization server', async () => {
    const metadata = (await (
      await ask('GET', '/.well-known/oauth-protected-resource')
    ).json()) as Json
    expect(metadata).toMatchObject({ resource: RESOURCE, authorization_servers: [ISSUER] })
    const [issuer] = metadata['authorization_servers'] as [string]
    const path = `${issuer.slice(ORIGIN.length)}/.well-known/oauth-authorization-server`
    expect(await (await send(path)).json()).toMatchObject({
      issuer: ISSUER,
      protected_resources: expect.arrayContaining([RESOURCE]),
    })
  })

  it('of a client does what the token grants', async () => {
    const read = await ask('GET', '/orders', await minted('orders:read'))
    expect([read.status, await read.json()]).toEqual([
      200,
      { orders: [], readBy: machine['client_id'] },
    ])
    const ordered = await ask('POST', '/orders', await minted('orders:write'))
    expect([ordered.status, await ordered.json()]).toEqual([
      201,
      { orderedBy: machine['client_id'] },
    ])
  })

  it('[RFC6750-3.1] whose token lacks the scope is told which it takes', async () => {
    const [read, write] = [await minted('orders:read'), await minted('orders:write')]
    for (const [method, token, scope] of [
      ['GET', write, 'orders:read'],
      ['POST', read, 'orders:write'],
    ] as const) {
      const [status, challenge] = await answer(method, '/orders', token)
      expect(status).toBe(403)
      expect(challenge).toContain(`${METADATA}, error="insufficient_scope"`)
      expect(challenge).toContain(`scope="${scope}"`)
    }
  })
})

describe('a token that is not for this API is refused', () => {
  it('of another audience', async () => {
    const server = await api('GET', `${SERVERS}/default`)
    await api('PUT', `${SERVERS}/default`, { ...server, audiences: ['https://other.example.com'] })
    const token = await minted('orders:read')
    await api('PUT', `${SERVERS}/default`, server)
    expect(await answer('GET', '/orders', token)).toEqual(INVALID)
    expect((await answer('GET', '/orders', await minted('orders:read')))[0]).toBe(200)
  })

  it('of another server that names the same audience', async () => {
    other = await api('POST', SERVERS, {
      name: 'other',
      description: 'other',
      audiences: [RESOURCE],
    })
    const path = `${SERVERS}/${other['id']}`
    await api('POST', `${path}/scopes`, { name: 'orders:read' })
    const policy = await api('POST', `${path}/policies`, {
      type: 'OAUTH_AUTHORIZATION_POLICY',
      name: 'all',
      description: 'all',
      conditions: { clients: { include: ['ALL_CLIENTS'] } },
    })
    await api('POST', `${path}/policies/${policy['id']}/rules`, {
      type: 'RESOURCE_ACCESS',
      name: 'all',
      conditions: { grantTypes: { include: ['client_credentials'] }, scopes: { include: ['*'] } },
      actions: { token: { accessTokenLifetimeMinutes: 60 } },
    })
    expect(await answer('GET', '/orders', await minted('orders:read', other['id']))).toEqual(
      INVALID,
    )
  })

  it('of an app: the ID token of a person', async () => {
    const { id_token: idToken, access_token: accessToken } = await signedIn({})
    expect(await answer('GET', '/orders', idToken)).toEqual(INVALID)
    expect((await answer('GET', '/orders', accessToken))[0]).toBe(200)
  })
})

describe('what takes a person who is there', () => {
  const refund = (token: string) => answer('POST', '/orders/7/refund', token)

  const STEP_UP = [401, expect.stringContaining('error="insufficient_user_authentication"')]

  it('[RFC9470-3] is told to a client, which gets it by asking for what it was told', async () => {
    const before = (await signedIn({}))['access_token'] as string
    const [status, challenge] = await refund(before)
    expect([status, challenge]).toEqual(STEP_UP)
    expect(challenge).toContain(METADATA)
    const told = Object.fromEntries(
      [...challenge.matchAll(/(acr_values|max_age)="([^"]+)"/g)].map(([, name, value]) => [
        name,
        value,
      ]),
    )
    expect(told).toEqual({ acr_values: 'urn:okta:loa:1fa:pwd', max_age: '300' })
    const after = (await signedIn(told))['access_token'] as string
    const refunded = await ask('POST', '/orders/7/refund', after)
    expect([refunded.status, await refunded.json()]).toEqual([200, { refunded: '7', by: LOGIN }])
    await later(301)
    expect(await refund(after)).toEqual(STEP_UP)
    expect((await answer('POST', '/orders', after))[0]).toBe(201)
  })

  it('[RFC9470-3] is not done by a machine', async () => {
    expect(await refund(await minted('orders:write'))).toEqual(STEP_UP)
  })
})

describe('a token that was revoked', () => {
  afterEach(() => later(0))

  it('is refused within a minute, and others are not', async () => {
    const [token, kept] = [await minted('orders:read'), await minted('orders:read')]
    expect((await answer('GET', '/orders', token))[0]).toBe(200)
    await revoke(token)
    await later(limits.revocationHeardSeconds)
    expect(await answer('GET', '/orders', token)).toEqual(INVALID)
    expect((await answer('GET', '/orders', kept))[0]).toBe(200)
  })

  it('is refused while the feed is away: every token is asked about', async () => {
    const [token, kept] = [await minted('orders:read'), await minted('orders:read')]
    await revoke(token)
    await later(limits.revocationHeardSeconds, 'REVOCATION_FEED')
    expect(await answer('GET', '/orders', token)).toEqual(INVALID)
    expect((await answer('GET', '/orders', kept))[0]).toBe(200)
  })

  it.each(['VERIFIER', 'DB,KEY_RING,LEDGER,REVOCATION_FEED,SUBJECT'])(
    'is let in by nobody while %s cannot say: come again later',
    async (away) => {
      const token = await minted('orders:read')
      expect((await answer('GET', '/orders', token))[0]).toBe(200)
      await revoke(token)
      await later(limits.revocationHeardSeconds, away)
      const { status, headers } = await ask('GET', '/orders', token)
      expect([status, headers.get('retry-after')]).toEqual([503, '5'])
      expect(headers.has('www-authenticate')).toBe(false)
      await later(0)
      expect(await answer('GET', '/orders', token)).toEqual(INVALID)
    },
  )
})
