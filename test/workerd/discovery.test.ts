/** Discovery documents and JWK Sets at every placement. RFC 8414, RFC 7517. */
import { describe, expect, it } from 'vitest'
import { aServer, api, made, ORIGIN, send, type Json } from './support.ts'

const OIDC_SCOPES = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access']

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
    expect(document['grant_types_supported']).toEqual([
      'authorization_code',
      'refresh_token',
      'password',
      'client_credentials',
      'interaction_code',
      'implicit',
    ])
    expect(document['request_uri_parameter_supported']).toBe(false)
    for (const absent of ['registration_endpoint', 'device_authorization_endpoint'])
      expect(document).not.toHaveProperty(absent)
    const endpoints = ['token', 'introspection', 'revocation'].map((name) => `${name}_endpoint`)
    for (const url of [...endpoints, 'jwks_uri']) {
      const { status } = await send(document[url], { method: 'OPTIONS' })
      expect([url, status]).toEqual([url, 204])
    }
    for (const page of ['authorization_endpoint', 'end_session_endpoint'])
      expect([page, (await send(document[page])).status]).not.toEqual([page, 404])
    const org = await get('/.well-known/oauth-authorization-server')
    expect(org).not.toHaveProperty('jwks_uri')
  })

  it.each([
    ['org', '', ORIGIN],
    ['default', '/oauth2/default', `${ORIGIN}/oauth2/default`],
  ])(
    '[OIDCD-3] the OpenID document of the %s server has what a client needs',
    async (_, base, issuer) => {
      const document = await get(`${base}/.well-known/openid-configuration`)
      expect(document).toMatchObject({
        issuer,
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
        request_parameter_supported: true,
        request_uri_parameter_supported: false,
        claims_parameter_supported: true,
        ui_locales_supported: ['en', 'de'],
      })
      const endpoints = base === '' ? `${ORIGIN}/oauth2` : issuer
      for (const [member, path] of [
        ['authorization_endpoint', 'authorize'],
        ['token_endpoint', 'token'],
        ['userinfo_endpoint', 'userinfo'],
        ['jwks_uri', 'keys'],
        ['end_session_endpoint', 'logout'],
      ] as const)
        expect(document[member]).toBe(`${endpoints}/v1/${path}`)
      expect(document['scopes_supported']).toEqual(OIDC_SCOPES)
      expect(document['response_types_supported']).toContain('code id_token token')
      expect(document['response_types_supported']).not.toContain('token')
      expect(document['request_object_signing_alg_values_supported']).not.toContain('none')
    },
  )

  it('[RFC8414-5] the OpenID document is the same at the path-insertion placement', async () => {
    const [suffix, inserted] = await Promise.all([
      send('/oauth2/default/.well-known/openid-configuration'),
      send('/.well-known/openid-configuration/oauth2/default'),
    ])
    expect(await inserted.text()).toBe(await suffix.text())
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
    expect(document['scopes_supported']).toEqual([...OIDC_SCOPES, 'shown'])
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
    expect(before['scopes_supported']).toEqual(OIDC_SCOPES)
    expect((await get(path))['scopes_supported']).toEqual([...OIDC_SCOPES, 'fresh'])
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
