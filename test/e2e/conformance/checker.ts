/**
 * What the conformance suite looks at in every flow, whatever the module: metadata and keys, how hard codes and refresh
 * tokens are to guess, where the parameters of a response stand and which they are, the token response, and each claim
 * of an ID token. One place, so that no module is checked less than another.
 */
import { calculateJwkThumbprint, decodeProtectedHeader, importJWK, jwtVerify, type JWK } from 'jose'
import { expect } from 'vitest'
import type { Json } from '../../json.ts'

const YEAR = 366 * 24 * 3600
const now = (): number => Math.floor(Date.now() / 1000)

/** Claims that OpenID Connect and its extensions register, and the two that Okta's ID tokens have besides. */
const SIGN_IN_CLAIMS =
  'iss sub aud exp iat auth_time nonce acr amr azp at_hash c_hash nbf jti sid s_hash txn ver idp'

/** OpenID Connect Core §5.4. */
export const SCOPE_CLAIMS: Readonly<Record<string, readonly string[]>> = {
  profile: (
    'name family_name given_name middle_name nickname preferred_username profile picture website gender birthdate ' +
    'zoneinfo locale updated_at'
  ).split(' '),
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
}

const BASE64URL = /^[\w-]+$/

/** OpenID Connect Discovery §3, RFC 8414 §2 and RFC 9728 §4, for an issuer. */
export function expectMetadata(metadata: Json, issuer: string): void {
  const { origin, search, hash, username, protocol } = new URL(issuer)
  expect([protocol, search, hash, username]).toEqual(['https:', '', '', ''])
  expect(metadata['issuer']).toBe(issuer)
  const urls = Object.entries(metadata).filter(([name]) => /_endpoint$|^jwks_uri$/.test(name))
  for (const [name, url] of urls) expect([name, new URL(url).origin]).toEqual([name, origin])
  expect(urls.map(([name]) => name)).toEqual(
    expect.arrayContaining(['authorization_endpoint', 'token_endpoint', 'jwks_uri']),
  )
  for (const [name, value] of Object.entries(metadata)) {
    const type = /_supported$|^protected_resources$/.test(name) ? ['array', 'boolean'] : ['string']
    expect(type).toContain(Array.isArray(value) ? 'array' : typeof value)
    if (Array.isArray(value)) {
      expect([name, value.length > 0]).toEqual([name, true])
      expect([name, new Set(value).size]).toEqual([name, value.length])
      expect([name, value.every((one) => typeof one === 'string' && one !== '')]).toEqual([
        name,
        true,
      ])
    }
  }
}

/** RFC 7517: public keys of known types, each with a name of its own. */
export async function expectKeys(jwks: Json): Promise<readonly JWK[]> {
  const keys = jwks['keys'] as readonly JWK[]
  expect(keys.length).toBeGreaterThan(0)
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length)
  for (const key of keys) {
    expect(key.kid).toEqual(expect.stringMatching(/./))
    expect(['RSA', 'EC', 'OKP']).toContain(key.kty)
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])
      expect(key).not.toHaveProperty(secret)
    expect(await calculateJwkThumbprint(key)).toMatch(BASE64URL)
    await importJWK(key, key.alg)
  }
  return keys
}

/** At least 16 bytes, and more than 96 bits by Shannon's measure of its characters. */
export function expectUnguessable(text: string): void {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  const shares = [...counts.values()].map((times) => times / text.length)
  const bits = -shares.reduce((sum, share) => sum + share * Math.log2(share), 0) * text.length
  expect(text.length).toBeGreaterThanOrEqual(16)
  expect(bits).toBeGreaterThan(96)
}

export interface Sent {
  readonly issuer: string
  /** Words of the response type; empty when none was sent. */
  readonly types: readonly string[]
  readonly state: string | null
}

const ENVELOPE = ['state', 'iss', 'session_state']
const OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  code: ['code'],
  id_token: ['id_token'],
  token: ['access_token', 'token_type', 'expires_in', 'scope'],
}

/** An authorization response that succeeds: all that the response type names, and nothing else. */
export function expectSuccess(parameters: Json, sent: Sent): void {
  expectEnvelope(parameters, sent)
  const named = sent.types.flatMap((type) => OF_TYPE[type] ?? [])
  expect(
    Object.keys(parameters)
      .filter((name) => !ENVELOPE.includes(name))
      .sort(),
  ).toEqual(named.toSorted())
  if (sent.types.includes('code')) expectUnguessable(parameters['code'])
  if (sent.types.includes('token')) {
    expect(parameters['token_type'].toLowerCase()).toBe('bearer')
    expectLifetime(Number(parameters['expires_in']))
  }
}

/** An authorization response that is an error, RFC 6749 §4.1.2.1: never with a code or a token. */
export function expectError(parameters: Json, codes: readonly string[], sent: Sent): void {
  expectEnvelope(parameters, sent)
  expect(codes).toContain(parameters['error'])
  for (const name of Object.keys(parameters))
    expect([...ENVELOPE, 'error', 'error_description', 'error_uri']).toContain(name)
  expect(parameters['error_description']).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
}

function expectEnvelope(parameters: Json, { state, issuer }: Sent): void {
  expect([parameters['state'] ?? null, parameters['iss']]).toEqual([state, issuer])
}

const expectLifetime = (seconds: unknown): void => {
  expect(seconds).toEqual(expect.any(Number))
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(YEAR)
}

/** RFC 6749 §5.1. */
export function expectTokenResponse(response: Response, tokens: Json): void {
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toMatch(/^application\/json\b/)
  expect(response.headers.get('cache-control')).toContain('no-store')
  expect(tokens['access_token']).toEqual(expect.stringMatching(/./))
  expect(tokens['token_type'].toLowerCase()).toBe('bearer')
  expectLifetime(tokens['expires_in'])
  if (tokens['refresh_token'] !== undefined) {
    expect(tokens['refresh_token'].length * 8).toBeGreaterThanOrEqual(128)
    expectUnguessable(tokens['refresh_token'])
  }
}

/** RFC 6749 §5.2. */
export async function expectTokenError(
  response: Response,
  status: number,
  error: string,
): Promise<void> {
  const body = (await response.json()) as Json
  expect([response.status, body['error']]).toEqual([status, error])
  expect(response.headers.get('content-type')).toMatch(/^application\/json\b/)
  expect(response.headers.get('cache-control')).toContain('no-store')
  expect(body['error_description']).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
  expect(body).not.toHaveProperty('access_token')
}

export interface IdTokenFacts {
  readonly issuer: string
  readonly clientId: string
  readonly keys: readonly JWK[]
  /** Null: none was sent, so that none may come. */
  readonly nonce: string | null
  readonly scopes: readonly string[]
  /** Claims that were asked for by their names. */
  readonly named: readonly string[]
  /** What came beside the ID token through the browser, each of which its hash must bind. */
  readonly beside?: { readonly code?: string; readonly accessToken?: string }
  /** What it came with at the token endpoint, where a hash may be left out. */
  readonly accessToken?: string
}

/** OpenID Connect Core §2, §3.1.3.7, §3.2.2.11 and §3.3.2.12. Returns its claims. */
export async function expectIdToken(token: string, facts: IdTokenFacts): Promise<Json> {
  const { kid, alg } = decodeProtectedHeader(token)
  expect(alg).toBe('RS256')
  const fitting = facts.keys.filter(
    (key) =>
      key.kid === kid &&
      key.kty === 'RSA' &&
      (key.use ?? 'sig') === 'sig' &&
      (key.alg ?? alg) === alg,
  )
  expect(fitting).toHaveLength(1)
  const { payload } = await jwtVerify(token, await importJWK(fitting[0]!, 'RS256'))
  const claims: Json = payload
  expect(claims['iss']).toBe(facts.issuer)
  expect([claims['aud']].flat()).toContain(facts.clientId)
  expect(claims['sub']).toMatch(/^[\x20-\x7e]{1,255}$/)
  expect(claims['exp']).toBeGreaterThan(now())
  expect(Math.abs(now() - claims['iat'])).toBeLessThan(300)
  expect([claims['nonce'] ?? null, 'nonce' in claims]).toEqual([facts.nonce, facts.nonce !== null])
  expect(claims['auth_time']).toBeLessThanOrEqual(now())
  expect(claims['auth_time']).toBeGreaterThan(now() - YEAR)
  if ('acr' in claims) expect(claims['acr']).toEqual(expect.stringMatching(/./))
  await expectHashes(claims, facts)
  expectClaims(claims)
  const known = [
    ...SIGN_IN_CLAIMS.split(' '),
    ...facts.scopes.flatMap((scope) => SCOPE_CLAIMS[scope] ?? []),
    ...facts.named,
  ]
  expect(Object.keys(claims).filter((name) => !known.includes(name))).toEqual([])
  return claims
}

async function expectHashes(
  claims: Json,
  { beside = {}, accessToken }: IdTokenFacts,
): Promise<void> {
  const { code, accessToken: token } = beside
  const bound = token ?? accessToken
  if (token !== undefined) expect(claims).toHaveProperty('at_hash')
  if (code !== undefined) expect(claims).toHaveProperty('c_hash')
  // There is nothing that a hash could be of.
  if (bound === undefined) expect(claims).not.toHaveProperty('at_hash')
  else if ('at_hash' in claims) expect(claims['at_hash']).toBe(await halfHash(bound))
  if (code !== undefined) expect(claims['c_hash']).toBe(await halfHash(code))
}

/** OpenID Connect Core §3.1.3.6: of RS256, the left half of SHA-256. */
async function halfHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Buffer.from(digest).subarray(0, 16).toString('base64url')
}

const TYPES: Readonly<Record<string, string>> = {
  email_verified: 'boolean',
  phone_number_verified: 'boolean',
  updated_at: 'number',
  address: 'object',
}

/** OpenID Connect Core §5.1 and §5.3.2: what is not known is left out, and each claim is of its type. */
export function expectClaims(claims: Json): void {
  for (const [name, value] of Object.entries(claims)) {
    expect([null, '', 'null']).not.toContain(value)
    if (Object.values(SCOPE_CLAIMS).flat().includes(name))
      expect([name, typeof value]).toEqual([name, TYPES[name] ?? 'string'])
  }
  for (const part of Object.values(claims['address'] ?? {}))
    expect(part).toEqual(expect.stringMatching(/./))
  if ('birthdate' in claims) expect(claims['birthdate']).toMatch(/^\d{4}-\d{2}-\d{2}$/)
  // Seconds: milliseconds would lie far in the future.
  if ('updated_at' in claims) expect(claims['updated_at']).toBeLessThanOrEqual(now())
}
