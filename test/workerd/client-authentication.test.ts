/** Client authentication at the token endpoint: exactly the registered method, in exactly one way. RFC 6749 §2.3, RFC 7523. */
import { listDurableObjectIds, runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { generateKeyPair, type JWTHeaderParameters } from 'jose'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { respelled } from '../respelled.ts'
import {
  aClient,
  aKeyedClient,
  answered,
  aServer,
  assertion,
  ASSERTION_TYPE,
  basic,
  made,
  ORIGIN,
  post,
  send,
  type Json,
  type KeyedClient,
  type TestClient,
  type TestServer,
} from './support.ts'

let server: TestServer
let withBasic: TestClient
let withPost: TestClient
let withSecretJwt: TestClient
let withKey: KeyedClient

beforeAll(async () => {
  server = await aServer()
  withBasic = await aClient()
  withPost = await aClient('client_secret_post')
  withSecretJwt = await aClient('client_secret_jwt')
  withKey = await aKeyedClient()
})

afterEach(() => {
  vi.useRealTimers()
})

const good = { grant_type: 'client_credentials', scope: 'read' }
const path = (): string => `/oauth2/${server.id}/v1/token`
const endpoint = (): string => ORIGIN + path()

const ask = (fields: Json = {}, headers: Record<string, string> = {}): Promise<Response> =>
  post(path(), { ...good, ...fields }, headers)

const withAssertion = async (
  claims: Json = {},
  header: Partial<JWTHeaderParameters> = {},
  audience = endpoint(),
): Promise<Response> =>
  ask({
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: await assertion(withKey, withKey.privateKey, audience, claims, {
      kid: withKey.jwk.kid,
      ...header,
    }),
  })

/** Status and error. */
const refusal = async (response: Response): Promise<readonly unknown[]> =>
  (await described(response)).slice(0, 2)

/** Status, error and description; a 401 must carry a challenge. */
async function described(response: Response): Promise<readonly unknown[]> {
  const [status, body] = await answered(response)
  if (status === 401) expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm="/)
  return [status, body['error'], body['error_description']]
}

describe('secrets', () => {
  it('[RFC6749-2.3.1] client_secret_basic and client_secret_post are accepted where registered', async () => {
    expect(
      (await ask({}, { authorization: basic(withBasic.clientId, withBasic.secret) })).status,
    ).toBe(200)
    expect(
      (await ask({ client_id: withPost.clientId, client_secret: withPost.secret })).status,
    ).toBe(200)
  })

  it('[RFC6749-2.3.1] id and secret are form-decoded after base64', async () => {
    const secret = 'pa%ss +w:ord&=?äöü'.replaceAll(/[äöü]/g, '~').padEnd(40, '!')
    const special = await aClient(
      'client_secret_basic',
      {},
      { client_secret: secret, client_id: "a+b$c.d'e" },
    )
    expect((await ask({}, { authorization: basic(special.clientId, secret) })).status).toBe(200)
    const plus = `Basic ${btoa(`${encodeURIComponent(special.clientId)}:${encodeURIComponent(secret).replaceAll('%20', '+')}`)}`
    expect((await ask({}, { authorization: plus })).status).toBe(200)
    const raw = `Basic ${btoa(`${special.clientId}:${secret}`)}`
    expect((await ask({}, { authorization: raw })).status).toBe(401)
  })

  it('a wrong secret is invalid_client with a challenge', async () => {
    for (const secret of [
      'wrong',
      '',
      `${withBasic.secret}x`,
      withBasic.secret.slice(1),
      withPost.secret,
    ])
      expect(
        await described(await ask({}, { authorization: basic(withBasic.clientId, secret) })),
      ).toEqual([
        401,
        'invalid_client',
        'The client secret supplied for a confidential client is invalid.',
      ])
  })

  it('an unknown client is invalid_client', async () => {
    for (const id of ['nobody', 'constructor', '__proto__', 'x'.repeat(5000)])
      expect(await refusal(await ask({}, { authorization: basic(id, 'secret') }))).toMatchObject([
        401,
        'invalid_client',
      ])
  })

  it('every active secret works, an inactive one does not', async () => {
    const client = await aClient()
    const secrets = `/api/v1/apps/${client.id}/credentials/secrets`
    const second = await made(201, 'POST', secrets, {})
    const status = async (secret: string): Promise<number> =>
      (await ask({}, { authorization: basic(client.clientId, secret) })).status
    expect([await status(client.secret), await status(second['client_secret'])]).toEqual([200, 200])
    await made(200, 'POST', `${secrets}/${second['id']}/lifecycle/deactivate`)
    expect([await status(client.secret), await status(second['client_secret'])]).toEqual([200, 401])
  })

  it('an inactive client is refused, and works again when it is activated', async () => {
    const client = await aClient()
    const status = async (): Promise<number> =>
      (await ask({}, { authorization: basic(client.clientId, client.secret) })).status
    await made(200, 'POST', `/api/v1/apps/${client.id}/lifecycle/deactivate`)
    expect(await status()).toBe(401)
    await made(200, 'POST', `/api/v1/apps/${client.id}/lifecycle/activate`)
    expect(await status()).toBe(200)
  })
})

describe('exactly one way', () => {
  it('[RFC6749-2.3] header and body credentials together are invalid_request', async () => {
    const authorization = basic(withBasic.clientId, withBasic.secret)
    for (const fields of [
      { client_secret: withBasic.secret },
      { client_id: withBasic.clientId, client_secret: withBasic.secret },
      { client_assertion_type: ASSERTION_TYPE, client_assertion: 'x' },
      { client_id: withPost.clientId },
    ])
      expect(await refusal(await ask(fields, { authorization }))).toMatchObject([
        401,
        'invalid_request',
      ])
  })

  it('[RFC6749-2.3] the same client_id beside Basic is no second credential', async () => {
    const authorization = basic(withBasic.clientId, withBasic.secret)
    expect((await ask({ client_id: withBasic.clientId }, { authorization })).status).toBe(200)
  })

  it('the method must be the registered one', async () => {
    const refusals = [
      await ask({ client_id: withBasic.clientId, client_secret: withBasic.secret }),
      await ask({}, { authorization: basic(withPost.clientId, withPost.secret) }),
      await ask({}, { authorization: basic(withSecretJwt.clientId, withSecretJwt.secret) }),
      await ask({ client_id: withKey.clientId }),
      await ask({ client_id: withBasic.clientId }),
    ]
    for (const response of refusals)
      expect(await refusal(response)).toMatchObject([401, 'invalid_client'])
  })

  it('nothing presented, or something broken, is invalid_client', async () => {
    expect(await described(await ask())).toEqual([
      401,
      'invalid_client',
      'No client credentials found.',
    ])
    for (const authorization of [
      'Basic',
      'Basic !!!',
      'Basic /w==',
      `Basic ${btoa(':secret')}`,
      'Bearer x',
      'nonsense',
      `Basic ${btoa('a%zz:b')}`,
    ])
      expect([authorization, await refusal(await ask({}, { authorization }))]).toMatchObject([
        authorization,
        [401, 'invalid_client'],
      ])
  })

  it('[RFC6749-2.3.1] credentials in the query are refused', async () => {
    const response = await post(
      `${path()}?client_id=${withPost.clientId}&client_secret=${withPost.secret}`,
      good,
    )
    expect(await refusal(response)).toMatchObject([400, 'invalid_request'])
  })
})

describe('private_key_jwt', () => {
  it('[RFC7523-3] accepts the token endpoint, the issuer, and both as audience', async () => {
    for (const audience of [endpoint(), server.issuer])
      expect((await withAssertion({}, {}, audience)).status).toBe(200)
    expect((await withAssertion({ aud: [endpoint(), server.issuer] })).status).toBe(200)
  })

  it('[RFC7523-3] refuses another audience, also beside the right one', async () => {
    for (const aud of [
      'https://other.example',
      [endpoint(), 'https://other.example'],
      [],
      ORIGIN,
      undefined,
    ])
      expect(await refusal(await withAssertion({ aud }))).toMatchObject([401, 'invalid_client'])
  })

  it('[RFC7523-3] a jti is one-time, also when presented at once many times', async () => {
    const jti = crypto.randomUUID()
    const first = await withAssertion({ jti })
    const second = await withAssertion({ jti })
    expect([first.status, await described(second)]).toEqual([
      200,
      [401, 'invalid_client', 'The client_assertion token has already been used.'],
    ])
    const shared = crypto.randomUUID()
    const all = await Promise.all(Array.from({ length: 12 }, () => withAssertion({ jti: shared })))
    expect(all.filter((response) => response.status === 200)).toHaveLength(1)
  })

  it('[RFC7523-3] a jti is spent until the assertion has expired for every clock', async () => {
    vi.useFakeTimers({ now: Date.now(), toFake: ['Date'] })
    const exp = Math.floor(Date.now() / 1000) + 300
    const claims = { jti: crypto.randomUUID(), exp }
    expect((await withAssertion(claims)).status).toBe(200)
    // A ledger whose clock is as far ahead as a clock may be forgets what it can.
    vi.setSystemTime((exp + limits.clockSkewSeconds) * 1000)
    const ledgers = await listDurableObjectIds(env.LEDGER)
    for (const id of ledgers) await runDurableObjectAlarm(env.LEDGER.get(id))
    vi.setSystemTime((exp - 1) * 1000)
    expect((await described(await withAssertion(claims)))[2]).toBe(
      'The client_assertion token has already been used.',
    )
  })

  it('a request that is refused does not spend the jti', async () => {
    const jti = crypto.randomUUID()
    const client_assertion = await assertion(withKey, withKey.privateKey, endpoint(), { jti })
    const fields = { client_assertion_type: ASSERTION_TYPE, client_assertion }
    expect((await ask({ ...fields, scope: 'nope' })).status).toBe(400)
    expect((await ask(fields)).status).toBe(200)
  })

  it('[RFC7523-3] exp: one second before, at, after, missing and too far away', async () => {
    const now = Math.floor(Date.now() / 1000)
    expect((await withAssertion({ exp: now + 30 })).status).toBe(200)
    for (const exp of [now, now - 1, undefined, now + 3600 + 120, 'soon', Number.MAX_SAFE_INTEGER])
      expect([exp, await refusal(await withAssertion({ exp }))]).toMatchObject([
        exp,
        [401, 'invalid_client'],
      ])
  })

  it('[RFC7523-3] iat may be left out, but says when it was where it is there', async () => {
    expect((await withAssertion({ iat: undefined })).status).toBe(200)
    for (const iat of ['soon', null])
      expect([iat, await refusal(await withAssertion({ iat }))]).toMatchObject([
        iat,
        [401, 'invalid_client'],
      ])
  })

  it('[RFC7523-3] iat and nbf in the future, and iss or sub of somebody else, are refused', async () => {
    const future = Math.floor(Date.now() / 1000) + 600
    for (const claims of [
      { iat: future },
      { nbf: future },
      { iss: 'other' },
      { iss: undefined },
      { sub: 'other' },
      { sub: undefined },
      { sub: withBasic.clientId },
      { jti: 7 },
      { jti: 'x'.repeat(2000) },
    ])
      expect([claims, await refusal(await withAssertion(claims))]).toMatchObject([
        claims,
        [401, 'invalid_client'],
      ])
  })

  it('alg tricks are refused: none, HMAC with the public key, another family, a foreign key', async () => {
    const unsigned = `${btoa('{"alg":"none"}').replaceAll('=', '')}.${btoa(JSON.stringify({ iss: withKey.clientId, sub: withKey.clientId, aud: endpoint(), exp: 9999999999 })).replaceAll('=', '')}.`
    const confused = await assertion(
      withKey,
      new TextEncoder().encode(JSON.stringify(withKey.jwk)),
      endpoint(),
      {},
      { alg: 'HS256', kid: withKey.jwk.kid },
    )
    const foreign = await generateKeyPair('ES256')
    const stolen = await assertion(
      withKey,
      foreign.privateKey,
      endpoint(),
      {},
      { kid: withKey.jwk.kid },
    )
    const unknown = await assertion(withKey, withKey.privateKey, endpoint(), {}, { kid: 'other' })
    for (const client_assertion of [
      unsigned,
      confused,
      stolen,
      unknown,
      'a.b.c',
      'x',
      `${'x'.repeat(9000)}.a.b`,
    ])
      expect(
        await refusal(await ask({ client_assertion_type: ASSERTION_TYPE, client_assertion })),
      ).toMatchObject([401, 'invalid_client'])
  })

  it.each<[string, (genuine: string) => string]>([
    ['a tab', (genuine) => `${genuine.slice(0, -5)}\t${genuine.slice(-5)}`],
    ['a line break', (genuine) => `${genuine.slice(0, -5)}\n${genuine.slice(-5)}`],
    ['a space', (genuine) => `${genuine.slice(0, -5)} ${genuine.slice(-5)}`],
    ['padding', (genuine) => `${genuine}==`],
    ['another spelling of its bytes', (genuine) => respelled(genuine)],
  ])('[RFC7515-5.2] an assertion with %s is refused', async (_, spoiled) => {
    const genuine = await assertion(withKey, withKey.privateKey, endpoint(), {}, { kid: withKey.jwk.kid }) // prettier-ignore
    const asked = (client_assertion: string) => ask({ client_assertion_type: ASSERTION_TYPE, client_assertion }) // prettier-ignore
    expect(await refusal(await asked(spoiled(genuine)))).toMatchObject([401, 'invalid_client'])
    expect((await asked(genuine)).status).toBe(200)
  })

  it('a single registered key needs no kid in the header', async () => {
    expect((await withAssertion({}, { kid: undefined as never })).status).toBe(200)
  })

  it('[RFC7521-4.2] another assertion type, or half of the pair, is refused', async () => {
    const client_assertion = await assertion(withKey, withKey.privateKey, endpoint())
    expect(await refusal(await ask({ client_assertion }))).toMatchObject([400, 'invalid_request'])
    expect(
      await refusal(await ask({ client_assertion, client_assertion_type: 'urn:x' })),
    ).toMatchObject([400, 'invalid_request'])
    expect(await refusal(await ask({ client_assertion_type: ASSERTION_TYPE }))).toMatchObject([
      401,
      'invalid_client',
    ])
    expect(
      await refusal(
        await ask({ client_assertion, client_assertion_type: ASSERTION_TYPE, client_id: 'other' }),
      ),
    ).toMatchObject([401, 'invalid_client'])
  })

  it('an assertion for one server is refused at another', async () => {
    const other = await aServer()
    const client_assertion = await assertion(withKey, withKey.privateKey, endpoint())
    const fields = { ...good, client_assertion_type: ASSERTION_TYPE, client_assertion }
    expect((await post(`/oauth2/${other.id}/v1/token`, fields)).status).toBe(401)
    expect((await post(path(), fields)).status).toBe(200)
  })

  it.each(['RS256', 'PS256', 'ES384', 'EdDSA'])('%s keys work', async (alg) => {
    const client = await aKeyedClient(alg)
    const client_assertion = await assertion(
      client,
      client.privateKey,
      endpoint(),
      {},
      { alg, kid: client.jwk.kid },
    )
    expect((await ask({ client_assertion_type: ASSERTION_TYPE, client_assertion })).status).toBe(
      200,
    )
  })
})

describe('client_secret_jwt', () => {
  const hmac = (secret: string, alg = 'HS256'): Promise<string> =>
    assertion(withSecretJwt, new TextEncoder().encode(secret), endpoint(), {}, { alg })
  const present = (client_assertion: string): Promise<Response> =>
    ask({ client_assertion_type: ASSERTION_TYPE, client_assertion })

  it('[OIDC-9] HS256, HS384 and HS512 under the secret are accepted', async () => {
    for (const alg of ['HS256', 'HS384', 'HS512'])
      expect([alg, (await present(await hmac(withSecretJwt.secret, alg))).status]).toEqual([
        alg,
        200,
      ])
  })

  it('[OIDC-9] another secret, or an asymmetric signature, is refused', async () => {
    expect((await present(await hmac(`${withSecretJwt.secret}x`))).status).toBe(401)
    const signed = await assertion(withSecretJwt, withKey.privateKey, endpoint())
    expect((await present(signed)).status).toBe(401)
  })
})

describe('the org server', () => {
  const orgToken = (fields: Json, headers: Record<string, string> = {}): Promise<Response> =>
    post('/oauth2/v1/token', { grant_type: 'client_credentials', ...fields }, headers)
  const orgAssertion = async (client: KeyedClient, scope: string): Promise<Response> =>
    orgToken({
      scope,
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await assertion(client, client.privateKey, `${ORIGIN}/oauth2/v1/token`),
    })
  const grant = (client: KeyedClient, scopeId: string): Promise<Json> =>
    made(201, 'POST', `/api/v1/apps/${client.id}/grants`, { scopeId, issuer: ORIGIN })

  it('mints only for granted okta.* scopes, to service apps with private_key_jwt', async () => {
    const client = await aKeyedClient()
    await grant(client, 'okta.apps.read')
    const [status, body] = await answered(await orgAssertion(client, 'okta.apps.read'))
    expect([status, body['scope'], body['expires_in']]).toEqual([200, 'okta.apps.read', 3600])
    const refused = async (scope: string): Promise<unknown> =>
      (await answered(await orgAssertion(client, scope)))[1]['error']
    expect(await refused('okta.apps.manage')).toBe('consent_required')
    expect(await refused('okta.apps.read okta.apps.manage')).toBe('consent_required')
    expect(await refused('okta.nonsense.read')).toBe('invalid_scope')
    expect(await refused('read')).toBe('invalid_scope')
    expect(await refused('openid')).toBe('invalid_scope')
    expect(await refused('okta.users.read.self')).toBe('client_credentials_self_scope_requested')
    const [none] = await answered(
      await orgToken({}, { authorization: basic(withBasic.clientId, withBasic.secret) }),
    )
    expect(none).toBe(401)
  })

  it('has no custom scopes, claims, policies, audience or keys to configure', async () => {
    const org = await made(200, 'GET', '/api/v1/authorizationServers')
    expect((org as unknown as Json[]).some((one) => one['issuer'] === ORIGIN)).toBe(false)
    for (const name of ['org', ORIGIN, 'null', ''])
      for (const resource of ['scopes', 'claims', 'policies']) {
        const url = `/api/v1/authorizationServers/${encodeURIComponent(name)}/${resource}`
        const response = await send(url, {
          method: 'POST',
          headers: {
            authorization: `SSWS 00test-token-of-the-bootstrap-administrator`,
            'content-type': 'application/json',
          },
          body: '{"name":"x"}',
        })
        expect([url, response.status >= 400 && response.status < 405]).toEqual([url, true])
      }
    const put = await send('/api/v1/authorizationServers/org', {
      method: 'PUT',
      headers: {
        authorization: `SSWS 00test-token-of-the-bootstrap-administrator`,
        'content-type': 'application/json',
      },
      body: '{"name":"org","audiences":["api://mine"]}',
    })
    expect(put.status).toBe(404)
  })

  it('its tokens mean something to the management API only as far as scope and role go', async () => {
    const client = await aKeyedClient()
    await grant(client, 'okta.apps.read')
    const { access_token: token } = (await (
      await orgAssertion(client, 'okta.apps.read')
    ).json()) as Json
    const call = async (method: string, url: string): Promise<number> =>
      (await send(url, { method, headers: { authorization: `Bearer ${token}` } })).status
    expect(await call('GET', '/api/v1/apps')).toBe(403)
    await made(200, 'POST', `/oauth2/v1/clients/${client.clientId}/roles`, { type: 'APP_ADMIN' })
    expect(await call('GET', '/api/v1/apps')).toBe(200)
    expect(await call('POST', `/api/v1/apps/${client.id}/lifecycle/deactivate`)).toBe(403)
    expect(await call('GET', '/api/v1/authorizationServers')).toBe(403)
  })
})
