/** Keys of an app: which are taken, how they are rotated, and never a client that has lost its last one. */
import { exportJWK, generateKeyPair } from 'jose'
import { describe, expect, it } from 'vitest'
import { aPublicJwk, keysPath, refusal, statuses } from './app-support.ts'
import {
  aClient,
  aKeyedClient,
  api,
  aServer,
  assertion,
  ASSERTION_TYPE,
  made,
  post,
  type Json,
} from './support.ts'

describe('client keys', () => {
  const mintByKey = async (
    server: { readonly id: string; readonly issuer: string },
    client: { readonly clientId: string },
    key: CryptoKey,
    header: Json,
  ): Promise<number> => {
    const response = await post(`/oauth2/${server.id}/v1/token`, {
      grant_type: 'client_credentials',
      scope: 'read',
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await assertion(client, key, `${server.issuer}/v1/token`, {}, header),
    })
    return response.status
  }

  it('a key can be rotated: added, used, the old one retired', async () => {
    const client = await aKeyedClient()
    const server = await aServer()
    const path = keysPath(client.id)
    const pair = await generateKeyPair('ES384', { extractable: true })
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'new' }
    const added = await made(201, 'POST', path, jwk)
    expect(added).toMatchObject({
      kid: 'new',
      kty: 'EC',
      crv: 'P-384',
      use: null,
      status: 'ACTIVE',
    })
    expect(added['id']).toMatch(/^pks/)
    const byOld = () => mintByKey(server, client, client.privateKey, { kid: client.jwk.kid })
    const byNew = () => mintByKey(server, client, pair.privateKey, { alg: 'ES384', kid: 'new' })
    expect([await byOld(), await byNew()]).toEqual([200, 200])
    const old = (await made(200, 'GET', path)).find((key: Json) => key['kid'] !== 'new')
    expect(await refusal('DELETE', `${path}/${old['id']}`)).toContain('status')
    const off = await made(200, 'POST', `${path}/${old['id']}/lifecycle/deactivate`)
    expect(off['status']).toBe('INACTIVE')
    expect([await byOld(), await byNew()]).toEqual([401, 200])
    const last = await refusal('POST', `${path}/${added['id']}/lifecycle/deactivate`)
    expect(last).toContain('private_key_jwt')
    await made(204, 'DELETE', `${path}/${old['id']}`)
    expect((await api('GET', `${path}/${old['id']}`)).status).toBe(404)
  })

  it('two calls at the same time cannot take both active keys', async () => {
    const { id } = await aKeyedClient()
    await made(201, 'POST', keysPath(id), { ...(await aPublicJwk()) })
    const keys = await made(200, 'GET', keysPath(id))
    const both = keys.map((key: Json) =>
      api('POST', `${keysPath(id)}/${key['id']}/lifecycle/deactivate`),
    )
    expect(await statuses(both)).toEqual([200, 400])
  })

  it.each(['RS256', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'])(
    '%s keys are taken',
    async (alg) => {
      const { id } = await aClient()
      const jwk = await aPublicJwk(alg)
      expect(await made(201, 'POST', keysPath(id), { ...jwk })).toMatchObject({ ...jwk })
    },
  )

  it('an EC key may come without crv, as from Terraform', async () => {
    const { id } = await aClient()
    const { crv: _, alg: __, ...jwk } = await aPublicJwk('ES512')
    expect(await made(201, 'POST', keysPath(id), jwk)).toMatchObject({ crv: 'P-521' })
  })

  it('refuses keys that are weak, private, symmetric, not on their curve, or not for signatures', async () => {
    const { id } = await aClient()
    const ec = await aPublicJwk()
    const rsa = await aPublicJwk('RS256')
    const pair = await generateKeyPair('ES256', { extractable: true })
    const weak = { kty: 'RSA', e: 'AQAB', n: rsa.n?.slice(0, 171) }
    const refused: readonly (readonly [string, Json])[] = [
      ['n', weak],
      ['d', { ...(await exportJWK(pair.privateKey)) }],
      ['p', { ...rsa, p: rsa.n }],
      ['k', { ...rsa, k: 'c2VjcmV0' }],
      ['kty', { kty: 'oct', k: 'c2VjcmV0' }],
      ['kty', { ...ec, x: ec.y, y: ec.x }],
      ['crv', { ...ec, crv: 'secp256k1' }],
      ['x', { ...ec, crv: 'P-384' }],
      ['use', { ...rsa, use: 'enc' }],
      ['alg', { ...rsa, alg: 'ES256' }],
      ['alg', { ...ec, alg: 'HS256' }],
      ['kid', { ...ec, kid: 'x'.repeat(256) }],
    ]
    for (const [member, jwk] of refused)
      expect([member, await refusal('POST', keysPath(id), jwk)]).toEqual([
        member,
        expect.stringContaining(`${member}:`),
      ])
    expect(await made(200, 'GET', keysPath(id))).toHaveLength(0)
  })

  it('a kid is unique in its app, and needed when there is more than one key', async () => {
    const { id } = await aClient()
    const jwk = await aPublicJwk()
    const { kid: _, ...nameless } = await aPublicJwk()
    await made(201, 'POST', keysPath(id), { ...jwk })
    expect(
      await refusal('POST', keysPath(id), { ...(await aPublicJwk()), kid: jwk.kid }),
    ).toContain('kid')
    expect(await refusal('POST', keysPath(id), nameless)).toContain('kid')
    const other = await aClient()
    expect(await made(201, 'POST', keysPath(other.id), nameless)).toMatchObject({ kid: null })
    expect(await refusal('POST', keysPath(other.id), { ...jwk })).toContain('kid')
  })

  it('one kid at the same time is taken once', async () => {
    const { id } = await aClient()
    const jwk = { ...(await aPublicJwk()) }
    const asked = Array.from({ length: 4 }, () => api('POST', keysPath(id), jwk))
    expect(await statuses(asked)).toEqual([201, 400, 400, 400])
  })

  it('fifty at most', async () => {
    const { id } = await aClient()
    const jwk = await aPublicJwk()
    for (let n = 0; n < 50; n++) await made(201, 'POST', keysPath(id), { ...jwk, kid: `k${n}` })
    expect(await refusal('POST', keysPath(id), { ...jwk, kid: 'k50' })).toContain('50')
  })
})

describe('jwks of an app', () => {
  const replacement = (app: Json, settings: Json, credentials: Json = {}): Json => ({
    ...app,
    credentials: { oauthClient: { ...app['credentials']['oauthClient'], ...credentials } },
    settings: { oauthClient: { ...app['settings']['oauthClient'], ...settings } },
  })

  it('a PUT replaces the set; a kid that stays keeps its id and its status', async () => {
    const { id, jwk } = await aKeyedClient()
    const path = `/api/v1/apps/${id}`
    const second = await aPublicJwk()
    const third = await aPublicJwk()
    const added = await made(201, 'POST', keysPath(id), { ...second, status: 'INACTIVE' })
    const app = await made(200, 'GET', path)
    const keys = [{ ...second }, { ...third }, { ...jwk }]
    const changed = await made(200, 'PUT', path, replacement(app, { jwks: { keys } }))
    const after = changed['settings']['oauthClient']['jwks']['keys']
    expect(after.map((key: Json) => key['kid'])).toEqual([second.kid, third.kid, jwk.kid])
    expect(after[0]).toMatchObject({ id: added['id'], status: 'INACTIVE' })
    const fewer = replacement(app, { jwks: { keys: [{ ...third }] } })
    await made(200, 'PUT', path, fewer)
    expect((await made(200, 'GET', keysPath(id))).map((key: Json) => key['kid'])).toEqual([
      third.kid,
    ])
    const { jwks: _, ...without } = fewer['settings']['oauthClient']
    await made(200, 'PUT', path, { ...fewer, settings: { oauthClient: without } })
    expect(await made(200, 'GET', keysPath(id))).toHaveLength(1)
  })

  it('private_key_jwt is never left without an active key', async () => {
    const { id } = await aKeyedClient()
    const path = `/api/v1/apps/${id}`
    const app = await made(200, 'GET', path)
    const none = replacement(app, { jwks: { keys: [] } })
    expect(await refusal('PUT', path, none)).toContain('private_key_jwt')
    const inactive = { keys: [{ ...(await aPublicJwk()), status: 'INACTIVE' }] }
    expect(await refusal('PUT', path, replacement(app, { jwks: inactive }))).toContain(
      'private_key_jwt',
    )
    const method = { token_endpoint_auth_method: 'client_secret_basic' }
    await made(200, 'PUT', path, replacement(app, { jwks: { keys: [] } }, method))
  })

  it('jwks and jwks_uri exclude each other, and the URI must be one that may be fetched', async () => {
    const { id, jwk } = await aKeyedClient()
    const path = `/api/v1/apps/${id}`
    const app = await made(200, 'GET', path)
    const jwks_uri = 'https://client.example/jwks'
    const { jwks: _, ...settings } = app['settings']['oauthClient']
    const byUri = (uri: string): Json => ({
      ...app,
      settings: { oauthClient: { ...settings, jwks_uri: uri } },
    })
    expect(
      await refusal('PUT', path, replacement(app, { jwks_uri, jwks: { keys: [{ ...jwk }] } })),
    ).toContain('jwks_uri')
    for (const bad of [
      'http://client.example/jwks',
      'https://127.0.0.1/jwks',
      'https://localhost/jwks',
      'https://10.0.0.1/',
      'https://client.example:22/jwks',
      'x',
    ])
      expect([bad, await refusal('PUT', path, byUri(bad))]).toEqual([
        bad,
        expect.stringContaining('jwks_uri'),
      ])
    const changed = await made(200, 'PUT', path, byUri(jwks_uri))
    expect(changed['settings']['oauthClient']).toMatchObject({ jwks_uri })
    expect(changed['settings']['oauthClient']).not.toHaveProperty('jwks')
    expect(await refusal('POST', keysPath(id), { ...jwk })).toContain('jwks_uri')
  })
})
