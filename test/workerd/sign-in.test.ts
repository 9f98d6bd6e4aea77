/** A person signs in at the hosted page and the app gets what it asked for, at the org server and at a custom one. */
import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { answerOf, Browser, hiddenInputs } from './browser.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  CALLBACK,
  ORG_BASE,
  PASSWORD,
  payloadOf,
  PEOPLE_GRANTS,
  redeem,
  signedIn,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { aServer, made, ORIGIN, send, type Json } from './support.ts'

let app: SignInApp
let person: TestPerson
const bases: { org: string; custom: string } = { org: ORG_BASE, custom: '' }
const issuers = { org: ORIGIN, custom: '' }

beforeAll(async () => {
  app = await aSignInApp()
  person = await aPersonWithPassword()
  const server = await aServer({
    rule: {
      conditions: {
        people: {
          users: { include: [], exclude: [] },
          groups: { include: ['EVERYONE'], exclude: [] },
        },
        grantTypes: { include: PEOPLE_GRANTS },
        scopes: { include: ['*'] },
      },
    },
  })
  bases.custom = server.issuer
  issuers.custom = server.issuer
})

describe.each(['org', 'custom'] as const)('at the %s server', (kind) => {
  it('[OIDC-3.1.3.3] a person signs in, and the code is worth an ID token and an access token', async () => {
    const { answer } = await signedIn(bases[kind], app, person, { nonce: 'n-0S6' })
    expect(answer).toMatchObject({
      iss: issuers[kind],
      code: expect.any(String),
      state: expect.any(String),
    })
    const response = await redeem(bases[kind], app, answer['code']!)
    const tokens = (await response.json()) as Json
    expect([response.status, tokens]).toMatchObject([
      200,
      { token_type: 'Bearer', expires_in: 3600, scope: 'openid' },
    ])
    expect(payloadOf(tokens['id_token'])).toMatchObject({
      iss: issuers[kind],
      aud: app.clientId,
      sub: person.id,
      nonce: 'n-0S6',
      amr: ['pwd'],
    })
    expect(payloadOf(tokens['access_token'])).toMatchObject({
      uid: person.id,
      sub: person.login,
      cid: app.clientId,
    })
    const userinfo = await send(`${bases[kind]}/v1/userinfo`, {
      headers: { authorization: `Bearer ${tokens['access_token']}` },
    })
    expect([userinfo.status, await userinfo.json()]).toEqual([200, { sub: person.id }])
  })

  it('one sign-in serves the next request without a page', async () => {
    const { browser } = await signedIn(bases[kind], app, person)
    const again = await browser.get(authorizeUrl(bases[kind], app, { prompt: 'none' }))
    expect(answerOf(again)).toMatchObject({ code: expect.any(String) })
  })
})

describe('the sign-in page', () => {
  it('says the same of a wrong password and of nobody', async () => {
    for (const login of [person.login, 'nobody@people.example']) {
      const browser = new Browser()
      const page = await browser.get(authorizeUrl(ORG_BASE, app))
      expect(new URL(page.url).pathname).toBe('/signin')
      const answered = await browser.signIn(page, login, 'not-the-password')
      expect(answered.location).toBeNull()
      expect(answered.html).toContain('role="alert"')
    }
  })

  it('shows an error page, and never redirects, when the redirect URI is not registered', async () => {
    const browser = new Browser()
    const page = await browser.get(
      authorizeUrl(ORG_BASE, app, { redirect_uri: `${CALLBACK}/other` }),
    )
    expect([page.status, page.location]).toEqual([400, null])
    expect(page.html).toContain('id="oauth-error"')
  })

  it('serves both of two requests that came at once from a browser that was never here', async () => {
    const [browser, sameBrowser] = [new Browser(), new Browser()]
    const first = await browser.get(authorizeUrl(ORG_BASE, app))
    const second = await sameBrowser.get(authorizeUrl(ORG_BASE, app))
    for (const [name, value] of sameBrowser.cookies) browser.setCookie(name, value)
    for (const page of [first, second]) {
      const answered = await browser.signIn(page, person.login, PASSWORD)
      expect(answerOf(answered)).toMatchObject({ code: expect.any(String) })
    }
  })

  it('is not completed by another browser', async () => {
    const page = await new Browser().get(authorizeUrl(ORG_BASE, app))
    const other = new Browser()
    await other.get(authorizeUrl(ORG_BASE, app))
    const transaction = hiddenInputs(page.html)['transaction']!
    const answered = await other.post('/signin', {
      transaction,
      identifier: person.login,
      password: PASSWORD,
    })
    expect([answered.status, answered.location]).toEqual([400, null])
  })
})

describe('a sign-in whose server was deactivated meanwhile', () => {
  it('ends on a page that says that it is over', async () => {
    const gone = await aServer()
    const browser = new Browser()
    const page = await browser.get(authorizeUrl(gone.issuer, app))
    await made(204, 'POST', `/api/v1/authorizationServers/${gone.id}/lifecycle/deactivate`)
    const answers = [
      await browser.get(page.url),
      await browser.signIn(page, person.login, PASSWORD),
    ]
    for (const { status, headers } of answers)
      expect([status, headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8'])
  })
})

describe('tokens from the authorization endpoint', () => {
  it('outlive the session and the sweep, as long as they are good', async () => {
    const { browser, answer } = await signedIn(bases.custom, app, person, {
      response_type: 'token',
      scope: 'openid',
      nonce: 'n',
    })
    const authorization = `Bearer ${answer['access_token']}`
    const page = await browser.get('/signin')
    expect((await browser.post('/signout', hiddenInputs(page.html))).html).toContain('signed-out')
    await runDurableObjectAlarm(env.SUBJECT.getByName(person.id))
    const userinfo = await send(`${bases.custom}/v1/userinfo`, { headers: { authorization } })
    expect(userinfo.status).toBe(200)
  })
})
