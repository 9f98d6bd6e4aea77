/** Introspection and revocation on both kinds of server. RFC 7662, RFC 7009. */
import { beforeAll, describe, expect, it } from 'vitest'
import { base64url, utf8 } from '../../src/platform/encoding.ts'
import { respelled } from '../respelled.ts'
import { payloadOf } from './sign-in-support.ts'
import {
  aClient,
  aKeyedClient,
  aServer,
  assertion,
  ASSERTION_TYPE,
  answered,
  api,
  basic,
  made,
  mintWith,
  ORIGIN,
  post,
  type Json,
  type TestClient,
  type TestServer,
} from './support.ts'

let server: TestServer
let client: TestClient
let publicClient: TestClient

beforeAll(async () => {
  server = await aServer()
  client = await aClient()
  publicClient = await aClient(
    'none',
    {
      application_type: 'native',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      redirect_uris: ['com.example.app:/callback'],
    },
    { pkce_required: true },
  )
})

const token = async (at = server, by = client): Promise<string> =>
  ((await (await mintWith(at, by)).json()) as Json)['access_token']

const at = (name: string, id = server.id): string => `/oauth2/${id}/v1/${name}`

const introspect = async (value: string, id = server.id, by = client): Promise<Json> => {
  const response = await post(
    at('introspect', id),
    { token: value },
    { authorization: basic(by.clientId, by.secret) },
  )
  expect(response.status).toBe(200)
  return response.json()
}

const revoke = (value: string, by = client, id = server.id): Promise<Response> =>
  post(at('revoke', id), { token: value }, { authorization: basic(by.clientId, by.secret) })

describe('introspection', () => {
  it('[RFC7662-2.2] an active token is described', async () => {
    const answer = await introspect(await token())
    expect(answer).toMatchObject({
      active: true,
      token_type: 'Bearer',
      scope: 'read',
      client_id: client.clientId,
      sub: client.clientId,
      username: client.clientId,
      iss: server.issuer,
      aud: 'api://test',
    })
    for (const name of ['exp', 'iat', 'jti']) expect(answer).toHaveProperty(name)
  })

  it('[RFC7662-2.2] anything else is inactive, and nothing more is said', async () => {
    const good = await token()
    const [head, body, signature] = good.split('.')
    const other = await aServer()
    const bad = [
      'nonsense',
      'a.b.c',
      '',
      `${head}.${body}.`,
      `${head}.${body}.${signature?.slice(0, -2)}`,
      `${head}.${body}x.${signature}`,
      await token(other),
      'x'.repeat(20_000),
    ]
    for (const value of bad.filter((one) => one !== ''))
      expect([value.slice(0, 20), await introspect(value)]).toEqual([
        value.slice(0, 20),
        { active: false },
      ])
  })

  it('a token of server A is inactive at server B, in both directions', async () => {
    const other = await aServer()
    expect(await introspect(await token(other), server.id)).toEqual({ active: false })
    expect(await introspect(await token(server), other.id)).toEqual({ active: false })
    expect(await introspect(await token(other), other.id)).toMatchObject({ active: true })
  })

  it('[RFC7662-2.1] needs an authenticated client and a token', async () => {
    expect((await post(at('introspect'), { token: await token() })).status).toBe(401)
    const [status, body] = await answered(
      await post(at('introspect'), {}, { authorization: basic(client.clientId, client.secret) }),
    )
    expect([status, body['error'], body['error_description']]).toEqual([
      400,
      'invalid_request',
      "The 'token' parameter is required.",
    ])
  })

  it('a public client names itself in the body, in the query, or by Basic without a colon', async () => {
    const value = await token()
    const ways = [
      await post(at('introspect'), { token: value, client_id: publicClient.clientId }),
      await post(`${at('introspect')}?client_id=${publicClient.clientId}`, { token: value }),
      await post(
        at('introspect'),
        { token: value },
        { authorization: `Basic ${btoa(publicClient.clientId)}` },
      ),
    ]
    for (const response of ways)
      expect([response.status, await response.json()]).toMatchObject([200, { active: true }])
  })

  it('deactivating the client ends its tokens for good', async () => {
    const other = await aClient()
    const value = await token(server, other)
    await made(200, 'POST', `/api/v1/apps/${other.id}/lifecycle/deactivate`)
    expect(await introspect(value)).toEqual({ active: false })
    await made(200, 'POST', `/api/v1/apps/${other.id}/lifecycle/activate`)
    expect(await introspect(value)).toEqual({ active: false })
  })
})

describe('a renamed audience', () => {
  it('neither hides a token from revocation nor revives it', async () => {
    const other = await aServer()
    const path = `/api/v1/authorizationServers/${other.id}`
    const value = await token(other)
    const rename = (audience: string): Promise<Json> =>
      made(200, 'PUT', path, { name: 'renamed', audiences: [audience] })
    await rename('api://renamed')
    expect(await introspect(value, other.id)).toMatchObject({ active: true })
    expect((await revoke(value, client, other.id)).status).toBe(200)
    await rename('api://test')
    expect(await introspect(value, other.id)).toEqual({ active: false })
  })
})

describe('revocation', () => {
  it('[RFC7009-2.2] answers 200 without a body or a content type, and the token is inactive at once', async () => {
    const value = await token()
    const response = await revoke(value)
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect(response.headers.has('content-type')).toBe(false)
    expect(await introspect(value)).toEqual({ active: false })
    expect((await revoke(value)).status).toBe(200)
  })

  it('[RFC7009-2.1] another client cannot revoke the token, and is not told so', async () => {
    const value = await token()
    expect((await revoke(value, await aClient())).status).toBe(200)
    expect(await introspect(value)).toMatchObject({ active: true })
  })

  it('[RFC7009-2.2] unknown tokens and unknown hints are answered 200', async () => {
    for (const value of ['nonsense', 'a.b.c', 'x'.repeat(20_000)])
      expect((await revoke(value)).status).toBe(200)
    const response = await post(
      at('revoke'),
      { token: await token(), token_type_hint: 'constructor' },
      { authorization: basic(client.clientId, client.secret) },
    )
    expect(response.status).toBe(200)
  })

  it('[RFC7009-2.2] a token whose claims are of other types is unknown', async () => {
    const genuine = await token()
    const [head, , signature] = genuine.split('.')
    for (const other of [1, null, true, ['ID.x'], { startsWith: 1 }]) {
      const claims = { ...payloadOf(genuine), jti: other, cid: other }
      const spoiled = `${head}.${base64url(utf8(JSON.stringify(claims)))}.${signature}`
      expect([other, (await revoke(spoiled)).status]).toEqual([other, 200])
      expect([other, await introspect(spoiled)]).toEqual([other, { active: false }])
    }
  })

  it('[RFC7515-5.2] a token with white space, padding or another spelling of its bytes is none', async () => {
    const genuine = await token()
    const at = genuine.length - 5
    for (const put of [' ', '\t', '\n', '\r\n', '\f'])
      for (const where of [at, 10, genuine.indexOf('.') + 10]) {
        const spoiled = genuine.slice(0, where) + put + genuine.slice(where)
        expect([put, where, await introspect(spoiled)]).toEqual([put, where, { active: false }])
      }
    expect(await introspect(`${genuine}==`)).toEqual({ active: false })
    expect(await introspect(respelled(genuine))).toEqual({ active: false })
    expect(await introspect(genuine)).toMatchObject({ active: true })
  })

  it('revoking one token leaves the others alone', async () => {
    const [first, second] = [await token(), await token()]
    await revoke(first)
    expect(await introspect(second)).toMatchObject({ active: true })
  })

  it('a token cannot be revoked through another server', async () => {
    const other = await aServer()
    const value = await token()
    expect((await revoke(value, client, other.id)).status).toBe(200)
    expect(await introspect(value)).toMatchObject({ active: true })
  })

  it('needs an authenticated client', async () => {
    const value = await token()
    const response = await post(
      at('revoke'),
      { token: value },
      { authorization: basic(client.clientId, 'wrong') },
    )
    expect(response.status).toBe(401)
    expect(await introspect(value)).toMatchObject({ active: true })
  })
})

describe('the org server', () => {
  it('introspects and revokes its own tokens, and the management API refuses revoked ones', async () => {
    const keyed = await aKeyedClient()
    await made(201, 'POST', `/api/v1/apps/${keyed.id}/grants`, {
      scopeId: 'okta.apps.read',
      issuer: ORIGIN,
    })
    await made(200, 'POST', `/oauth2/v1/clients/${keyed.clientId}/roles`, {
      type: 'READ_ONLY_ADMIN',
    })
    const authenticated = async (name: string): Promise<Record<string, string>> => ({
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await assertion(keyed, keyed.privateKey, `${ORIGIN}/oauth2/v1/${name}`),
    })
    const minted = await post('/oauth2/v1/token', {
      grant_type: 'client_credentials',
      scope: 'okta.apps.read',
      ...(await authenticated('token')),
    })
    const { access_token: value } = (await minted.json()) as Json
    const ask = async (): Promise<Json> =>
      (
        await post('/oauth2/v1/introspect', {
          token: value,
          ...(await authenticated('introspect')),
        })
      ).json()
    const apiStatus = async (): Promise<number> =>
      (await api('GET', '/api/v1/apps', undefined, `Bearer ${value}`)).status
    expect(await ask()).toMatchObject({
      active: true,
      iss: ORIGIN,
      aud: ORIGIN,
      scope: 'okta.apps.read',
    })
    expect(await apiStatus()).toBe(200)
    expect(await introspect(value)).toEqual({ active: false })
    expect(
      (await post('/oauth2/v1/revoke', { token: value, ...(await authenticated('revoke')) }))
        .status,
    ).toBe(200)
    expect(await ask()).toEqual({ active: false })
    expect(await apiStatus()).toBe(401)
  })

  it('tokens of custom servers are no tokens of the management API', async () => {
    const scoped = await aServer({ scopes: [{ name: 'read' }] })
    const value = await token(scoped)
    const response = await api('GET', '/api/v1/apps', undefined, `Bearer ${value}`)
    const [status, body] = await answered(response)
    expect([status, body['errorCode']]).toEqual([401, 'E0000011'])
  })
})
