/** Request objects: by which keys, what they must say, what they override, and where the client is told what is wrong. */
import fc from 'fast-check'
import {
  CompactSign,
  exportJWK,
  generateKeyPair,
  SignJWT,
  UnsecuredJWT,
  type JWTPayload,
} from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { checkAuthorizationRequest } from '../../../src/authorize/checks.ts'
import { AuthorizeRefused } from '../../../src/authorize/refused.ts'
import type { AuthorizationRequest } from '../../../src/authorize/request.ts'
import { openRequestObject, type Opened } from '../../../src/authorize/request-object.ts'
import type { ClientJwtContext } from '../../../src/clients/client-jwt.ts'
import type { Client } from '../../../src/domain/client.ts'
import { utf8 } from '../../../src/platform/encoding.ts'
import { KeyEncryption } from '../../../src/platform/key-encryption.ts'
import { anyText } from '../support/arbitraries.ts'
import { aWebClient, CALLBACK, form, server, type Changes } from './support.ts'

const NOW = 1_800_000_000
const OTHER = 'https://app.example/other'
const SECRET = 's'.repeat(32)
const keyEncryption = KeyEncryption.parse(Buffer.alloc(32, 1).toString('base64'))!
const context: ClientJwtContext = { keyEncryption, outboundAllowedOrigins: [], nowSeconds: NOW }

let pair: CryptoKeyPair
let stranger: CryptoKeyPair
let keyed: Client
let withSecret: Client

beforeAll(async () => {
  pair = await generateKeyPair('ES256')
  stranger = await generateKeyPair('ES256')
  const flows = { redirectUris: [CALLBACK, OTHER] }
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1' }
  keyed = aWebClient({ flows, keys: [{ id: 'pks1', kid: 'k1', jwk }] })
  const bound = ['0oa1', 'ocs1']
  const envelope = await keyEncryption.seal(utf8(SECRET), 'client-secret', bound)
  withSecret = aWebClient({ flows, secrets: [{ id: 'ocs1', status: 'ACTIVE', mac: '', envelope }] })
})

/** Members of an object that replace what is right; undefined removes one. */
type Inside = Readonly<Record<string, unknown>>

const claims = (changes: Inside = {}): JWTPayload => ({
  iss: 'client-1',
  aud: server.urls.issuer,
  exp: NOW + 300,
  ...changes,
})

const signed = (changes: Inside = {}, key = pair.privateKey, header = {}): Promise<string> =>
  new SignJWT(claims(changes)).setProtectedHeader({ alg: 'ES256', kid: 'k1', ...header }).sign(key)

const hmac = (alg: string, secret = SECRET): Promise<string> =>
  new SignJWT(claims({ nonce: 'inside' })).setProtectedHeader({ alg }).sign(utf8(secret))

const open = (request: string, outside: Changes = {}, client = keyed): Promise<Opened> =>
  openRequestObject(form({ request, ...outside }), server, client, context)

/** What the whole comes to. */
async function asked(
  inside: Inside,
  outside: Changes = {},
  client = keyed,
): Promise<AuthorizationRequest> {
  const { parameters } = await open(await signed(inside), outside, client)
  return checkAuthorizationRequest(parameters, server, client)
}

async function refusalOf(attempt: Promise<unknown>): Promise<AuthorizeRefused> {
  const error: unknown = await attempt.then(
    () => null,
    (cause: unknown) => cause,
  )
  if (error instanceof AuthorizeRefused) return error
  throw new Error('not refused', { cause: error })
}

describe('[RFC9101-6.3] what an object says goes before the query', () => {
  it('by parameter', async () => {
    expect(
      await asked(
        { state: 'inside', nonce: 'n', scope: 'openid read', redirect_uri: OTHER, extra: [1] },
        { state: 'outside', login_hint: 'ann', prompt: 'login' },
      ),
    ).toMatchObject({
      state: 'inside',
      nonce: 'n',
      scopes: ['openid', 'read'],
      redirectUri: OTHER,
      loginHint: 'ann',
      prompts: ['login'],
    })
  })

  it('all may be in the object but client_id', async () => {
    const inside = {
      client_id: 'client-1',
      response_type: 'code',
      scope: 'openid',
      redirect_uri: OTHER,
    }
    const outside = {
      response_type: undefined,
      scope: undefined,
      redirect_uri: undefined,
      state: undefined,
    }
    expect(await asked(inside, outside)).toMatchObject({ redirectUri: OTHER, state: null })
  })

  it('[OIDC-6.1] max_age may be a number and claims an object', async () => {
    expect(await asked({ max_age: 60, claims: { userinfo: { name: null } } })).toMatchObject({
      maxAge: 60,
      claims: { userinfo: ['name'], idToken: [] },
    })
  })

  it('an empty value takes the parameter away', async () => {
    expect((await asked({ state: '' }, { state: 'outside' })).state).toBeNull()
  })

  it('nothing changes without an object', async () => {
    const parameters = form()
    expect(await openRequestObject(parameters, server, keyed, context)).toEqual({
      parameters,
      use: null,
    })
  })

  it('a client that is unknown or inactive is for the checks', async () => {
    const parameters = form({ request: 'x' })
    for (const client of [null, aWebClient({ status: 'INACTIVE' })])
      expect(await openRequestObject(parameters, server, client, context)).toEqual({
        parameters,
        use: null,
      })
  })
})

describe('which keys verify it', () => {
  it.each(['HS256', 'HS384', 'HS512'])('%s with the secret', async (alg) => {
    const { parameters } = await open(await hmac(alg), {}, withSecret)
    expect(parameters.get('nonce')).toBe('inside')
  })

  it.each(['RS256', 'PS256', 'ES384'])('%s with a registered key', async (alg) => {
    const { publicKey, privateKey } = await generateKeyPair(alg)
    const client = aWebClient({
      keys: [{ id: 'pks1', kid: null, jwk: await exportJWK(publicKey) }],
    })
    const object = await signed({ nonce: 'n' }, privateKey, { alg, kid: undefined })
    expect((await open(object, {}, client)).parameters.get('nonce')).toBe('n')
  })

  it('only the algorithm that the client registered, where it did', async () => {
    const pin = (requestObjectAlgorithm: string): Client => ({
      ...keyed,
      flows: { ...keyed.flows, requestObjectAlgorithm },
    })
    expect((await open(await signed(), {}, pin('ES256'))).use).toBeNull()
    const { reason, target } = await refusalOf(open(await signed(), {}, pin('RS256')))
    expect([reason, target]).toEqual(['request_object_algorithm', null])
  })
})

describe('what is told on a page, since nothing of it is proven', () => {
  it.each<[string, () => Promise<string>, string, string]>([
    ['no JWT', async () => 'x', 'request_object_malformed', 'invalid_request_object'],
    [
      'too long',
      async () => 'x'.repeat(9000),
      'request_object_malformed',
      'invalid_request_object',
    ],
    [
      '[RFC9101-6.2] unsigned',
      async () => new UnsecuredJWT(claims()).encode(),
      'request_object_algorithm',
      'invalid_request_object',
    ],
    [
      'encrypted',
      async () => `${Buffer.from('{"alg":"dir","enc":"A256GCM"}').toString('base64url')}....`,
      'request_object_algorithm',
      'invalid_request_object',
    ],
    [
      'another key',
      () => signed({}, stranger.privateKey),
      'request_object_signature',
      'invalid_request_object',
    ],
    [
      'an unknown kid',
      () => signed({}, pair.privateKey, { kid: 'k2' }),
      'request_object_key',
      'invalid_request_object',
    ],
    [
      'an HMAC although there is no secret',
      () => hmac('HS256'),
      'request_object_no_secret',
      'request_not_supported',
    ],
  ])('it is no request: %s', async (_, object, reason, error) => {
    const refusal = await refusalOf(open(await object()))
    expect([refusal.reason, refusal.error, refusal.parameter, refusal.target]).toEqual([
      reason,
      error,
      'request',
      null,
    ])
  })

  it('another secret, and a signature of a client that has no keys', async () => {
    const wrong = await refusalOf(open(await hmac('HS256', 'x'.repeat(32)), {}, withSecret))
    expect([wrong.reason, wrong.target]).toEqual(['request_object_signature', null])
    const keyless = await refusalOf(open(await signed(), {}, withSecret))
    expect([keyless.reason, keyless.error]).toEqual(['request_object_no_keys', 'invalid_client'])
    const unreachable = { ...keyed, jwksUri: 'http://127.0.0.1:1/keys' }
    const away = await refusalOf(open(await signed(), {}, unreachable))
    expect([away.reason, away.target]).toEqual(['request_object_jwks_unavailable', null])
  })

  it('a redirect URI in it that is not registered, whatever the query says', async () => {
    const inside = { redirect_uri: 'https://evil.example', exp: NOW }
    const expired = await refusalOf(open(await signed(inside)))
    expect([expired.reason, expired.target]).toEqual(['request_object_expired', null])
    const good = await refusalOf(asked({ redirect_uri: 'https://evil.example' }))
    expect([good.reason, good.target]).toEqual(['unregistered_redirect_uri', null])
  })
})

describe('what is told to the client', () => {
  it.each<[string, Inside, string, string]>([
    ['iss of another', { iss: 'other' }, 'request_object_issuer', 'invalid_client'],
    ['no iss', { iss: undefined }, 'request_object_issuer', 'invalid_client'],
    ['aud of another', { aud: 'https://x' }, 'request_object_audience', 'invalid_request_object'],
    ['no aud', { aud: undefined }, 'request_object_audience', 'invalid_request_object'],
    ['no exp', { exp: undefined }, 'request_object_expiration_missing', 'invalid_request_object'],
    ['exp now', { exp: NOW }, 'request_object_expired', 'invalid_request_object'],
    ['exp a second ago', { exp: NOW - 1 }, 'request_object_expired', 'invalid_request_object'],
    [
      'exp far away',
      { exp: NOW + 3661 },
      'request_object_too_long_lived',
      'invalid_request_object',
    ],
    ['iat to come', { iat: NOW + 61 }, 'request_object_issued_in_future', 'invalid_request_object'],
    ['nbf to come', { nbf: NOW + 61 }, 'request_object_issued_in_future', 'invalid_request_object'],
    ['a long jti', { jti: 'x'.repeat(257) }, 'request_object_jti', 'invalid_request_object'],
    [
      '[RFC9101-4] request in it',
      { request: 'x' },
      'request_object_nested',
      'invalid_request_object',
    ],
    [
      '[RFC9101-4] request_uri in it',
      { request_uri: 1 },
      'request_object_nested',
      'invalid_request_object',
    ],
    ['a number', { nonce: 7 }, 'request_object_value', 'invalid_request_object'],
    ['a list', { scope: ['openid'] }, 'request_object_value', 'invalid_request_object'],
    ['null', { nonce: null }, 'request_object_value', 'invalid_request_object'],
    ['half a character', { nonce: '\ud800' }, 'request_object_value', 'invalid_request_object'],
    [
      'another client_id',
      { client_id: 'client-2' },
      'request_object_mismatch',
      'invalid_request_object',
    ],
    [
      'another response_type',
      { response_type: 'token' },
      'request_object_mismatch',
      'invalid_request_object',
    ],
  ])('%s', async (_, inside, reason, error) => {
    const object = await signed({ redirect_uri: OTHER, state: 'inside', ...inside })
    const refusal = await refusalOf(open(object))
    expect([refusal.reason, refusal.error]).toEqual([reason, error])
    expect(refusal.target).toMatchObject({ redirectUri: OTHER, state: 'inside' })
  })

  it('is accepted a second before it expires, an hour ahead and with the issuer among others', async () => {
    for (const inside of [
      { exp: NOW + 1 },
      { exp: NOW + 3660 },
      { aud: ['x', server.urls.issuer] },
    ])
      expect((await open(await signed(inside))).use).toBeNull()
    for (const inside of [{ iat: NOW + 60 }, { nbf: NOW + 60 }])
      expect((await open(await signed(inside))).use).toBeNull()
  })
})

describe('jti', () => {
  it('is to be spent, until the object is expired for every clock', async () => {
    const { use } = await open(await signed({ jti: 'one' }))
    expect(use).toEqual({ idHash: expect.stringMatching(/^[\w-]{43}$/), expires: NOW + 360 })
    const again = await open(await signed({ jti: 'one', nonce: 'other' }))
    expect(again.use?.idHash).toBe(use?.idHash)
    expect((await open(await signed({ jti: 'two' }))).use?.idHash).not.toBe(use?.idHash)
  })
})

describe('laws', () => {
  /** A redirect URI that is told anything is one of the client's. */
  async function attempt(request: string, client: Client): Promise<void> {
    try {
      const { parameters } = await open(request, {}, client)
      const { redirectUri } = checkAuthorizationRequest(parameters, server, client)
      expect(client.flows.redirectUris).toContain(redirectUri)
    } catch (error) {
      if (!(error instanceof AuthorizeRefused)) throw error
      if (error.target !== null)
        expect(client.flows.redirectUris).toContain(error.target.redirectUri)
    }
  }

  it('whatever text comes is a request or a refusal', async () => {
    await fc.assert(fc.asyncProperty(anyText, (text) => attempt(text, keyed)))
  })

  it('whatever a client signs is a request or a refusal', async () => {
    const members =
      'iss aud exp iat nbf jti state scope redirect_uri max_age claims client_id response_type request prompt __proto__'
    const names = fc.constantFrom(...members.split(' '))
    const payloads = fc.oneof(
      fc.json(),
      fc
        .dictionary(names, fc.oneof(fc.jsonValue(), fc.constantFrom(OTHER, NOW, 'openid')))
        .chain((some) => fc.boolean().map((isNear) => (isNear ? { ...claims(), ...some } : some)))
        .map((value) => JSON.stringify(value)),
    )
    await fc.assert(
      fc.asyncProperty(payloads, async (text) => {
        const header = { alg: 'HS256' }
        const object = await new CompactSign(utf8(text))
          .setProtectedHeader(header)
          .sign(utf8(SECRET))
        await attempt(object, withSecret)
      }),
      { numRuns: 500 },
    )
  })
})
