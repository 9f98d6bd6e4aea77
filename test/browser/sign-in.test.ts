/** Somebody signs in for an app: with the right password and the wrong one, in two tabs, by keyboard, without script. */
import * as client from 'openid-client'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { authorizeUrl, org, PASSWORD, type App, type Person } from './support/org.ts'
import { RelyingParty } from './support/relying-party.ts'
import {
  aContext,
  atApp,
  cookieNames,
  expectNobody,
  fillIn,
  launch,
  pathOf,
  signIn,
} from './support/visitor.ts'

const origin = inject('origin')
let browser: Browser
let context: BrowserContext
let page: Page
let party: RelyingParty
let elsewhere: RelyingParty
let app: App
let publicApp: App
let person: Person

beforeAll(async () => {
  browser = await launch()
  party = await RelyingParty.start()
  elsewhere = await RelyingParty.start()
  party.onwardsTo = `${elsewhere.origin}/landed`
  app = await org().app([party.callback, `${party.origin}/onwards`])
  publicApp = await org().app([party.callback], { isPublic: true })
  person = await org().person()
})

afterAll(async () => {
  await browser.close()
  party.stop()
  elsewhere.stop()
})

beforeEach(async () => {
  context = await aContext(browser)
  page = await context.newPage()
})

afterEach(() => context.close())

const open = (
  parameters: Readonly<Record<string, string>> = {},
  redirectUri = party.callback,
): string => authorizeUrl(origin, app, redirectUri, parameters)

describe('a code', () => {
  it.each(['', '/oauth2/default'])(
    '[RFC7636-4] openid-client gets tokens with PKCE from a person who signs in at "%s"',
    async (path) => {
      const config = await client.discovery(
        new URL(origin + path),
        publicApp.clientId,
        undefined,
        client.None(),
        { execute: [client.allowInsecureRequests] },
      )
      const verifier = client.randomPKCECodeVerifier()
      const [state, nonce] = [client.randomState(), client.randomNonce()]
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: party.callback,
        scope: 'openid profile',
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      })
      await page.goto(url.href)
      expect(pathOf(page)).toBe('/signin')
      await signIn(page, person.login)
      await atApp(page)
      const tokens = await client.authorizationCodeGrant(config, new URL(page.url()), {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      })
      expect(tokens.claims()).toMatchObject({ sub: person.id, amr: ['pwd'] })
      const userinfo = await client.fetchUserInfo(config, tokens.access_token, person.id)
      expect(userinfo).toMatchObject({ sub: person.id, given_name: 'Ada' })
    },
  )

  it('goes on to another origin when the callback leads there', async () => {
    await page.goto(open({}, `${party.origin}/onwards`))
    await signIn(page, person.login)
    await atApp(page, '/landed')
    expect(page.url()).toBe(`${elsewhere.origin}/landed`)
    expect(party.last('/onwards')?.parameters['code']).toBeTruthy()
  })

  it('[RFC8252-7.1] goes to an app by a scheme of its own, which the page may lead to', async () => {
    const uri = 'com.example.atlas:/callback'
    const native = await org().app([uri], { application_type: 'native' })
    // A browser that is not allowed to follow an answer shows none.
    const sent = page.waitForResponse((response) => response.request().method() === 'POST')
    await page.goto(authorizeUrl(origin, native, uri))
    await fillIn(page, person.login)
    await page.click('#signin-submit', { noWaitAfter: true })
    expect((await sent).headers()['location']).toMatch(/^com\.example\.atlas:\/callback\?/)
  })

  it('one sign-in serves the next request without a page', async () => {
    await page.goto(open())
    await signIn(page, person.login)
    await atApp(page)
    await page.goto(open({ state: 'second' }))
    expect(pathOf(page)).toBe('/callback')
    expect(party.last()?.parameters['state']).toBe('second')
  })
})

describe('a wrong password', () => {
  it('is told on the page, which keeps what was typed and lets the right one in', async () => {
    await page.goto(open())
    await signIn(page, person.login, 'not-the-password')
    await page.waitForSelector('[role=alert]')
    expect(pathOf(page)).toBe('/signin')
    expect(await page.inputValue('input[name=identifier]')).toBe(person.login)
    expect(await page.inputValue('input[name=password]')).toBe('')
    expect(await page.evaluate('document.activeElement.id')).toBe('password')
    await page.fill('input[name=password]', PASSWORD)
    await page.keyboard.press('Enter')
    await atApp(page)
    expect(party.last()?.parameters['code']).toBeTruthy()
  })

  it('reads the same as a user whom nobody knows', async () => {
    const seen: string[] = []
    for (const login of [person.login, 'nobody@people.example']) {
      await page.goto(open())
      await signIn(page, login, 'not-the-password')
      await page.waitForSelector('[role=alert]')
      const texts = await page.locator('main').allInnerTexts()
      seen.push([await page.title(), ...texts, pathOf(page)].join('\n'))
    }
    expect(seen[0]).toBe(seen[1])
  })
})

describe('two tabs', () => {
  const inBoth = async (work: (tab: Page, at: number) => Promise<unknown>): Promise<Page[]> => {
    const tabs = [page, await context.newPage()]
    await Promise.all(tabs.map((tab, at) => work(tab, at)))
    return tabs
  }

  it('opened at once by a browser that was never here both complete, one after the other', async () => {
    const tabs = await inBoth((tab, at) => tab.goto(open({ state: `tab-${at}` })))
    for (const [at, tab] of tabs.entries()) {
      await signIn(tab, person.login)
      await atApp(tab)
      expect(party.last()?.parameters).toMatchObject({
        state: `tab-${at}`,
        code: expect.any(String),
      })
    }
  })

  it('sent at once both complete', async () => {
    const tabs = await inBoth(async (tab, at) => {
      await tab.goto(open({ state: `same-${at}` }))
      await fillIn(tab, person.login)
    })
    await Promise.all(
      tabs.map(async (tab) => {
        await tab.click('#signin-submit')
        await atApp(tab)
      }),
    )
    const states = party.arrivals.flatMap(({ parameters }) => parameters['state'] ?? [])
    expect(states).toEqual(expect.arrayContaining(['same-0', 'same-1']))
  })
})

describe('whoever comes after', () => {
  const completed = async (): Promise<string> => {
    await page.goto(open())
    const address = page.url()
    await signIn(page, person.login)
    await atApp(page)
    await context.clearCookies({ name: 'edgemint_session' })
    return address
  }

  it('is not signed in by the form that the back button shows', async () => {
    await completed()
    await page.goBack()
    expect(pathOf(page)).toBe('/signin')
    expect(await page.inputValue('input[name=password]')).toBe('')
    const arrivals = party.arrivals.length
    await signIn(page, person.login)
    await page.waitForLoadState()
    expect(pathOf(page)).toBe('/signin')
    expect(party.arrivals.length).toBe(arrivals)
    expect(await cookieNames(context)).not.toContain('edgemint_session')
    await expectNobody(context, origin)
  })

  it('is not signed in by the form being sent again as it was', async () => {
    let form = ''
    page.on('request', (request) => {
      if (request.method() === 'POST') form = request.postData() ?? ''
    })
    await completed()
    expect(form).toContain('transaction=')
    const again = await context.request.post(`${origin}/signin`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      data: form,
    })
    expect(new URL(again.url()).pathname).toBe('/signin')
    expect(await cookieNames(context)).not.toContain('edgemint_session')
    await expectNobody(context, origin)
  })

  it('sees an expired page when the transaction is of another browser', async () => {
    await page.goto(open())
    const other = await aContext(browser)
    const stolen = await other.newPage()
    const answer = await stolen.goto(page.url())
    expect(answer?.status()).toBe(400)
    expect(await stolen.locator('input[name=password]').count()).toBe(0)
    await other.close()
  })
})

describe('cookies', () => {
  it('are Lax, HttpOnly and plainly named on http localhost', async () => {
    await page.goto(open())
    await signIn(page, person.login)
    await atApp(page)
    const cookies = (await context.cookies(origin)).filter(({ name }) => name.includes('edgemint'))
    expect(cookies.map(({ name }) => name)).toContain('edgemint_session')
    for (const cookie of cookies)
      expect(cookie).toMatchObject({ httpOnly: true, secure: false, sameSite: 'Lax', path: '/' })
    expect(cookies.some(({ name }) => name.startsWith('__Host-'))).toBe(false)
  })
})

describe('framing', () => {
  it('the sign-in page is shown in no frame', async () => {
    await page.goto(`${party.origin}/opener`)
    await page.evaluate(`openFrame(${JSON.stringify(open())})`)
    await expect.poll(() => page.frames()[1]?.url()).toMatch(/^chrome-error:/)
    expect(await page.frames()[1]?.locator('input').count()).toBe(0)
  })
})
