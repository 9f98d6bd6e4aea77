/** Leaving: by an app's hint at once, by nobody's hint after a question, and where the browser goes then. */
import { beforeAll, describe, expect, it } from 'vitest'
import { ORG_SERVER_ID } from '../../src/domain/authorization-server.ts'
import { answerOf, Browser, hiddenInputs, type PageView } from './browser.ts'
import { eventsAbout, nowSeconds } from './held-support.ts'
import { issuedAt } from './hint-support.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  ORG_BASE,
  payloadOf,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { type Json } from './support.ts'
import { aPeopleServer, introspect, refreshed, tokensFor } from './token-support.ts'

const AFTER = 'https://app.example/after'
const WITH_QUERY = 'https://app.example/after?from=org'

let app: SignInApp
let person: TestPerson
const bases = { org: ORG_BASE, custom: '' }
const serverIds = { org: ORG_SERVER_ID, custom: '' }
type Kind = keyof typeof bases

beforeAll(async () => {
  app = await aSignInApp({ post_logout_redirect_uris: [AFTER, WITH_QUERY] })
  person = await aPersonWithPassword()
  const server = await aPeopleServer()
  bases.custom = server.issuer
  serverIds.custom = server.id
})

interface Here {
  readonly browser: Browser
  readonly tokens: Json
  readonly hint: string
}

/** Somebody who is signed in. */
async function here(kind: Kind, who = person): Promise<Here> {
  const browser = new Browser()
  const scope = 'openid offline_access'
  const tokens = await tokensFor(bases[kind], app, who, { scope }, browser)
  return { browser, tokens, hint: tokens['id_token'] }
}

const logout = (
  kind: Kind,
  browser: Browser,
  parameters: Readonly<Record<string, string>> = {},
): Promise<PageView> =>
  browser.get(`${bases[kind]}/v1/logout?${new URLSearchParams(parameters).toString()}`)

async function isSignedIn(browser: Browser): Promise<boolean> {
  const silent = await browser.get(authorizeUrl(ORG_BASE, app, { prompt: 'none' }))
  const { error } = answerOf(silent)
  if (error !== undefined) expect(error).toBe('login_required')
  return error === undefined
}

const sessionCookie = (browser: Browser): string | undefined =>
  [...browser.cookies].find(([name]) => name.includes('edgemint_session'))?.[1]

const isSignedOutPage = ({ status, html }: PageView): boolean =>
  status === 200 && html.includes('id="signed-out"')
const isQuestion = ({ status, html }: PageView): boolean =>
  status === 200 && html.includes('id="logout-confirm"')
const isRefused = ({ status, html, location }: PageView): boolean =>
  status === 400 && html.includes('id="oauth-error"') && location === null

const confirm = (browser: Browser, { html }: PageView): Promise<PageView> =>
  browser.post('/signout', hiddenInputs(html))

describe.each(['org', 'custom'] as const)('with a hint of who is signed in (%s)', (kind) => {
  it('[OIDC-RP-Logout-2] the session ends, the cookie goes, and the app gets its state back', async () => {
    const { browser, hint } = await here(kind)
    const stolen = new Browser()
    for (const [name, value] of browser.cookies) stolen.setCookie(name, value)
    const state = `${'s'.repeat(120)} &=ü#`
    const left = await logout(kind, browser, {
      id_token_hint: hint,
      post_logout_redirect_uri: AFTER,
      state,
    })
    expect([left.status, left.location]).toEqual([303, `${AFTER}?state=${encodeURIComponent(state)}`]) // prettier-ignore
    expect(sessionCookie(browser)).toBeUndefined()
    expect([await isSignedIn(browser), await isSignedIn(stolen)]).toEqual([false, false])
  })

  it('keeps the query of the registered URI, and adds no state that was not sent', async () => {
    const uri = { post_logout_redirect_uri: WITH_QUERY }
    const one = await here(kind)
    expect((await logout(kind, one.browser, { id_token_hint: one.hint, ...uri })).location).toBe(WITH_QUERY) // prettier-ignore
    const other = await here(kind)
    const left = await logout(kind, other.browser, {
      id_token_hint: other.hint,
      ...uri,
      state: 'x',
    })
    expect(left.location).toBe(`${WITH_QUERY}&state=x`)
  })

  it('is a page of ours without a URI to go to, by POST too', async () => {
    const one = await here(kind)
    expect(isSignedOutPage(await logout(kind, one.browser, { id_token_hint: one.hint, state: 'x' }))).toBe(true) // prettier-ignore
    expect(await isSignedIn(one.browser)).toBe(false)
    const other = await here(kind)
    const posted = await other.browser.post(`${bases[kind]}/v1/logout`, { id_token_hint: other.hint }) // prettier-ignore
    expect([isSignedOutPage(posted), await isSignedIn(other.browser)]).toEqual([true, false])
  })

  it('ends what the session was asked for, and no token that an app holds', async () => {
    const { browser, hint, tokens } = await here(kind)
    await logout(kind, browser, { id_token_hint: hint })
    expect(await introspect(bases[kind], app, tokens['access_token'])).toMatchObject({ active: true }) // prettier-ignore
    await refreshed(bases[kind], app, tokens['refresh_token'])
    expect(await eventsAbout(person.id)).toContain('user.session.end')
  })

  it('takes a hint that has expired, and none that is not genuine', async () => {
    const { browser, hint } = await here(kind)
    const [head, body, signature] = hint.split('.')
    const { iss: _, ...others } = payloadOf(hint)
    for (const id_token_hint of [
      `${head}.${body}.AAAA`,
      `${head}.${btoa(JSON.stringify(others))}.${signature}`,
      'nonsense',
    ])
      expect(isRefused(await logout(kind, browser, { id_token_hint }))).toBe(true)
    expect(await isSignedIn(browser)).toBe(true)
    const past = nowSeconds() - 86_400
    const left = await logout(kind, browser, {
      id_token_hint: await issuedAt(past, serverIds[kind], hint),
      post_logout_redirect_uri: AFTER,
    })
    expect([left.location, await isSignedIn(browser)]).toEqual([AFTER, false])
  })

  it('takes none of another server, and no access token', async () => {
    const { browser, tokens } = await here(kind)
    const elsewhere = await here(kind === 'org' ? 'custom' : 'org')
    for (const id_token_hint of [elsewhere.hint, tokens['access_token'] as string])
      expect(isRefused(await logout(kind, browser, { id_token_hint }))).toBe(true)
    expect(await isSignedIn(browser)).toBe(true)
  })

  it('ends no session of another person', async () => {
    const [one, other] = [await here(kind), await here(kind, await aPersonWithPassword())]
    const page = await logout(kind, one.browser, {
      id_token_hint: other.hint,
      post_logout_redirect_uri: AFTER,
    })
    expect(isRefused(page)).toBe(true)
    expect(page.html).toContain('id_token_does_not_match_session')
    expect([await isSignedIn(one.browser), await isSignedIn(other.browser)]).toEqual([true, true])
  })
})

describe('where the browser goes', () => {
  it.each([
    'https://app.example/after/',
    'https://app.example/after?more=1',
    'https://app.example/after#x',
    'https://APP.example/after',
    'https://app.example/callback',
    'https://evil.example/',
    'javascript:alert(1)',
  ])('[OIDC-RP-Logout-3.1] is to the letter a URI that the app registered: not %j', async (uri) => {
    const { browser, hint } = await here('org')
    const asked = { id_token_hint: hint, post_logout_redirect_uri: uri }
    expect(isRefused(await logout('org', browser, asked))).toBe(true)
    expect(await isSignedIn(browser)).toBe(true)
  })

  it('is no URI of an app that is not known', async () => {
    const { browser, hint } = await here('org')
    const uri = { post_logout_redirect_uri: AFTER }
    expect(isRefused(await logout('org', browser, uri))).toBe(true)
    expect(isRefused(await logout('org', browser, { ...uri, client_id: 'nobody' }))).toBe(true)
    const other = await aSignInApp()
    const mismatch = { ...uri, id_token_hint: hint, client_id: other.clientId }
    expect(isRefused(await logout('org', browser, mismatch))).toBe(true)
    const match = { ...uri, id_token_hint: hint, client_id: app.clientId }
    expect((await logout('org', browser, match)).location).toBe(AFTER)
  })
})

describe('without a hint', () => {
  it.each([{}, { state: 'x' }])('the person is asked first (%j)', async (parameters) => {
    const { browser } = await here('org')
    const page = await logout('org', browser, parameters)
    expect([isQuestion(page), page.html.includes(person.login)]).toEqual([true, true])
    expect(await isSignedIn(browser)).toBe(true)
    expect(isSignedOutPage(await confirm(browser, page))).toBe(true)
    expect(await isSignedIn(browser)).toBe(false)
  })

  it('an app that names itself gets the browser back after the question', async () => {
    const { browser } = await here('custom')
    const page = await logout('custom', browser, {
      client_id: app.clientId,
      post_logout_redirect_uri: AFTER,
      state: 'x',
    })
    expect(isQuestion(page)).toBe(true)
    expect((await confirm(browser, page)).location).toBe(`${AFTER}?state=x`)
  })

  it('nobody answers the question for another browser', async () => {
    const [mine, theirs] = [await here('org'), await here('org')]
    const page = await logout('org', mine.browser)
    expect(isSignedOutPage(await confirm(theirs.browser, page))).toBe(false)
    expect(isSignedOutPage(await theirs.browser.post('/signout', {}))).toBe(false)
    expect(await isSignedIn(theirs.browser)).toBe(true)
  })
})

describe('where nobody is signed in', () => {
  it('there is nothing to ask, and the browser goes where it was to go', async () => {
    const { browser, hint } = await here('org')
    await logout('org', browser, { id_token_hint: hint })
    expect(isSignedOutPage(await logout('org', browser))).toBe(true)
    const back = { id_token_hint: hint, post_logout_redirect_uri: AFTER, state: 'x' }
    expect((await logout('org', browser, back)).location).toBe(`${AFTER}?state=x`)
    expect((await logout('org', new Browser(), back)).location).toBe(`${AFTER}?state=x`)
    const foreign = { ...back, post_logout_redirect_uri: 'https://evil.example/' }
    expect(isRefused(await logout('org', new Browser(), foreign))).toBe(true)
  })
})
