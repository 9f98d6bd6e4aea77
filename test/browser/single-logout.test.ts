/** Three Express apps in one browser: who signs out at one of them is signed out at the others, by whichever channel. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { expressOpenidConnect } from '../e2e/apps/express-openid-connect.ts'
import { passportOpenidconnect } from '../e2e/apps/passport-openidconnect.ts'
import { Place, type Library } from '../e2e/apps/web-app.ts'
import type { Json } from '../json.ts'
import { org } from './support/org.ts'
import { aContext, launch, signIn } from './support/visitor.ts'

const origin = inject('origin')
const ISSUERS = { org: origin, default: `${origin}/oauth2/default` }
let browser: Browser
let context: BrowserContext
let page: Page
/** That of express-openid-connect, one that is told over the back channel, and one over the front channel. */
const places: Place[] = []

beforeAll(async () => {
  browser = await launch()
  for (const port of [...inject('calledPorts'), 0]) places.push(await Place.open(port))
  const [openid, back, front] = places as [Place, Place, Place]
  const { backChannelPath, frontChannelPath } = passportOpenidconnect
  await serve(openid, expressOpenidConnect, ISSUERS.org, {
    backchannel_logout_uri: openid.baseUrl + expressOpenidConnect.backChannelPath,
  })
  await serve(back, passportOpenidconnect, ISSUERS.default, {
    backchannel_logout_uri: back.baseUrl + backChannelPath,
  })
  await serve(front, passportOpenidconnect, ISSUERS.org, {
    frontchannel_logout_uri: front.baseUrl + frontChannelPath,
    frontchannel_logout_session_required: true,
  })
})

/** Registers an app and serves it. */
async function serve(place: Place, library: Library, issuer: string, told: Json): Promise<void> {
  const { baseUrl } = place
  const { authMethod, callbackPath, signedOutPath } = library
  const { clientId, clientSecret } = await org().app([baseUrl + callbackPath], {
    authMethod,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    post_logout_redirect_uris: [baseUrl + signedOutPath],
    ...told,
  })
  const registration = { issuer, clientId, clientSecret, baseUrl, scope: 'openid profile' }
  place.serve(await library.app(registration))
}

afterAll(async () => {
  await browser.close()
  for (const place of places) place.close()
})

beforeEach(async () => {
  context = await aContext(browser)
  page = await context.newPage()
})

afterEach(() => context.close())

it.each([
  ['express-openid-connect', 0],
  ['the app that is told over the back channel', 1],
  ['the app that is told over the front channel', 2],
])('who signs out at %s has to sign in again at all three', async (_, at) => {
  const person = await org().person()
  for (const { baseUrl } of places) {
    await page.goto(`${baseUrl}/profile`)
    if (baseUrl === places[0]!.baseUrl) await signIn(page, person.login)
    await page.waitForURL(`${baseUrl}/profile`)
    expect(await page.innerText('body')).toContain(person.id)
  }
  const { baseUrl: left } = places[at]!
  await page.goto(left)
  await page.click('text=Sign out')
  await page.waitForSelector('text=nobody')
  expect(new URL(page.url()).origin).toBe(left)
  for (const { baseUrl } of places) {
    const greeting = async (): Promise<string> => {
      await page.goto(baseUrl)
      return page.innerText('p')
    }
    await expect.poll(greeting).toBe('nobody')
    await page.goto(`${baseUrl}/profile`)
    await page.waitForSelector('#signin-submit')
  }
})
