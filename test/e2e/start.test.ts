/**
 * `npm start` from nothing, killed and started again: the printed line mints, Okta's verifier and openid-client accept
 * what it mints, the printed administrator signs in at the printed address, and keys and data survive.
 */
import OktaJwtVerifier from '@okta/jwt-verifier'
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRemoteJWKSet, exportJWK, jwtVerify } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ADMIN_LOGIN,
  ADMIN_PASSWORD,
  API_TOKEN,
  freePort,
  remove,
  startProduct,
  temporaryFolder,
  type Product,
} from './product.ts'

interface TokenAnswer {
  readonly access_token: string
  readonly scope: string
}

const root = join(import.meta.dirname, '..', '..')

let stateDir: string
let port: number
let product: Product

beforeAll(async () => {
  stateDir = temporaryFolder()
  port = await freePort()
  product = await startProduct(stateDir, port)
})

afterAll(async () => {
  await product.kill()
  remove(stateDir)
})

const issuer = (): string => `${product.origin}/oauth2/default`

/** Runs the printed line as a user would, in a shell. */
function runPrintedLine(): TokenAnswer {
  const line = product.output.split('\n').find((one) => one.includes('curl -s -u'))
  return JSON.parse(execFileSync('sh', ['-c', line ?? 'false'], { encoding: 'utf8' }))
}

const credentials = (): readonly [string, string] => {
  const [, id, secret] = /-u '([^:']+):([^']+)'/.exec(product.output) ?? []
  return [id ?? '', secret ?? '']
}

async function json(path: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(product.origin + path, {
    ...init,
    headers: { authorization: `SSWS ${API_TOKEN}`, 'content-type': 'application/json' },
  })
  return response.json()
}

describe('npm start', () => {
  it('prints the issuers, the administrator and no secret that was given to it', () => {
    expect(product.output).toContain(`org       ${product.origin}\n`)
    expect(product.output).toContain(`default   ${issuer()}\n`)
    expect(product.output).toContain(`login     ${ADMIN_LOGIN}\n`)
    expect(product.output).toContain(`Sign in: ${product.origin}/signin\n`)
    expect(product.output).not.toContain(API_TOKEN)
    expect(product.output).not.toContain(ADMIN_PASSWORD)
  })

  it('the printed line mints an access token that @okta/jwt-verifier accepts', async () => {
    const { access_token: token, scope } = runPrintedLine()
    expect(scope).toBe('demo:read')
    const verifier = new OktaJwtVerifier({
      issuer: issuer(),
      testing: { disableHttpsCheck: true },
      assertClaims: { 'scp.includes': ['demo:read'] },
    } as ConstructorParameters<typeof OktaJwtVerifier>[0])
    const { claims } = await verifier.verifyAccessToken(token, 'api://default')
    expect(claims['cid']).toBe(credentials()[0])
    await expect(verifier.verifyAccessToken(token, 'api://other')).rejects.toThrow(/audience/i)
    await expect(
      verifier.verifyAccessToken(`${token.slice(0, -4)}AAAA`, 'api://default'),
    ).rejects.toThrow(/signature/i)
  })

  it('[RFC8414-3] jose verifies a token from the discovery document alone', async () => {
    const metadata = (await (
      await fetch(`${product.origin}/.well-known/oauth-authorization-server/oauth2/default`)
    ).json()) as { issuer: string; jwks_uri: string }
    const { payload } = await jwtVerify(
      runPrintedLine().access_token,
      createRemoteJWKSet(new URL(metadata.jwks_uri)),
      { issuer: metadata.issuer, audience: 'api://default' },
    )
    expect(payload['scp']).toEqual(['demo:read'])
  })

  it.each([
    ['client_secret_basic', client.ClientSecretBasic],
    ['client_secret_post', client.ClientSecretPost],
    ['client_secret_jwt', client.ClientSecretJwt],
  ] as const)(
    'openid-client discovers, mints, introspects and revokes with %s',
    async (method, authentication) => {
      const app = (await json('/api/v1/apps', {
        method: 'POST',
        body: JSON.stringify({
          name: 'oidc_client',
          label: `openid-client ${method}`,
          signOnMode: 'OPENID_CONNECT',
          credentials: { oauthClient: { token_endpoint_auth_method: method } },
          settings: {
            oauthClient: {
              application_type: 'service',
              grant_types: ['client_credentials'],
              response_types: ['token'],
            },
          },
        }),
      })) as { credentials: { oauthClient: { client_id: string; client_secret: string } } }
      const { client_id: id, client_secret: secret } = app.credentials.oauthClient
      await drive(id, undefined, authentication(secret))
    },
  )

  it('openid-client discovers, mints, introspects and revokes with private_key_jwt', async () => {
    const pair = await client.randomDPoPKeyPair('ES256', { extractable: true })
    const jwk = await exportJWK(pair.publicKey)
    const app = (await json('/api/v1/apps', {
      method: 'POST',
      body: JSON.stringify({
        name: 'oidc_client',
        label: 'openid-client private_key_jwt',
        signOnMode: 'OPENID_CONNECT',
        credentials: { oauthClient: { token_endpoint_auth_method: 'private_key_jwt' } },
        settings: {
          oauthClient: {
            application_type: 'service',
            grant_types: ['client_credentials'],
            response_types: ['token'],
            jwks: {
              keys: [{ ...jwk, kid: 'k1', use: 'sig' }],
            },
          },
        },
      }),
    })) as { credentials: { oauthClient: { client_id: string } } }
    await drive(
      app.credentials.oauthClient.client_id,
      undefined,
      client.PrivateKeyJwt({ key: pair.privateKey, kid: 'k1' }),
    )
  })
})

async function drive(
  id: string,
  metadata: undefined,
  authentication: client.ClientAuth,
): Promise<void> {
  const configuration = await client.discovery(new URL(issuer()), id, metadata, authentication, {
    algorithm: 'oauth2',
    execute: [client.allowInsecureRequests],
  })
  expect(configuration.serverMetadata().issuer).toBe(issuer())
  const tokens = await client.clientCredentialsGrant(configuration, { scope: 'demo:read' })
  // The client counts expiresIn() down by its clock.
  expect([tokens.token_type, tokens.expires_in, tokens.scope]).toEqual([
    'bearer',
    3600,
    'demo:read',
  ])
  const active = await client.tokenIntrospection(configuration, tokens.access_token)
  expect(active).toMatchObject({ active: true, client_id: id })
  await client.tokenRevocation(configuration, tokens.access_token)
  expect((await client.tokenIntrospection(configuration, tokens.access_token)).active).toBe(false)
  await expect(
    client.clientCredentialsGrant(configuration, { scope: 'nope' }),
  ).rejects.toMatchObject({ error: 'invalid_scope', status: 400 })
}

/** The address under the heading of the first authorization request. */
const printedAddress = (): string =>
  /^  (\S+\/v1\/authorize\?\S+)$/m.exec(product.output)?.[1] ?? ''

const demoApp = async (): Promise<{ readonly id: string; readonly status: string }> => {
  const apps = (await json('/api/v1/apps?q=Demo+native')) as { id: string; status: string }[]
  expect(apps).toHaveLength(1)
  return apps[0]!
}

/** Opens an address that shows the sign-in page, signs in there, and tells where the browser is sent. */
async function signInAt(address: string, identifier: string, password: string): Promise<URL> {
  const begun = await fetch(address, { redirect: 'manual' })
  const cookie = begun.headers.getSetCookie().map((one) => one.split(';')[0]!)
  const headers = { cookie: cookie.join('; ') }
  const page = await fetch(begun.headers.get('location') ?? '', { headers })
  const html = await page.text()
  expect([page.status, html.includes('id="signin-submit"')]).toEqual([200, true])
  expect(html).toContain('Demo native app')
  const transaction = /name="transaction" value="([^"]+)"/.exec(html)?.[1] ?? ''
  const answer = await fetch(`${product.origin}/signin`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ transaction, identifier, password }),
    redirect: 'manual',
  })
  return new URL(answer.headers.get('location') ?? 'about:blank')
}

describe('the printed address', () => {
  // RFC 7636 Appendix B: what the challenge in the printed address is a hash of.
  const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

  it('shows the sign-in page, where the administrator gets a code that openid-client redeems', async () => {
    const configuration = await client.discovery(
      new URL(issuer()),
      'demo-native-app',
      undefined,
      client.None(),
      { execute: [client.allowInsecureRequests] },
    )
    const arrived = await signInAt(printedAddress(), ADMIN_LOGIN, ADMIN_PASSWORD)
    expect(arrived.origin + arrived.pathname).toBe('http://127.0.0.1:8788/callback')
    const tokens = await client.authorizationCodeGrant(configuration, arrived, {
      pkceCodeVerifier: VERIFIER,
      expectedState: 'demo',
    })
    expect(tokens.claims()).toMatchObject({ iss: issuer(), aud: 'demo-native-app', amr: ['pwd'] })
    expect(tokens.scope).toBe('openid profile email offline_access')
    const refreshed = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '')
    const about = await client.fetchUserInfo(
      configuration,
      refreshed.access_token,
      tokens.claims()?.sub ?? '',
    )
    expect(about).toMatchObject({ preferred_username: ADMIN_LOGIN, email: ADMIN_LOGIN })
  })

  it('has a script in the README that signs the administrator in, as it stands there', async () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8')
    const script = /`flow\.mjs`.*?```js\n(.*?)```/s.exec(readme)?.[1] ?? ''
    expect(script).toContain('http://localhost:8787/')
    const there = script
      .replace('http://localhost:8787', product.origin)
      .replaceAll('8788', String(await freePort()))
    const flow = spawn(process.execPath, ['--input-type=module', '--eval', there], { cwd: root })
    let said = ''
    flow.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    flow.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const exited = new Promise((resolve) => flow.once('exit', resolve))
    while (!said.includes('\n')) await new Promise((resolve) => setTimeout(resolve, 20))
    const arrived = await signInAt(said.split('\n')[0] ?? '', ADMIN_LOGIN, ADMIN_PASSWORD)
    expect(await (await fetch(arrived)).text()).toContain('Signed in')
    expect([await exited, said.includes(`preferred_username: '${ADMIN_LOGIN}'`)]).toEqual([0, true])
    expect(said).toContain('hasRefreshToken: true')
  })

  it('gives no code for another password', async () => {
    expect((await signInAt(printedAddress(), ADMIN_LOGIN, 'another one')).href).toBe('about:blank')
  })
})

describe('killed and started again', () => {
  it('the same keys, the same data, tokens still good, revoked ones still dead', async () => {
    const [id, secret] = credentials()
    const ask = async (name: string, token: string): Promise<{ active?: boolean }> => {
      const response = await fetch(`${issuer()}/v1/${name}`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${btoa(`${id}:${secret}`)}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: `token=${token}`,
      })
      const text = await response.text()
      return text === '' ? {} : JSON.parse(text)
    }
    const [kept, revoked] = [runPrintedLine().access_token, runPrintedLine().access_token]
    await ask('revoke', revoked)
    const keys = await (await fetch(`${issuer()}/v1/keys`)).text()
    const servers = await json('/api/v1/authorizationServers')
    const [app, address] = [await demoApp(), printedAddress()]

    await product.kill()
    product = await startProduct(stateDir, port)

    expect(await (await fetch(`${issuer()}/v1/keys`)).text()).toBe(keys)
    expect(await json('/api/v1/authorizationServers')).toEqual(servers)
    expect(credentials()).toEqual([id, secret])
    expect([await demoApp(), printedAddress()]).toEqual([app, address])
    expect((await ask('introspect', kept)).active).toBe(true)
    expect((await ask('introspect', revoked)).active).toBe(false)
    expect(runPrintedLine().scope).toBe('demo:read')
  })

  it('a demo app that was changed is left as it is, and no address is promised', async () => {
    const { id } = await demoApp()
    await fetch(`${product.origin}/api/v1/apps/${id}/lifecycle/deactivate`, {
      method: 'POST',
      headers: { authorization: `SSWS ${API_TOKEN}` },
    })

    await product.kill()
    product = await startProduct(stateDir, port)

    expect(await demoApp()).toMatchObject({ id, status: 'INACTIVE' })
    expect(printedAddress()).toBe('')
    expect(product.output).toContain('(the demo app demo-native-app was changed')
  })
})
