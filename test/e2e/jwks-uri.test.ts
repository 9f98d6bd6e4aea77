/**
 * Clients and resource servers that publish their keys themselves: `jwks_uri` through the guarded fetch, against a server
 * on this machine that is slow, wrong, too large or redirects. RFC 7523, OpenID Connect Core §9, RFC 7516.
 */
import { createServer, type RequestListener, type Server } from 'node:http'
import {
  compactDecrypt,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  SignJWT,
  type GenerateKeyPairResult,
  type JWK,
} from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Json } from '../json.ts'
import { freePort } from './product.ts'
import { API_TOKEN, startRuntime, type Runtime } from './runtime.ts'

const ORIGIN = 'http://localhost:8787'

let runtime: Runtime
let keyServer: Server
let base: string
let requests: string[] = []
let answer: RequestListener

beforeAll(async () => {
  const port = await freePort()
  base = `http://127.0.0.1:${port}`
  keyServer = createServer((request, response) => {
    requests.push(request.url ?? '')
    answer(request, response)
  })
  await new Promise<void>((resolve) => keyServer.listen(port, '127.0.0.1', resolve))
  runtime = await startRuntime(1, { ORIGIN, OUTBOUND_ALLOWED_ORIGINS: base })
  await api('POST', '/api/v1/authorizationServers/default/scopes', { name: 'read' })
})

afterAll(async () => {
  await runtime.stop()
  keyServer.closeAllConnections()
  keyServer.close()
})

beforeEach(() => {
  requests = []
})

const at = (): string => runtime.isolates[0]?.origin ?? ''

async function api(method: string, path: string, body: unknown): Promise<readonly [number, Json]> {
  const response = await fetch(at() + path, {
    method,
    headers: { authorization: `SSWS ${API_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return [response.status, (await response.json()) as Json]
}

const createApp = (jwksUri: string): Promise<readonly [number, Json]> =>
  api('POST', '/api/v1/apps', {
    name: 'oidc_client',
    label: `keys at ${jwksUri}`,
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: 'private_key_jwt' } },
    settings: {
      oauthClient: {
        application_type: 'service',
        grant_types: ['client_credentials'],
        response_types: ['token'],
        jwks_uri: jwksUri,
      },
    },
  })

let paths = 0

/** A client whose keys are at a path of its own. */
async function aClient(): Promise<string> {
  const [status, app] = await createApp(`${base}/keys/${++paths}`)
  expect(status).toBe(200)
  return app['credentials']['oauthClient']['client_id']
}

interface Key extends GenerateKeyPairResult {
  readonly jwk: JWK
}

async function aKey(kid: string): Promise<Key> {
  const pair = await generateKeyPair('ES256', { extractable: true })
  return { ...pair, jwk: { ...(await exportJWK(pair.publicKey)), kid, use: 'sig' } }
}

const publish =
  (...keys: readonly Key[]): RequestListener =>
  (_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ keys: keys.map((key) => key.jwk) }))
  }

async function token(clientId: string, key: Key): Promise<readonly [number, Json]> {
  const assertion = await new SignJWT({ jti: crypto.randomUUID() })
    .setProtectedHeader({ alg: 'ES256', kid: key.jwk.kid ?? '' })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(`${ORIGIN}/oauth2/default/v1/token`)
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(key.privateKey)
  const response = await fetch(`${at()}/oauth2/default/v1/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'read',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }),
  })
  return [response.status, (await response.json()) as Json]
}

describe('keys at jwks_uri', () => {
  it('are fetched once and remembered', async () => {
    const [clientId, key] = [await aClient(), await aKey('k')]
    answer = publish(key)
    for (let turn = 0; turn < 4; turn++) expect((await token(clientId, key))[0]).toBe(200)
    expect(requests).toHaveLength(1)
  })

  it('an unknown kid does not make a flood of requests', async () => {
    const [clientId, key, other] = [await aClient(), await aKey('known'), await aKey('unknown')]
    answer = publish(key)
    expect((await token(clientId, key))[0]).toBe(200)
    for (let turn = 0; turn < 5; turn++)
      expect((await token(clientId, other))[1]['error']).toBe('invalid_client')
    expect(requests.length).toBeLessThanOrEqual(2)
    expect((await token(clientId, key))[0]).toBe(200)
  })

  it('unusable documents are refused, within bounds', async () => {
    const key = await aKey('k')
    const wrong: readonly RequestListener[] = [
      (_, response) => response.writeHead(500).end(),
      (_, response) => response.end('nonsense'),
      (_, response) => response.end('{"keys":7}'),
      (_, response) => response.end(`{"keys":[],"pad":"${'x'.repeat(400_000)}"}`),
      (_, response) => response.end('{"keys":[{"kty":"oct","k":"AAAA","kid":"k"}]}'),
      (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/keys' }).end(),
      (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
      (_, response) => response.writeHead(302, { location: `${base}/loop` }).end(),
      (request) => request.socket.destroy(),
    ]
    for (const listener of wrong) {
      const clientId = await aClient()
      answer = listener
      const [status, body] = await token(clientId, key)
      expect([status, body['error']]).toEqual([401, 'invalid_client'])
    }
  })

  it('a server that hangs is given up', async () => {
    const [clientId, key] = [await aClient(), await aKey('k')]
    answer = () => undefined
    const [status, body] = await token(clientId, key)
    expect([status, body['error']]).toEqual([401, 'invalid_client'])
    answer = publish(key)
  })

  it('addresses inside the network are refused when the app is saved', async () => {
    for (const uri of [
      'http://127.0.0.1:1/keys',
      'http://localhost/keys',
      'https://localhost/keys',
      'https://10.0.0.1/keys',
      'https://[::1]/keys',
      'https://169.254.169.254/latest/meta-data',
      'https://2130706433/keys',
      'https://0x7f.1/keys',
      'https://user:pass@keys.example.com/',
      'https://keys.example.com:22/',
      'ftp://keys.example.com/',
      'http://keys.example.com/',
      'file:///etc/passwd',
      'nonsense',
    ]) {
      const [status, body] = await createApp(uri)
      expect([uri, status, body['errorCode']]).toEqual([uri, 400, 'E0000001'])
    }
    expect(requests).toEqual([])
  })
})

describe('a resource server that publishes its keys', () => {
  /** A server that encrypts to the keys at a path of its own, and a client with a secret. */
  async function encrypting(): Promise<() => Promise<readonly [number, Json]>> {
    const [status, server] = await api('POST', '/api/v1/authorizationServers', {
      name: `encrypts ${++paths}`,
      audiences: ['api://x'],
      accessTokenEncryptedResponseAlgorithm: 'RSA-OAEP-256',
      jwks_uri: `${base}/encryption/${paths}`,
    })
    expect([status, server['jwks_uri']]).toEqual([201, `${base}/encryption/${paths}`])
    const path = `/api/v1/authorizationServers/${server['id']}`
    await api('POST', `${path}/scopes`, { name: 'read' })
    const [, policy] = await api('POST', `${path}/policies`, {
      type: 'OAUTH_AUTHORIZATION_POLICY',
      name: 'all',
      description: 'all',
      conditions: { clients: { include: ['ALL_CLIENTS'] } },
    })
    await api('POST', `${path}/policies/${policy['id']}/rules`, {
      type: 'RESOURCE_ACCESS',
      name: 'all',
      conditions: {
        grantTypes: { include: ['client_credentials'] },
        scopes: { include: ['*'] },
      },
    })
    const credentials = { client_id: `reader-${paths}`, client_secret: 'a-secret-of-the-reader' }
    const [made] = await api('POST', '/api/v1/apps', {
      name: 'oidc_client',
      label: credentials.client_id,
      signOnMode: 'OPENID_CONNECT',
      credentials: {
        oauthClient: { ...credentials, token_endpoint_auth_method: 'client_secret_post' },
      },
      settings: {
        oauthClient: {
          application_type: 'service',
          grant_types: ['client_credentials'],
          response_types: ['token'],
        },
      },
    })
    expect(made).toBe(200)
    return async () => {
      const form = { grant_type: 'client_credentials', scope: 'read', ...credentials }
      const response = await fetch(`${at()}/oauth2/${server['id']}/v1/token`, {
        method: 'POST',
        body: new URLSearchParams(form),
      })
      return [response.status, (await response.json()) as Json]
    }
  }

  async function aReader(changes: JWK = {}): Promise<Key> {
    const pair = await generateKeyPair('RSA-OAEP-256', { extractable: true })
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'reader', use: 'enc', ...changes }
    return { ...pair, jwk }
  }

  it('gets tokens for the first of them that is fit, and is asked once', async () => {
    const ask = await encrypting()
    const [signs, other, reader] = [
      await aReader({ use: 'sig' }),
      await aReader({ alg: 'RSA-OAEP-512' }),
      await aReader(),
    ]
    answer = publish(signs, other, await aKey('ec'), reader, await aReader())
    for (let turn = 0; turn < 3; turn++) {
      const [status, body] = await ask()
      expect(status).toBe(200)
      expect(decodeProtectedHeader(body['access_token'])).toMatchObject({ kid: 'reader' })
      const { plaintext } = await compactDecrypt(body['access_token'], reader.privateKey)
      expect(decodeJwt(new TextDecoder().decode(plaintext))['aud']).toBe('api://x')
    }
    expect(requests).toHaveLength(1)
  })

  it('without a fit key, or away, gets no token at all', async () => {
    for (const [listener, status, error] of [
      [publish(await aKey('ec'), await aReader({ use: 'sig' })), 400, 'server_error'],
      [publish(await aReader({ n: 'AQAB' })), 400, 'server_error'],
      [publish({ ...(await aReader()), jwk: { kty: 'RSA', n: 'A'.repeat(342), e: 'AQAB' } }), 400, 'server_error'], // prettier-ignore
      [publish(), 400, 'server_error'],
      [(_, response) => response.writeHead(500).end(), 503, 'temporarily_unavailable'],
      [(_, response) => response.end('{"keys":[null,7]}'), 400, 'server_error'],
    ] as readonly (readonly [RequestListener, number, string])[]) {
      const ask = await encrypting()
      answer = listener
      const [got, body] = await ask()
      expect([got, body['error']]).toEqual([status, error])
      expect(body).not.toHaveProperty('access_token')
    }
  })
})
