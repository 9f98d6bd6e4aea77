/** The token endpoint with client_credentials on custom servers: what it grants and what it refuses. RFC 6749. */
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  aClient,
  answered,
  aPolicy,
  aRule,
  aServer,
  basic,
  made,
  mintWith,
  ORIGIN,
  post,
  send,
  type Json,
  type TestClient,
  type TestServer,
} from './support.ts'

let server: TestServer
let client: TestClient

beforeAll(async () => {
  server = await aServer({
    scopes: [
      { name: 'read' },
      { name: 'write' },
      { name: 'flexible', consent: 'FLEXIBLE' },
      { name: 'consented', consent: 'REQUIRED' },
    ],
  })
  client = await aClient()
})

const tokenPath = (id = server.id): string => `/oauth2/${id}/v1/token`

async function payloadOf(response: Response, at = server): Promise<Json> {
  const { access_token: token } = (await response.json()) as Json
  const keys = await (await send(`/oauth2/${at.id}/v1/keys`)).json()
  const { payload } = await jwtVerify(token, createLocalJWKSet(keys as never))
  return payload
}

describe('a good request', () => {
  it('[RFC6749-4.4.3] gets an access token, its lifetime and scope, and no refresh token', async () => {
    const response = await mintWith(server, client, { scope: 'read write' })
    expect(response.status).toBe(200)
    const body = (await response.json()) as Json
    expect(Object.keys(body).toSorted()).toEqual([
      'access_token',
      'expires_in',
      'scope',
      'token_type',
    ])
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'read write' })
  })

  it('[RFC6749-5.1] is never stored', async () => {
    const { headers } = await mintWith(server, client)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('pragma')).toBe('no-cache')
    expect(headers.get('content-type')).toBe('application/json')
  })

  it('yields the access token of a custom server, claim by claim', async () => {
    const before = Math.floor(Date.now() / 1000)
    const response = await mintWith(server, client, { scope: 'write read' })
    const { access_token: token } = (await response.clone().json()) as Json
    const header = decodeProtectedHeader(token)
    expect(Object.keys(header).toSorted()).toEqual(['alg', 'kid'])
    const payload = await payloadOf(response)
    expect(Object.keys(payload)).toEqual([
      'ver',
      'jti',
      'iss',
      'aud',
      'iat',
      'exp',
      'cid',
      'scp',
      'sub',
    ])
    expect(payload).toMatchObject({
      ver: 1,
      iss: server.issuer,
      aud: 'api://test',
      cid: client.clientId,
      sub: client.clientId,
      scp: ['write', 'read'],
    })
    expect(payload['jti']).toMatch(/^AT\.[\w-]{43}$/)
    expect(payload['iat']).toBeGreaterThanOrEqual(before)
    expect(payload['exp']).toBe((payload['iat'] ?? 0) + 3600)
  })

  it('works at the default server under its alias and its id', async () => {
    await made(201, 'POST', '/api/v1/authorizationServers/default/scopes', { name: 'anything' })
    const { id } = await made(200, 'GET', '/api/v1/authorizationServers/default')
    for (const name of ['default', id as string]) {
      const response = await mintWith({ id: name }, client, { scope: 'anything' })
      expect(await payloadOf(response, { ...server, id: name })).toMatchObject({
        iss: `${ORIGIN}/oauth2/default`,
        aud: 'api://default',
      })
    }
  })

  it('[RFC6749-3.3] repeated and surplus spaces in scope mean nothing', async () => {
    const [status, body] = await answered(
      await mintWith(server, client, { scope: ' read  read write ' }),
    )
    expect([status, body['scope']]).toEqual([200, 'read write'])
  })
})

describe('scopes', () => {
  const refused = async (scope: string): Promise<unknown> => {
    const [status, body] = await answered(await mintWith(server, client, { scope }))
    return [status, body['error'], body['error_description']]
  }

  it('an unknown one is invalid_scope', async () => {
    const text = 'One or more scopes are not configured for the authorization server resource.'
    for (const scope of ['nope', 'read nope', 'constructor', '__proto__', 'toString'])
      expect(await refused(scope)).toEqual([400, 'invalid_scope', text])
  })

  it('a malformed one is invalid_scope', async () => {
    for (const scope of ['re"ad', 'läs', 'a\\b', 'x'.repeat(5000)])
      expect(await refused(scope)).toEqual([400, 'invalid_scope', expect.any(String)])
  })

  it('an OpenID one cannot be had without a user', async () => {
    for (const scope of ['openid', 'read profile', 'offline_access'])
      expect(await refused(scope)).toEqual([
        400,
        'invalid_scope',
        "Cannot request 'openid' scopes using client credentials.",
      ])
  })

  it('one that requires consent cannot be had, a flexible one can', async () => {
    expect(await refused('consented')).toEqual([400, 'consent_required', expect.any(String)])
    expect((await mintWith(server, client, { scope: 'flexible' })).status).toBe(200)
  })

  it('none requested and no default configured is invalid_scope', async () => {
    const [status, body] = await answered(await mintWith(server, client, {}))
    expect([status, body['error']]).toEqual([400, 'invalid_scope'])
    expect(body['error_description']).toContain('does not have any configured default scopes')
  })

  it('none requested grants the defaults that a client may have for itself', async () => {
    const other = await aServer({
      scopes: [
        { name: 'one', default: true },
        { name: 'two', default: true },
        { name: 'asks', default: true, consent: 'REQUIRED' },
        { name: 'three' },
      ],
    })
    const [status, body] = await answered(await mintWith(other, client, {}))
    expect([status, (body['scope'] as string).split(' ').toSorted()]).toEqual([200, ['one', 'two']])
  })
})

describe('access policy', () => {
  const denied = async (at: TestServer, scope = 'read'): Promise<unknown> => {
    const [status, body] = await answered(await mintWith(at, client, { scope }))
    return [status, body['error'], body['error_description']]
  }
  const NO_POLICY = [
    401,
    'access_denied',
    'Policy evaluation failed for this request, please check the policy configurations.',
  ]
  const rulePath = (at: TestServer): string =>
    `/api/v1/authorizationServers/${at.id}/policies/${at.policyId}/rules/${at.ruleId}`

  it('without a matching policy nothing is minted', async () => {
    const other = await aServer()
    await made(204, 'DELETE', `/api/v1/authorizationServers/${other.id}/policies/${other.policyId}`)
    expect(await denied(other)).toEqual(NO_POLICY)
  })

  it('an inactive policy or rule does not count', async () => {
    const other = await aServer()
    await made(204, 'POST', `${rulePath(other)}/lifecycle/deactivate`)
    expect(await denied(other)).toEqual(NO_POLICY)
    await made(204, 'POST', `${rulePath(other)}/lifecycle/activate`)
    expect((await mintWith(other, client)).status).toBe(200)
    const policy = `/api/v1/authorizationServers/${other.id}/policies/${other.policyId}`
    await made(204, 'POST', `${policy}/lifecycle/deactivate`)
    expect(await denied(other)).toEqual(NO_POLICY)
  })

  it('a rule without the grant type does not match', async () => {
    const conditions = { ...aRule()['conditions'], grantTypes: { include: ['authorization_code'] } }
    const other = await aServer({ rule: { conditions } })
    expect(await denied(other)).toEqual(NO_POLICY)
  })

  it('a policy for other clients does not match, one for this client does', async () => {
    const [other, somebody] = [await aServer(), await aClient()]
    const path = `/api/v1/authorizationServers/${other.id}/policies/${other.policyId}`
    const forClients = (include: readonly string[]): Json =>
      aPolicy({ conditions: { clients: { include } } })
    await made(200, 'PUT', path, forClients([somebody.clientId]))
    expect(await denied(other)).toEqual(NO_POLICY)
    await made(200, 'PUT', path, forClients([somebody.clientId, client.clientId]))
    expect((await mintWith(other, client)).status).toBe(200)
  })

  it('a rule that lists scopes grants those, and refuses the whole request otherwise', async () => {
    const conditions = { ...aRule()['conditions'], scopes: { include: ['read'] } }
    const other = await aServer({ rule: { conditions } })
    expect((await mintWith(other, client, { scope: 'read' })).status).toBe(200)
    expect(await denied(other, 'read write')).toEqual([
      400,
      'access_denied',
      'Some of the requested scopes were denied by the policy. Denied scopes: [write].',
    ])
    expect(await denied(other, 'write')).toEqual([
      400,
      'access_denied',
      'Policy evaluation succeeded, but all the requested scopes were rejected.',
    ])
  })

  it('the first matching pair in priority order decides the lifetime, wherever it stands', async () => {
    const other = await aServer()
    const path = `/api/v1/authorizationServers/${other.id}/policies`
    const first = await made(201, 'POST', path, aPolicy({ priority: 1 }))
    const actions = {
      token: {
        accessTokenLifetimeMinutes: 7,
        refreshTokenLifetimeMinutes: 0,
        refreshTokenWindowMinutes: 10,
      },
    }
    await made(201, 'POST', `${path}/${first['id']}/rules`, aRule({ actions }))
    const [, body] = await answered(await mintWith(other, client))
    expect(body['expires_in']).toBe(420)
    await made(204, 'POST', `${path}/${first['id']}/lifecycle/deactivate`)
    const [, later] = await answered(await mintWith(other, client))
    expect(later['expires_in']).toBe(3600)
  })

  it('a policy whose rules all miss falls through to the next', async () => {
    const other = await aServer()
    const path = `/api/v1/authorizationServers/${other.id}/policies`
    const first = await made(201, 'POST', path, aPolicy({ priority: 1 }))
    const conditions = { ...aRule()['conditions'], grantTypes: { include: ['password'] } }
    await made(201, 'POST', `${path}/${first['id']}/rules`, aRule({ conditions }))
    expect((await mintWith(other, client)).status).toBe(200)
  })
})

describe('claims', () => {
  const claim = (at: TestServer, changes: Json): Promise<Json> =>
    made(201, 'POST', `/api/v1/authorizationServers/${at.id}/claims`, {
      claimType: 'RESOURCE',
      valueType: 'EXPRESSION',
      ...changes,
    })

  it('expressions reach the token with their types, conditions and null rule', async () => {
    const at = await aServer()
    await claim(at, { name: 'text', value: '"driving!"' })
    await claim(at, { name: 'number', value: '3.5' })
    await claim(at, { name: 'flag', value: 'true' })
    await claim(at, { name: 'nothing', value: 'null' })
    await claim(at, { name: 'list', value: "{'a', 1, false}" })
    await claim(at, { name: 'who', value: 'app.clientId' })
    await claim(at, { name: 'granted', value: 'access.scope' })
    await claim(at, { name: 'missing', value: 'app.profile.none' })
    await claim(at, { name: 'writers', value: '1', conditions: { scopes: ['write'] } })
    await claim(at, { name: 'off', value: '1', status: 'INACTIVE' })
    await claim(at, { name: 'identity', value: '1', claimType: 'IDENTITY' })
    const payload = await payloadOf(await mintWith(at, client), at)
    expect(payload).toMatchObject({
      text: 'driving!',
      number: 3.5,
      flag: true,
      list: ['a', 1, false],
      who: client.clientId,
      granted: ['read'],
    })
    for (const absent of ['nothing', 'missing', 'writers', 'off', 'identity'])
      expect(payload).not.toHaveProperty(absent)
    expect(await payloadOf(await mintWith(at, client, { scope: 'write' }), at)).toHaveProperty(
      'writers',
      1,
    )
  })

  it('app.profile reads the profile of the app', async () => {
    const at = await aServer()
    await claim(at, { name: 'tier', value: 'app.profile.tier' })
    const gold = await aClient('client_secret_basic', {}, {}, { profile: { tier: 'gold' } })
    expect(await payloadOf(await mintWith(at, gold), at)).toHaveProperty('tier', 'gold')
  })

  it('the expression of sub can be changed, and a sub that is not text fails the request', async () => {
    const at = await aServer()
    const path = `/api/v1/authorizationServers/${at.id}/claims`
    const claims = (await made(200, 'GET', path)) as unknown as Json[]
    const sub = claims.find((one) => one['name'] === 'sub') ?? {}
    await made(200, 'PUT', `${path}/${sub['id']}`, { ...sub, value: 'app.id' })
    expect(await payloadOf(await mintWith(at, client), at)).toHaveProperty('sub', client.id)
    await made(200, 'PUT', `${path}/${sub['id']}`, { ...sub, value: '42' })
    const [status, body] = await answered(await mintWith(at, client))
    expect([status, body['error']]).toEqual([400, 'server_error'])
  })
})

describe('bad requests', () => {
  const good = { grant_type: 'client_credentials', scope: 'read' }
  const authorization = (): Record<string, string> => ({
    authorization: basic(client.clientId, client.secret),
  })
  const refusal = async (response: Response): Promise<unknown> => {
    expect(response.headers.get('cache-control')).toBe('no-store')
    const [status, body] = await answered(response)
    expect(Object.keys(body)).toEqual(['error', 'error_description'])
    return [status, body['error']]
  }

  it('[RFC6749-3.2] a repeated parameter is invalid_request, even when one is empty', async () => {
    for (const second of ['read', 'write', '']) {
      const fields = [...Object.entries(good), ['scope', second]] as [string, string][]
      expect(await refusal(await post(tokenPath(), fields, authorization()))).toEqual([
        400,
        'invalid_request',
      ])
    }
  })

  it('[RFC6749-3.2] a parameter without a value counts as omitted', async () => {
    const response = await post(tokenPath(), { ...good, client_id: '' }, authorization())
    expect(response.status).toBe(200)
  })

  it('[RFC6749-4.4.2] another content type is refused', async () => {
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
      const response = await send(tokenPath(), {
        method: 'POST',
        headers: { ...authorization(), 'content-type': type },
        body: JSON.stringify(good),
      })
      expect(await refusal(response)).toEqual([415, 'invalid_request'])
    }
  })

  it('an oversized body is refused', async () => {
    const response = await post(tokenPath(), { ...good, pad: 'x'.repeat(70_000) }, authorization())
    expect(await refusal(response)).toEqual([413, 'invalid_request'])
  })

  it('[RFC6749-5.2] grant_type missing or unknown', async () => {
    expect(await refusal(await post(tokenPath(), { scope: 'read' }, authorization()))).toEqual([
      400,
      'invalid_request',
    ])
    for (const grant_type of [
      'nope',
      'constructor',
      '__proto__',
      'CLIENT_CREDENTIALS',
      'urn:openid:params:grant-type:ciba',
    ])
      expect(
        await refusal(await post(tokenPath(), { ...good, grant_type }, authorization())),
      ).toEqual([400, 'unsupported_grant_type'])
  })

  it('NUL bytes and broken escapes are refused', async () => {
    for (const body of [
      'grant_type=client_credentials&scope=re%00ad',
      'grant_type=client_credentials&scope=%zz',
      'grant_type=client_credentials&scope=%ff',
    ]) {
      const response = await send(tokenPath(), {
        method: 'POST',
        headers: { ...authorization(), 'content-type': 'application/x-www-form-urlencoded' },
        body,
      })
      expect(await refusal(response)).toEqual([400, 'invalid_request'])
    }
  })

  it('[RFC6749-3.2] other methods than POST are refused', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const response = await send(`${tokenPath()}?grant_type=client_credentials`, { method })
      expect(await refusal(response)).toEqual([405, 'invalid_request'])
    }
  })

  it('unknown parameters are ignored', async () => {
    const response = await post(
      tokenPath(),
      { ...good, constructor: 'x', __proto__x: 'y' },
      authorization(),
    )
    expect(response.status).toBe(200)
  })
})

describe('CORS', () => {
  it('a preflight is answered 204 for any origin, as Okta does', async () => {
    const response = await send(tokenPath(), {
      method: 'OPTIONS',
      headers: { origin: 'https://spa.example', 'access-control-request-method': 'POST' },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('https://spa.example')
    expect(response.headers.get('access-control-allow-methods')).toBe('POST')
    expect(response.headers.get('access-control-max-age')).toBe('3600')
    expect(response.headers.get('vary')).toBe('Origin')
    expect(response.headers.has('access-control-allow-credentials')).toBe(false)
  })

  it('a page of another origin cannot use a secret, and can read why', async () => {
    const response = await post(
      tokenPath(),
      { grant_type: 'client_credentials', scope: 'read' },
      { authorization: basic(client.clientId, client.secret), origin: 'https://spa.example' },
    )
    expect(response.headers.get('access-control-allow-origin')).toBe('https://spa.example')
    const [status, body] = await answered(response)
    expect([status, body['error']]).toEqual([401, 'invalid_client'])
    expect(body['error_description']).toContain('Proof Key for Code Exchange')
  })
})

describe('headers of answers', () => {
  it('[race] each of many at once names its own request, and only a page of another origin is told of it', async () => {
    const asked = Array.from({ length: 20 }, (_, index) =>
      post(
        tokenPath(),
        { grant_type: 'client_credentials', scope: 'read' },
        {
          authorization: basic(client.clientId, client.secret),
          ...(index % 2 === 0 && { origin: ORIGIN }),
        },
      ),
    )
    const answers = await Promise.all(asked)
    const ids = new Set(answers.map(({ headers }) => headers.get('x-okta-request-id')))
    expect(ids.size).toBe(answers.length)
    for (const [index, { status, headers }] of answers.entries()) {
      expect(status).toBe(200)
      expect(headers.get('access-control-allow-origin')).toBe(index % 2 === 0 ? ORIGIN : null)
      expect(headers.get('cache-control')).toBe('no-store')
    }
  })
})
