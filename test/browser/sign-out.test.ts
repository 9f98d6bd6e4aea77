/** Leaving: the org asks, unless the app shows by an ID token whom it speaks for. */
import * as client from 'openid-client'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { authorizeUrl, org, type App, type Person } from './support/org.ts'
import { RelyingParty } from './support/relying-party.ts'
import {
  aContext,
  atApp,
  cookieNames,
  expectNobody,
  launch,
  pathOf,
  signIn,
} from './support/visitor.ts'

const origin = inject('origin')
let browser: Browser
let context: BrowserContext
let page: Page
let party: RelyingParty
let app: App
let person: Person
let back: string
let idToken: string

beforeAll(async () => {
  browser = await launch()
  party = await RelyingParty.start()
  back = `${party.origin}/signed-out`
  app = await org().app([party.callback], { post_logout_redirect_uris: [back] })
  person = await org().person()
})

afterAll(async () => {
  await browser.close()
  party.stop()
})

beforeEach(async () => {
  context = await aContext(browser)
  page = await context.newPage()
  await page.goto(authorizeUrl(origin, app, party.callback, { response_type: 'id_token' }))
  await signIn(page, person.login)
  await atApp(page)
  idToken = new URLSearchParams(new URL(page.url()).hash.slice(1)).get('id_token') ?? ''
})

afterEach(() => context.close())

/** As openid-client builds it, from what discovery says. */
async function logoutUrl(parameters: Record<string, string>): Promise<string> {
  const options = { execute: [client.allowInsecureRequests] }
  const config = await client.discovery(new URL(origin), app.clientId, {}, undefined, options)
  return client.buildEndSessionUrl(config, parameters).href
}

it('[RP-Initiated-Logout-2] without a hint the person is asked, and can stay', async () => {
  await page.goto(await logoutUrl({ client_id: app.clientId }))
  expect(await page.locator('main').innerText()).toContain(person.login)
  await page.click('text=Stay signed in')
  await page.waitForSelector('#signout-submit')
  expect(await cookieNames(context)).toContain('edgemint_session')
})

it('[RP-Initiated-Logout-2] who says yes is signed out and comes back to the app with its state', async () => {
  await page.goto(await logoutUrl({ post_logout_redirect_uri: back, state: 'bye bye&' }))
  await page.click('#logout-confirm')
  await atApp(page, '/signed-out')
  expect(party.last('/signed-out')?.parameters).toEqual({ state: 'bye bye&' })
  expect(await cookieNames(context)).not.toContain('edgemint_session')
  await expectNobody(context, origin)
})

it('[RP-Initiated-Logout-2] with an ID token as its hint it happens at once', async () => {
  await page.goto(
    await logoutUrl({ id_token_hint: idToken, post_logout_redirect_uri: back, state: 'at-once' }),
  )
  expect(pathOf(page)).toBe('/signed-out')
  expect(party.last('/signed-out')?.parameters).toEqual({ state: 'at-once' })
  await expectNobody(context, origin)
})

it('without a way back the page says that it is done', async () => {
  await page.goto(await logoutUrl({ id_token_hint: idToken }))
  expect(await page.locator('#signed-out').innerText()).toContain('You are signed out')
  await page.click('text=Sign in again')
  await page.waitForSelector('#signin-submit')
})

it('a way back that nobody registered is refused, and the person stays signed in', async () => {
  const answer = await page.goto(
    await logoutUrl({ id_token_hint: idToken, post_logout_redirect_uri: `${back}/other` }),
  )
  expect(answer?.status()).toBe(400)
  expect(await page.locator('#oauth-error').innerText()).toContain('post_logout_redirect_uri')
  expect(await cookieNames(context)).toContain('edgemint_session')
})

it('the page of whoever is signed in signs out, too', async () => {
  await page.goto(`${origin}/signin`)
  await page.click('#signout-submit')
  await page.waitForSelector('#signed-out')
  await expectNobody(context, origin)
})
