/** @okta/okta-auth-js, unmodified, in a page of another site, against the product behind TLS. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { ask, AUTH_JS, openWithClient } from './support/auth-js.ts'
import { Org } from './support/org.ts'
import { OtherSite } from './support/other-site.ts'
import { aContext, launch } from './support/visitor.ts'

const origin = inject('secureOrigin')
let browser: Browser
let context: BrowserContext
let page: Page
let site: OtherSite

beforeAll(async () => {
  site = await OtherSite.start({ scripts: AUTH_JS })
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

it('a page learns from a frame that nobody is signed in', async () => {
  const { clientId } = await new Org(inject('secureListening')).app([site.callback], {
    isPublic: true,
  })
  const options = { issuer: `${origin}/oauth2/default`, clientId, redirectUri: site.callback }
  await openWithClient(page, site.origin, options)
  await expect(ask(page, 'client.token.getWithoutPrompt()')).rejects.toThrow('login_required')
  expect(await ask(page, 'client.isAuthenticated()')).toBe(false)
})
