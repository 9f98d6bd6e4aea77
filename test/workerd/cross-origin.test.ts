/** Apps in browsers of other origins, and native apps at whatever port of the loopback interface is free. */
import { beforeAll, describe, expect, it } from 'vitest'
import { answerOf, Browser } from './browser.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  CALLBACK,
  ORG_BASE,
  pkce,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { answered, basic, post, send, type Json } from './support.ts'
import { aPeopleServer, arrived } from './token-support.ts'

const PAGE = 'https://app.example'

let spa: SignInApp
let person: TestPerson
const bases = { org: ORG_BASE, custom: '' }

const aPublicApp = (settings: Json): Promise<SignInApp> =>
  aSignInApp(
    { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], ...settings },
    { token_endpoint_auth_method: 'none', pkce_required: true },
  )

beforeAll(async () => {
  spa = await aPublicApp({ application_type: 'browser' })
  person = await aPersonWithPassword()
  bases.custom = (await aPeopleServer()).issuer
})

/** A code with its verifier. */
async function aCode(
  base: string,
  app = spa,
  redirect_uri = CALLBACK,
): Promise<Readonly<Record<string, string>>> {
  const { verifier, challenge } = await pkce()
  const view = await arrived(base, app, person, {
    scope: 'openid offline_access',
    redirect_uri,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  })
  return { code: answerOf(view)['code']!, code_verifier: verifier, redirect_uri }
}

const redeem = async (
  base: string,
  app: SignInApp,
  fields: Readonly<Record<string, string>>,
  headers: Record<string, string> = {},
): Promise<Response> =>
  post(
    `${base}/v1/token`,
    { grant_type: 'authorization_code', client_id: app.clientId, ...fields },
    headers,
  )

const readable = (response: Response): readonly unknown[] => [
  response.headers.get('access-control-allow-origin'),
  response.headers.get('access-control-allow-credentials'),
  response.headers.get('vary'),
]
const YES = [PAGE, null, 'Origin']

describe.each(['org', 'custom'] as const)('an app in a page of another origin (%s)', (kind) => {
  const base = () => bases[kind]
  const headers = { origin: PAGE }

  it('[RFC7636-4.5] redeems, refreshes, reads userinfo and revokes', async () => {
    const first = await redeem(base(), spa, await aCode(base()), headers)
    const [, tokens] = await answered(first)
    expect([first.status, ...readable(first)]).toEqual([200, ...YES])
    const client = { client_id: spa.clientId }
    const again = { ...client, grant_type: 'refresh_token', refresh_token: tokens['refresh_token'] }
    const second = await post(`${base()}/v1/token`, again, headers)
    const [, next] = await answered(second)
    expect([second.status, ...readable(second)]).toEqual([200, ...YES])
    const authorization = `Bearer ${next['access_token']}`
    const info = await send(`${base()}/v1/userinfo`, { headers: { ...headers, authorization } })
    expect([info.status, ...readable(info)]).toEqual([200, ...YES])
    const colonless = { ...headers, authorization: `Basic ${btoa(spa.clientId)}` }
    const token = { token: next['access_token'], token_type_hint: 'access_token' }
    const revoked = await post(`${base()}/v1/revoke`, token, colonless)
    expect([revoked.status, ...readable(revoked)]).toEqual([200, ...YES])
    const dead = await send(`${base()}/v1/userinfo`, { headers: { ...headers, authorization } })
    expect([dead.status, ...readable(dead)]).toEqual([401, ...YES])
    expect(dead.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate')
  })

  it('reads its refusals', async () => {
    const { code_verifier: _, ...fields } = await aCode(base())
    const response = await redeem(base(), spa, fields, headers)
    expect([response.status, ...readable(response)]).toEqual([400, ...YES])
    expect(((await response.json()) as Json)['error']).toBe('invalid_grant')
  })

  it('gets no tokens by a secret that every visitor could read', async () => {
    const app = await aSignInApp()
    const { code = '' } = answerOf(await arrived(base(), app, person))
    const response = await redeem(
      base(),
      app,
      { code, client_id: '', redirect_uri: CALLBACK },
      {
        ...headers,
        authorization: basic(app.clientId, app.secret),
      },
    )
    expect([response.status, ...readable(response)]).toEqual([401, ...YES])
  })

  it.each([
    ['token', 'POST'],
    ['userinfo', 'GET'],
    ['revoke', 'POST'],
    ['introspect', 'POST'],
  ])('is let in before it asks (%s)', async (name, method) => {
    const response = await send(`${base()}/v1/${name}`, {
      method: 'OPTIONS',
      headers: {
        ...headers,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,x-okta-user-agent-extended',
      },
    })
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([204, PAGE]) // prettier-ignore
    expect(response.headers.get('access-control-allow-methods')).toContain(method)
    const allowed = response.headers.get('access-control-allow-headers')!.toLowerCase()
    for (const wanted of ['authorization', 'content-type', 'x-okta-user-agent-extended'])
      expect(allowed).toContain(wanted)
  })
})

describe('pages of people', () => {
  it('are not readable from other origins', async () => {
    const browser = new Browser()
    const page = await browser.get(authorizeUrl(ORG_BASE, spa), { origin: PAGE })
    expect(page.headers.get('access-control-allow-origin')).toBeNull()
    const signin = await new Browser().get('/signin', { origin: PAGE })
    expect(signin.headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('[RFC8252-7.3] a native app', () => {
  const LOOPBACK = ['http://127.0.0.1/callback', 'http://[::1]/callback', 'com.example.app:/back']
  const native = (): Promise<SignInApp> =>
    aPublicApp({ application_type: 'native', redirect_uris: LOOPBACK })

  it.each([
    'http://127.0.0.1:49152/callback',
    'http://127.0.0.1/callback',
    'http://[::1]:8123/callback',
    'com.example.app:/back',
  ])('signs in at %s and redeems with it', async (uri) => {
    const app = await native()
    const { redirect_uri: _, ...fields } = await aCode(bases.custom, app, uri)
    const elsewhere = await redeem(bases.custom, app, {
      ...fields,
      redirect_uri: 'http://127.0.0.1:1/callback',
    })
    expect((await answered(elsewhere))[1]['error']).toBe('invalid_grant')
    const response = await redeem(bases.custom, app, { ...fields, redirect_uri: uri })
    expect(response.status).toBe(200)
  })

  it.each([
    'http://localhost:49152/callback',
    'http://127.0.0.1:49152/other',
    'http://127.0.0.1:0/callback',
    'http://127.0.0.1:65536/callback',
    'http://127.0.0.2:80/callback',
    'http://127.0.0.1:80@evil.example/callback',
    'https://127.0.0.1:49152/callback',
    'com.example.app:/other',
  ])('does not sign in at %s', async (uri) => {
    const page = await new Browser().get(
      authorizeUrl(bases.custom, await native(), { redirect_uri: uri }),
    )
    expect([page.status, page.location]).toEqual([400, null])
  })

  it('is the only type of app that has a port of its own', async () => {
    const web = await aSignInApp({ redirect_uris: ['http://127.0.0.1/callback'] })
    const url = authorizeUrl(ORG_BASE, web, { redirect_uri: 'http://127.0.0.1:49152/callback' })
    expect((await new Browser().get(url)).location).toBeNull()
  })
})
