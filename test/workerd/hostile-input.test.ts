/**
 * Whatever anybody sends to the doors of people is answered, in time and as a refusal or a page, never by a fault; and
 * nothing of it reaches a header, a script or an address that is not ours or the client's (invariants d, f and g).
 */
import { generateKeyPair, exportJWK, SignJWT } from 'jose'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { answered, api, assertion, ASSERTION_TYPE, basic, made, ORIGIN, post, send, unique, type Json } from './support.ts' // prettier-ignore
import { answerOf, Browser, hiddenInputs } from './browser.ts'
import { aPersonWithPassword, aSignInApp, authorizeUrl, CALLBACK, ORG_BASE, PASSWORD, pkce, redeem, signedIn, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { aPeopleServer, arrived, tokensFor } from './token-support.ts'

const FORM = 'application/x-www-form-urlencoded'
const OFFLINE = { scope: 'openid offline_access' }
const LOGOUT = `${ORG_BASE}/v1/logout`

let app: SignInApp
let person: TestPerson
let custom: string

beforeAll(async () => {
  app = await aSignInApp({ post_logout_redirect_uris: ['https://app.example/after'] })
  person = await aPersonWithPassword()
  custom = (await aPeopleServer({ scopes: [{ name: 'read' }] })).issuer
})

const PATHS = ['/oauth2/v1/authorize', '/oauth2/v1/logout', '/oauth2/v1/token', '/oauth2/v1/userinfo', '/oauth2/v1/introspect', '/oauth2/v1/revoke', '/signin', '/signin/reset-password', '/signin/password', '/consent', '/signout', '/api/v1/authn', '/api/v1/authn/recovery/password', '/api/v1/authn/recovery/token', '/api/v1/authn/recovery/answer', '/api/v1/authn/credentials/reset_password'] // prettier-ignore

const TEXTS = [
  '%',
  '%zz',
  '%00',
  '%ff%fe',
  '%ed%a0%80',
  '%f0%9f%99%82',
  '%0d%0aSet-Cookie:%20a=b',
  '%3Cscript%3Ealert(1)%3C/script%3E',
  '%27%20OR%201=1--',
  '__proto__',
  'constructor',
  '..%2f..%2f',
  '%E2%80%AE',
  'a'.repeat(5000),
  '[]',
  '%7B%22a%22:%7B%7D%7D',
]
const NAMES = ['client_id', 'redirect_uri', 'response_type', 'scope', 'state', 'nonce', 'prompt', 'max_age', 'claims', 'request', 'request_uri', 'code_challenge', 'id_token_hint', 'login_hint', 'ui_locales', 'acr_values', 'sessionToken', 'transaction', 'identifier', 'password', 'token', 'code', 'refresh_token', 'grant_type', 'post_logout_redirect_uri', 'decision', '__proto__', 'constructor', 'toString'] // prettier-ignore

describe('the doors of people', () => {
  it.each(PATHS)('%s answers whatever is in its query', async (path) => {
    for (const text of TEXTS) {
      const query = NAMES.map((name) => `${name}=${text}`).join('&')
      for (const sent of [
        query,
        `${NAMES[0]}=${app.clientId}&redirect_uri=${encodeURIComponent(CALLBACK)}&${NAMES.slice(2)
          .map((name) => `${name}=${text}`)
          .join('&')}`,
      ]) {
        const response = await send(`${path}?${sent}`, { redirect: 'manual' })
        expect([path, text, response.status < 500]).toEqual([path, text, true])
      }
    }
  })

  it.each(PATHS)('%s answers whatever is in its body', async (path) => {
    const types = [
      FORM,
      `${FORM}; charset=utf-16`,
      'application/json',
      'text/plain',
      'multipart/form-data; boundary=x',
      '',
    ]
    const bodies: (string | Uint8Array)[] = [
      ...TEXTS.map((text) => NAMES.map((name) => `${name}=${text}`).join('&')),
      new Uint8Array([0xff, 0xfe, 0x00, 0xd8]),
      '&&&&===&&',
      Array.from({ length: 200 }, (_, at) => `p${at}=x`).join('&'),
      'a=1&a=2',
      'x'.repeat(70_000),
      '{"username":"\\ud800","password":"\\udfff"}',
      '{"username":"a\\u0000b","password":"x"}',
      `{"username":${'['.repeat(2000)}`,
      '',
    ]
    for (const type of types)
      for (const body of type === FORM ? bodies : bodies.slice(0, 3)) {
        const response = await send(path, {
          method: 'POST',
          headers: type === '' ? {} : { 'content-type': type },
          body,
          redirect: 'manual',
        })
        const told = typeof body === 'string' ? body.slice(0, 60) : 'bytes'
        expect([path, type, told, response.status < 500]).toEqual([path, type, told, true])
      }
  })

  it.each(['PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'])('answer %s', async (method) => {
    for (const path of PATHS)
      expect((await send(path, { method, redirect: 'manual' })).status).toBeLessThan(500)
  })

  it('answer headers that nobody sends', async () => {
    const headers = {
      'accept-language': `${'x'.repeat(3000)},de;q=9,*;q=?`,
      'cf-connecting-ip': "1.1.1.1' OR 1",
      'user-agent': '<script>',
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
      origin: 'null',
    }
    for (const path of PATHS) {
      const response = await send(path, { headers, redirect: 'manual' })
      expect(response.status).toBeLessThan(500)
      expect(await response.text()).not.toContain('evil.example')
      expect(response.headers.get('location') ?? '').not.toContain('evil.example')
    }
  })

  it('[RFC6749-3.1] take no parameter twice, in the query or in a form', async () => {
    const url = authorizeUrl(ORG_BASE, app)
    for (const name of ['client_id', 'state', 'redirect_uri', 'scope', 'unknown']) {
      const twice = `${url}&${name}=x&${name}=x`
      const response = await send(twice, { redirect: 'manual' })
      expect([name, response.status, response.headers.get('location')]).toEqual([name, 400, null])
      const logout = await send(`${LOGOUT}?${name}=x&${name}=x`, { redirect: 'manual' })
      expect([name, logout.status]).toEqual([name, 400])
    }
    const repeated = [
      ['grant_type', 'refresh_token'],
      ['grant_type', 'password'],
    ] as const
    expect((await post('/oauth2/v1/token', repeated)).status).toBe(400)
  })
})

describe('text of a request', () => {
  const EVIL = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`

  it('stays text on every page', async () => {
    const label = unique(EVIL)
    const scopes = [{ name: 'ask', displayName: EVIL, description: EVIL, consent: 'REQUIRED' }]
    const server = await aPeopleServer({ scopes })
    const client = await aSignInApp({ consent_method: 'REQUIRED' })
    const now = await made(200, 'GET', `/api/v1/apps/${client.id}`)
    await made(200, 'PUT', `/api/v1/apps/${client.id}`, { ...now, label })
    const nasty = await aPersonWithPassword({ nickName: EVIL, displayName: EVIL })
    const browser = new Browser()
    const asked = {
      scope: 'openid ask',
      login_hint: EVIL,
      ui_locales: EVIL,
      state: EVIL,
      response_mode: 'form_post',
    }
    const signInPage = await browser.get(authorizeUrl(server.issuer, client, asked))
    const failed = await browser.signIn(signInPage, EVIL, 'wrong')
    const consent = await browser.signIn(failed, nasty.login, PASSWORD)
    expect(consent.html).toContain('id="consent-allow"')
    const posted = await browser.decide(consent, 'allow')
    expect(hiddenInputs(posted.html)).toMatchObject({ state: EVIL })
    const pages = [
      signInPage,
      failed,
      consent,
      posted,
      await browser.get('/signin'),
      await browser.get(`${LOGOUT}?state=${encodeURIComponent(EVIL)}`),
      await browser.get(authorizeUrl(ORG_BASE, { clientId: EVIL })),
      await browser.get(
        `${authorizeUrl(ORG_BASE, app)}&${encodeURIComponent(EVIL)}=1&${encodeURIComponent(EVIL)}=2`,
      ),
    ]
    for (const { html, headers } of pages) {
      expect(html).not.toContain('<script>alert')
      expect(html).not.toContain('<img src=x')
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe-inline')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('cache-control')).toBe('no-store')
    }
  })

  it.each(['query', 'fragment', 'form_post'] as const)(
    'comes back in state byte by byte, and into no header, by %s',
    async (response_mode) => {
      const states = [
        'a\r\nSet-Cookie: x=y',
        '\t \u0001',
        'é🙂\u2028',
        '&code=x&iss=y',
        '#frag?x',
        '%0d%0a',
        '"<>\'',
      ]
      const { browser } = await signedIn(ORG_BASE, app, person)
      for (const state of states) {
        const view = await browser.get(authorizeUrl(ORG_BASE, app, { state, response_mode }))
        const answer = response_mode === 'form_post' ? hiddenInputs(view.html) : answerOf(view)
        expect(answer['state']).toBe(state)
        expect(answer['iss']).toBe(ORIGIN)
        expect(view.headers.has('x')).toBe(false)
        expect(view.headers.getSetCookie().join()).not.toContain('x=y')
      }
    },
  )

  it('comes back in the state of a logout, within its bound', async () => {
    const uri = 'https://app.example/after'
    const { browser } = await signedIn(ORG_BASE, app, person)
    const of = (state: string) =>
      `${LOGOUT}?${new URLSearchParams({ client_id: app.clientId, post_logout_redirect_uri: uri, state }).toString()}`
    expect((await browser.get(of('s'.repeat(1025)))).status).toBe(400)
    const state = `a\r\nX: y&b=${'s'.repeat(1000)}`
    const question = await browser.get(of(state))
    const gone = await browser.post('/signout', hiddenInputs(question.html))
    expect(answerOf(gone)).toEqual({ state })
    expect((await browser.get(of('x'))).location).toBe(`${uri}?state=x`)
  })
})

describe('nobody is led away', () => {
  const EVIL = [
    'https://evil.example/',
    'https://app.example/callback/../evil',
    'https://app.example/callback?x',
    'https://app.example/callback#x',
    'https://app.example:443/callback',
    'https://APP.example/callback',
    'https://app.example/Callback',
    'https://app.example/callback/',
    'https://app.example/callback%2f',
    'https://app.example@evil.example/callback',
    'https://app.example\\@evil.example/callback',
    '//app.example/callback',
    'javascript:alert(1)//https://app.example/callback',
    ' https://app.example/callback',
    'https://app.example/callback\n',
    'http://app.example/callback',
    'http://127.0.0.1/callback',
  ]

  it.each(EVIL)('[RFC9700-4.1.3] to %j, by the authorization endpoint', async (redirect_uri) => {
    for (const extra of [
      {},
      { prompt: 'none' },
      { response_type: 'x' },
      { request: 'x.y.z' },
      { response_mode: 'form_post', scope: '\n' },
    ]) {
      const view = await new Browser().get(authorizeUrl(ORG_BASE, app, { redirect_uri, ...extra }))
      expect([view.status, view.location]).toEqual([400, null])
      expect(view.html).not.toContain('<form')
    }
  })

  it.each([...EVIL, CALLBACK, 'https://app.example/after/'])(
    'to %j, by the logout',
    async (uri) => {
      const { browser } = await signedIn(ORG_BASE, app, person)
      const { id_token } = await tokensFor(ORG_BASE, app, person, {}, browser)
      for (const extra of [{ id_token_hint: id_token }, { client_id: app.clientId }, {}]) {
        const query = new URLSearchParams({
          post_logout_redirect_uri: uri,
          state: 's',
          ...extra,
        }).toString()
        const view = await browser.get(`${LOGOUT}?${query}`)
        expect([view.status, view.location]).toEqual([400, null])
      }
      expect((await browser.get('/signin')).html).toContain(person.login)
    },
  )

  it('by the hint of another server, another kind of token or another person', async () => {
    const uri = 'https://app.example/after'
    const { browser } = await signedIn(ORG_BASE, app, person)
    const org = await tokensFor(ORG_BASE, app, person, {}, browser)
    const other = await tokensFor(custom, app, person, {}, browser)
    const somebody = await tokensFor(ORG_BASE, app, await aPersonWithPassword())
    const [head, payload] = (org['id_token'] as string).split('.')
    const unsigned = `${btoa('{"alg":"none"}').replaceAll('=', '')}.${payload}.`
    const hints = [other['id_token'], org['access_token'], other['access_token'], somebody['id_token'], unsigned, `${head}.${payload}.AAAA`, 'x'] // prettier-ignore
    for (const id_token_hint of hints) {
      const query = new URLSearchParams({ id_token_hint, post_logout_redirect_uri: uri }).toString()
      const view = await browser.get(`${LOGOUT}?${query}`)
      expect([view.status, view.location]).toEqual([400, null])
    }
    expect((await browser.get('/signin')).html).toContain(person.login)
  })
})

describe('a token of one kind or place is none of another', () => {
  it('at userinfo, introspection and the management API', async () => {
    const org = await tokensFor(ORG_BASE, app, person, OFFLINE)
    const other = await tokensFor(custom, app, person, OFFLINE)
    const foreign = await aSignInApp()
    const authorization = basic(foreign.clientId, foreign.secret)
    const { browser } = await signedIn(ORG_BASE, app, person)
    const session = [...browser.cookies].find(([name]) => name.endsWith('_session'))![1]
    const junk = [org['id_token'], org['refresh_token'], other['id_token'], other['access_token'], other['refresh_token'], session, 'a.b.c'] // prettier-ignore
    for (const token of junk) {
      const userinfo = await send('/oauth2/v1/userinfo', {
        headers: { authorization: `Bearer ${token}` },
      })
      expect(userinfo.status).toBe(401)
      expect((await api('GET', '/api/v1/users', undefined, `Bearer ${token}`)).status).toBe(401)
    }
    for (const token of [
      org['id_token'],
      org['refresh_token'],
      other['id_token'],
      other['access_token'],
      other['refresh_token'],
      session,
    ]) {
      const asked = await post('/oauth2/v1/introspect', { token }, { authorization })
      expect(await asked.json()).toEqual({ active: false })
    }
    const atCustom = await send(`${custom}/v1/userinfo`, {
      headers: { authorization: `Bearer ${org['access_token']}` },
    })
    expect(atCustom.status).toBe(401)
    // A person without a role has no authority, whatever the token.
    expect(
      (await api('GET', '/api/v1/users', undefined, `Bearer ${org['access_token']}`)).status,
    ).toBe(403)
  })
})

describe('okta.* scopes of a person', () => {
  const usersWith = async (token: string): Promise<number> =>
    (await api('GET', '/api/v1/users?limit=1', undefined, `Bearer ${token}`)).status

  it('are those that the app was granted and the roles allow, and end when either is taken back', async () => {
    const client = await aSignInApp()
    const admin = await aPersonWithPassword()
    const scope = 'openid okta.users.read okta.apps.read'
    const early = await new Browser().get(authorizeUrl(ORG_BASE, client, { scope }))
    expect(answerOf(early)['error']).toBe('consent_required')
    for (const scopeId of ['okta.users.read', 'okta.apps.read'])
      await made(201, 'POST', `/api/v1/apps/${client.id}/grants`, { scopeId, issuer: ORIGIN })
    const plain = await tokensFor(ORG_BASE, client, admin, { scope })
    expect(plain['scope']).toBe('openid')
    const role = await made(201, 'POST', `/api/v1/users/${admin.id}/roles`, {
      type: 'HELP_DESK_ADMIN',
    })
    const tokens = await tokensFor(ORG_BASE, client, admin, { scope: `${scope} offline_access` })
    expect(tokens['scope']).toContain('okta.users.read')
    expect(await usersWith(tokens['access_token'])).toBe(200)
    expect(
      (await api('POST', '/api/v1/users', { profile: {} }, `Bearer ${tokens['access_token']}`))
        .status,
    ).toBe(403)
    const removed = await api('DELETE', `/api/v1/users/${admin.id}/roles/${role['id']}`)
    expect(removed.status).toBe(204)
    expect(await usersWith(tokens['access_token'])).toBe(403)
    const again = await made(201, 'POST', `/api/v1/users/${admin.id}/roles`, {
      type: 'HELP_DESK_ADMIN',
    })
    expect(again['id']).toBeDefined()
    expect(await usersWith(tokens['access_token'])).toBe(200)
    const grants = await made(200, 'GET', `/api/v1/apps/${client.id}/grants`)
    for (const { id, scopeId } of grants as Json[])
      if (scopeId === 'okta.users.read')
        await api('DELETE', `/api/v1/apps/${client.id}/grants/${id}`)
    expect(await usersWith(tokens['access_token'])).toBe(403)
  })
})

describe('what a client signs', () => {
  async function aSigner() {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const jwk = { ...(await exportJWK(publicKey)), kid: unique('k'), alg: 'ES256', use: 'sig' }
    const client = await aSignInApp(
      { jwks: { keys: [jwk] } },
      { token_endpoint_auth_method: 'private_key_jwt' },
    )
    return { client, privateKey, kid: jwk.kid }
  }

  it('[RFC9101-10.8] for a browser to carry does not authenticate the client', async () => {
    const { client, privateKey, kid } = await aSigner()
    const now = Math.floor(Date.now() / 1000)
    const object = (claims: Json, typ?: string): Promise<string> =>
      new SignJWT({
        iss: client.clientId,
        aud: ORIGIN,
        iat: now,
        exp: now + 300,
        client_id: client.clientId,
        redirect_uri: CALLBACK,
        response_type: 'code',
        scope: 'openid',
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256', kid, ...(typ !== undefined && { typ }) })
        .sign(privateKey)
    const authenticated = async (client_assertion: string): Promise<string> => {
      const response = await post('/oauth2/v1/token', {
        grant_type: 'authorization_code',
        code: 'x',
        client_assertion_type: ASSERTION_TYPE,
        client_assertion,
      })
      return ((await response.json()) as Json)['error']
    }
    const ask = async (request: string): Promise<Json> =>
      answerOf(
        await new Browser().get(
          `${ORG_BASE}/v1/authorize?${new URLSearchParams({ client_id: client.clientId, request, prompt: 'none' }).toString()}`,
        ),
      )
    expect(await ask(await object({}))).toMatchObject({ error: 'login_required' })
    expect(await authenticated(await object({}))).toBe('invalid_client')
    // As a subject the client would be what an assertion says; typed as what it is, it never is one.
    expect(await ask(await object({ sub: client.clientId }))).toMatchObject({
      error: 'invalid_request_object',
    })
    const typed = await object({ sub: client.clientId }, 'oauth-authz-req+jwt')
    expect(await authenticated(typed)).toBe('invalid_client')
    const right = await assertion(client, privateKey, `${ORIGIN}/oauth2/v1/token`, {}, { kid })
    expect(await authenticated(right)).toBe('invalid_grant')
  })
})

describe('secrets', () => {
  it('of people and clients are in no line for the operator', async () => {
    const lines: unknown[] = []
    for (const level of ['error', 'warn', 'log', 'info', 'debug'] as const)
      vi.spyOn(console, level).mockImplementation((...line) => void lines.push(line))
    const { verifier, challenge } = await pkce()
    const sent = { code_challenge: challenge, code_challenge_method: 'S256', ...OFFLINE }
    const { code = '' } = answerOf(await arrived(custom, app, person, sent))
    await redeem(custom, app, code, { code_verifier: (await pkce()).verifier })
    const [, tokens] = await answered(await redeem(custom, app, code, { code_verifier: verifier }))
    await redeem(custom, app, code, { code_verifier: verifier })
    const text = JSON.stringify(lines)
    for (const secret of [
      PASSWORD,
      app.secret,
      code,
      verifier,
      tokens['access_token'],
      tokens['refresh_token'],
    ])
      expect(text).not.toContain(secret)
    vi.restoreAllMocks()
  })
})
