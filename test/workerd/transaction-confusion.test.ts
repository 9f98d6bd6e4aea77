/**
 * Transactions that wait in browsers are for one browser, one purpose and one request, and the request still has to be
 * one that its client may make when it goes on. Login, consent and logout cannot be forged from another site.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { APPS } from './app-support.ts'
import { Browser, answerOf, hiddenInputs, type PageView } from './browser.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  CALLBACK,
  changeApp,
  ORG_BASE,
  PASSWORD,
  PEOPLE_GRANTS,
  signedIn,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { aServer, made, send, unique } from './support.ts'

const LOGOUT = `${ORG_BASE}/v1/logout`
const AFTER = 'https://app.example/after'

let person: TestPerson
let other: TestPerson
let app: SignInApp
let custom: string

beforeAll(async () => {
  person = await aPersonWithPassword()
  other = await aPersonWithPassword()
  app = await aSignInApp({ post_logout_redirect_uris: [AFTER], consent_method: 'REQUIRED' })
  const server = await aServer({
    scopes: [
      { name: 'read', consent: 'REQUIRED' },
      { name: 'more', consent: 'REQUIRED' },
    ],
    rule: {
      conditions: {
        people: {
          users: { include: [], exclude: [] },
          groups: { include: ['EVERYONE'], exclude: [] },
        },
        grantTypes: { include: PEOPLE_GRANTS },
        scopes: { include: ['*'] },
      },
    },
  })
  custom = server.issuer
})

const transactionIn = (page: PageView): string => hiddenInputs(page.html)['transaction'] ?? ''

/** A browser at the sign-in page. */
async function atSignIn(
  base = ORG_BASE,
  of = app,
  parameters: Record<string, string> = {},
): Promise<readonly [Browser, PageView]> {
  const browser = new Browser()
  const page = await browser.get(authorizeUrl(base, of, parameters))
  expect(new URL(page.url).pathname).toBe('/signin')
  return [browser, page]
}

/** A browser that is asked whether to sign out. */
async function atSignOut(): Promise<readonly [Browser, PageView]> {
  const { browser } = await signedIn(ORG_BASE, app, person)
  const question = await browser.get(
    `${LOGOUT}?${new URLSearchParams({ client_id: app.clientId, post_logout_redirect_uri: AFTER, state: 's' }).toString()}`,
  )
  expect(question.html).toContain('id="logout-confirm"')
  return [browser, question]
}

/** A browser that is asked for consent. */
async function atConsent(
  parameters: Record<string, string> = {},
  whose = person,
): Promise<readonly [Browser, PageView]> {
  const [browser, page] = await atSignIn(custom, app, {
    scope: 'openid read',
    prompt: 'consent',
    ...parameters,
  })
  const consent = await browser.signIn(page, whose.login, PASSWORD)
  expect(consent.html).toContain('id="consent-allow"')
  return [browser, consent]
}

const isSignedIn = async (browser: Browser): Promise<boolean> =>
  (await browser.get('/signin')).html.includes('id="signout-submit"')

describe('a transaction of another kind', () => {
  it('of a sign-out begins no sign-in and answers no consent', async () => {
    const [browser, question] = await atSignOut()
    const transaction = transactionIn(question)
    const sent = { transaction, identifier: person.login, password: PASSWORD, decision: 'allow' }
    const answers = [
      await browser.get(`/signin?transaction=${transaction}`),
      await browser.get(`/consent?transaction=${transaction}`),
      await browser.post('/signin', sent),
      await browser.post('/consent', sent),
    ]
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400])
  })

  it('of an authorization signs nobody out', async () => {
    const { browser } = await signedIn(ORG_BASE, app, person)
    const page = await browser.get(authorizeUrl(ORG_BASE, app, { prompt: 'login' }))
    const answer = await browser.post('/signout', { transaction: transactionIn(page) })
    expect(answer.status).toBe(400)
    expect(await isSignedIn(browser)).toBe(true)
  })

  it('of a sign-in answers no consent that was not asked', async () => {
    const { browser } = await signedIn(ORG_BASE, app, other)
    const page = await browser.get(
      authorizeUrl(custom, app, { scope: 'openid read', prompt: 'login' }),
    )
    const transaction = transactionIn(page)
    await browser.signIn(page, other.login, PASSWORD)
    const forged = await browser.post('/consent', { transaction, decision: 'allow' })
    expect(forged.location).toBeNull()
  })
})

describe('a transaction of another browser', () => {
  it('is nothing at the sign-in page, so that nobody is signed in as somebody else', async () => {
    const [, page] = await atSignIn()
    const victim = new Browser()
    const sent = { transaction: transactionIn(page), identifier: person.login, password: PASSWORD }
    expect((await victim.post('/signin', sent)).status).toBe(400)
    await victim.get('/signin')
    expect((await victim.post('/signin', sent)).status).toBe(400)
    expect(victim.cookies.has('__Host-edgemint_session')).toBe(false)
    expect((await victim.get(page.url)).status).toBe(400)
  })

  it('is nothing at the consent page, whoever is signed in', async () => {
    const [, consent] = await atConsent()
    const { browser: victim } = await signedIn(ORG_BASE, app, person)
    const sent = { transaction: transactionIn(consent), decision: 'allow' }
    expect((await victim.post('/consent', sent)).location).toBeNull()
    expect((await victim.get(`/consent?transaction=${sent.transaction}`)).status).toBe(400)
  })

  it('is nothing at the sign-out', async () => {
    const [, question] = await atSignOut()
    const { browser: victim } = await signedIn(ORG_BASE, app, person)
    expect((await victim.post('/signout', { transaction: transactionIn(question) })).status).toBe(
      400,
    )
    expect(await isSignedIn(victim)).toBe(true)
  })

  it.each(['', 'x', '1.2.3', 'a.b.c.d', `1.${'A'.repeat(16)}.${'B'.repeat(400)}`, '%00', '🙂'])(
    'and what is none (%j) is told so on a page',
    async (transaction) => {
      const { browser } = await signedIn(ORG_BASE, app, person)
      for (const path of ['/signin', '/consent', '/signout'])
        expect((await browser.post(path, { transaction })).status).toBe(400)
      for (const path of ['/signin', '/consent']) {
        const query = new URLSearchParams({ transaction }).toString()
        expect((await browser.get(`${path}?${query}`)).status).toBe(400)
      }
    },
  )
})

describe('the answer of the consent page', () => {
  it('is of whom was asked: in the session of somebody else it gives nothing', async () => {
    const [browser, asked] = await atConsent()
    const another = await browser.get(authorizeUrl(ORG_BASE, app, { prompt: 'login' }))
    await browser.signIn(another, other.login, PASSWORD)
    const answer = await browser.post('/consent', {
      transaction: transactionIn(asked),
      decision: 'allow',
    })
    expect(answer.location).toBeNull()
    expect(answer.html).toContain('id="consent-allow"')
    expect(answer.html).toContain(other.login)
    const grants = await made(200, 'GET', `/api/v1/users/${other.id}/grants`)
    expect(grants).toEqual([])
  })

  it('refuses two decisions', async () => {
    const [browser, asked] = await atConsent()
    const answer = await browser.post('/consent', [
      ['transaction', transactionIn(asked)],
      ['decision', 'allow'],
      ['decision', 'deny'],
    ])
    expect([answer.status, answer.location]).toEqual([400, null])
  })

  it.each([{}, { decision: '' }, { decision: 'ALLOW' }, { decision: 'yes' }])(
    'that is not to allow (%j) gives nothing',
    async (sent) => {
      const [browser, asked] = await atConsent()
      const answer = await browser.post('/consent', {
        transaction: transactionIn(asked),
        ...(sent as Record<string, string>),
      })
      expect(answer.location === null ? {} : answerOf(answer)).not.toHaveProperty('code')
    },
  )
})

describe('no step is passed', () => {
  it('by a form that says nothing, or by one that belongs to a later step', async () => {
    const [browser, page] = await atSignIn(custom, app, { scope: 'openid read', prompt: 'consent' })
    const transaction = transactionIn(page)
    for (const sent of [{}, { transaction }, { transaction, identifier: '', password: '' }])
      for (const path of [
        '/signin',
        '/consent',
        '/signout',
        '/signin/password',
        '/signin/recovery',
      ])
        expect((await browser.post(path, sent)).location).toBeNull()
    const later = { transaction, identifier: person.login, decision: 'allow' }
    for (const path of ['/signin', '/consent'])
      expect((await browser.post(path, later)).location).toBeNull()
    expect(await isSignedIn(browser)).toBe(false)
  })
})

describe('a request that goes on is checked again', () => {
  it('a redirect URI that was taken back meanwhile gets nothing', async () => {
    const client = await aSignInApp({ redirect_uris: [CALLBACK, 'https://evil.example/cb'] })
    const [browser, page] = await atSignIn(ORG_BASE, client, {
      redirect_uri: 'https://evil.example/cb',
    })
    await changeApp(client, { redirect_uris: [CALLBACK] })
    const answer = await browser.signIn(page, person.login, PASSWORD)
    expect([answer.status, answer.location]).toEqual([400, null])
  })

  it('[RFC9700-4.8.2] a client that began to require PKCE gets no code without it', async () => {
    const client = await aSignInApp()
    const [browser, page] = await atSignIn(ORG_BASE, client)
    await changeApp(client, {}, { pkce_required: true })
    const answer = await browser.signIn(page, person.login, PASSWORD)
    expect(answerOf(answer)).toMatchObject({ error: 'invalid_request' })
  })

  it('a response type that was taken back meanwhile gets no tokens', async () => {
    const client = await aSignInApp()
    const [browser, page] = await atSignIn(ORG_BASE, client, {
      response_type: 'id_token token',
      nonce: unique('nonce'),
    })
    await changeApp(client, { grant_types: ['authorization_code'], response_types: ['code'] })
    const answer = await browser.signIn(page, person.login, PASSWORD)
    expect(answerOf(answer)).toMatchObject({ error: 'unsupported_response_type' })
  })

  it('a client that was deactivated meanwhile gets nothing', async () => {
    const client = await aSignInApp()
    const [browser, page] = await atSignIn(ORG_BASE, client)
    await made(200, 'POST', `${APPS}/${client.id}/lifecycle/deactivate`)
    expect((await browser.signIn(page, person.login, PASSWORD)).location).toBeNull()
  })
})

describe('a used up transaction', () => {
  it('tries no password: a page left open lets nobody in, and tells nothing of passwords', async () => {
    const [browser, page] = await atSignIn()
    await browser.signIn(page, person.login, PASSWORD)
    const tried = [
      await browser.post('/signin', {
        ...hiddenInputs(page.html),
        identifier: other.login,
        password: PASSWORD,
      }),
      await browser.post('/signin', {
        ...hiddenInputs(page.html),
        identifier: other.login,
        password: 'wrong',
      }),
      await browser.post('/signin', {
        ...hiddenInputs(page.html),
        identifier: 'nobody',
        password: 'wrong',
      }),
    ]
    const told = tried.map(({ status, location }) => [status, location?.split('?')[0]])
    expect(told).toEqual([told[0], told[0], told[0]])
    expect((await browser.get('/signin')).html).toContain(person.login)
  })
})

describe('cookies', () => {
  it.each([
    '__Host-edgemint_session=',
    '__Host-edgemint_session=x',
    '__Host-edgemint_session=a.b.c; __Host-edgemint_browser_x=%00',
    `__Host-edgemint_session=${'a'.repeat(900)}.1.${'b'.repeat(43)}`,
    `__Host-edgemint_browser_x=${'a'.repeat(43)}; __Host-edgemint_browser_x=${'b'.repeat(43)}`,
    ';;;=;__Host-edgemint_session;__Host-edgemint_browser',
    '__Host-edgemint_session="quoted"; __Host-edgemint_session=x; __proto__=1',
  ])('that are junk (%j) are passed over', async (cookie) => {
    for (const path of ['/signin', authorizeUrl(ORG_BASE, app), LOGOUT, '/consent?transaction=x']) {
      const response = await send(path, { headers: { cookie }, redirect: 'manual' })
      expect(response.status).toBeLessThan(500)
    }
  })

  it('say nothing and can be read by no script', async () => {
    const { browser } = await signedIn(ORG_BASE, app, person)
    for (const name of browser.cookies.keys())
      expect(name).toMatch(/^__Host-edgemint_(session|browser_[\w-]{8})$/)
    const response = await send('/signin', { redirect: 'manual' })
    for (const cookie of response.headers.getSetCookie())
      expect(cookie).toMatch(
        /^__Host-edgemint_browser_[\w-]{8}=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=None$/,
      )
  })

  it('of a session are new at each sign-in, whatever the browser had', async () => {
    const first = await signedIn(ORG_BASE, app, person)
    const before = first.browser.cookies.get('__Host-edgemint_session')
    const again = await signedIn(ORG_BASE, app, person, { prompt: 'login' }, first.browser)
    const after = again.browser.cookies.get('__Host-edgemint_session')
    expect(after).not.toBe(before)
    const thief = new Browser()
    thief.setCookie('__Host-edgemint_session', before!)
    expect(await isSignedIn(thief)).toBe(false)
  })
})
