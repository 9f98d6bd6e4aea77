/** Access tokens that are encrypted to their resource server, and the keys they are encrypted to. */
import { env } from 'cloudflare:workers'
import {
  compactDecrypt,
  createLocalJWKSet,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  type JSONWebKeySet,
  type JWK,
} from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { deactivateServerKeyAt } from '../../src/store/resource-server-keys.ts'
import { refusal, statuses } from './app-support.ts'
import {
  aClient,
  answered,
  api,
  aServer,
  basic,
  made,
  mintWith,
  ORIGIN,
  post,
  send,
  unique,
  type Json,
  type TestClient,
  type TestServer,
} from './support.ts'

const SERVERS = '/api/v1/authorizationServers'
const at = (server: { readonly id: string }): string => `${SERVERS}/${server.id}`
const keysAt = (server: { readonly id: string }): string =>
  `${at(server)}/resourceservercredentials/keys`

interface Reader {
  readonly jwk: JWK
  readonly privateKey: CryptoKey
}

async function aReader(alg = 'RSA-OAEP-256', modulusLength = 2048): Promise<Reader> {
  const pair = await generateKeyPair(alg, { extractable: true, modulusLength })
  const { kty, n, e } = await exportJWK(pair.publicKey)
  return {
    jwk: { kty: kty!, n: n!, e: e!, use: 'enc', kid: unique('enc') },
    privateKey: pair.privateKey,
  }
}

/** Made once: RSA keys take their time. */
let readers: readonly Reader[]
let client: TestClient

beforeAll(async () => {
  readers = await Promise.all([aReader(), aReader(), aReader()])
  client = await aClient()
})

const inactive = (jwk: JWK): Json => ({ ...jwk, status: 'INACTIVE' })

/** Adds a key to a server and activates it. */
async function activate(server: TestServer, { jwk }: Reader): Promise<string> {
  const { id } = await made(201, 'POST', keysAt(server), inactive(jwk))
  await made(200, 'POST', `${keysAt(server)}/${id}/lifecycle/activate`)
  return id as string
}

/** Replaces a server with itself, changed. */
async function put(server: TestServer, changes: Json): Promise<Response> {
  const { jwks: _, ...before } = await made(200, 'GET', at(server))
  return api('PUT', at(server), { ...before, ...changes })
}

const encrypting = (server: TestServer, algorithm = 'RSA-OAEP-256'): Promise<Response> =>
  put(server, { accessTokenEncryptedResponseAlgorithm: algorithm })

async function tokenOf(server: TestServer): Promise<string> {
  const [status, body] = await answered(await mintWith(server, client))
  expect([status, body['token_type']]).toEqual([200, 'Bearer'])
  return body['access_token'] as string
}

async function verified(server: TestServer, jwt: string): Promise<Json> {
  const keys = (await (await send(`/oauth2/${server.id}/v1/keys`)).json()) as JSONWebKeySet
  const { payload } = await jwtVerify(jwt, createLocalJWKSet(keys), {
    issuer: server.issuer,
    audience: 'api://test',
  })
  return payload
}

async function decrypted(token: string, { privateKey }: Reader): Promise<string> {
  const { plaintext } = await compactDecrypt(token, privateKey)
  return new TextDecoder().decode(plaintext)
}

const causes = async (response: Response): Promise<readonly string[]> => {
  const [status, body] = await answered(response)
  expect([status, body['errorCode']]).toEqual([400, 'E0000001'])
  return body['errorCauses'].map((cause: Json) => cause['errorSummary'])
}

describe('[RFC7516] an encrypted access token', () => {
  it.each(['RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512'])(
    'by %s is a signed one that its reader alone can open',
    async (algorithm) => {
      const reader = await aReader(algorithm)
      const server = await aServer()
      await activate(server, reader)
      expect((await encrypting(server, algorithm)).status).toBe(200)
      const token = await tokenOf(server)
      expect(token.split('.')).toHaveLength(5)
      expect(decodeProtectedHeader(token)).toEqual({
        alg: algorithm,
        enc: 'A256GCM',
        cty: 'JWT',
        kid: reader.jwk.kid,
      })
      const payload = await verified(server, await decrypted(token, reader))
      expect(payload).toMatchObject({ ver: 1, cid: client.clientId, scp: ['read'] })
      const stranger = await aReader(algorithm)
      await expect(decrypted(token, stranger)).rejects.toThrow()
    },
  )

  it('is made for the key that is active, and plain again once encryption is off', async () => {
    const [one, other] = readers as [Reader, Reader]
    const server = await aServer()
    await activate(server, one)
    await encrypting(server)
    await verified(server, await decrypted(await tokenOf(server), one))
    await activate(server, other)
    await verified(server, await decrypted(await tokenOf(server), other))
    expect((await put(server, { accessTokenEncryptedResponseAlgorithm: undefined })).status).toBe(
      200,
    )
    await verified(server, await tokenOf(server))
  })

  it('of a key without a kid names none', async () => {
    const [{ jwk, privateKey }] = readers as [Reader]
    const server = await aServer()
    await activate(server, { jwk: { ...jwk, kid: undefined as never }, privateKey })
    await encrypting(server)
    const token = await tokenOf(server)
    expect(decodeProtectedHeader(token)).not.toHaveProperty('kid')
    await verified(server, await decrypted(token, readers[0]!))
  })

  it('is inactive as it is: its reader introspects and revokes the token inside', async () => {
    const [reader] = readers as [Reader]
    const server = await aServer()
    await activate(server, reader)
    await encrypting(server)
    const token = await tokenOf(server)
    const inner = await decrypted(token, reader)
    const headers = { authorization: basic(client.clientId, client.secret) }
    const ask = async (text: string): Promise<Json> =>
      (await (
        await post(`/oauth2/${server.id}/v1/introspect`, { token: text }, headers)
      ).json()) as Json
    expect(await ask(token)).toEqual({ active: false })
    expect(await ask(inner)).toMatchObject({ active: true, client_id: client.clientId })
    await post(`/oauth2/${server.id}/v1/revoke`, { token: inner }, headers)
    expect(await ask(inner)).toEqual({ active: false })
  })

  it('is never replaced by a plain one: without a key nothing is minted', async () => {
    const server = await aServer()
    await activate(server, readers[0]!)
    await encrypting(server)
    await tokenOf(server)
    // As only a fault of storage could leave it.
    const { version } = (await env.DB.prepare(
      'SELECT version FROM authorization_servers WHERE id = ?1',
    )
      .bind(server.id)
      .first<{ version: number }>())!
    const key = (await made(200, 'GET', keysAt(server)))[0] as Json
    await env.DB.batch([
      deactivateServerKeyAt(env.DB, { id: server.id, version }, key['id'], 1),
      env.DB.prepare('UPDATE authorization_servers SET version = version + 1 WHERE id = ?1').bind(
        server.id,
      ),
    ])
    await made(204, 'POST', `${at(server)}/lifecycle/activate`)
    await made(201, 'POST', `${at(server)}/scopes`, { name: 'another' })
    expect(await answered(await mintWith(server, client))).toMatchObject([
      400,
      { error: 'server_error' },
    ])
  })
})

describe('keys of resource servers', () => {
  it('are created inactive, shown, activated one at a time and deleted', async () => {
    const server = await aServer()
    const [one, other] = readers as [Reader, Reader]
    const first = await made(201, 'POST', keysAt(server), inactive(one.jwk))
    expect(Object.keys(first)).toEqual(
      'status id e n kid kty use created lastUpdated _links'.split(' '),
    )
    expect(first).toMatchObject({ ...inactive(one.jwk), id: expect.stringMatching(/^apk\w{17}$/) })
    const self = `${ORIGIN}${keysAt(server)}/${first['id']}`
    expect(first['_links']).toEqual({
      activate: { href: `${self}/lifecycle/activate`, hints: { allow: ['POST'] } },
      delete: { href: self, hints: { allow: ['DELETE'] } },
      self: { href: self, hints: { allow: ['GET'] } },
    })
    expect(await made(200, 'GET', `${keysAt(server)}/${first['id']}`)).toEqual(first)

    const active = await made(200, 'POST', `${keysAt(server)}/${first['id']}/lifecycle/activate`)
    expect(active).toMatchObject({ id: first['id'], status: 'ACTIVE' })
    expect(Object.keys(active['_links'])).toEqual(['deactivate', 'self'])
    const second = await activate(server, other)
    const listed = (await made(200, 'GET', keysAt(server))) as unknown as Json[]
    expect(listed.map((key) => [key['id'], key['status']]).toSorted()).toEqual(
      [
        [first['id'], 'INACTIVE'],
        [second, 'ACTIVE'],
      ].toSorted(),
    )
    expect((await made(200, 'GET', at(server)))['jwks']['keys']).toHaveLength(2)

    expect(await refusal('DELETE', `${keysAt(server)}/${second}`)).toContain('status: ')
    await made(204, 'DELETE', `${keysAt(server)}/${first['id']}`)
    await made(200, 'POST', `${keysAt(server)}/${second}/lifecycle/deactivate`)
    await made(204, 'DELETE', `${keysAt(server)}/${second}`)
    expect(await made(200, 'GET', keysAt(server))).toEqual([])
    expect(await made(200, 'GET', at(server))).not.toHaveProperty('jwks')
  })

  it('the active one stays while tokens are encrypted, unless another relieves it', async () => {
    const server = await aServer()
    const first = await activate(server, readers[0]!)
    await encrypting(server)
    const path = `${keysAt(server)}/${first}`
    expect(await refusal('POST', `${path}/lifecycle/deactivate`)).toContain('encrypted')
    await activate(server, readers[1]!)
    await made(204, 'DELETE', path)
  })

  it('are refused when nothing could be encrypted to them', async () => {
    const server = await aServer()
    const [{ jwk, privateKey }] = readers as [Reader]
    const { jwk: short } = await aReader('RSA-OAEP-256', 1024).catch(() => ({
      jwk: { ...jwk, n: jwk.n!.slice(0, 171) },
    }))
    const even = `${jwk.n!.slice(0, -2)}AA`
    const wrong: readonly (readonly [Json, string])[] = [
      [{ ...jwk, status: 'ACTIVE' }, 'status: '],
      [{ ...jwk }, 'status: '],
      [inactive(short), 'n: An RSA key has at least 2048 bits'],
      [inactive({ ...jwk, n: jwk.n!.repeat(6) }), 'n: '],
      [inactive({ ...jwk, n: even, e: 'AA' }), 'n: is not a valid public key'],
      [inactive({ ...jwk, n: 'not base64url!' }), 'n: '],
      [inactive({ ...jwk, e: 'AQABAQABAQAB' }), 'e: '],
      [inactive({ ...jwk, e: '' }), 'e: '],
      [inactive({ kty: 'RSA', use: 'enc' }), 'n: The field is missing'],
      [inactive({ ...jwk, use: 'sig' }), 'use: must be enc'],
      [inactive({ ...jwk, kty: 'EC' }), 'kty: must be RSA'],
      [inactive(await exportJWK(privateKey)), 'd: A private or symmetric key must not be sent'],
      [{ ...jwk, status: 'NEXT' }, 'status: '],
      [inactive({ ...jwk, kid: 'x'.repeat(256) }), 'kid: '],
      [inactive({ ...jwk, kid: 7 as never }), 'kid: '],
    ]
    for (const [body, cause] of wrong)
      expect([body, await refusal('POST', keysAt(server), body)]).toEqual([
        body,
        expect.stringContaining(cause),
      ])
    expect(await made(200, 'GET', keysAt(server))).toEqual([])
  })

  it('need kids that tell them apart', async () => {
    const server = await aServer()
    const [one, other] = readers as [Reader, Reader]
    await made(201, 'POST', keysAt(server), inactive(one.jwk))
    expect(
      await refusal('POST', keysAt(server), inactive({ ...other.jwk, kid: one.jwk.kid! })),
    ).toContain('kid: All keys must have a unique kid')
    expect(
      await refusal('POST', keysAt(server), inactive({ ...other.jwk, kid: undefined as never })),
    ).toContain('kid: Each key needs a kid')
  })

  it(`are at most ${limits.resourceServerKeysMax} a server`, async () => {
    const server = await aServer()
    const keys = Array.from({ length: limits.resourceServerKeysMax }, (_, index) =>
      inactive({ ...readers[0]!.jwk, kid: `k${index}` }),
    )
    expect((await put(server, { jwks: { keys } })).status).toBe(200)
    expect(await refusal('POST', keysAt(server), inactive(readers[1]!.jwk))).toContain('at most')
    expect(await causes(await put(server, { jwks: { keys: [...keys, readers[1]!.jwk] } }))).toEqual(
      [expect.stringMatching(/^jwks.keys: /)],
    )
  })

  it('of another server are not found', async () => {
    const [server, other] = [await aServer(), await aServer()]
    const id = await activate(server, readers[0]!)
    for (const [method, rest] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/lifecycle/activate'],
      ['POST', '/lifecycle/deactivate'],
    ] as const) {
      const path = `${keysAt(other)}/${id}${rest}`
      expect([path, await answered(await api(method, path))]).toMatchObject([
        path,
        [404, { errorCode: 'E0000007' }],
      ])
    }
  })

  it('[race] of many activated at once exactly one is active', async () => {
    const server = await aServer()
    const ids: string[] = []
    for (let index = 0; index < 6; index++) {
      const jwk = { ...readers[index % 3]!.jwk, kid: `k${index}` }
      ids.push((await made(201, 'POST', keysAt(server), inactive(jwk)))['id'])
    }
    await statuses(ids.map((id) => api('POST', `${keysAt(server)}/${id}/lifecycle/activate`)))
    const keys = (await made(200, 'GET', keysAt(server))) as unknown as Json[]
    expect(keys.filter((key) => key['status'] === 'ACTIVE')).toHaveLength(1)
  })

  it('[race] encryption is never on without an active key', async () => {
    for (let turn = 0; turn < 4; turn++) {
      const server = await aServer()
      const id = await activate(server, readers[0]!)
      const [on, off] = await Promise.all([
        encrypting(server),
        api('POST', `${keysAt(server)}/${id}/lifecycle/deactivate`),
      ])
      expect([on.status, off.status].toSorted()).toEqual([200, 400])
      const after = await made(200, 'GET', at(server))
      const isOn = 'accessTokenEncryptedResponseAlgorithm' in after
      expect(after['jwks']['keys'][0]['status']).toBe(isOn ? 'ACTIVE' : 'INACTIVE')
    }
  })

  it('every change is in the system log', async () => {
    const server = await aServer()
    const id = await activate(server, readers[0]!)
    await made(200, 'POST', `${keysAt(server)}/${id}/lifecycle/deactivate`)
    await made(204, 'DELETE', `${keysAt(server)}/${id}`)
    const { results } = await env.LOG_DB.prepare(
      'SELECT event_type, document FROM events',
    ).all<Json>()
    const types = results
      .filter((row) => (row['document'] as string).includes(id))
      .map((row) => (row['event_type'] as string).split('.').at(-1))
    expect(types.toSorted()).toEqual(['activate', 'create', 'deactivate', 'delete'])
  })
})

describe('encryption in the server itself', () => {
  it('a server is created with its keys, which a replacement keeps by their kids', async () => {
    const [one, other] = readers as [Reader, Reader]
    const jwks = { keys: [one.jwk, inactive(other.jwk)] }
    const server = await made(201, 'POST', SERVERS, {
      name: unique('encrypting'),
      audiences: ['api://x'],
      credentials: { signing: { alg: 'ES256' } },
      accessTokenEncryptedResponseAlgorithm: 'RSA-OAEP-256',
      jwks,
    })
    expect(server).toMatchObject({
      accessTokenEncryptedResponseAlgorithm: 'RSA-OAEP-256',
      jwks: { keys: [{ ...one.jwk, status: 'ACTIVE' }, inactive(other.jwk)] },
    })
    expect(Object.keys(server).slice(-4)).toEqual([
      'default',
      'accessTokenEncryptedResponseAlgorithm',
      'jwks',
      '_links',
    ])
    // The whole object sent back changes nothing, a swap changes who is active.
    expect((await made(200, 'PUT', `${SERVERS}/${server['id']}`, server))['jwks']).toEqual(
      server['jwks'],
    )
    const [first, second] = server['jwks']['keys'] as [Json, Json]
    const swapped = { keys: [inactive(first as JWK), { ...second, status: 'ACTIVE' }] }
    const after = await made(200, 'PUT', `${SERVERS}/${server['id']}`, { ...server, jwks: swapped })
    expect(after['jwks']).toEqual(swapped)
    const { jwks: _, ...without } = after
    expect((await made(200, 'PUT', `${SERVERS}/${server['id']}`, without))['jwks']).toEqual(swapped)
  })

  it('is refused without an active key, with two, or with keys in two places', async () => {
    const server = await aServer()
    const [one, other] = readers as [Reader, Reader]
    const algorithm = { accessTokenEncryptedResponseAlgorithm: 'RSA-OAEP-256' }
    const uri = 'https://api.example.com/keys'
    const wrong: readonly (readonly [Json, string])[] = [
      [algorithm, "needs an active key in 'jwks'"],
      [{ ...algorithm, jwks: { keys: [] } }, "needs an active key in 'jwks'"],
      [{ ...algorithm, jwks: { keys: [inactive(one.jwk)] } }, "needs an active key in 'jwks'"],
      [{ jwks: { keys: [one.jwk, other.jwk] } }, 'Only one key can be ACTIVE'],
      [{ jwks: { keys: [one.jwk] }, jwks_uri: uri }, 'exclude each other'],
      [{ jwks_uri: 'http://api.example.com/keys' }, 'jwks_uri: must be an https URL'],
      [{ jwks_uri: 'https://127.0.0.1/keys' }, 'jwks_uri: must be an https URL'],
      [
        { accessTokenEncryptedResponseAlgorithm: 'RSA1_5' },
        'accessTokenEncryptedResponseAlgorithm: ',
      ],
      [{ jwks: { keys: [{ ...one.jwk, n: 'AQAB' }] } }, 'jwks.keys.0.n: An RSA key has at least'],
      [{ jwks: 'keys' }, 'jwks: '],
    ]
    for (const [changes, cause] of wrong)
      expect([changes, (await causes(await put(server, changes))).join('; ')]).toEqual([
        changes,
        expect.stringContaining(cause),
      ])
    expect(await made(200, 'GET', at(server))).not.toHaveProperty('jwks')
    await tokenOf(server)
  })

  it('a URI takes the place of registered keys, and then none can be registered', async () => {
    const server = await aServer()
    await activate(server, readers[0]!)
    const uri = 'https://api.example.com/keys'
    expect(await answered(await put(server, { jwks_uri: uri }))).toMatchObject([
      200,
      { jwks_uri: uri },
    ])
    expect(await made(200, 'GET', keysAt(server))).toEqual([])
    expect(await refusal('POST', keysAt(server), inactive(readers[0]!.jwk))).toContain(
      'exclude each other',
    )
  })

  it('[race] two replacements never mix', async () => {
    const server = await aServer()
    const body = (which: 0 | 1): Json => ({
      name: `name ${which}`,
      description: `description ${which}`,
      audiences: [`api://${which}`],
      accessTokenEncryptedResponseAlgorithm: which === 0 ? 'RSA-OAEP-256' : 'RSA-OAEP-512',
      jwks: { keys: [{ ...readers[which]!.jwk, kid: `k${which}` }] },
      credentials: { signing: { rotationMode: which === 0 ? 'AUTO' : 'MANUAL' } },
    })
    for (let turn = 0; turn < 5; turn++) {
      const both = [api('PUT', at(server), body(0)), api('PUT', at(server), body(1))]
      expect(await statuses(both)).toEqual([200, 200])
      const after = await made(200, 'GET', at(server))
      const which = after['name'] === 'name 0' ? 0 : 1
      const { jwks, ...rest } = body(which)
      expect(after).toMatchObject(rest)
      expect(after['jwks']['keys']).toHaveLength(1)
      expect(after['jwks']['keys'][0]).toMatchObject(jwks['keys'][0])
    }
  })
})
