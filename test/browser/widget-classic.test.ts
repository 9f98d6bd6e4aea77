/** Okta's Sign-In Widget with its classic engine, unmodified, in a page of another site, against the product behind TLS. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import type { Json } from '../json.ts'
import { Org, PASSWORD, type App, type Person } from './support/org.ts'
import { OtherSite } from './support/other-site.ts'
import { aContext, atApp, expectNobody, launch } from './support/visitor.ts'
import { submitForm } from './support/widget.ts'

const WIDGET = '@okta/okta-signin-widget/dist'
const NEW = 'Another-Horse-8-battery'
const folder = process.env['SCREENSHOTS'] ?? ''

const origin = inject('secureOrigin')
const DEFAULT = `${origin}/oauth2/default`
const org = new Org(inject('secureListening'))
let browser: Browser
let context: BrowserContext
let page: Page
let site: OtherSite
let app: App
let person: Person

beforeAll(async () => {
  site = await OtherSite.start({
    scripts: [`${WIDGET}/js/okta-sign-in.min.js`],
    styles: [`${WIDGET}/css/okta-sign-in.min.css`],
  })
  await org.trust(site.origin, 'CORS', 'REDIRECT')
  app = await org.app([site.callback], {
    isPublic: true,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  })
  browser = await launch()
  if (folder !== '') mkdirSync(folder, { recursive: true })
})

afterAll(async () => {
  await browser.close()
  site.stop()
})

beforeEach(async () => {
  context = await aContext(browser, { ignoreHTTPSErrors: true })
  page = await context.newPage()
  person = await org.person()
})

afterEach(() => context.close())

const look = async (name: string): Promise<void> => {
  if (folder !== '') await page.screenshot({ path: join(folder, `widget-classic-${name}.png`) })
}

/** Makes a `widget` on the page as it is. */
const makeWidget = (options: Json): Promise<void> =>
  page.evaluate(`
    window.widget = new OktaSignIn(${JSON.stringify({ useClassicEngine: true, el: '#app', ...options })}); undefined
  `)

const optionsOf = (issuer: string): Json => ({
  issuer,
  clientId: app.clientId,
  redirectUri: site.callback,
  scopes: ['openid', 'profile', 'offline_access'],
})

/** A page with a widget that asks for tokens, which come to `got`. */
async function asked(issuer = DEFAULT): Promise<void> {
  await page.goto(site.origin)
  await makeWidget(optionsOf(issuer))
  await page.evaluate('window.got = widget.showSignInToGetTokens(); undefined')
}

const enter = (login: string, password = PASSWORD): Promise<void> =>
  submitForm(page, { username: login, password })

const change = (oldPassword: string, newPassword: string): Promise<void> =>
  submitForm(page, { oldPassword, newPassword, confirmPassword: newPassword })

/** What the widget says is wrong. */
const complaint = async (): Promise<string> => page.locator('.okta-form-infobox-error').innerText()

/** As an app does with its tokens. */
const shown = (): Promise<string> =>
  page.evaluate(`got.then(({ idToken, refreshToken }) => {
    widget.remove()
    const { name } = idToken.claims
    return document.querySelector('#app').textContent = 'Signed in as ' + name + (refreshToken ? ', to stay' : '')
  })`)

describe.each([
  ['org', origin],
  ['default', DEFAULT],
])('at the %s server', (kind, issuer) => {
  it('showSignInToGetTokens brings tokens to the page', async () => {
    await asked(issuer)
    await page.waitForSelector('input[name=username]')
    await look(`${kind}-asked`)
    await enter(person.login)
    expect(await shown()).toBe('Signed in as Ada Lovelace, to stay')
    await look(`${kind}-signed-in`)
    expect(await page.evaluate('got.then(({ idToken }) => idToken.claims.sub)')).toBe(person.id)
  })

  it('showSignInAndRedirect begins a session, and the app is called with a code', async () => {
    await page.goto(site.origin)
    await makeWidget(optionsOf(issuer))
    await page.evaluate('void widget.showSignInAndRedirect()')
    await enter(person.login)
    await atApp(page)
    await makeWidget(optionsOf(issuer))
    await page.evaluate(
      'window.got = widget.authClient.token.parseFromUrl().then(({ tokens }) => tokens); undefined',
    )
    expect(await shown()).toBe('Signed in as Ada Lovelace, to stay')
    await page.goto(`${origin}/signin`)
    await page.waitForSelector('#signout-submit')
  })
})

it('without a client it begins a session, which leads on to a trusted page', async () => {
  await page.goto(site.origin)
  await makeWidget({ baseUrl: origin })
  const next = `${site.origin}/signed-out?back=yes`
  await page.evaluate(`widget.renderEl({}, ({ status, session }) => {
    if (status === 'SUCCESS') session.setCookieAndRedirect('${next}')
  }); undefined`)
  await enter(person.login)
  await page.waitForURL(next)
  await page.goto(`${origin}/signin`)
  expect(await page.locator('main').innerText()).toContain(person.login)
})

it('a wrong password, and a login that nobody has, are answered alike, and the person tries again', async () => {
  for (const login of ['nobody@people.example', person.login]) {
    await asked()
    await enter(login, 'not the password')
    expect(await complaint()).toBe('Unable to sign in')
  }
  await look('wrong')
  await expectNobody(context, origin)
  await enter(person.login)
  expect(await shown()).toContain('Ada Lovelace')
})

it('whoever is locked out is told no more than that', async () => {
  const wrong = { username: person.login, password: 'not the password' }
  for (let count = 0; count < limits.passwordAttemptsMax; count++)
    await fetch(`${inject('secureListening')}/api/v1/authn`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(wrong),
    })
  await asked()
  await enter(person.login)
  expect(await complaint()).toBe('Unable to sign in')
  await org.call('POST', `/api/v1/users/${person.id}/lifecycle/unlock`)
  await enter(person.login)
  expect(await shown()).toContain('Ada Lovelace')
})

describe('a password that has expired', () => {
  beforeEach(async () => {
    await org.call('POST', `/api/v1/users/${person.id}/lifecycle/expire_password`)
    await asked()
    await enter(person.login)
    await page.waitForSelector('input[name=username]', { state: 'detached' })
  })

  it('is replaced in the widget, by one that will do, and signs in', async () => {
    await look('expired')
    await change(PASSWORD, 'short')
    expect(await complaint()).toBe('The new password must have at least 8 characters')
    await look('expired-short')
    await change('not the password', NEW)
    const fault = page.locator('.o-form-input:has(input[name=oldPassword]) .o-form-input-error')
    expect(await fault.innerText()).toBe('The password is not the present one')
    await change(PASSWORD, NEW)
    expect(await shown()).toContain('Ada Lovelace')
    await asked()
    await enter(person.login, NEW)
    expect(await shown()).toContain('Ada Lovelace')
  })

  it('may be left as it is', async () => {
    await page.click('[data-se=signout-link]')
    await page.waitForSelector('input[name=username]')
    await expectNobody(context, origin)
  })
})
