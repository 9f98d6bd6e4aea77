/** @okta/okta-auth-js, unmodified, in a page of another site, against both kinds of server behind TLS: tokens. */
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
} from './support/auth-js.ts'
import { Org, PASSWORD, type App, type Person } from './support/org.ts'
import { OtherSite } from './support/other-site.ts'
import { atApp, launchPermissive, signIn } from './support/visitor.ts'

const origin = inject('secureOrigin')
const org = new Org(inject('secureListening'))
const folder = temporaryFolder()
let context: BrowserContext
let page: Page
let site: OtherSite
let app: App
let person: Person

beforeAll(async () => {
  site = await OtherSite.start({ scripts: AUTH_JS })
  await org.trust(site.origin, 'CORS', 'REDIRECT')
  app = await org.app([site.callback], {
    isPublic: true,
    grant_types: ['authorization_code', 'refresh_token', 'implicit'],
    post_logout_redirect_uris: [site.origin, `${site.origin}/signed-out`],
  })
  person = await org.person()
  context = await launchPermissive(folder, { ignoreHTTPSErrors: true })
  context.setDefaultTimeout(10_000)
})

afterAll(async () => {
  await context.close()
  site.stop()
  remove(folder)
})

beforeEach(async () => {
  page = await context.newPage()
})

afterEach(async () => {
  await context.clearCookies()
  await forgetSite(context, page, site.origin)
  await page.close()
})

const accessToken = (): Promise<string> => ask(page, 'client.getAccessToken()')
const user = (): Promise<Json> => ask(page, 'client.getUser()')

describe.each([
  ['the default server', `${origin}/oauth2/default`],
  ['the org server', origin],
])('at %s', (_, issuer) => {
  const options = (more: Json = {}): Json => ({
    issuer,
    clientId: app.clientId,
    redirectUri: site.callback,
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    ...more,
  })

  const open = (more?: Json): Promise<void> => openWithClient(page, site.origin, options(more))

  it('a password in the page of the app becomes tokens, in a frame', async () => {
    await open()
    await ask(page, signedInWithCredentials(person.login))
    expect(await ask(page, 'client.isAuthenticated()')).toBe(true)
    expect(await user()).toMatchObject({ sub: person.id, email: person.login })
    expect(await ask(page, 'client.session.exists()')).toBe(true)
    const tokens = await ask(page, 'client.tokenManager.getTokens()')
    expect(tokens.idToken.claims).toMatchObject({ iss: issuer, sub: person.id, aud: app.clientId })
    expect(tokens.refreshToken.scopes).toContain('offline_access')
  })

  it('the hosted sign-in page brings back a code, which is redeemed, and the state', async () => {
    await open()
    const leaving = { state: 'a state/of "ours"', loginHint: person.login }
    await page.evaluate(`void client.token.getWithRedirect(${JSON.stringify(leaving)})`)
    await page.waitForSelector('#signin-submit')
    expect(await page.inputValue('input[name=identifier]')).toBe(person.login)
    await signIn(page, person.login)
    await atApp(page)
    await makeClient(page, options())
    expect(await ask(page, 'client.isLoginRedirect()')).toBe(true)
    const { tokens, state } = await ask(page, 'client.token.parseFromUrl()')
    expect(state).toBe(leaving.state)
    expect(tokens.idToken.claims.sub).toBe(person.id)
    expect(new URL(page.url()).search).toBe('')
  })

  it('a popup signs in and hands the code to the page that opened it', async () => {
    await open()
    const opened = page.waitForEvent('popup')
    const got = ask(page, 'client.token.getWithPopup({}).then(({ tokens }) => tokens)')
    const popup = await opened
    await signIn(popup, person.login)
    expect((await got).idToken.claims.sub).toBe(person.id)
    await expect.poll(() => popup.isClosed()).toBe(true)
  })

  it('tokens are renewed by the refresh token', async () => {
    await open()
    await ask(page, signedInWithCredentials(person.login))
    const before = await accessToken()
    await context.clearCookies()
    const renewed = await ask(page, `client.tokenManager.renew('accessToken')`)
    expect(renewed.accessToken).not.toBe(before)
    expect(await accessToken()).toBe(renewed.accessToken)
    expect(await user()).toMatchObject({ sub: person.id })
  })

  it('tokens are renewed by the session, in a frame, where there is no refresh token', async () => {
    await open({ scopes: ['openid', 'email'] })
    await ask(page, signedInWithCredentials(person.login))
    expect(await ask(page, 'client.getRefreshToken() ?? null')).toBeNull()
    const before = await accessToken()
    const renewed = await ask(page, `client.tokenManager.renew('accessToken')`)
    expect(renewed.accessToken).not.toBe(before)
    await context.clearCookies()
    await expect(ask(page, `client.tokenManager.renew('accessToken')`)).rejects.toThrow(
      'login_required',
    )
  })

  it('a token that is revoked opens nothing, and a dead refresh token is forgotten', async () => {
    await open()
    await ask(page, signedInWithCredentials(person.login))
    const tokens = await ask(page, 'client.tokenManager.getTokens()')
    await ask(page, `client.revokeAccessToken(${JSON.stringify(tokens.accessToken)})`)
    await expect(user()).rejects.toThrow('invalid_token')
    await ask(page, `client.tokenManager.renew('accessToken')`)
    expect(await user()).toMatchObject({ sub: person.id })
    const { refreshToken } = await ask(page, 'client.tokenManager.getTokens()')
    await ask(page, `client.revokeRefreshToken(${JSON.stringify(refreshToken)})`)
    await expect(ask(page, `client.tokenManager.renew('accessToken')`)).rejects.toThrow(
      'The refresh token is invalid or expired.',
    )
    expect(await ask(page, 'client.getRefreshToken() ?? null')).toBeNull()
  })

  it('signing out revokes the tokens, ends the session, and comes back to the app', async () => {
    await open()
    await ask(page, signedInWithCredentials(person.login))
    const { accessToken: held, idToken } = await ask(page, 'client.tokenManager.getTokens()')
    await page.evaluate(`void client.signOut({ state: 'bye' })`)
    await page.waitForURL(`${site.origin}/?state=bye`)
    await makeClient(page, options())
    expect(await ask(page, 'client.session.exists()')).toBe(false)
    const asked = `client.token.getUserInfo(${JSON.stringify(held)}, ${JSON.stringify(idToken)})`
    await expect(ask(page, asked)).rejects.toThrow('invalid_token')
  })
})

describe('an app that does more', () => {
  const open = (more: Json = {}): Promise<void> =>
    openWithClient(page, site.origin, {
      issuer: `${origin}/oauth2/default`,
      clientId: app.clientId,
      redirectUri: site.callback,
      scopes: ['openid', 'email', 'offline_access'],
      ...more,
    })

  it('renews its tokens by itself before they expire', async () => {
    await page.clock.install()
    await open()
    await ask(page, signedInWithCredentials(person.login))
    const before = await accessToken()
    await page.evaluate(
      `window.renewed = new Promise((resolve) => client.tokenManager.on('renewed', resolve)); undefined`,
    )
    await ask(page, 'client.start()')
    await expect.poll(() => ask(page, 'client.serviceManager.isLeader()')).toBe(true)
    const lifetime = 3600
    await page.clock.fastForward((lifetime - 29) * 1000)
    await ask(page, 'renewed')
    expect(await accessToken()).not.toBe(before)
    expect(await ask(page, 'client.isAuthenticated({ onExpiredToken: "none" })')).toBe(true)
    expect(await user()).toMatchObject({ sub: person.id })
    await ask(page, 'client.stop()')
  })

  it('sends a proof of a key that the server does not ask for, and has its tokens', async () => {
    await open({ dpop: true, dpopOptions: { allowBearerTokens: true } })
    await ask(page, 'client.start()')
    await ask(page, signedInWithCredentials(person.login))
    const { accessToken: token } = await ask(page, 'client.tokenManager.getTokens()')
    expect(token).toMatchObject({ tokenType: 'Bearer', dpopPairId: expect.any(String) })
    await ask(page, `client.tokenManager.renew('accessToken')`)
    expect(await ask(page, 'client.isAuthenticated()')).toBe(true)
    await ask(page, 'client.stop()')
  })

  it('says which browser its sign-ins come from, when it wants to, and the log has it', async () => {
    await open()
    const sent = page.waitForRequest(
      (request) => request.headers()['x-device-fingerprint'] !== undefined,
    )
    const credentials = { username: person.login, password: PASSWORD, sendFingerprint: true }
    await ask(page, `client.signInWithCredentials(${JSON.stringify(credentials)}).then(() => null)`)
    const fingerprint = (await sent).headers()['x-device-fingerprint']
    expect(fingerprint).toMatch(/^[\da-f]{32}$/)
    expect(await ask(page, 'client.fingerprint()')).toBe(fingerprint)
    const filter = new URLSearchParams({
      filter: `eventType eq "user.authentication.verify" and actor.id eq "${person.id}"`,
      sortOrder: 'DESCENDING',
      limit: '1',
    })
    const events = await org.call('GET', `/api/v1/logs?${filter.toString()}`)
    expect(events[0].debugContext.debugData).toMatchObject({ deviceFingerprint: fingerprint })
  })

  it('without PKCE has the tokens themselves from the frame, and checks that they belong together', async () => {
    await open({ pkce: false, scopes: ['openid', 'email'] })
    await ask(page, signedInWithCredentials(person.login, { responseType: ['token', 'id_token'] }))
    const { accessToken: token, idToken } = await ask(page, 'client.tokenManager.getTokens()')
    expect([token.tokenType, idToken.claims.at_hash]).toEqual(['Bearer', expect.any(String)])
    expect(await user()).toMatchObject({ sub: person.id })
  })

  it('signs in in a popup whose callback tells the page', async () => {
    await open()
    const opened = page.waitForEvent('popup')
    const parameters = JSON.stringify({ redirectUri: site.callback })
    const got = ask(
      page,
      `client.token.getWithIDPPopup(${parameters}).promise.then(({ tokens }) => tokens)`,
    )
    const popup = await opened
    await signIn(popup, person.login)
    await atApp(popup)
    const options = { issuer: `${origin}/oauth2/default`, clientId: app.clientId }
    await makeClient(popup, options)
    await ask(popup, 'client.handleIDPPopupRedirect()')
    expect((await got).idToken.claims.sub).toBe(person.id)
    await popup.close()
  })

  it('asks what its tokens are worth', async () => {
    await open()
    await ask(page, signedInWithCredentials(person.login))
    const asked = (kind: string, type: string): Promise<Json> =>
      ask(
        page,
        `client.tokenManager.getTokens().then((held) => client.token.introspect('${kind}', held['${type}']))`,
      )
    expect(await asked('accessToken', 'accessToken')).toMatchObject({
      active: true,
      uid: person.id,
    })
    expect(await asked('idToken', 'idToken')).toMatchObject({ active: true, sub: person.id })
    expect(await asked('refreshToken', 'refreshToken')).toMatchObject({ active: true })
  })

  it('gets the assurance that it asked for, and notices when it does not', async () => {
    await open()
    const acrValues = 'urn:okta:loa:1fa:pwd'
    await ask(page, signedInWithCredentials(person.login, { acrValues }))
    expect((await ask(page, 'client.tokenManager.getTokens()')).idToken.claims.acr).toBe(acrValues)
    const more = ask(page, `client.token.getWithoutPrompt({ acrValues: 'urn:okta:loa:2fa:any' })`)
    await expect(more).rejects.toThrow('does not match acr_values')
  })
})
