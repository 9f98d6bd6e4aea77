/** Drives the Worker through its own door, and makes what tests need through the management API. */
import { exports } from 'cloudflare:workers'
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose'
import { expect } from 'vitest'
import { API_TOKEN, ORIGIN } from '../bindings.ts'
import type { Json } from '../json.ts'
import { expectDescribed } from './described.ts'

export { API_TOKEN, ORIGIN }

export type { Json }

let names = 0

/** A name that no other test uses. */
export const unique = (prefix: string): string =>
  `${prefix}-${++names}-${crypto.randomUUID().slice(0, 8)}`

export const send = (path: string, init: RequestInit = {}): Promise<Response> =>
  exports.default.fetch(new Request(path.startsWith('http') ? path : ORIGIN + path, init))

/**
 * Calls the management API with the bootstrap token, or with another Authorization value. A success must be what its
 * route declares.
 */
export async function api(
  method: string,
  path: string,
  body?: unknown,
  authorization = `SSWS ${API_TOKEN}`,
  headers: Record<string, string> = {},
): Promise<Response> {
  const response = await send(path, {
    method,
    headers: {
      ...headers,
      ...(authorization !== '' && { authorization }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  await expectDescribed(method, path, response)
  return response
}

/** The JSON of a management call that must succeed with a status. */
export async function made(
  status: number,
  method: string,
  path: string,
  body?: unknown,
): Promise<Json> {
  const response = await api(method, path, body)
  const text = await response.text()
  expect(`${response.status} ${text}`).toMatch(new RegExp(`^${status} `))
  return text === '' ? {} : (JSON.parse(text) as Json)
}

export type Fields = Record<string, string> | readonly (readonly [string, string])[]

/** POSTs a form to a protocol endpoint. */
export function post(
  path: string,
  fields: Fields,
  headers: Record<string, string> = {},
): Promise<Response> {
  const body = new URLSearchParams(
    (Array.isArray(fields) ? fields : Object.entries(fields)) as string[][],
  )
  return send(path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: body.toString(),
  })
}

export const basic = (clientId: string, secret: string): string =>
  `Basic ${btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`)}`

export interface TestServer {
  readonly id: string
  readonly issuer: string
  readonly policyId: string
  readonly ruleId: string
}

/** A custom server with ES256 keys (fast to make), the scopes named, and a policy that lets every client in. */
export async function aServer(
  options: { readonly scopes?: readonly Json[]; readonly rule?: Json; readonly alg?: string } = {},
): Promise<TestServer> {
  const server = await made(201, 'POST', '/api/v1/authorizationServers', {
    name: unique('server'),
    description: 'made by a test',
    audiences: ['api://test'],
    credentials: { signing: { alg: options.alg ?? 'ES256' } },
  })
  const path = `/api/v1/authorizationServers/${server['id']}`
  for (const scope of options.scopes ?? [{ name: 'read' }, { name: 'write' }])
    await made(201, 'POST', `${path}/scopes`, scope)
  const policy = await made(201, 'POST', `${path}/policies`, aPolicy())
  const rule = await made(201, 'POST', `${path}/policies/${policy['id']}/rules`, {
    ...aRule(),
    ...options.rule,
  })
  return { id: server['id'], issuer: server['issuer'], policyId: policy['id'], ruleId: rule['id'] }
}

export const aPolicy = (changes: Json = {}): Json => ({
  type: 'OAUTH_AUTHORIZATION_POLICY',
  name: unique('policy'),
  description: 'made by a test',
  conditions: { clients: { include: ['ALL_CLIENTS'] } },
  ...changes,
})

export const aRule = (changes: Json = {}): Json => ({
  type: 'RESOURCE_ACCESS',
  name: unique('rule'),
  conditions: {
    people: { users: { include: [], exclude: [] }, groups: { include: ['EVERYONE'], exclude: [] } },
    grantTypes: { include: ['client_credentials'] },
    scopes: { include: ['*'] },
  },
  actions: {
    token: {
      accessTokenLifetimeMinutes: 60,
      refreshTokenLifetimeMinutes: 0,
      refreshTokenWindowMinutes: 10080,
    },
  },
  ...changes,
})

export interface TestClient {
  readonly id: string
  readonly clientId: string
  readonly secret: string
}

/** A service app with a generated secret. */
export async function aClient(
  method = 'client_secret_basic',
  settings: Json = {},
  credentials: Json = {},
  rest: Json = {},
): Promise<TestClient> {
  const app = await made(200, 'POST', '/api/v1/apps', {
    name: 'oidc_client',
    label: unique('client'),
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: method, ...credentials } },
    settings: {
      oauthClient: {
        application_type: 'service',
        grant_types: ['client_credentials'],
        response_types: ['token'],
        ...settings,
      },
    },
    ...rest,
  })
  const { client_id: clientId, client_secret: secret } = app['credentials']['oauthClient']
  return { id: app['id'], clientId, secret }
}

export interface KeyedClient {
  readonly id: string
  readonly clientId: string
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

/** A service app that authenticates by private_key_jwt. */
export async function aKeyedClient(alg = 'ES256'): Promise<KeyedClient> {
  const pair = await generateKeyPair(alg, { extractable: true })
  const kid = unique('key')
  const jwk = { ...(await exportJWK(pair.publicKey)), kid, alg, use: 'sig' }
  const { id, clientId } = await aClient('private_key_jwt', { jwks: { keys: [jwk] } })
  return { id, clientId, privateKey: pair.privateKey, jwk }
}

/** A client assertion; `claims` override what is right. */
export function assertion(
  client: Pick<KeyedClient, 'clientId'>,
  key: CryptoKey | Uint8Array,
  audience: string,
  claims: Json = {},
  header: Json = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({
    iss: client.clientId,
    sub: client.clientId,
    aud: audience,
    iat: now,
    exp: now + 300,
    jti: crypto.randomUUID(),
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', ...header })
    .sign(key)
}

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** Mints with a secret over Basic. */
export function mintWith(
  server: Pick<TestServer, 'id'>,
  client: TestClient,
  fields: Record<string, string> = { scope: 'read' },
): Promise<Response> {
  return post(
    `/oauth2/${server.id}/v1/token`,
    { grant_type: 'client_credentials', ...fields },
    { authorization: basic(client.clientId, client.secret) },
  )
}

/** The JSON of an answer with its status. */
export async function answered(response: Response): Promise<readonly [number, Json]> {
  return [response.status, (await response.json()) as Json]
}
