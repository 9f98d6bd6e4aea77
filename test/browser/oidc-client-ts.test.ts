/** oidc-client-ts, unmodified, in a page of another site: signs in by redirect, popup, frame and refresh token, and out. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { remove, temporaryFolder } from '../e2e/product.ts'
import type { Json } from '../json.ts'
import { Org, type Person } from './support/org.ts'
import { OtherSite } from './support/other-site.ts'
import {
  aContext,
  atApp,
  expectNobody,
  launch,
  launchPermissive,
  pathOf,
  signIn,
} from './support/visitor.ts'

const MANAGER = 'new oidc.UserManager(JSON.parse(localStorage.settings))'

/** As its manual has it: one page for what comes back to windows, popups and frames. */
const AT_CALLBACK = `window.arrived = ${MANAGER}.signinCallback(); arrived.catch(() => undefined)`

const origin = inject('secureOrigin')
const DEFAULT = `${origin}/oauth2/default`
const secureOrg = new Org(inject('secureListening'))
let browser: Browser
let context: BrowserContext
let page: Page
let site: OtherSite
let person: Person
let clientId: string
/** Whose server the app is at. */
let authority: string

beforeAll(async () => {
  site = await OtherSite.start({
    scripts: ['oidc-client-ts/dist/browser/oidc-client-ts.min.js'],
    atCallback: AT_CALLBACK,
  })
  ;({ clientId } = await secureOrg.app([site.callback], {
    isPublic: true,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    post_logout_redirect_uris: [`${site.origin}/signed-out`],
  }))
  person = await secureOrg.person()
  browser = await launch()
})

afterAll(async () => {
  await browser.close()
  site.stop()
})

beforeEach(async () => {
  authority = DEFAULT
  context = await aContext(browser, { ignoreHTTPSErrors: true })
  page = await context.newPage()
})

afterEach(() => context.close())

/** Goes to the app, whose page has a `manager`. */
async function open(scope = 'openid profile', tab = page): Promise<void> {
  await tab.goto(site.origin)
  const settings = {
    authority,
    client_id: clientId,
    redirect_uri: site.callback,
    post_logout_redirect_uri: `${site.origin}/signed-out`,
    scope,
    loadUserInfo: true,
    automaticSilentRenew: false,
  }
  await tab.evaluate(`
    localStorage.settings = ${JSON.stringify(JSON.stringify(settings))}
    window.manager = ${MANAGER}; undefined
  `)
}

/** What a method comes to: a user, or the error that it was refused with. */
const ask = (expression: string, tab = page): Promise<Json> =>
  tab.evaluate(
    `(${expression}).then((user) => ({ ...user }), ({ error, message }) => ({ error, message }))`,
  )

async function signedIn(scope?: string, tab = page): Promise<Json> {
  await open(scope, tab)
  await tab.evaluate(`void manager.signinRedirect()`)
  await tab.waitForSelector('#signin-submit')
  await signIn(tab, person.login)
  await atApp(tab)
  return ask('arrived', tab)
}

describe.each([
  ['org', origin],
  ['default', DEFAULT],
])('at the %s server', (_, issuer) => {
  it('[RP-Initiated-Logout-3] signinRedirect and signoutRedirect sign in and out, and the app gets its state back', async () => {
    authority = issuer
    expect(await signedIn()).toMatchObject({
      token_type: 'Bearer',
      scope: 'openid profile',
      profile: { sub: person.id, name: 'Ada Lovelace', iss: issuer },
    })
    await open()
    await page.evaluate(`void manager.signoutRedirect({ state: { from: 'the menu' } })`)
    await atApp(page, '/signed-out')
    expect(await ask(`${MANAGER}.signoutRedirectCallback()`)).toMatchObject({
      userState: { from: 'the menu' },
    })
    await expectNobody(context, origin)
  })
})

it('[RFC6749-4.1.2.1] signinRedirect is refused when somebody does not consent', async () => {
  await open(`openid ${await secureOrg.scope({ consent: 'REQUIRED' })}`)
  await page.evaluate(`void manager.signinRedirect({ prompt: 'consent' })`)
  await page.waitForSelector('#signin-submit')
  await signIn(page, person.login)
  await page.click('#consent-deny')
  await atApp(page)
  expect(await ask('arrived')).toMatchObject({ error: 'access_denied' })
})

it('signinPopup brings the tokens to the page that opened it', async () => {
  await open()
  const [popup] = await Promise.all([
    context.waitForEvent('page'),
    page.evaluate('window.opened = manager.signinPopup(); undefined'),
  ])
  await signIn(popup, person.login)
  expect(await ask('opened')).toMatchObject({ profile: { sub: person.id } })
  expect(pathOf(page)).toBe('/')
})

it('[OIDC-12.1] signinSilent has new tokens for the refresh token, which revokeTokens takes away', async () => {
  const before = await signedIn('openid profile offline_access')
  await open('openid profile offline_access')
  const after = await ask('manager.signinSilent()')
  expect(after).toMatchObject({ profile: { sub: person.id }, scope: before['scope'] })
  for (const token of ['access_token', 'refresh_token'])
    expect([token, after[token]]).not.toEqual([token, before[token]])
  expect(page.frames()).toHaveLength(1)
  const userinfo = (): Promise<number> =>
    page.evaluate(`
      fetch('${DEFAULT}/v1/userinfo', { headers: { authorization: 'Bearer ${after['access_token']}' } })
        .then(({ status }) => status)
    `)
  expect(await userinfo()).toBe(200)
  await page.evaluate('manager.revokeTokens()')
  expect(await userinfo()).toBe(401)
  const refreshing = { ...after, expires_at: 0 }
  await page.evaluate(`manager.storeUser(new oidc.User(${JSON.stringify(refreshing)}))`)
  expect(await ask('manager.signinSilent()')).toMatchObject({ error: 'invalid_grant' })
})

it('[OIDC-3.1.2.1] signinSilent asks in a frame, where the browser lets it have cookies', async () => {
  const folder = temporaryFolder()
  const profile = await launchPermissive(folder, { ignoreHTTPSErrors: true })
  const tab = await profile.newPage()
  const before = await signedIn('openid', tab)
  await open('openid', tab)
  const after = await ask('manager.signinSilent()', tab)
  expect(after).toMatchObject({ profile: { sub: person.id, sid: before['profile']['sid'] } })
  expect(after['access_token']).not.toBe(before['access_token'])
  await profile.clearCookies()
  expect(await ask('manager.signinSilent()', tab)).toMatchObject({ error: 'login_required' })
  await profile.close()
  remove(folder)
})
