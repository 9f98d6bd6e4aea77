/** Okta's primary authentication and the session tokens that come of it. */
import { beforeAll, describe, expect, it } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { answerOf, Browser } from './browser.ts'
import { authn, sessionTokenOf } from './session-support.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  ORG_BASE,
  PASSWORD,
  payloadOf,
  redeem,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { answered, made, send, unique, type Json } from './support.ts'

let app: SignInApp
let person: TestPerson

beforeAll(async () => {
  app = await aSignInApp()
  person = await aPersonWithPassword()
})

const sessionToken = (who = person): Promise<string> => sessionTokenOf(who)

const silently = (token: string): string =>
  authorizeUrl(ORG_BASE, app, { prompt: 'none', sessionToken: token })

describe('POST /api/v1/authn', () => {
  it('answers a right password with a session token and who it is', async () => {
    const response = await authn({ username: person.login, password: PASSWORD, relayState: 'r' })
    const success = (await response.json()) as Json
    expect(success).toEqual({
      expiresAt: expect.stringMatching(/Z$/),
      status: 'SUCCESS',
      relayState: 'r',
      sessionToken: expect.any(String),
      _embedded: {
        user: {
          id: person.id,
          profile: {
            login: person.login,
            firstName: 'Isaac',
            lastName: 'Brock',
            locale: 'en_US',
            timeZone: null,
          },
        },
      },
    })
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.getSetCookie()).toEqual([])
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'text/json', 'application/jsonx'])(
    'takes no body of the type %s, which any page could send',
    async (type) => {
      const credentials = { username: person.login, password: PASSWORD }
      const [status, error] = await answered(await authn(credentials, { 'content-type': type }))
      expect([status, error['errorCode']]).toEqual([400, 'E0000021'])
    },
  )

  it('takes every login that the API takes, counted in characters as there', async () => {
    const rest = `${unique('ada')}@people.example`
    const login = '\u{1f600}'.repeat(limits.loginCharactersMax - rest.length) + rest
    await aPersonWithPassword({ login })
    expect((await authn({ username: login, password: PASSWORD })).status).toBe(200)
  })

  it('says E0000004 of a wrong password and of nobody alike', async () => {
    for (const username of [person.login, unique('nobody')]) {
      const [status, error] = await answered(await authn({ username, password: 'wrong' }))
      expect([status, error['errorCode']]).toEqual([401, 'E0000004'])
    }
  })

  it('names what is missing or of another type, in the words of every other body', async () => {
    const [status, { errorCauses }] = await answered(await authn({ username: 1 }))
    expect([status, errorCauses.map((cause: Json) => cause['errorSummary'])]).toEqual([
      400,
      [expect.stringMatching(/^username: .*string/), 'password: The field is missing'],
    ])
  })

  it.each([
    ['{', 400, 'E0000003'],
    ['[]', 400, 'E0000001'],
    ['{"username":1,"password":"x"}', 400, 'E0000001'],
    ['{"username":"x"}', 400, 'E0000001'],
    ['{"stateToken":"00x"}', 401, 'E0000011'],
    [JSON.stringify({ username: 'x', password: 'y'.repeat(20_000) }), 400, 'E0000001'],
  ])('%.30s is %i %s', async (body, status, code) => {
    const [answeredStatus, error] = await answered(await authn(body))
    expect([answeredStatus, error['errorCode']]).toEqual([status, code])
  })

  it('is readable, with credentials, by pages of trusted origins and no others', async () => {
    const origin = `https://${unique('spa')}.example`
    await made(200, 'POST', '/api/v1/trustedOrigins', {
      name: origin,
      origin,
      scopes: [{ type: 'CORS' }],
    })
    const credentials = { username: person.login, password: PASSWORD }
    const trusted = await authn(credentials, { origin })
    expect(trusted.headers.get('access-control-allow-origin')).toBe(origin)
    expect(trusted.headers.get('access-control-allow-credentials')).toBe('true')
    const other = await authn(credentials, { origin: 'https://evil.example' })
    expect(other.headers.get('access-control-allow-origin')).toBeNull()
    const preflight = await send('/api/v1/authn', { method: 'OPTIONS', headers: { origin } })
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, 'POST']) // prettier-ignore
    expect((await send('/api/v1/authn')).status).toBe(405)
  })
})

describe('a session token', () => {
  it('signs in at the authorization endpoint, silently, and begins a session', async () => {
    const browser = new Browser()
    const answer = answerOf(await browser.get(silently(await sessionToken())))
    const tokens = (await (await redeem(ORG_BASE, app, answer['code']!)).json()) as Json
    expect(payloadOf(tokens['id_token'])).toMatchObject({ sub: person.id, amr: ['pwd'] })
    const again = await browser.get(authorizeUrl(ORG_BASE, app, { prompt: 'none' }))
    expect(answerOf(again)).toHaveProperty('code')
  })

  it('[OIDC-Core-3.1.2.1] is no new proof for a request that came after it', async () => {
    const asked = { prompt: 'login', sessionToken: await sessionToken() }
    const page = await new Browser().get(authorizeUrl(ORG_BASE, app, asked))
    expect(page.html).toContain('type="password"')
  })

  it('is good once', async () => {
    const token = await sessionToken()
    const answers = await Promise.all(
      Array.from({ length: 10 }, async () => answerOf(await new Browser().get(silently(token)))),
    )
    expect(answers.filter((answer) => 'code' in answer)).toHaveLength(1)
    expect(answers.filter((answer) => answer['error'] === 'login_required')).toHaveLength(9)
  })

  it('gives way to a session that the browser has', async () => {
    const browser = new Browser()
    await browser.get(silently(await sessionToken()))
    const other = await aPersonWithPassword()
    const answer = answerOf(await browser.get(silently(await sessionToken(other))))
    const tokens = (await (await redeem(ORG_BASE, app, answer['code']!)).json()) as Json
    expect(payloadOf(tokens['id_token'])['sub']).toBe(person.id)
  })

  it('that is broken or nothing is passed over', async () => {
    const token = await sessionToken()
    for (const broken of [token.slice(1), `${token}A`, 'x', `1.${'A'.repeat(16)}.AAAA`])
      expect(answerOf(await new Browser().get(silently(broken)))['error']).toBe('login_required')
  })
})
