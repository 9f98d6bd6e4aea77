/**
 * Okta's Sign-In Widget as it comes, with its Identity Engine, unmodified, in a page of another site, against the product
 * behind TLS.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { remove, temporaryFolder } from '../e2e/product.ts'
import type { Json } from '../json.ts'
import { Org, PASSWORD, type App, type Person } from './support/org.ts'
import { OtherSite } from './support/other-site.ts'
import { aContext, launch, launchPermissive } from './support/visitor.ts'
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

const anApp = (more: Json = {}): Promise<App> =>
  org.app([site.callback], {
    isPublic: true,
    grant_types: ['interaction_code', 'refresh_token'],
    response_types: ['code'],
    ...more,
  })

beforeAll(async () => {
  site = await OtherSite.start({
    scripts: [`${WIDGET}/js/okta-sign-in.min.js`],
    styles: [`${WIDGET}/css/okta-sign-in.min.css`],
  })
  app = await anApp()
  await letIn()
  browser = await launch()
  if (folder !== '') mkdirSync(folder, { recursive: true })
})

/** The rule of the default server lets interaction codes in, too. */
async function letIn(): Promise<void> {
  const policies = '/api/v1/authorizationServers/default/policies'
  const [policy] = (await org.call('GET', policies)) as unknown as Json[]
  const rules = `${policies}/${policy!['id']}/rules`
  const [rule] = (await org.call('GET', rules)) as unknown as Json[]
  const { include } = rule!['conditions']['grantTypes']
  rule!['conditions']['grantTypes'] = { include: [...new Set([...include, 'interaction_code'])] }
  await org.call('PUT', `${rules}/${rule!['id']}`, rule)
}

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

const look = async (name: string, of = page): Promise<void> => {
  if (folder !== '') await of.screenshot({ path: join(folder, `widget-idx-${name}.png`) })
}

const optionsOf = (issuer: string, { clientId } = app): Json => ({
  el: '#app',
  issuer,
  clientId,
  redirectUri: site.callback,
  scopes: ['openid', 'profile', 'offline_access'],
})

/** Makes a `widget` on the page as it is. */
const makeWidget = (options: Json, on = page): Promise<void> =>
  on.evaluate(`window.widget = new OktaSignIn(${JSON.stringify(options)}); undefined`)

/** A page with a widget that asks for tokens, which come to `got`. */
async function asked(options: Json, on = page): Promise<void> {
  await on.goto(site.origin)
  await makeWidget(options, on)
  await on.evaluate('window.got = widget.showSignInToGetTokens(); undefined')
}

const enter = (login: string, password = PASSWORD, on = page): Promise<void> =>
  submitForm(on, { identifier: login, 'credentials.passcode': password })

/** What the widget says is wrong. */
const complaint = (): Promise<string> => page.locator('.okta-form-infobox-error').innerText()

/** As an app does with its tokens. */
const shown = (on = page): Promise<string> =>
  on.evaluate(`got.then(({ idToken, refreshToken }) => {
    widget.remove()
    const { name } = idToken.claims
    return document.querySelector('#app').textContent = 'Signed in as ' + name + (refreshToken ? ', for long' : '')
  })`)

describe.each([
  ['org', origin],
  ['default', DEFAULT],
])('at the %s server', (kind, issuer) => {
  it('showSignInToGetTokens brings tokens to the page', async () => {
    await asked(optionsOf(issuer))
    await page.waitForSelector('input[name=identifier]')
    await look(`${kind}-asked`)
    await enter(person.login)
    // At the org server the name is for userinfo to tell.
    expect(await shown()).toMatch(kind === 'org' ? /for long$/ : /^Signed in as Ada Lovelace, for long$/) // prettier-ignore
    await look(`${kind}-signed-in`)
    expect(await page.evaluate('got.then(({ idToken }) => idToken.claims.sub)')).toBe(person.id)
  })

  it('showSignInAndRedirect leads to the app with a code', async () => {
    await page.goto(site.origin)
    await makeWidget(optionsOf(issuer))
    await page.evaluate('void widget.showSignInAndRedirect()')
    await enter(person.login)
    await page.waitForURL(`${site.callback}?**`)
    const { interaction_code: code, state } = site.party.last()!.parameters
    expect([code, state]).toEqual([expect.any(String), expect.any(String)])
    await makeWidget(optionsOf(issuer))
    await page.evaluate(`window.got = widget.authClient.idx
      .handleInteractionCodeRedirect(location.href)
      .then(() => widget.authClient.tokenManager.getTokens()); undefined`)
    expect(await page.evaluate('got.then(({ idToken }) => idToken.claims.sub)')).toBe(person.id)
  })
})

it('a wrong password, and a login that nobody has, are answered alike, and the person tries again', async () => {
  await asked(optionsOf(DEFAULT))
  for (const login of [person.login, 'nobody@people.example']) {
    await enter(login, 'not the password')
    expect(await complaint()).toBe('Unable to sign in')
  }
  await look('wrong')
  await enter(person.login)
  expect(await shown()).toContain('Ada Lovelace')
})

it('what is wrong with the app is said', async () => {
  const without = await anApp({ grant_types: ['authorization_code'] })
  await asked(optionsOf(DEFAULT, without))
  const told = page.locator('[data-se=callout]')
  expect(await told.innerText()).toBe('The requested feature is not enabled in this environment.')
  await look('not-enabled')
})

describe('a password that has expired', () => {
  it('is replaced in the widget, by one that will do, and signs in', async () => {
    await org.call('POST', `/api/v1/users/${person.id}/lifecycle/expire_password`)
    await asked(optionsOf(DEFAULT))
    await enter(person.login)
    await page.waitForSelector('input[name=confirmPassword]')
    await look('expired')
    const change = (password: string): Promise<void> =>
      submitForm(page, { 'credentials.passcode': password, confirmPassword: password })
    await change('short')
    const fault = page.locator('.o-form-input-error')
    expect(await fault.first().innerText()).toContain('must have at least 8 characters')
    await look('expired-short')
    await change(NEW)
    expect(await shown()).toContain('Ada Lovelace')
  })
})

describe('consent', () => {
  it('is asked for in the widget, and given as a whole', async () => {
    const asking = await anApp({ consent_method: 'REQUIRED' })
    const name = await org.scope({ consent: 'REQUIRED', displayName: 'Pay bills', description: 'From any account.' }) // prettier-ignore
    const options = { ...optionsOf(DEFAULT, asking), scopes: ['openid', 'profile', name] }
    await asked(options)
    await enter(person.login)
    await page.waitForSelector('.consent-title')
    await look('consent')
    expect(await page.locator('#app').innerText()).toContain('Pay bills')
    await page.click('input[data-type=save]')
    expect(await shown()).toContain('Ada Lovelace')
    expect(await page.evaluate('got.then(({ accessToken }) => accessToken.scopes)')).toContain(name)
  })

  it('is given scope by scope where some may be left out', async () => {
    const asking = await anApp({ consent_method: 'REQUIRED' })
    const [pay, mail, news] = [
      await org.scope({ consent: 'REQUIRED', displayName: 'Pay bills' }),
      await org.scope({ consent: 'REQUIRED', optional: true, displayName: 'Read mail' }),
      await org.scope({ consent: 'REQUIRED', optional: true, displayName: 'Send news' }),
    ]
    await asked({ ...optionsOf(DEFAULT, asking), scopes: ['openid', pay, mail, news] })
    await enter(person.login)
    await page.waitForSelector('.consent-title')
    const boxOf = (name: string) => page.locator(`label[data-se-for-name="optedScopes.${name}"]`)
    expect(await boxOf(pay).innerText()).toBe('Pay bills')
    expect(await boxOf(pay).locator('xpath=..').locator('input').isDisabled()).toBe(true)
    await boxOf(mail).click()
    await look('consent-granular')
    await page.click('input[data-type=save]')
    const scopes: unknown = await page.evaluate('got.then(({ accessToken }) => accessToken.scopes)')
    expect(scopes).toEqual(expect.arrayContaining(['openid', pay, news]))
    expect(scopes).not.toContain(mail)
  })

  it('that is refused ends it', async () => {
    const asking = await anApp({ consent_method: 'REQUIRED' })
    const name = await org.scope({ consent: 'REQUIRED', displayName: 'Pay bills' })
    await asked({ ...optionsOf(DEFAULT, asking), scopes: ['openid', name] })
    await enter(person.login)
    await page.waitForSelector('.consent-title')
    await page.click('input[data-type=cancel]')
    await page.waitForSelector('.okta-form-infobox-error')
    await look('consent-refused')
  })
})

it('a browser that lets other sites have cookies has a session, and is not asked again', async () => {
  const profile = temporaryFolder()
  const kept = await launchPermissive(profile, { ignoreHTTPSErrors: true })
  try {
    const other = await kept.newPage()
    await asked(optionsOf(DEFAULT), other)
    await enter(person.login, PASSWORD, other)
    expect(await shown(other)).toContain('Ada Lovelace')
    const again = await anApp()
    await asked(optionsOf(origin, again), other)
    expect(await other.evaluate('got.then(({ idToken }) => idToken.claims.sub)')).toBe(person.id)
  } finally {
    await kept.close()
    remove(profile)
  }
})
