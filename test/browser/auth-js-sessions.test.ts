/** @okta/okta-auth-js, unmodified: passwords in the page of the app, the session behind it, and which pages may ask. */
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { remove, temporaryFolder } from '../e2e/product.ts'
import type { Json } from '../json.ts'
import {
  ask,
  AUTH_JS,
  forgetSite,
  makeClient,
  openWithClient,
  signedInWithCredentials,
  withCredentials,
} from './support/auth-js.ts'
import { authorizeUrl, Org, PASSWORD, type App, type Person } from './support/org.ts'
import { OtherSite } from './support/other-site.ts'
import { RelyingParty } from './support/relying-party.ts'
import { aContext, atApp, launch, launchPermissive, signIn } from './support/visitor.ts'

const origin = inject('secureOrigin')
const org = new Org(inject('secureListening'))
const folder = temporaryFolder()
let context: BrowserContext
let page: Page
/** Trusted with calls and redirects, with redirects alone, and with nothing. */
let site: OtherSite
let redirected: OtherSite
let stranger: OtherSite
let app: App
let person: Person

beforeAll(async () => {
  const starting = Array.from({ length: 3 }, () => OtherSite.start({ scripts: AUTH_JS }))
  const sites = await Promise.all(starting)
  ;[site, redirected, stranger] = sites as [OtherSite, OtherSite, OtherSite]
  await org.trust(site.origin, 'CORS', 'REDIRECT')
  await org.trust(redirected.origin, 'REDIRECT')
  app = await org.app(
    sites.map(({ callback }) => callback),
    { isPublic: true, grant_types: ['authorization_code'], response_types: ['code'] },
  )
  person = await org.person()
  context = await launchPermissive(folder, { ignoreHTTPSErrors: true })
  context.setDefaultTimeout(10_000)
})

afterAll(async () => {
  await context.close()
  for (const one of [site, redirected, stranger]) one.stop()
  remove(folder)
})

beforeEach(async () => {
  page = await context.newPage()
})

afterEach(async () => {
  await context.clearCookies()
  for (const one of [site, redirected, stranger]) await forgetSite(context, page, one.origin)
  await page.close()
})

const optionsAt = (at: OtherSite): Json => ({
  issuer: `${origin}/oauth2/default`,
  clientId: app.clientId,
  redirectUri: at.callback,
  scopes: ['openid', 'email'],
})

const open = (at = site, tab = page): Promise<void> => openWithClient(tab, at.origin, optionsAt(at))

/** On a page of the org, where any app could have sent them. */
async function signedIn(): Promise<void> {
  await page.goto(`${origin}/signin`)
  await signIn(page, person.login)
  await page.waitForSelector('#signout-submit')
}

describe('the session of the browser', () => {
  it('is found, shown with its user, put off and closed', async () => {
    await open()
    expect(await ask(page, 'client.session.exists()')).toBe(false)
    expect(await ask(page, 'client.session.get()')).toEqual({ status: 'INACTIVE' })
    await ask(page, signedInWithCredentials(person.login))
    expect(await ask(page, 'client.session.exists()')).toBe(true)
    const session = await ask(page, 'client.session.get()')
    expect(session).toMatchObject({ status: 'ACTIVE', login: person.login, userId: person.id })
    const shown = await ask(page, 'client.session.get().then((session) => session.user())')
    expect(shown).toMatchObject({
      id: person.id,
      status: 'ACTIVE',
      profile: { login: person.login },
    })
    const again = await ask(page, 'client.session.get().then((session) => session.refresh())')
    expect(again).toMatchObject({ id: session.id, status: 'ACTIVE' })
    expect(await ask(page, 'client.session.refresh()')).toMatchObject({ status: 'ACTIVE' })
    await ask(page, 'client.session.close()')
    expect(await ask(page, 'client.session.exists()')).toBe(false)
    await expect(ask(page, 'client.session.refresh()')).rejects.toThrow('E0000007')
  })

  it('is closed once, and the client forgets its tokens with it', async () => {
    await open()
    await ask(page, signedInWithCredentials(person.login))
    expect(await ask(page, 'client.closeSession()')).toBe(true)
    expect(await ask(page, 'client.isAuthenticated()')).toBe(false)
    expect(await ask(page, 'client.closeSession()')).toBe(false)
  })

  it('is ended by an app that has no tokens, which the browser comes back to', async () => {
    await open()
    await ask(page, signedInWithCredentials(person.login))
    await ask(page, 'client.tokenManager.clear()')
    await page.evaluate(`void client.signOut({ state: 'gone' })`)
    await page.waitForURL(`${site.origin}/?state=gone`)
    await makeClient(page, optionsAt(site))
    expect(await ask(page, 'client.session.exists()')).toBe(false)
  })

  it('begins with a redirect that carries the session token', async () => {
    await open()
    const target = JSON.stringify(`${site.origin}/signed-out?back=yes`)
    await page.evaluate(
      `void ${withCredentials(person.login)}.then(({ sessionToken }) => client.session.setCookieAndRedirect(sessionToken, ${target}))`,
    )
    await page.waitForURL(`${site.origin}/signed-out?back=yes`)
    await makeClient(page, optionsAt(site))
    expect(await ask(page, 'client.session.exists()')).toBe(true)
  })
})

describe('a password in the page of the app', () => {
  it('signs in by a redirect, where a frame would have no cookies', async () => {
    await open()
    await page.evaluate(
      `void ${withCredentials(person.login)}.then(({ sessionToken }) => client.token.getWithRedirect({ sessionToken }))`,
    )
    await atApp(page)
    await makeClient(page, optionsAt(site))
    const { tokens } = await ask(page, 'client.token.parseFromUrl()')
    expect(tokens.idToken.claims.sub).toBe(person.id)
    expect(await ask(page, 'client.session.exists()')).toBe(true)
  })

  it('signs in on one machine without TLS, where an app is begun', async () => {
    const plain = new Org(inject('origin'))
    const party = await RelyingParty.start({ scripts: AUTH_JS })
    await plain.trust(party.origin, 'CORS', 'REDIRECT')
    const [{ clientId }, { login, id }] = await Promise.all([
      plain.app([party.callback], { isPublic: true }),
      plain.person(),
    ])
    const issuer = `${inject('origin')}/oauth2/default`
    const options = { issuer, clientId, redirectUri: party.callback, scopes: ['openid'] }
    await openWithClient(page, party.origin, options)
    await ask(page, signedInWithCredentials(login))
    expect(await ask(page, 'client.session.get()')).toMatchObject({ status: 'ACTIVE', userId: id })
    await ask(page, `client.tokenManager.renew('accessToken')`)
    expect(await ask(page, 'client.getUser()')).toMatchObject({ sub: id })
    party.stop()
  })

  it('that is wrong is refused in words that the page can read', async () => {
    await open()
    const wrong = ask(page, withCredentials(person.login, 'not it'))
    await expect(wrong).rejects.toThrow('Authentication failed')
    await expect(ask(page, withCredentials(person.login, 'not it'))).rejects.toThrow('E0000004')
  })

  it('that has expired is replaced there, also after the page was loaded anew', async () => {
    const other = await org.person()
    await org.call('POST', `/api/v1/users/${other.id}/lifecycle/expire_password`)
    await open()
    const status = ask(page, `${withCredentials(other.login)}.then(({ status }) => status)`)
    expect(await status).toBe('PASSWORD_EXPIRED')
    await open()
    expect(await ask(page, 'client.tx.exists()')).toBe(true)
    const passwords = (newPassword: string): string =>
      JSON.stringify({ oldPassword: PASSWORD, newPassword })
    const change = (newPassword: string): Promise<Json> =>
      ask(
        page,
        `client.tx.resume().then((transaction) => transaction.changePassword(${passwords(newPassword)}))
          .then(({ status, sessionToken }) => ({ status, sessionToken }))`,
      )
    await expect(change('short')).rejects.toThrow('E0000014')
    const { status: success, sessionToken } = await change(`${PASSWORD}-2`)
    expect(success).toBe('SUCCESS')
    expect(await ask(page, 'client.tx.exists()')).toBe(false)
    const got = `client.token.getWithoutPrompt({ sessionToken: '${sessionToken}' }).then(({ tokens }) => tokens)`
    expect((await ask(page, got)).idToken.claims.sub).toBe(other.id)
  })

  it('that has expired may be left as it is', async () => {
    const other = await org.person()
    await org.call('POST', `/api/v1/users/${other.id}/lifecycle/expire_password`)
    await open()
    const cancelled = `${withCredentials(other.login)}.then((transaction) => transaction.cancel()).then(() => null)`
    expect(await ask(page, cancelled)).toBeNull()
    expect(await ask(page, 'client.tx.exists()')).toBe(false)
  })

  it('yields tokens also where frames of other sites have no cookies, and no session', async () => {
    const browser = await launch()
    const closed = await aContext(browser, { ignoreHTTPSErrors: true })
    const tab = await closed.newPage()
    await open(site, tab)
    await ask(tab, signedInWithCredentials(person.login))
    expect(await ask(tab, 'client.isAuthenticated()')).toBe(true)
    expect(await ask(tab, 'client.session.exists()')).toBe(false)
    await expect(ask(tab, 'client.token.getWithoutPrompt()')).rejects.toThrow('login_required')
    await browser.close()
  })
})

describe.each([
  ['trusted with redirects alone', () => redirected],
  ['that nobody trusts', () => stranger],
])('a page of an origin %s', (_, at) => {
  it('cannot send a password, nor ask for the session or its user', async () => {
    await signedIn()
    await open(at())
    await expect(ask(page, withCredentials(person.login))).rejects.toThrow('Failed to fetch')
    expect(await ask(page, 'client.session.get()')).toEqual({ status: 'INACTIVE' })
    for (const call of [
      'client.session.refresh()',
      'client.session.close()',
      `client.invokeApiMethod({ method: 'GET', url: '${origin}/api/v1/users/me', withCredentials: true })`,
    ])
      await expect(ask(page, call)).rejects.toThrow('Failed to fetch')
    await open(site)
    expect(await ask(page, 'client.session.exists()')).toBe(true)
  })

  it('gets the tokens of its app by redirect, and reads its user with them', async () => {
    await signedIn()
    await open(at())
    await page.evaluate('void client.token.getWithRedirect()')
    await atApp(page)
    await makeClient(page, optionsAt(at()))
    await ask(
      page,
      'client.token.parseFromUrl().then(({ tokens }) => client.tokenManager.setTokens(tokens))',
    )
    expect(await ask(page, 'client.getUser()')).toMatchObject({ sub: person.id })
  })
})

describe('a page that nobody trusts', () => {
  it('is not where a session token leads, and does not begin a session on the way', async () => {
    await open(site)
    const { sessionToken } = await ask(page, withCredentials(person.login))
    await open(stranger)
    await page.evaluate(`void client.session.setCookieAndRedirect('${sessionToken}')`)
    await page.waitForURL((url) => url.origin === origin)
    await page.waitForSelector('text=redirectUrl')
    await open(site)
    expect(await ask(page, 'client.session.exists()')).toBe(false)
  })

  it('hears nothing from a frame that answers another page', async () => {
    await signedIn()
    await page.goto(`${stranger.origin}/opener`)
    const url = authorizeUrl(
      origin,
      app,
      site.callback,
      {
        response_mode: 'okta_post_message',
        prompt: 'none',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
      },
      'default',
    )
    await page.evaluate(`openFrame(${JSON.stringify(url)})`)
    await expect.poll(() => page.frames()[1]?.url()).toMatch(/^chrome-error:/)
    expect(await page.evaluate('messages')).toEqual([])
  })
})
