/** What somebody gives an app on the consent page: everything, nothing, or without what is optional. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { authorizeUrl, org, type App, type Person } from './support/org.ts'
import { RelyingParty } from './support/relying-party.ts'
import { aContext, atApp, launch, pathOf, signIn } from './support/visitor.ts'

const origin = inject('origin')
let browser: Browser
let context: BrowserContext
let page: Page
let party: RelyingParty
let elsewhere: RelyingParty
let app: App
let person: Person
let required: string
let optional: string

beforeAll(async () => {
  browser = await launch()
  party = await RelyingParty.start()
  elsewhere = await RelyingParty.start()
  party.onwardsTo = `${elsewhere.origin}/landed`
  app = await org().app([party.callback, `${party.origin}/onwards`], {
    consent_method: 'REQUIRED',
  })
  required = await org().scope({ displayName: 'Read', consent: 'REQUIRED' })
  optional = await org().scope({ displayName: 'Write', consent: 'REQUIRED', optional: true })
})

afterAll(async () => {
  await browser.close()
  party.stop()
  elsewhere.stop()
})

beforeEach(async () => {
  person = await org().person()
  context = await aContext(browser)
  page = await context.newPage()
})

afterEach(() => context.close())

/** To the consent page; tokens in the answer show what was given. */
async function asked(redirectUri = party.callback): Promise<void> {
  const scope = `openid ${required} ${optional}`
  const url = authorizeUrl(
    origin,
    app,
    redirectUri,
    { scope, response_type: 'token id_token' },
    'default',
  )
  await page.goto(url)
  await signIn(page, person.login)
  await page.waitForSelector('#consent-allow')
  expect(pathOf(page)).toBe('/consent')
}

/** What stands in the fragment of the callback. */
const answer = (): URLSearchParams => new URLSearchParams(new URL(page.url()).hash.slice(1))

const given = (): readonly string[] => (answer().get('scope') ?? '').split(' ').sort()

it('[OIDC-3.1.2.4] what is allowed goes to the app, and is not asked again', async () => {
  await asked()
  expect(await page.locator('main').innerText()).toContain('Read')
  await page.click('#consent-allow')
  await atApp(page)
  expect(given()).toEqual(['openid', required, optional].sort())
  const scope = `openid ${required}`
  await page.goto(authorizeUrl(origin, app, party.callback, { scope }, 'default'))
  expect(pathOf(page)).toBe('/callback')
})

it('[RFC6749-4.1.2.1] a refusal is told to the app, and asked again the next time', async () => {
  await asked()
  await page.click('#consent-deny')
  await atApp(page)
  expect(answer().get('error')).toBe('access_denied')
  expect(answer().get('access_token')).toBeNull()
  const scope = `openid ${required}`
  await page.goto(authorizeUrl(origin, app, party.callback, { scope }, 'default'))
  expect(pathOf(page)).toBe('/consent')
})

it('an optional scope that is unticked is left out', async () => {
  await asked()
  await page.uncheck(`input[name=scope][value="${optional}"]`)
  await page.click('#consent-allow')
  await atApp(page)
  expect(given()).toEqual(['openid', required].sort())
})

it('Enter in a checkbox gives nothing away', async () => {
  await asked()
  await page.focus(`input[name=scope][value="${optional}"]`)
  await page.keyboard.press('Enter')
  await atApp(page)
  expect(answer().get('error')).toBe('access_denied')
})

it('goes on to another origin when the callback leads there', async () => {
  await asked(`${party.origin}/onwards`)
  await page.click('#consent-allow')
  await atApp(page, '/landed')
  expect(new URL(page.url()).origin).toBe(elsewhere.origin)
})
