/**
 * Back-channel logout in the real runtime, against apps on this machine: whoever signs out waits for none of them, one
 * that hangs, redirects, fails or answers with megabytes keeps no other from being told, and who could not be told is
 * told by the product that was killed and started again.
 */
import { createServer, type RequestListener, type Server } from 'node:http'
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Json } from '../json.ts'
import { ADMIN_LOGIN, ADMIN_PASSWORD, API_TOKEN, freePort, remove, startProduct, temporaryFolder, type Product } from './product.ts' // prettier-ignore

const PATIENCE = { timeout: 60_000, interval: 50 }

const ANSWERS = {
  good: (_, response) => response.end(),
  failing: (_, response) => response.writeHead(500).end(),
  hanging: () => undefined,
  redirecting: (_, response) => response.writeHead(307, { location: '/good' }).end(),
  inside: (_, response) =>
    response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
  huge: (_, response) => response.writeHead(503).end('x'.repeat(5_000_000)),
  dripping: (_, response) => {
    const drip = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(drip))
  },
  absent: (request) => request.socket.destroy(),
} satisfies Record<string, RequestListener>

type Name = keyof typeof ANSWERS

interface App {
  readonly clientId: string
  readonly secret: string
  readonly callback: string
}

const NAMES = Object.keys(ANSWERS) as Name[]
const answers = new Map<string, RequestListener>(Object.entries(ANSWERS))
const told: Record<string, URLSearchParams[]> = Object.fromEntries(NAMES.map((name) => [name, []]))
const apps = new Map<Name, App>()
let stateDir: string
let port: number
let product: Product
let endpoint: Server
let base: string

beforeAll(async () => {
  const at = await freePort()
  base = `http://127.0.0.1:${at}`
  endpoint = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (text += chunk))
    request.on('end', () => {
      const name = (request.url ?? '').slice(1)
      told[name]?.push(new URLSearchParams(text))
      answers.get(name)?.(request, response)
    })
  })
  await new Promise<void>((resolve) => endpoint.listen(at, '127.0.0.1', resolve))
  stateDir = temporaryFolder()
  port = await freePort()
  await start()
  for (const name of NAMES) apps.set(name, await anApp(name))
})

afterAll(async () => {
  await product.kill()
  endpoint.closeAllConnections()
  endpoint.close()
  remove(stateDir)
})

async function start(): Promise<void> {
  product = await startProduct(stateDir, port, { OUTBOUND_ALLOWED_ORIGINS: base })
}

async function anApp(name: Name): Promise<App> {
  const callback = `https://${name}.example/callback`
  const response = await fetch(`${product.origin}/api/v1/apps`, {
    method: 'POST',
    headers: { authorization: `SSWS ${API_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'oidc_client',
      label: name,
      signOnMode: 'OPENID_CONNECT',
      credentials: { oauthClient: { pkce_required: false } },
      settings: {
        implicitAssignment: true,
        oauthClient: {
          application_type: 'web',
          grant_types: ['authorization_code', 'implicit'],
          response_types: ['code', 'id_token'],
          redirect_uris: [callback],
          backchannel_logout_uri: `${base}/${name}`,
        },
      },
    }),
  })
  const app = (await response.json()) as Json
  expect([response.status, app['errorCauses']]).toEqual([200, undefined])
  const { client_id: clientId, client_secret: secret } = app['credentials']['oauthClient']
  return { clientId, secret, callback }
}

/** An ID token at the default server, and the cookies of the browser that it came to. */
async function idToken(
  { clientId, callback }: App,
  cookie: string,
  parameters: Record<string, string> = {},
): Promise<{ readonly token: string; readonly cookie: string }> {
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'id_token',
    redirect_uri: callback,
    scope: 'openid',
    nonce: 'n',
    prompt: 'none',
    ...parameters,
  })
  const response = await fetch(
    `${product.origin}/oauth2/default/v1/authorize?${query.toString()}`,
    { redirect: 'manual', headers: { cookie } },
  )
  const fragment = new URL(response.headers.get('location') ?? '').hash.slice(1)
  const cookies = response.headers.getSetCookie().map((text) => text.split(';')[0])
  return {
    token: new URLSearchParams(fragment).get('id_token') ?? '',
    cookie: [cookie, ...cookies].filter((one) => one !== '').join('; '),
  }
}

/** Somebody who is signed in to every app in one session. */
async function signedIn(): Promise<{ readonly cookie: string; readonly hint: string }> {
  const response = await fetch(`${product.origin}/api/v1/authn`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: ADMIN_LOGIN, password: ADMIN_PASSWORD }),
  })
  const { sessionToken } = (await response.json()) as Json
  let { cookie, token } = await idToken(apps.get('good')!, '', { sessionToken })
  for (const name of NAMES.filter((one) => one !== 'good'))
    ({ token } = await idToken(apps.get(name)!, cookie))
  return { cookie, hint: token }
}

it('[OIDC-Back-Channel-2.5] every app is told at once, whatever the others do, and nobody waits', async () => {
  const { cookie, hint } = await signedIn()
  let isHanging = false
  answers.set('hanging', (request) => {
    isHanging = true
    request.socket.once('close', () => (isHanging = false))
  })
  const query = new URLSearchParams({ id_token_hint: hint })
  const left = await fetch(`${product.origin}/oauth2/default/v1/logout?${query.toString()}`, {
    headers: { cookie },
  })
  expect(await left.text()).toContain('signed-out')
  await vi.waitUntil(() => isHanging, PATIENCE)
  await vi.waitUntil(() => NAMES.every((name) => told[name]!.length > 0), PATIENCE)
  const issuer = `${product.origin}/oauth2/default`
  const keys = createRemoteJWKSet(new URL(`${issuer}/v1/keys`))
  for (const name of NAMES) {
    const [form] = told[name]!
    expect([...form!.keys()]).toEqual(['logout_token'])
    const audience = apps.get(name)!.clientId
    const checks = { issuer, audience, typ: 'logout+jwt', algorithms: ['RS256'] }
    const { payload } = await jwtVerify(form!.get('logout_token')!, keys, checks)
    expect([payload.sub, payload['sid']]).toEqual([decodeJwt(hint).sub, decodeJwt(hint)['sid']])
  }
})

it('who could not be told is told after the product was killed and started again', async () => {
  await product.kill()
  for (const name of NAMES) answers.set(name, ANSWERS.good)
  const before = Object.fromEntries(NAMES.map((name) => [name, told[name]!.length]))
  await start()
  // Whoever was asked again meanwhile and answered well is done; the others follow by themselves.
  const failed = NAMES.filter((name) => !['good', 'dripping'].includes(name))
  const again = (name: Name): boolean => told[name]!.length > before[name]!
  await vi.waitUntil(() => failed.every(again), PATIENCE)
  for (const name of failed) {
    const tokens = told[name]!.map((form) => decodeJwt(form.get('logout_token')!))
    expect(new Set(tokens.map(({ jti }) => jti)).size).toBe(tokens.length)
    expect(new Set(tokens.map(({ sid }) => sid)).size).toBe(1)
  }
  // A kill may come between an answer and its being written down.
  for (const name of ['good', 'dripping'] as const) expect([1, 2]).toContain(told[name]!.length)
})
