/** What an administrator ends while somebody signs in: between the proof and what was to come of it, at every door. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { answerOf, Browser } from './browser.ts'
import { logEvents } from './log-support.ts'
import { ask, justBefore } from './meanwhile.ts'
import { aPersonWithPassword, aSignInApp, authorizeUrl, PASSWORD, redeem, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { answered, api, basic, made, ORIGIN, type Json } from './support.ts'
import { aPeopleServer, arrived, refresh } from './token-support.ts'
import { USERS } from './user-support.ts'

let base = ''
let app: SignInApp
let asking: SignInApp
let person: TestPerson

beforeAll(async () => {
  base = (await aPeopleServer({ scopes: [{ name: 'pay', consent: 'REQUIRED' }] })).issuer
  app = await aSignInApp(
    { application_type: 'native', grant_types: ['password', 'refresh_token', 'authorization_code'], response_types: ['code'] }, // prettier-ignore
    { token_endpoint_auth_method: 'client_secret_basic' },
  )
  asking = await aSignInApp({ consent_method: 'REQUIRED' })
})

beforeEach(async () => {
  person = await aPersonWithPassword()
})

const aBrowser = (): Browser => new Browser(ORIGIN, ask)

const endSessions = async (query = ''): Promise<void> => {
  await made(204, 'DELETE', `${USERS}/${person.id}/sessions${query}`)
}

describe('sessions end between the password and the session', () => {
  it('at the page: nobody is signed in, and whoever signs in again there is', async () => {
    const browser = aBrowser()
    const page = await browser.get(authorizeUrl(base, app))
    const signIn = (from = page) => browser.signIn(from, person.login, PASSWORD)
    const refused = await justBefore('startSession', endSessions, () => signIn())
    expect([refused.status, refused.location]).toEqual([403, null])
    expect(refused.html).toContain('Your sign-in was ended before it was complete. Sign in again.')
    expect([...browser.cookies.keys()].filter((name) => name.endsWith('_session'))).toEqual([])
    const code = answerOf(await signIn(refused))['code']!
    expect((await redeem(base, app, code)).status).toBe(200)
  })

  it('at the page, as the log tells it', async () => {
    const browser = aBrowser()
    const page = await browser.get('/signin')
    await justBefore('startSession', endSessions, () => browser.signIn(page, person.login, PASSWORD)) // prettier-ignore
    const events = await logEvents(`eventType eq "user.session.start" and actor.alternateId eq "${person.login}"`) // prettier-ignore
    expect(events.map(({ outcome }) => outcome)).toEqual([
      { result: 'FAILURE', reason: 'SIGN_IN_ENDED' },
    ])
  })

  it('at the authentication API: E0000004, and a session token for who comes again', async () => {
    const authenticate = () =>
      ask('/api/v1/authn', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: person.login, password: PASSWORD }),
      })
    const [status, body] = await answered(await justBefore('startSession', endSessions, authenticate)) // prettier-ignore
    expect([status, body['errorCode']]).toEqual([401, 'E0000004'])
    const [again, { sessionToken }] = await answered(await authenticate())
    expect(again).toBe(200)
    const url = authorizeUrl(base, app, { prompt: 'none', sessionToken })
    expect(answerOf(await aBrowser().get(url))).toHaveProperty('code')
  })

  it('and its token: a session token that was given before is worth nothing', async () => {
    const response = await ask('/api/v1/authn', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: person.login, password: PASSWORD }),
    })
    const { sessionToken } = (await response.json()) as Json
    const url = authorizeUrl(base, app, { prompt: 'none', sessionToken })
    const answer = await justBefore('startSession', endSessions, () => aBrowser().get(url))
    expect(answerOf(answer)['error']).toBe('login_required')
  })

  it('[race] at the same time, whatever comes first: who is refused is not signed in, and nobody meets a fault', async () => {
    const browsers = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const browser = aBrowser()
        return { browser, page: await browser.get('/signin') }
      }),
    )
    const [, ...views] = await Promise.all([
      endSessions(),
      ...browsers.map(({ browser, page }) => browser.signIn(page, person.login, PASSWORD)),
    ])
    for (const [at, view] of views.entries()) {
      const { browser } = browsers[at]!
      const isSignedIn = (await browser.get('/signin')).html.includes(person.login)
      expect([200, 403]).toContain(view.status)
      if (view.status === 403) expect(isSignedIn).toBe(false)
    }
  })
})

describe('tokens end between the password and the tokens', () => {
  const grant = () =>
    ask(`${base}/v1/token`, {
      method: 'POST',
      headers: {
        authorization: basic(app.clientId, app.secret),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ grant_type: 'password', username: person.login, password: PASSWORD, scope: 'openid offline_access' }).toString(), // prettier-ignore
    })

  it('[RFC6749-5.2] the grant is refused as invalid_grant, and the next one is good', async () => {
    const end = () => endSessions('?oauthTokens=true')
    const [status, body] = await answered(await justBefore('authorizeDirectly', end, grant))
    expect([status, body['error'], body['error_description']]).toEqual([400, 'invalid_grant', 'The sign-in was ended before it was complete. Sign in again.']) // prettier-ignore
    const [again, { refresh_token }] = await answered(await grant())
    expect(again).toBe(200)
    expect((await refresh(base, app, refresh_token)).status).toBe(200)
  })

  it('but not with sessions alone, as tokens that were given before do not', async () => {
    const response = await justBefore('authorizeDirectly', endSessions, grant)
    const [status, { refresh_token }] = await answered(response)
    expect(status).toBe(200)
    expect((await refresh(base, app, refresh_token)).status).toBe(200)
  })
})

describe('consent is withdrawn between the question and the code', () => {
  const WAYS: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['all of it', () => api('DELETE', `${USERS}/${person.id}/grants`)],
    ['for the app', () => api('DELETE', `${USERS}/${person.id}/clients/${asking.clientId}/grants`)],
    [
      'one by one',
      async () => {
        const grants = (await made(200, 'GET', `${USERS}/${person.id}/grants`)) as Json[]
        for (const { id } of grants) await api('DELETE', `${USERS}/${person.id}/grants/${id}`)
      },
    ],
  ]

  it.each(WAYS)('%s: no code is given, and the person is asked again', async (_, withdraw) => {
    const browser = aBrowser()
    const scope = 'openid pay'
    await browser.decide(await arrived(base, asking, person, { scope }, browser), 'allow')
    const silent = () => browser.get(authorizeUrl(base, asking, { scope, prompt: 'none' }))
    expect(answerOf(await silent())).toHaveProperty('code')
    const overtaken = answerOf(await justBefore('authorize', withdraw, silent))
    expect([overtaken['error'], overtaken['code']]).toEqual(['login_required', undefined])
    expect(answerOf(await silent())['error']).toBe('consent_required')
    const page = await browser.get(authorizeUrl(base, asking, { scope }))
    expect(answerOf(await browser.decide(page, 'allow'))).toHaveProperty('code')
  })
})
