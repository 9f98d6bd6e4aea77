/** Access tokens within the profile of RFC 9068, as a server may have them; oauth4webapi is the resource server. */
import { compactDecrypt, decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose'
import * as oauth from 'oauth4webapi'
import { beforeAll, describe, expect, it } from 'vitest'
import { refusal } from './app-support.ts'
import { attach, createHook, serveHooks } from './hook-support.ts'
import { previewed, expectPreviewed } from './preview-support.ts'
import { aPersonWithPassword, aSignInApp, payloadOf, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { aClient, answered, aServer, made, mintWith, send, type Json, type TestClient, type TestServer } from './support.ts' // prettier-ignore
import {
  aPeopleServer,
  introspect,
  refreshed,
  revoke,
  tokensFor,
  userinfo,
} from './token-support.ts'

const at = ({ id }: Pick<TestServer, 'id'>): string => `/api/v1/authorizationServers/${id}`

/** Replaces a server with itself, changed. */
async function put(server: Pick<TestServer, 'id'>, changes: Json): Promise<Json> {
  const { jwks: _, ...before } = await made(200, 'GET', at(server))
  return made(200, 'PUT', at(server), { ...before, ...changes })
}

const within = (server: TestServer, accessTokenProfile: string): Promise<Json> =>
  put(server, { accessTokenProfile })

let client: TestClient
let server: TestServer
let peopleServer: TestServer
let app: SignInApp
let person: TestPerson

beforeAll(async () => {
  client = await aClient()
  server = await aServer({ scopes: [{ name: 'read' }, { name: 'write' }] })
  peopleServer = await aPeopleServer()
  await within(server, 'RFC9068')
  await within(peopleServer, 'RFC9068')
  app = await aSignInApp()
  person = await aPersonWithPassword()
})

const minted = async (of = server, scope = 'read write'): Promise<string> => {
  const [status, body] = await answered(await mintWith(of, client, { scope }))
  expect([status, body['token_type']]).toEqual([200, 'Bearer'])
  return body['access_token'] as string
}

/** A resource server's check of RFC 9068 §4. */
async function validated(of: TestServer, token: string): Promise<oauth.JWTAccessTokenClaims> {
  const customFetch = { [oauth.customFetch]: (url: string, init: object) => send(url, init) }
  const issuer = new URL(of.issuer)
  const discovered = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...customFetch })
  const metadata = await oauth.processDiscoveryResponse(issuer, discovered)
  const headers = { authorization: `Bearer ${token}` }
  const request = new Request('https://api.example/things', { headers })
  return oauth.validateJwtAccessToken(metadata, request, 'api://test', customFetch)
}

describe('an access token of a client', () => {
  it('[RFC9068-2.2] has the type, the client and the scope, beside what it has in the form of Okta', async () => {
    const token = await minted()
    expect(await validated(server, token)).toEqual({
      ver: 1,
      jti: expect.stringMatching(/^AT\.[\w-]+$/),
      iss: server.issuer,
      aud: 'api://test',
      iat: expect.any(Number),
      exp: expect.any(Number),
      cid: client.clientId,
      scp: ['read', 'write'],
      sub: client.clientId,
      client_id: client.clientId,
      scope: 'read write',
    })
    expect(decodeProtectedHeader(token)).toEqual({
      typ: 'at+jwt',
      alg: 'ES256',
      kid: expect.any(String),
    })
  })

  it('in the form of Okta has no type, and is nothing to a resource server of RFC 9068', async () => {
    const other = await aServer()
    const token = await minted(other, 'read')
    expect(decodeProtectedHeader(token)).not.toHaveProperty('typ')
    for (const name of ['client_id', 'scope']) expect(decodeJwt(token)).not.toHaveProperty(name)
    await expect(validated(other, token)).rejects.toThrow('typ')
  })

  it('that is encrypted says its type outside and inside', async () => {
    const other = await aServer()
    const { publicKey, privateKey } = await generateKeyPair('RSA-OAEP-256')
    const jwk = { ...(await exportJWK(publicKey)), use: 'enc', kid: 'reader', status: 'ACTIVE' }
    await put(other, {
      accessTokenProfile: 'RFC9068',
      accessTokenEncryptedResponseAlgorithm: 'RSA-OAEP-256',
      jwks: { keys: [jwk] },
    })
    const { plaintext, protectedHeader } = await compactDecrypt(
      await minted(other, 'read'),
      privateKey,
    )
    expect(protectedHeader).toMatchObject({ typ: 'at+jwt', cty: 'JWT' })
    const claims = await validated(other, new TextDecoder().decode(plaintext))
    expect(claims).toMatchObject({ client_id: client.clientId, scope: 'read' })
  })
})

describe('an access token of a person', () => {
  const ACR = 'urn:okta:loa:1fa:pwd'

  it('[RFC9068-2.2.1] tells how they signed in, after a refresh as before', async () => {
    const scope = 'openid offline_access read'
    const parameters = { scope, acr_values: ACR }
    const tokens = await tokensFor(peopleServer.issuer, app, person, parameters)
    const first = await validated(peopleServer, tokens['access_token'])
    const { auth_time: signedIn } = payloadOf(tokens['id_token'])
    expect(first).toMatchObject({
      sub: person.login,
      uid: person.id,
      client_id: app.clientId,
      scope,
      auth_time: signedIn,
      acr: ACR,
      amr: ['pwd'],
    })
    const next = await refreshed(peopleServer.issuer, app, tokens['refresh_token'])
    const second = await validated(peopleServer, next['access_token'])
    const { jti: _, iat: __, exp: ___, ...lasting } = second
    expect(first).toMatchObject(lasting)
    expect(second.jti).not.toBe(first.jti)
  })

  it('[RFC9068-5] is one to the server, and an ID token is none', async () => {
    const tokens = await tokensFor(peopleServer.issuer, app, person)
    const { access_token: token, id_token: idToken } = tokens
    const answer = await userinfo(peopleServer.issuer, token)
    expect([answer.status, ((await answer.json()) as Json)['sub']]).toEqual([200, person.id])
    expect((await userinfo(peopleServer.issuer, idToken)).status).toBe(401)
    await expect(validated(peopleServer, idToken)).rejects.toThrow('typ')
    expect(await introspect(peopleServer.issuer, app, token)).toMatchObject({
      active: true,
      scope: 'openid',
      client_id: app.clientId,
      username: person.login,
      amr: ['pwd'],
    })
    expect((await revoke(peopleServer.issuer, app, token)).status).toBe(200)
    expect(await introspect(peopleServer.issuer, app, token)).toEqual({ active: false })
    expect((await userinfo(peopleServer.issuer, token)).status).toBe(401)
  })
})

describe('the choice of a server', () => {
  it('is the form of Okta until it is made, and stays when a change does not name it', async () => {
    const other = await aServer()
    const body = { name: other.id, audiences: ['api://test'] }
    expect((await made(200, 'GET', at(other)))['accessTokenProfile']).toBe('OKTA')
    expect((await within(other, 'RFC9068'))['accessTokenProfile']).toBe('RFC9068')
    expect((await made(200, 'PUT', at(other), body))['accessTokenProfile']).toBe('RFC9068')
    expect(await refusal('PUT', at(other), { ...body, accessTokenProfile: 'at+jwt' })).toMatch(
      /^accessTokenProfile: /,
    )
    const created = await made(201, 'POST', '/api/v1/authorizationServers', {
      ...body,
      name: `${other.id} again`,
      accessTokenProfile: 'RFC9068',
    })
    expect(created['accessTokenProfile']).toBe('RFC9068')
  })

  it('leaves the tokens that are out what they are, one way and the other', async () => {
    const other = await aPeopleServer()
    const asked = (token: string): Promise<Json> => introspect(other.issuer, client, token)
    const forms = ['OKTA', 'RFC9068', 'OKTA']
    const out: { readonly machine: string; readonly people: string }[] = []
    for (const form of forms) {
      await within(other, form)
      const tokens = await tokensFor(other.issuer, app, person)
      out.push({ machine: await minted(other, 'read'), people: tokens['access_token'] })
    }
    expect(out.map(({ machine }) => decodeProtectedHeader(machine).typ)).toEqual([
      undefined,
      'at+jwt',
      undefined,
    ])
    for (const { machine, people } of out) {
      expect([await asked(machine), await asked(people)]).toMatchObject([
        { active: true, scope: 'read', client_id: client.clientId },
        { active: true, scope: 'openid', client_id: app.clientId },
      ])
      expect((await userinfo(other.issuer, people)).status).toBe(200)
      await revoke(other.issuer, client, machine)
      await revoke(other.issuer, app, people)
      expect([await asked(machine), await asked(people)]).toEqual([
        { active: false },
        { active: false },
      ])
    }
  })

  it('shows in the metadata and in the preview', async () => {
    const path = '.well-known/oauth-authorization-server'
    const [, metadata] = await answered(await send(`${server.issuer}/${path}`))
    expect(metadata['claims_supported']).toEqual(
      expect.arrayContaining(['cid', 'scp', 'client_id', 'scope', 'auth_time', 'acr', 'amr']),
    )
    const preview = await previewed(server, {
      clientId: client.clientId,
      grantType: 'client_credentials',
      scopes: ['read'],
    })
    const token = await minted(server, 'read')
    const foretold = preview['tokenResponse']['access_token']
    expect(foretold['header']).toEqual(decodeProtectedHeader(token))
    expectPreviewed(foretold, payloadOf(token))
  })

  it('is nothing that a hook could change', async () => {
    const hooked = await aServer()
    await within(hooked, 'RFC9068')
    const hook = await createHook()
    const commands: Json[] = []
    const asked = serveHooks().serve(hook['channel']['config']['uri'], () =>
      Response.json({ commands }),
    )
    await attach(hooked, hook['id'])
    const patch = (claim: string): Json => ({
      type: 'com.okta.access.patch',
      value: [{ op: 'replace', path: `/claims/${claim}`, value: 'else' }],
    })
    for (const claim of ['client_id', 'scope', 'auth_time', 'acr', 'amr']) {
      commands.splice(0, 1, patch(claim))
      expect(await validated(hooked, await minted(hooked, 'read'))).toMatchObject({
        client_id: client.clientId,
        scope: 'read',
      })
    }
    const { claims, scopes } = asked[0]!.body['data']['access']
    expect(claims).toMatchObject({ client_id: client.clientId })
    for (const name of ['scp', 'scope']) expect(claims).not.toHaveProperty(name)
    expect(Object.keys(scopes)).toEqual(['read'])
  })
})
