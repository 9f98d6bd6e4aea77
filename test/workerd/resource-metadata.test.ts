/** Protected resource metadata, RFC 9728; oauth4webapi is the client that looks for it. */
import * as oauth from 'oauth4webapi'
import { describe, expect, it } from 'vitest'
import {
  aClient,
  answered,
  api,
  aServer,
  made,
  mintWith,
  ORIGIN,
  send,
  type Json,
} from './support.ts'

const WELL_KNOWN = '/.well-known/oauth-protected-resource'
const OIDC_SCOPES = ['openid', 'profile', 'email', 'address', 'phone']

const customFetch = { [oauth.customFetch]: (url: string, init: object) => send(url, init) }

/** The metadata of a resource, found and checked as §3.1 and §3.3 say. */
async function discovered(resource: string): Promise<Json> {
  const url = new URL(resource)
  const response = await oauth.resourceDiscoveryRequest(url, customFetch)
  return (await oauth.processResourceDiscoveryResponse(url, response)) as Json
}

async function document(path: string): Promise<Json> {
  const [status, body] = await answered(await send(path))
  expect([path, status]).toEqual([path, 200])
  return body
}

/** A custom server whose tokens are for an audience. */
async function aServerFor(
  audience: string,
): Promise<{ readonly id: string; readonly issuer: string }> {
  const { id, issuer } = await aServer({
    scopes: [{ name: 'shown', metadataPublish: 'ALL_CLIENTS' }, { name: 'hidden' }],
  })
  await renamed(id, audience)
  return { id, issuer }
}

const renamed = (id: string, audience: string): Promise<Json> =>
  made(200, 'PUT', `/api/v1/authorizationServers/${id}`, { name: id, audiences: [audience] })

describe('metadata of our own APIs', () => {
  it('[RFC9728-3.1] userinfo of every issuer has some, found from its address', async () => {
    const { issuer } = await aServer()
    for (const [base, of, alg] of [
      [`${ORIGIN}/oauth2`, ORIGIN, 'RS256'],
      [`${ORIGIN}/oauth2/default`, `${ORIGIN}/oauth2/default`, 'RS256'],
      [issuer, issuer, 'ES256'],
    ] as const)
      expect(await discovered(`${base}/v1/userinfo`)).toEqual({
        resource: `${base}/v1/userinfo`,
        authorization_servers: [of],
        jwks_uri: `${base}/v1/keys`,
        scopes_supported: OIDC_SCOPES,
        bearer_methods_supported: ['header', 'body'],
        resource_signing_alg_values_supported: [alg],
      })
  })

  it('[RFC9728-3.1] the management API has some, with its scopes', async () => {
    const metadata = await discovered(ORIGIN)
    expect(metadata).toEqual({
      resource: ORIGIN,
      authorization_servers: [ORIGIN],
      scopes_supported: expect.arrayContaining(['okta.users.read', 'okta.users.manage']),
      bearer_methods_supported: ['header'],
      resource_name: 'Management API',
      resource_documentation: `${ORIGIN}/docs/api`,
    })
    for (const name of metadata['scopes_supported']) expect(name).toMatch(/^okta\./)
    expect((await send(metadata['resource_documentation'])).status).toBe(200)
  })

  it('[RFC9728-4] the metadata of an issuer names what its tokens are good for', async () => {
    const { issuer } = await aServerFor('https://api.example/v2')
    const names = ['oauth-authorization-server', 'openid-configuration']
    for (const name of names) {
      const own = await document(`${issuer}/.well-known/${name}`)
      expect(own['protected_resources']).toEqual([
        'https://api.example/v2',
        `${issuer}/v1/userinfo`,
      ])
      const org = await document(`/.well-known/${name}`)
      expect(org['protected_resources']).toEqual([ORIGIN, `${ORIGIN}/oauth2/v1/userinfo`])
      for (const resource of org['protected_resources'])
        expect((await discovered(resource))['authorization_servers']).toContain(ORIGIN)
    }
  })
})

describe('a challenge', () => {
  /** Where a refusal says that the metadata is. */
  function metadataUrl(response: Response): string {
    const challenge = response.headers.get('www-authenticate') ?? ''
    return /^Bearer (?:.*, )?resource_metadata="([^"]+)"$/.exec(challenge)?.[1] ?? challenge
  }

  it('[RFC9728-5.1] of userinfo leads to the metadata of what was asked', async () => {
    const { id, issuer } = await aServer()
    const client = await aClient()
    const machine = (await (await mintWith({ id }, client)).json()) as Json
    for (const [token, status] of [
      [undefined, 401],
      ['nonsense', 401],
      [machine['access_token'], 403],
    ] as const) {
      const resource = `${issuer}/v1/userinfo`
      const response = await send(resource, {
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      })
      expect(response.status).toBe(status)
      const url = metadataUrl(response)
      expect(url).toBe(`${ORIGIN}${WELL_KNOWN}/oauth2/${id}/v1/userinfo`)
      expect((await document(url))['resource']).toBe(resource)
    }
  })

  it('[RFC9728-5.1] is read by oauth4webapi', async () => {
    const issuer = new URL(`${ORIGIN}/oauth2/default`)
    const metadata = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, customFetch),
    )
    const client = { client_id: 'any' }
    const asked = await oauth.userInfoRequest(metadata, client, 'nonsense', customFetch)
    const refusal = await oauth
      .processUserInfoResponse(metadata, client, oauth.skipSubjectCheck, asked)
      .catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(oauth.WWWAuthenticateChallengeError)
    const [challenge] = (refusal as oauth.WWWAuthenticateChallengeError).cause
    expect(challenge?.parameters).toMatchObject({
      error: 'invalid_token',
      resource_metadata: `${ORIGIN}${WELL_KNOWN}/oauth2/default/v1/userinfo`,
    })
  })

  it('[RFC9728-5.1] of the management API leads to its metadata, whatever was presented', async () => {
    for (const authorization of ['', 'Bearer nonsense', 'SSWS nonsense']) {
      const response = await api('GET', '/api/v1/users', undefined, authorization)
      expect(response.status).toBe(401)
      const url = metadataUrl(response)
      expect(url).toBe(`${ORIGIN}${WELL_KNOWN}`)
      expect((await document(url))['resource']).toBe(ORIGIN)
    }
  })
})

describe('metadata of the API that a server is for', () => {
  const at = (issuer: string): string => `${issuer}${WELL_KNOWN}`

  it('[RFC9728-2] names the API, its issuer and the scopes that are published', async () => {
    const { id, issuer } = await aServerFor('https://api.example/v2')
    const metadata = { resource: 'https://api.example/v2', authorization_servers: [issuer], scopes_supported: ['shown'] } // prettier-ignore
    expect(await document(at(issuer))).toEqual(metadata)
    await renamed(id, 'https://api.example/v3')
    expect(await document(at(issuer))).toEqual({ ...metadata, resource: 'https://api.example/v3' })
  })

  it('[RFC9728-3.3] is what a client takes from the API, whose owner serves it', async () => {
    const resource = new URL('https://api.example/v2')
    const { issuer } = await aServerFor(resource.href)
    const atHome: string[] = []
    const response = await oauth.resourceDiscoveryRequest(resource, {
      [oauth.customFetch]: (url) => {
        atHome.push(url)
        return send(at(issuer))
      },
    })
    const metadata = await oauth.processResourceDiscoveryResponse(resource, response)
    expect(atHome).toEqual([`https://api.example${WELL_KNOWN}/v2`])
    const [named] = metadata.authorization_servers ?? []
    const found = await oauth.discoveryRequest(new URL(named!), { algorithm: 'oauth2', ...customFetch }) // prettier-ignore
    const server = await oauth.processDiscoveryResponse(new URL(named!), found)
    expect(server['protected_resources']).toContain(resource.href)
  })

  it('[RFC9728-1.2] is not there for what is no https URL without a fragment', async () => {
    const { id, issuer } = await aServerFor('api://test')
    for (const audience of [
      'api://test',
      'plain',
      'http://api.example',
      'https://api.example/#a',
      'https://api.example/#',
      'urn:example:api',
    ]) {
      // prettier-ignore
      await renamed(id, audience)
      const response = await send(at(issuer))
      expect([audience, response.status, response.headers.get('cache-control')]).toEqual([
        audience,
        404,
        'no-store',
      ])
      expect(await response.json()).toMatchObject({ errorCode: 'E0000008' })
      const metadata = await document(`${issuer}/.well-known/oauth-authorization-server`)
      expect(metadata['protected_resources']).toEqual([`${issuer}/v1/userinfo`])
    }
  })
})

describe('all of it', () => {
  it('is cached like discovery, and readable by any page', async () => {
    const { issuer } = await aServerFor('https://api.example')
    for (const path of [
      WELL_KNOWN,
      `${WELL_KNOWN}/oauth2/default/v1/userinfo`,
      issuer + WELL_KNOWN,
    ]) {
      const first = await send(path)
      expect(first.headers.get('cache-control')).toBe('public, max-age=300')
      expect(first.headers.get('access-control-allow-origin')).toBe('*')
      const etag = first.headers.get('etag') ?? ''
      const again = await send(path, { headers: { 'if-none-match': etag } })
      expect([path, again.status, await again.text()]).toEqual([path, 304, ''])
      expect((await send(path, { method: 'OPTIONS' })).status).toBe(204)
    }
  })

  it('is gone with its server, and there is none of servers and resources that nobody has', async () => {
    const { id, issuer } = await aServerFor('https://api.example')
    await made(204, 'POST', `/api/v1/authorizationServers/${id}/lifecycle/deactivate`)
    for (const path of [
      issuer + WELL_KNOWN,
      `${WELL_KNOWN}/oauth2/${id}/v1/userinfo`,
      `${WELL_KNOWN}/oauth2/ausnobody/v1/userinfo`,
      `${WELL_KNOWN}/oauth2/org/v1/userinfo`,
      `${WELL_KNOWN}/oauth2/__proto__/v1/userinfo`,
      `${WELL_KNOWN}/oauth2/${id}`,
      `${WELL_KNOWN}/oauth2/default/v1/token`,
      `${WELL_KNOWN}/api/v1`,
    ]) {
      const response = await send(path)
      expect([path, response.status, response.headers.get('cache-control')]).toEqual([
        path,
        404,
        'no-store',
      ])
    }
  })

  it('comes of the configuration, whatever the request says', async () => {
    const forged = await send(`https://evil.example${WELL_KNOWN}/oauth2/default/v1/userinfo`, {
      headers: { 'x-forwarded-host': 'evil.example' },
    })
    expect(await forged.text()).not.toContain('evil')
  })
})
