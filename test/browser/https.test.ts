/** The product behind TLS: cookies as they are deployed, and windows of another site, which they must work in. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { remove, temporaryFolder } from '../e2e/product.ts'
import { authorizeUrl, Org, type App, type Person } from './support/org.ts'
import { OtherSite } from './support/other-site.ts'
import {
  aContext,
  atApp,
  cookieNames,
  launch,
  launchPermissive,
  signIn,
} from './support/visitor.ts'

const origin = inject('secureOrigin')
let browser: Browser
let context: BrowserContext
let page: Page
let site: OtherSite
let app: App
let person: Person

beforeAll(async () => {
  site = await OtherSite.start()
  const org = new Org(inject('secureListening'))
  app = await org.app([site.callback], {
    post_logout_redirect_uris: [`${site.origin}/signed-out`],
    logo_uri: `${site.origin}/logo.svg`,
  })
  person = await org.person()
  browser = await launch()
})

afterAll(async () => {
  await browser.close()
  site.stop()
})

beforeEach(async () => {
  context = await aContext(browser, { ignoreHTTPSErrors: true })
  page = await context.newPage()
})

afterEach(() => context.close())

const open = (parameters: Readonly<Record<string, string>> = {}): string =>
  authorizeUrl(origin, app, site.callback, parameters)

async function signedIn(tab = page): Promise<void> {
  await tab.goto(open())
  await signIn(tab, person.login)
  await atApp(tab)
}

it('a code arrives, and the issuer is the https origin', async () => {
  await signedIn()
  expect(new URL(page.url()).origin).toBe(site.origin)
  expect(site.party.last()?.parameters).toMatchObject({ code: expect.any(String), iss: origin })
})

it("the app's logo is shown", async () => {
  await page.goto(open())
  const width = `document.querySelector('main img').naturalWidth`
  await expect.poll(() => page.evaluate(width)).toBe(64)
})

it('cookies are __Host-, Secure, HttpOnly and SameSite=None', async () => {
  await signedIn()
  const cookies = await context.cookies(origin)
  expect(cookies.map(({ name }) => name)).toContain('__Host-edgemint_session')
  expect(cookies.length).toBeGreaterThan(1)
  for (const cookie of cookies) {
    expect(cookie.name).toMatch(/^__Host-/)
    expect(cookie).toMatchObject({
      secure: true,
      httpOnly: true,
      sameSite: 'None',
      path: '/',
      domain: 'localhost',
    })
  }
})

it('a frame of another site learns who is signed in, where the browser lets it have cookies', async () => {
  const folder = temporaryFolder()
  const profile = await launchPermissive(folder, { ignoreHTTPSErrors: true })
  const tab = await profile.newPage()
  await signedIn(tab)
  await tab.goto(`${site.origin}/opener`)
  const asked = { response_type: 'id_token', response_mode: 'okta_post_message', prompt: 'none' }
  await tab.evaluate(`openFrame(${JSON.stringify(open(asked))})`)
  await expect.poll(() => tab.evaluate('messages')).toHaveLength(1)
  expect(await tab.evaluate('messages')).toMatchObject([
    { origin, data: { id_token: expect.any(String) } },
  ])
  await profile.close()
  remove(folder)
})

it('[OIDC-3.1.2.1] a request that another site posts finds the session', async () => {
  await signedIn()
  await page.goto(`${site.origin}/opener`)
  const url = new URL(open({ state: 'posted' }))
  await page.evaluate(`post(${JSON.stringify([url.origin + url.pathname, [...url.searchParams]])})`)
  await atApp(page)
  expect(site.party.last()?.parameters).toMatchObject({ code: expect.any(String), state: 'posted' })
})

it('signing out takes the session away', async () => {
  await signedIn()
  const back = `${site.origin}/signed-out`
  const parameters = { client_id: app.clientId, post_logout_redirect_uri: back }
  await page.goto(`${origin}/oauth2/v1/logout?${new URLSearchParams(parameters).toString()}`)
  await page.click('#logout-confirm')
  await atApp(page, '/signed-out')
  expect(await cookieNames(context)).not.toContain('__Host-edgemint_session')
})
