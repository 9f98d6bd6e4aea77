/** `/login/sessionCookieRedirect`: a session for a session token, and a way on to nobody who was not trusted with it. */
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { answerOf, Browser, type PageView } from './browser.ts'
import { aSignedInBrowser, aTrustedOrigin, sessionTokenOf } from './session-support.ts'
import { aPersonWithPassword, aSignInApp, authorizeUrl, ORG_BASE, payloadOf, redeem, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { answered, ORIGIN } from './support.ts'

const PATH = '/login/sessionCookieRedirect'

let app: SignInApp
let person: TestPerson
let trusted = ''

beforeAll(async () => {
  app = await aSignInApp()
  person = await aPersonWithPassword()
  trusted = await aTrustedOrigin('CORS', 'REDIRECT')
})

afterEach(() => {
  vi.useRealTimers()
})

/** What okta-auth-js makes of session.setCookieAndRedirect. */
const follow = (browser: Browser, token: string, redirectUrl: string): Promise<PageView> =>
  browser.get(`${PATH}?${new URLSearchParams({ checkAccountSetupComplete: 'true', token, redirectUrl }).toString()}`) // prettier-ignore

const whoIs = async (browser: Browser): Promise<string | undefined> => {
  const answer = answerOf(await browser.get(authorizeUrl(ORG_BASE, app, { prompt: 'none' })))
  if (answer['code'] === undefined) return undefined
  const [, tokens] = await answered(await redeem(ORG_BASE, app, answer['code']))
  return payloadOf(tokens['id_token'])['sub'] as string
}

describe('a session token', () => {
  it('begins a session and leads on to a page of a trusted origin, as it was sent', async () => {
    const browser = new Browser()
    const target = `${trusted}/app?a=1&b=%20#c`
    const view = await follow(browser, await sessionTokenOf(person), target)
    expect([view.status, view.location]).toEqual([303, target])
    expect(view.headers.get('referrer-policy')).toBe('no-referrer')
    expect(view.headers.get('cache-control')).toBe('no-store')
    expect(await whoIs(browser)).toBe(person.id)
  })

  it('leads on to an authorization request, and to the page of who is signed in', async () => {
    const browser = new Browser()
    const asks = authorizeUrl(ORG_BASE, app, { prompt: 'none' })
    const view = await follow(browser, await sessionTokenOf(person), asks)
    expect(answerOf(view)).toHaveProperty('code')
    const home = await follow(new Browser(), await sessionTokenOf(person), `${ORIGIN}/signin`)
    expect(home.html).toContain(person.login)
  })

  it('is taken in a form, too', async () => {
    const browser = new Browser()
    const token = await sessionTokenOf(person)
    const view = await browser.post(PATH, { token, redirectUrl: trusted })
    expect([view.status, view.location]).toEqual([303, `${trusted}/`])
    expect(await whoIs(browser)).toBe(person.id)
  })

  it('is good once, whoever comes with it, and leads nobody on without a session', async () => {
    const token = await sessionTokenOf(person)
    const views = await Promise.all(
      Array.from({ length: 8 }, () => follow(new Browser(), token, trusted)),
    )
    expect(views.map(({ status }) => status).toSorted()).toEqual([303, ...Array.from({ length: 7 }, () => 400)]) // prettier-ignore
    for (const view of views.filter(({ status }) => status === 400)) {
      expect(view.location).toBeNull()
      expect(view.html).toContain('This page has expired')
    }
  })

  it('is good until its second, and not in it', async () => {
    const [early, late] = [await sessionTokenOf(person), await sessionTokenOf(person)]
    vi.useFakeTimers({ toFake: ['Date'] })
    const end = Date.now() + limits.sessionTokenSeconds * 1000
    vi.setSystemTime(end - 5000)
    expect((await follow(new Browser(), early, trusted)).status).toBe(303)
    for (const now of [end, end + 1000]) {
      vi.setSystemTime(now)
      expect((await follow(new Browser(), late, trusted)).status).toBe(400)
    }
  })

  it('of somebody else puts nobody in the place of who is signed in', async () => {
    const { browser } = await aSignedInBrowser(person)
    const other = await aPersonWithPassword()
    const view = await follow(browser, await sessionTokenOf(other), trusted)
    expect([view.status, view.location]).toEqual([303, `${trusted}/`])
    expect(await whoIs(browser)).toBe(person.id)
  })
})

describe('a way on', () => {
  const REFUSED: readonly (readonly [string, () => string | Promise<string>])[] = [
    ['to an origin that nobody trusts', () => 'https://evil.example/'],
    ['to one that is trusted with CORS alone', () => aTrustedOrigin('CORS')],
    ['to the callback of an app whose origin nobody trusts', () => 'https://app.example/callback'],
    ['to an origin that begins like a trusted one', () => `${trusted}.evil.example/`],
    ['to another port of it', () => `${trusted}:8443/`],
    ['to it without TLS', () => trusted.replace('https:', 'http:')],
    ['that has it for a user name', () => `${trusted}@evil.example/`],
    ['with a user name', () => trusted.replace('https://', 'https://a:b@')],
    ['without a scheme', () => trusted.replace('https:', '')],
    ['that is a path', () => '/signin'],
    ['that is a script', () => 'javascript:alert(1)//'],
    ['that is data', () => 'data:text/html,x'],
    ['that is nothing', () => ''],
    ['that is too long', () => `${trusted}/${'a'.repeat(limits.uriCharactersMax)}`],
  ]

  it.each(REFUSED)('%s is refused, and leaves the token as it was', async (_, address) => {
    const token = await sessionTokenOf(person)
    for (const browser of [new Browser(), (await aSignedInBrowser(person)).browser]) {
      const view = await follow(browser, token, await address())
      expect([view.status, view.location]).toEqual([400, null])
      expect(view.html).toContain('id="oauth-error"')
      expect(view.html).not.toContain(token)
    }
    expect((await follow(new Browser(), token, trusted)).status).toBe(303)
  })

  it('cannot be asked for twice in one request', async () => {
    const token = await sessionTokenOf(person)
    const query = `token=${token}&redirectUrl=${encodeURIComponent(trusted)}`
    const view = await new Browser().get(`${PATH}?${query}&redirectUrl=https%3A%2F%2Fevil.example`)
    expect([view.status, view.location]).toEqual([400, null])
  })
})
