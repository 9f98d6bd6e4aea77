/** An Express app as the manual of express-openid-connect begins, over TLS: an ID token is posted to it, and it has no secret. */
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { openidApp } from '../e2e/apps/express-openid-connect.ts'
import { Place } from '../e2e/apps/web-app.ts'
import { Org, type Person } from './support/org.ts'
import { TlsProxy } from '../e2e/tls-proxy.ts'
import { aContext, expectNobody, launch, signIn } from './support/visitor.ts'

const origin = inject('secureOrigin')
const listening = inject('secureListening')
let browser: Browser
let context: BrowserContext
let place: Place
let proxy: TlsProxy
let person: Person

beforeAll(async () => {
  browser = await launch()
  context = await aContext(browser, { ignoreHTTPSErrors: true })
  place = await Place.open()
  proxy = await TlsProxy.start(Number(new URL(place.baseUrl).port))
  person = await new Org(listening).person()
})

afterAll(async () => {
  await browser.close()
  proxy.stop()
  place.close()
})

it('[OIDC-Form-Post-2] signs in by the ID token that the browser posts to it, and out again', async () => {
  const baseUrl = `https://127.0.0.1:${proxy.port}`
  const { clientId } = await new Org(listening).app([`${baseUrl}/callback`], {
    grant_types: ['authorization_code', 'implicit'],
    response_types: ['code', 'id_token'],
    post_logout_redirect_uris: [baseUrl],
  })
  place.serve(
    openidApp({
      issuerBaseURL: `${origin}/oauth2/default`,
      baseURL: baseUrl,
      clientID: clientId,
      // Node does not know who signed the certificate.
      customFetch: (input, init) => {
        const { href } = new URL(input instanceof Request ? input.url : input)
        return fetch(href.replace(origin, listening), init)
      },
    }),
  )
  const page = await context.newPage()
  await page.goto(`${baseUrl}/login`)
  await signIn(page, person.login)
  await page.waitForSelector('text=Sign out')
  expect([page.url(), await page.innerText('p')]).toEqual([`${baseUrl}/`, person.id])
  await page.click('text=Sign out')
  await page.waitForSelector('text=nobody')
  expect(page.url()).toBe(`${baseUrl}/`)
  await expectNobody(context, origin)
})
