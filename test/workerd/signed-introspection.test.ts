/** Introspection answers as JWTs, RFC 9701; oauth4webapi is the resource server that asks. */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import * as oauth from 'oauth4webapi'
import { beforeAll, describe, expect, it } from 'vitest'
import { INTROSPECTION_JWT } from '../../src/issuer/introspection-token.ts'
import { aPersonWithPassword, aSignInApp, ORG_BASE, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { aClient, answered, aServer, basic, made, mintWith, ORIGIN, post, send, type Json, type TestClient, type TestServer } from './support.ts' // prettier-ignore
import { aPeopleServer, introspect, tokensFor, userinfo } from './token-support.ts'

type Asking = Pick<TestClient, 'clientId' | 'secret'>

let server: TestServer
let client: TestClient
let other: TestClient
let app: SignInApp
let person: TestPerson

beforeAll(async () => {
  server = await aServer()
  client = await aClient()
  other = await aClient()
  app = await aSignInApp()
  person = await aPersonWithPassword()
})

const customFetch = { [oauth.customFetch]: (url: string, init: object) => send(url, init) }

async function metadataOf(issuer: string): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer)
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, customFetch))
}

interface Told {
  readonly content: Json
  readonly jwt: string
  readonly headers: Headers
}

/** What a resource server is told, whose signature it has checked. */
async function told(issuer: string, by: Asking, token: string): Promise<Told> {
  const metadata = await metadataOf(issuer)
  const asking = { client_id: by.clientId }
  const authentication = oauth.ClientSecretBasic(by.secret)
  const options = { ...customFetch, requestJwtResponse: true }
  const response = await oauth.introspectionRequest(
    metadata,
    asking,
    authentication,
    token,
    options,
  )
  const jwt = await response.clone().text()
  const content = await oauth.processIntrospectionResponse(metadata, asking, response)
  await oauth.validateApplicationLevelSignature(metadata, response, customFetch)
  return { content, jwt, headers: response.headers }
}

const minted = async (of: Pick<TestServer, 'id'> = server): Promise<string> =>
  ((await (await mintWith(of, client)).json()) as Json)['access_token']

const asked = (accept: string | null, token: string, headers: Json = {}): Promise<Response> =>
  post(
    `${server.issuer}/v1/introspect`,
    { token },
    {
      authorization: basic(client.clientId, client.secret),
      ...(accept !== null && { accept }),
      ...headers,
    },
  )

describe('a signed introspection answer', () => {
  it('[RFC9701-5] says in a JWT of its own type, to who asked, what the plain one says', async () => {
    const token = await minted()
    const before = Math.floor(Date.now() / 1000)
    const { content, jwt, headers } = await told(server.issuer, other, token)
    expect(content).toEqual(await introspect(server.issuer, other, token))
    expect(decodeProtectedHeader(jwt)).toEqual({
      alg: 'ES256',
      kid: expect.any(String),
      typ: 'token-introspection+jwt',
    })
    const claims = decodeJwt(jwt)
    expect(claims).toEqual({
      iss: server.issuer,
      aud: other.clientId,
      iat: expect.any(Number),
      token_introspection: content,
    })
    expect(claims.iat).toBeGreaterThanOrEqual(before)
    expect(claims.iat).toBeLessThanOrEqual(Math.floor(Date.now() / 1000))
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-type')).toBe(INTROSPECTION_JWT)
  })

  it('[RFC9701-5] of anything else says only that it is inactive', async () => {
    const elsewhere = await minted(await aServer())
    for (const token of ['nonsense', elsewhere, 'x'.repeat(20_000)])
      expect((await told(server.issuer, client, token)).content).toEqual({ active: false })
  })

  it.each(['org', 'custom'])('tells of every token of a person at the %s server', async (kind) => {
    const { issuer } = kind === 'org' ? { issuer: ORIGIN } : await aPeopleServer({ alg: 'RS256' })
    const base = kind === 'org' ? ORG_BASE : issuer
    const tokens = await tokensFor(base, app, person, { scope: 'openid offline_access' })
    for (const name of ['access_token', 'refresh_token', 'id_token']) {
      const { content } = await told(issuer, app, tokens[name])
      expect(content).toMatchObject({ active: true, client_id: app.clientId })
      expect(content).toEqual(await introspect(base, app, tokens[name]))
    }
  })

  it('[RFC9701-8.1] is no token itself, neither to the server nor to its userinfo', async () => {
    const people = await aPeopleServer()
    const tokens = await tokensFor(people.issuer, app, person)
    for (const name of ['access_token', 'id_token']) {
      const { jwt } = await told(people.issuer, app, tokens[name])
      expect((await userinfo(people.issuer, jwt)).status).toBe(401)
      expect(await introspect(people.issuer, app, jwt)).toEqual({ active: false })
    }
  })

  it('is signed with the key of now after a rotation', async () => {
    const rotated = await aServer()
    const token = await minted(rotated)
    const first = await told(rotated.issuer, client, token)
    await made(
      200,
      'POST',
      `/api/v1/authorizationServers/${rotated.id}/credentials/lifecycle/keyRotate`,
      { use: 'sig' },
    )
    const second = await told(rotated.issuer, client, token)
    expect(second.content).toEqual(first.content)
    expect(decodeProtectedHeader(second.jwt).kid).not.toBe(decodeProtectedHeader(first.jwt).kid)
  })
})

describe('whether an answer is signed', () => {
  it('[RFC9701-4] the Accept header says, by name', async () => {
    const token = await minted()
    const typeOf = async (accept: string | null): Promise<unknown> => {
      const response = await asked(accept, token)
      expect([accept, response.status, response.headers.get('cache-control')]).toEqual([
        accept,
        200,
        'no-store',
      ])
      return response.headers.get('content-type')
    }
    for (const accept of [
      INTROSPECTION_JWT,
      INTROSPECTION_JWT.toUpperCase(),
      `${INTROSPECTION_JWT};q=0.5`,
      `application/json, ${INTROSPECTION_JWT}`,
      `application/json;q=0.9, ${INTROSPECTION_JWT}, */*;q=0.1`,
    ])
      expect([accept, await typeOf(accept)]).toEqual([accept, INTROSPECTION_JWT])
    for (const accept of [
      null,
      '',
      '*/*',
      'application/*',
      'application/json',
      'application/jwt',
      `${INTROSPECTION_JWT};q=0`,
      `${INTROSPECTION_JWT};q=2`,
      `application/json, ${INTROSPECTION_JWT};q=0.9`,
      `${'a'.repeat(2000)}, ${INTROSPECTION_JWT}`,
    ])
      expect([accept, await typeOf(accept)]).toEqual([accept, 'application/json'])
  })

  it('is promised in the metadata, with the algorithm', async () => {
    const rsa = await aServer({ alg: 'RS256' })
    for (const [issuer, alg] of [
      [server.issuer, 'ES256'],
      [rsa.issuer, 'RS256'],
      [ORIGIN, 'RS256'],
    ] as const)
      for (const name of ['oauth-authorization-server', 'openid-configuration']) {
        const [, document] = await answered(await send(`${issuer}/.well-known/${name}`))
        expect(document['introspection_signing_alg_values_supported']).toEqual([alg])
      }
  })

  it('[RFC9701-4] a client that does not authenticate gets none', async () => {
    const settings = { application_type: 'native', grant_types: ['authorization_code'], response_types: ['code'], redirect_uris: ['com.example.app:/callback'] } // prettier-ignore
    const { clientId } = await aClient('none', settings, { pkce_required: true })
    const authorization = `Basic ${btoa(clientId)}`
    const token = await minted()
    const response = await asked(INTROSPECTION_JWT, token, { authorization })
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await answered(response)).toEqual([
      401,
      {
        error: 'invalid_client',
        error_description: 'Signed introspection answers are for clients that authenticate.',
      },
    ])
    const plain = await asked('application/json', token, { authorization })
    expect(await answered(plain)).toMatchObject([200, { active: true }])
  })

  it('[RFC9701-5] a refusal is JSON, and is kept by nobody either', async () => {
    const wrong = await asked(INTROSPECTION_JWT, 'x', {
      authorization: basic(client.clientId, 'no'),
    })
    expect([wrong.status, wrong.headers.get('content-type'), wrong.headers.get('cache-control')]).toEqual([401, 'application/json', 'no-store']) // prettier-ignore
  })
})
