/**
 * What the code of Okta's SDK for browsers, `@okta/okta-auth-js`, takes for granted of every answer: each test is named
 * for the file of the SDK that breaks otherwise. That it all works together the tests in a browser show.
 */
import { env } from 'cloudflare:workers'
import { decodeProtectedHeader } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { challengeAnswer } from '../../src/endpoints/responses.ts'
import { resourceMetadataUrl, urlsOf } from '../../src/issuer/urls.ts'
import { limits } from '../../src/platform/limits.ts'
import { readSettings } from '../../src/platform/settings.ts'
import { OAuthError, reasons, type ReasonName } from '../../src/protocol/errors.ts'
import { resourceReasons } from '../../src/protocol/resource-reasons.ts'
import { throttleOf } from '../../src/state/ports.ts'
import { testBindings } from '../bindings.ts'
import { answerOf } from './browser.ts'
import { authn, aTrustedOrigin } from './session-support.ts'
import { aPersonWithPassword, aSignInApp, CALLBACK, ORG_BASE, PASSWORD, pkce, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { answered, api, aServer, ORIGIN, post, send, type Json } from './support.ts'
import { arrived } from './token-support.ts'

let spa: SignInApp
let person: TestPerson
let page = ''
const bases = { org: ORG_BASE, custom: `${ORIGIN}/oauth2/default` }

beforeAll(async () => {
  spa = await aSignInApp(
    {
      application_type: 'browser',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
    { token_endpoint_auth_method: 'none', pkce_required: true },
  )
  person = await aPersonWithPassword()
  page = await aTrustedOrigin('CORS')
})

/** The answer of the token endpoint to a code, of a request that had a state. */
async function redeemed(base: string, headers: Record<string, string> = {}): Promise<Response> {
  const { verifier, challenge } = await pkce()
  const view = await arrived(base, spa, person, {
    scope: 'openid offline_access',
    state: 'of the request',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  })
  const fields = { grant_type: 'authorization_code', client_id: spa.clientId, code: answerOf(view)['code']!, code_verifier: verifier, redirect_uri: CALLBACK } // prettier-ignore
  return post(`${base}/v1/token`, fields, headers)
}

describe.each(['org', 'custom'] as const)('the %s server', (kind) => {
  it('[auth-js handleOAuthResponse] repeats no state at the token endpoint, where none is sent', async () => {
    const [status, tokens] = await answered(await redeemed(bases[kind]))
    expect([status, Object.keys(tokens).toSorted()]).toEqual([
      200,
      ['access_token', 'expires_in', 'id_token', 'refresh_token', 'scope', 'token_type'],
    ])
  })

  it('[auth-js verifyToken] signs RS256 with a kid, for the ID token one that it publishes', async () => {
    const [, tokens] = await answered(await redeemed(bases[kind]))
    const [, { keys }] = await answered(await send(`${bases[kind]}/v1/keys`))
    const kids = keys.map(({ kid }: Json) => kid)
    for (const name of ['access_token', 'id_token'])
      expect(decodeProtectedHeader(tokens[name])).toMatchObject({ alg: 'RS256', kid: expect.any(String) }) // prettier-ignore
    expect(kids).toContain(decodeProtectedHeader(tokens['id_token']).kid)
  })

  it('[auth-js prepareTokenParams] announces S256, its keys and where tokens are asked about', async () => {
    const issuer = kind === 'org' ? ORIGIN : bases.custom
    const [, document] = await answered(await send(`${issuer}/.well-known/openid-configuration`))
    expect(document).toMatchObject({
      issuer,
      jwks_uri: `${bases[kind]}/v1/keys`,
      introspection_endpoint: `${bases[kind]}/v1/introspect`,
      code_challenge_methods_supported: expect.arrayContaining(['S256']),
    })
  })

  it.each(['', 'x', 'e30.e30.', 'a'.repeat(5000)])(
    '[auth-js dpop] has no use for a proof of a key where the app needs none (%#)',
    async (proof) => {
      const [status, tokens] = await answered(await redeemed(bases[kind], { dpop: proof }))
      expect([status, tokens['token_type']]).toEqual([200, 'Bearer'])
    },
  )
})

describe('[auth-js fetchRequest] no success has a member called error', () => {
  it.each(['RESOURCE', 'IDENTITY'])('so that no %s claim is called so', async (claimType) => {
    const { id } = await aServer()
    const claim = { name: 'error', claimType, valueType: 'EXPRESSION', value: '"none"' }
    const response = await api('POST', `/api/v1/authorizationServers/${id}/claims`, claim)
    const [status, { errorCauses }] = await answered(response)
    expect([status, errorCauses]).toEqual([
      400,
      [{ errorSummary: "name: 'error' is a reserved name" }],
    ])
  })
})

it('[auth-js request] every refusal says which one it is, and in a sentence', () => {
  for (const reason of Object.keys(reasons) as ReasonName[]) {
    const { error, description } = new OAuthError(reason)
    expect([reason, error, description]).toEqual([
      reason,
      expect.stringMatching(/^[a-z_]+$/),
      expect.stringMatching(/\w{2}/),
    ])
  }
})

describe('[auth-js WWWAuthError] a challenge is read to its end', () => {
  /** What the SDK takes for a parameter; anything else it leaves out without a word. */
  const PARAMETER = /(?:,|, )?([\w!#$%&'*+\-.^`|~]+)="([\w!#$%&'*+\-.,^`|~ /:]+)"/g
  const challenges = Object.keys(resourceReasons) as (keyof typeof resourceReasons)[]

  it.each([
    ...challenges,
    'duplicate_parameter',
    'malformed_form',
    'body_too_large',
    'invalid_content_type',
  ] as const)('%s', (reason) => {
    // prettier-ignore
    const error = new OAuthError(reason)
    const urls = urlsOf(ORIGIN, { id: 'aus1', kind: 'custom', isDefault: false })
    const challenge = challengeAnswer(page, error, urls, ['GET']).headers.get('www-authenticate')!
    const read = Object.fromEntries([...challenge.matchAll(PARAMETER)].map(([, name, value]) => [name, value])) // prettier-ignore
    const told = { error: error.error, error_description: error.description }
    const where = { resource_metadata: resourceMetadataUrl(urls.userinfo) }
    expect(read).toEqual({
      realm: urls.issuer,
      ...where,
      ...(reason !== 'access_token_missing' && told),
    })
  })
})

describe('[auth-js request] a preflight lets in what the SDK sends', () => {
  const SENT = 'accept authorization content-type dpop x-device-fingerprint x-device-token x-okta-user-agent-extended'.split(' ') // prettier-ignore

  const PATHS: readonly (readonly [path: string, withCredentials: boolean])[] = [
    ...['token', 'userinfo', 'revoke', 'introspect', 'keys'].flatMap((name) => [
      [`/oauth2/v1/${name}`, false] as const,
      [`/oauth2/default/v1/${name}`, false] as const,
    ]),
    ['/.well-known/openid-configuration', false],
    ['/oauth2/default/.well-known/openid-configuration', false],
    ['/api/v1/authn', true],
    ['/api/v1/authn/introspect', true],
    ['/api/v1/authn/cancel', true],
    ['/api/v1/authn/credentials/change_password', true],
    ['/api/v1/sessions', true],
    ['/api/v1/sessions/me', true],
    ['/api/v1/sessions/me/lifecycle/refresh', true],
    ['/api/v1/users/me', true],
  ]

  it.each(PATHS)('%s (with credentials: %s)', async (path, withCredentials) => {
    const preflight = await send(path, {
      method: 'OPTIONS',
      headers: { origin: page, 'access-control-request-headers': 'content-type,x-okta-user-agent-extended' }, // prettier-ignore
    })
    expect(preflight.status).toBe(204)
    expect([page, '*']).toContain(preflight.headers.get('access-control-allow-origin'))
    const allowed = preflight.headers.get('access-control-allow-headers')!.toLowerCase().split(', ')
    expect(allowed).toEqual(expect.arrayContaining(SENT))
    const credentials = preflight.headers.get('access-control-allow-credentials')
    expect(credentials).toBe(withCredentials ? 'true' : null)
  })

  it.each([
    ['/oauth2/default/v1/userinfo', 'GET'],
    ['/oauth2/v1/token', 'POST'],
    ['/api/v1/sessions/me', 'GET'],
    ['/api/v1/users/me', 'GET'],
  ])('and what it reads can be read (%s)', async (path, method) => {
    const { headers } = await send(path, { method, headers: { origin: page } })
    const exposed = headers.get('access-control-expose-headers')!.toLowerCase().split(', ')
    for (const name of [
      'dpop-nonce',
      'www-authenticate',
      'link',
      'x-okta-request-id',
      'x-rate-limit-reset',
    ])
      // prettier-ignore
      expect(exposed).toContain(name)
  })
})

it('too many passwords from one address are refused with when to come back', async () => {
  const address = '203.0.113.77'
  const throttle = throttleOf(env, readSettings(testBindings))
  for (let tries = 0; tries < limits.attemptsPerAddressMax; tries++)
    await throttle.take(address, Date.now())
  const credentials = { username: person.login, password: PASSWORD }
  const response = await authn(credentials, { 'cf-connecting-ip': address })
  expect(response.headers.get('retry-after')).toBe(String(limits.attemptsWindowSeconds))
  const [status, { errorCode }] = await answered(response)
  expect([status, errorCode]).toEqual([429, 'E0000047'])
  expect((await authn(credentials, { 'cf-connecting-ip': '203.0.113.78' })).status).toBe(200)
})
