/**
 * A session of a browser ends once for all that leads on from it, nobody takes it over, and a request that wants a
 * person to prove themselves anew, or wants nothing shown, gets that and tells no more than it must.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { answerOf, Browser, hiddenInputs } from './browser.ts'
import { aPersonWithPassword, aSignInApp, authorizeUrl, ORG_BASE, PASSWORD, payloadOf, redeem, signedIn, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { answered, api, made, send, unique, type Json } from './support.ts'
import { aPeopleServer, refresh, refusalOf, tokensFor, userinfo } from './token-support.ts'
import { USERS } from './user-support.ts'

const OFFLINE = { scope: 'openid offline_access' }

let app: SignInApp
let person: TestPerson

beforeAll(async () => {
  app = await aSignInApp()
  person = await aPersonWithPassword()
})

const signOut = async (browser: Browser): Promise<void> => {
  const home = await browser.get('/signin')
  expect((await browser.post('/signout', hiddenInputs(home.html))).html).toContain('signed-out')
}

const silently = async (browser: Browser, parameters: Record<string, string> = {}) =>
  answerOf(await browser.get(authorizeUrl(ORG_BASE, app, { prompt: 'none', ...parameters })))

/** A second browser with the same cookies. */
function thiefOf(browser: Browser): Browser {
  const thief = new Browser()
  for (const [name, value] of browser.cookies) thief.setCookie(name, value)
  return thief
}

const ENDS: readonly (readonly [
  string,
  (browser: Browser, whose: TestPerson) => Promise<unknown>,
])[] = [
  ['its person signs out', (browser) => signOut(browser)],
  ['an administrator ends it', (_, { id }) => api('DELETE', `${USERS}/${id}/sessions`)],
  ['its person is suspended', (_, { id }) => made(200, 'POST', `${USERS}/${id}/lifecycle/suspend`)],
  [
    'its person is deactivated',
    (_, { id }) => made(200, 'POST', `${USERS}/${id}/lifecycle/deactivate`),
  ],
  [
    'the password expires',
    (_, { id }) => made(200, 'POST', `${USERS}/${id}/lifecycle/expire_password`),
  ],
]

describe.each(ENDS)('when %s', (_, end) => {
  it('the session and the codes of it are worth nothing, to whoever has them', async () => {
    const whose = await aPersonWithPassword()
    const { browser, answer } = await signedIn(ORG_BASE, app, whose)
    const thief = thiefOf(browser)
    expect(await silently(thief)).toHaveProperty('code')
    await end(browser, whose)
    expect((await silently(thief))['error']).toBe('login_required')
    expect((await silently(browser))['error']).toBe('login_required')
    expect(await refusalOf(await redeem(ORG_BASE, app, answer['code']!))).toMatchObject([
      400,
      'invalid_grant',
      expect.any(String),
    ])
    expect((await thief.get('/signin')).html).not.toContain(whose.login)
  })
})

describe('a session', () => {
  it('of somebody else takes the place of the one that was there, which ends', async () => {
    const other = await aPersonWithPassword()
    const { browser, answer } = await signedIn(ORG_BASE, app, person)
    const thief = thiefOf(browser)
    await signedIn(ORG_BASE, app, other, { prompt: 'login' }, browser)
    expect((await silently(thief))['error']).toBe('login_required')
    expect((await redeem(ORG_BASE, app, answer['code']!)).status).toBe(400)
    const { code = '' } = await silently(browser)
    const [, tokens] = await answered(await redeem(ORG_BASE, app, code))
    expect(payloadOf(tokens['id_token'])['sub']).toBe(other.id)
  })

  it('that ended leaves what its person gave offline', async () => {
    const browser = new Browser()
    const tokens = await tokensFor(ORG_BASE, app, person, OFFLINE, browser)
    await signOut(browser)
    expect((await refresh(ORG_BASE, app, tokens['refresh_token'])).status).toBe(200)
  })

  it('[OIDC-RPINITIATED-3.1] that ends leads to no address of an app that is inactive', async () => {
    const uri = 'https://app.example/after'
    const client = await aSignInApp({ post_logout_redirect_uris: [uri] })
    const { browser } = await signedIn(ORG_BASE, client, person)
    const { id_token } = await tokensFor(ORG_BASE, client, person, {}, browser)
    const leave = (way: Record<string, string>) =>
      browser.get(
        `${ORG_BASE}/v1/logout?${new URLSearchParams({ ...way, post_logout_redirect_uri: uri }).toString()}`,
      )
    await made(200, 'POST', `/api/v1/apps/${client.id}/lifecycle/deactivate`)
    for (const way of [{ id_token_hint: id_token }, { client_id: client.clientId }]) {
      const view = await leave(way)
      expect([view.status, view.location]).toEqual([400, null])
    }
    await made(200, 'POST', `/api/v1/apps/${client.id}/lifecycle/activate`)
    expect((await leave({ id_token_hint: id_token })).location).toBe(uri)
  })

  it('cookie with anything changed in it is nobody', async () => {
    const { browser } = await signedIn(ORG_BASE, app, person)
    const [name, value] = [...browser.cookies].find(([one]) => one.endsWith('_session'))!
    const [content = '', version, mac] = value.split('.')
    const fields = JSON.parse(atob(content.replaceAll('-', '+').replaceAll('_', '/'))) as unknown[]
    const other = await aPersonWithPassword()
    const changed = fields.map((field) => (field === person.id ? other.id : field))
    const forged = btoa(JSON.stringify(changed)).replaceAll('=', '')
    for (const cookie of [
      `${forged}.${version}.${mac}`,
      `${content}.2.${mac}`,
      `${content}.${version}.${'A'.repeat(43)}`,
      content,
    ]) {
      const thief = thiefOf(browser)
      thief.setCookie(name, cookie)
      expect((await silently(thief))['error']).toBe('login_required')
    }
  })
})

describe('[OIDC-3.1.2.1] prompt and max_age', () => {
  it('login is not met by a sign-in from before the request, also not through an older transaction', async () => {
    const { browser } = await signedIn(ORG_BASE, app, person)
    const page = await browser.get(authorizeUrl(ORG_BASE, app, { prompt: 'login' }))
    const transaction = hiddenInputs(page.html)['transaction']!
    for (const path of ['/signin', '/consent']) {
      const again = await browser.get(`${path}?transaction=${transaction}`)
      expect(again.location).toBeNull()
    }
    const wrong = await browser.signIn(page, person.login, 'wrong')
    expect(wrong.location).toBeNull()
    expect(answerOf(await browser.signIn(page, person.login, PASSWORD))).toHaveProperty('code')
  })

  it('a hint at somebody else needs their sign-in', async () => {
    const other = await aPersonWithPassword()
    const { id_token: hint } = await tokensFor(ORG_BASE, app, other)
    const { browser } = await signedIn(ORG_BASE, app, person)
    expect((await silently(browser, { id_token_hint: hint }))['error']).toBe('login_required')
    const page = await browser.get(authorizeUrl(ORG_BASE, app, { id_token_hint: hint }))
    expect((await browser.signIn(page, person.login, PASSWORD)).location).toBeNull()
  })

  it('none shows no page and says the same of nobody and of somebody without a session', async () => {
    const answers = [await silently(new Browser()), await silently(new Browser(), { login_hint: person.login }), await silently(new Browser(), { login_hint: unique('nobody') })] // prettier-ignore
    const told = answers.map(({ state: _, ...rest }) => rest)
    expect(told).toEqual([told[0], told[0], told[0]])
    expect(Object.keys(told[0]!).sort()).toEqual(['error', 'error_description', 'iss'])
  })
})

describe('[OIDC-5.5] claims asked for one by one', () => {
  it('are not told where the policy denies their scope, or a person would have to consent to it', async () => {
    const asked = {
      claims: JSON.stringify({
        userinfo: { email: null, name: null, sub: { value: 'x' }, scp: null },
        id_token: { email: null },
      }),
    }
    const denied = await aPeopleServer({
      rule: { conditions: { scopes: { include: ['openid'] } } },
    })
    const tokens = await tokensFor(denied.issuer, app, person, asked)
    expect(payloadOf(tokens['id_token'])).not.toHaveProperty('email')
    const info = await userinfo(denied.issuer, tokens['access_token'])
    expect(await info.json()).toEqual({ sub: person.id })
    const open = await aPeopleServer()
    const more = await tokensFor(open.issuer, app, person, asked)
    expect(payloadOf(more['id_token'])).toHaveProperty('email')
    expect(payloadOf(more['id_token'])['sub']).toBe(person.id)
  })
})

describe('a session token', () => {
  const sessionToken = async (whose: TestPerson): Promise<string> => {
    const response = await send('/api/v1/authn', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: whose.login, password: PASSWORD }),
    })
    return ((await response.json()) as Json)['sessionToken']
  }

  it('is no transaction, code or session, and none of them is one', async () => {
    const token = await sessionToken(person)
    expect((await new Browser().get(`/signin?transaction=${token}`)).status).toBe(400)
    expect((await redeem(ORG_BASE, app, token)).status).toBe(400)
    const browser = new Browser()
    const page = await browser.get(authorizeUrl(ORG_BASE, app))
    const transaction = hiddenInputs(page.html)['transaction']!
    expect((await silently(browser, { sessionToken: transaction }))['error']).toBe('login_required')
  })

  it.each(ENDS.slice(2))('is worth nothing when %s', async (_, end) => {
    const whose = await aPersonWithPassword()
    const token = await sessionToken(whose)
    await end(new Browser(), whose)
    expect((await silently(new Browser(), { sessionToken: token }))['error']).toBe('login_required')
  })

  it('is worth nothing once the sessions of its person were ended', async () => {
    const whose = await aPersonWithPassword()
    const token = await sessionToken(whose)
    await api('DELETE', `${USERS}/${whose.id}/sessions`)
    expect((await silently(new Browser(), { sessionToken: token }))['error']).toBe('login_required')
    expect(
      await silently(new Browser(), { sessionToken: await sessionToken(whose) }),
    ).toHaveProperty('code')
  })
})
