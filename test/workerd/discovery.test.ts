/** Discovery documents and JWK Sets at every placement. RFC 8414, RFC 7517. */
import { describe, expect, it } from 'vitest'
import { aServer, api, made, ORIGIN, send, type Json } from './support.ts'

const get = async (path: string): Promise<Json> => (await send(path)).json()

describe('authorization server metadata', () => {
  it('[RFC8414-3.1] is equal at the suffix and at the path-insertion placement', async () => {
    const { id } = await aServer()
    for (const name of ['default', id]) {
      const suffix = await send(`/oauth2/${name}/.well-known/oauth-authorization-server`)
      const inserted = await send(`/.well-known/oauth-authorization-server/oauth2/${name}`)
      expect(suffix.status).toBe(200)
      expect(await inserted.text()).toBe(await suffix.text())
    }
  })

  it('[RFC8414-3.3] the issuer is exactly the identifier the document was asked for', async () => {
    const { id } = await aServer()
    const path = '.well-known/oauth-authorization-server'
    expect((await get(`/${path}`))['issuer']).toBe(ORIGIN)
    expect((await get(`/oauth2/default/${path}`))['issuer']).toBe(`${ORIGIN}/oauth2/default`)
    expect((await get(`/oauth2/${id}/${path}`))['issuer']).toBe(`${ORIGIN}/oauth2/${id}`)
  })

  it('the default server says default under its own id, too', async () => {
    const server = await made(200, 'GET', '/api/v1/authorizationServers/default')
    const document = await get(`/oauth2/${server['id']}/.well-known/oauth-authorization-server`)
    expect(document['issuer']).toBe(`${ORIGIN}/oauth2/default`)
  })

  it('a forged Host or X-Forwarded header changes nothing', async () => {
    const path = '/oauth2/default/.well-known/oauth-authorization-server'
    const honest = await (await send(path)).text()
    const forged = await send(path, {
      headers: {
        host: 'evil.example',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'http',
      },
    })
    expect(await forged.text()).toBe(honest)
    const elsewhere = await send(`https://evil.example${path}`)
    expect(await elsewhere.text()).toBe(honest)
  })

  it('[RFC8414-2] promises only what works', async () => {
    const document = await get('/oauth2/default/.well-known/oauth-authorization-server')
    expect(document['grant_types_supported']).toEqual(['client_credentials'])
    expect(document['request_parameter_supported']).toBe(false)
    expect(document['request_uri_parameter_supported']).toBe(false)
    for (const absent of ['authorization_endpoint', 'userinfo_endpoint', 'registration_endpoint'])
      expect(document).not.toHaveProperty(absent)
    for (const url of [
      'token_endpoint',
      'jwks_uri',
      'introspection_endpoint',
      'revocation_endpoint',
    ]) {
      const { status } = await send(document[url], { method: 'OPTIONS' })
      expect([url, status]).toEqual([url, 204])
    }
    const org = await get('/.well-known/oauth-authorization-server')
    expect(org).not.toHaveProperty('jwks_uri')
    expect(org['token_endpoint_auth_methods_supported']).toEqual(['private_key_jwt'])
  })

  it('the OpenID placements answer 404 until sign-in exists', async () => {
    for (const path of [
      '/.well-known/openid-configuration',
      '/oauth2/default/.well-known/openid-configuration',
      '/.well-known/openid-configuration/oauth2/default',
    ])
      expect([path, (await send(path)).status]).toEqual([path, 404])
  })

  it('custom scopes appear only where metadataPublish says so, custom claims never', async () => {
    const { id } = await aServer({
      scopes: [{ name: 'shown', metadataPublish: 'ALL_CLIENTS' }, { name: 'hidden' }],
    })
    await made(201, 'POST', `/api/v1/authorizationServers/${id}/claims`, {
      name: 'secret_claim',
      claimType: 'RESOURCE',
      valueType: 'EXPRESSION',
      value: '"x"',
    })
    const document = await get(`/oauth2/${id}/.well-known/oauth-authorization-server`)
    expect(document['scopes_supported']).toEqual(['shown'])
    expect(document['claims_supported']).not.toContain('secret_claim')
  })

  it('an unknown client_id is refused in the management envelope', async () => {
    const path = '/oauth2/default/.well-known/oauth-authorization-server'
    const response = await send(`${path}?client_id=nobody`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ errorCode: 'invalid_client', errorCauses: [] })
  })
})

describe('caching of metadata', () => {
  it('[RFC9110-13.1.2] a known ETag is answered 304 without a body', async () => {
    for (const path of ['/oauth2/default/v1/keys', '/.well-known/oauth-authorization-server']) {
      const first = await send(path)
      const etag = first.headers.get('etag') ?? ''
      expect(etag).toMatch(/^"[\w-]{43}"$/)
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const second = await send(path, { headers: { 'if-none-match': known } })
        expect([known, second.status, await second.text()]).toEqual([known, 304, ''])
        expect(second.headers.get('etag')).toBe(etag)
      }
      const other = await send(path, { headers: { 'if-none-match': '"other"' } })
      expect(other.status).toBe(200)
    }
  })

  it('documents are public for five minutes and readable by any origin', async () => {
    const { headers } = await send('/oauth2/default/v1/keys')
    expect(headers.get('cache-control')).toContain('max-age=300')
    expect(headers.get('access-control-allow-origin')).toBe('*')
  })

  it('a write shows at once in the isolate that made it', async () => {
    const { id } = await aServer({ scopes: [] })
    const path = `/oauth2/${id}/.well-known/oauth-authorization-server`
    const before = await get(path)
    await made(201, 'POST', `/api/v1/authorizationServers/${id}/scopes`, {
      name: 'fresh',
      metadataPublish: 'ALL_CLIENTS',
    })
    expect(before['scopes_supported'] ?? []).toEqual([])
    expect((await get(path))['scopes_supported']).toEqual(['fresh'])
  })
})

describe('JWK Set', () => {
  it('[RFC7517-5] holds distinct public keys with kid, alg and use', async () => {
    for (const path of ['/oauth2/v1/keys', '/oauth2/default/v1/keys']) {
      const { keys } = await get(path)
      expect(keys.length).toBeGreaterThanOrEqual(2)
      expect(new Set(keys.map((key: Json) => key['kid'])).size).toBe(keys.length)
      for (const key of keys) {
        expect(key).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig' })
        for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'])
          expect(key).not.toHaveProperty(secret)
      }
    }
  })

  it.each([
    ['ES256', { kty: 'EC', crv: 'P-256' }],
    ['PS256', { kty: 'RSA' }],
    ['EdDSA', { kty: 'OKP', crv: 'Ed25519' }],
  ])('a server signs with %s when it chose so', async (alg, members) => {
    const { id } = await aServer({ alg })
    const { keys } = await get(`/oauth2/${id}/v1/keys`)
    for (const key of keys) expect(key).toMatchObject({ alg, ...members })
  })
})

describe('unknown and inactive servers', () => {
  const paths = (id: string): readonly string[] => [
    `/oauth2/${id}/v1/keys`,
    `/oauth2/${id}/.well-known/oauth-authorization-server`,
    `/.well-known/oauth-authorization-server/oauth2/${id}`,
  ]

  it('are 404 in the management envelope, and never cached', async () => {
    const { id } = await aServer()
    await made(204, 'POST', `/api/v1/authorizationServers/${id}/lifecycle/deactivate`)
    for (const path of [
      ...paths('ausnobody'),
      ...paths(id),
      ...paths('constructor'),
      ...paths('__proto__'),
    ]) {
      const response = await send(path)
      expect([path, response.status]).toEqual([path, 404])
      expect(await response.json()).toMatchObject({ errorCode: 'E0000007' })
      expect(response.headers.get('cache-control')).toBe('no-store')
    }
    for (const name of ['token', 'introspect', 'revoke']) {
      const response = await send(`/oauth2/${id}/v1/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'grant_type=client_credentials&client_id=x&client_secret=y&token=z',
      })
      expect([name, response.status]).toEqual([name, 404])
    }
  })

  it('an id that cannot exist is 404 and reaches no header', async () => {
    for (const id of [
      'a%0d%0ab',
      '%00',
      'a%22,x',
      '%C3%A4',
      'a%2Fb',
      'x'.repeat(101),
      'org',
      'a.b',
      '%20',
    ])
      for (const name of ['v1/token', 'v1/keys', '.well-known/oauth-authorization-server']) {
        const response = await send(`/oauth2/${id}/${name}`, {
          method: name === 'v1/token' ? 'POST' : 'GET',
          ...(name === 'v1/token' && { body: 'x=y' }),
        })
        expect([id, name, response.status]).toEqual([id, name, 404])
        expect(response.headers.has('www-authenticate')).toBe(false)
      }
  })

  it('an absurdly long client_id is refused without being looked up', async () => {
    const path = '/oauth2/default/.well-known/oauth-authorization-server'
    const response = await send(`${path}?client_id=${'x'.repeat(5000)}`)
    expect(response.status).toBe(400)
  })

  it('come back when they are activated', async () => {
    const { id } = await aServer()
    await made(204, 'POST', `/api/v1/authorizationServers/${id}/lifecycle/deactivate`)
    await made(204, 'POST', `/api/v1/authorizationServers/${id}/lifecycle/activate`)
    for (const path of paths(id)) expect((await send(path)).status).toBe(200)
  })

  it('the default server can be deactivated, and is 404 then', async () => {
    await made(204, 'POST', '/api/v1/authorizationServers/default/lifecycle/deactivate')
    expect((await send('/oauth2/default/v1/keys')).status).toBe(404)
    expect(
      (await api('POST', '/api/v1/authorizationServers/default/lifecycle/activate')).status,
    ).toBe(204)
    expect((await send('/oauth2/default/v1/keys')).status).toBe(200)
  })
})
