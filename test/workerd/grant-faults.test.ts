/**
 * What comes between an app and its tokens: a thief who uses a code or refresh token again, of which the log knows
 * before the thief is answered, and storage or keys that are away, which use nothing up and are never a verdict.
 */
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { answerOf, Browser, hiddenInputs } from './browser.ts'
import { anIdxApp, begun, identified, introspected, keysOf, PAGE } from './idx-support.ts'
import { logEvents } from './log-support.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  ORG_BASE,
  PASSWORD,
  redeem,
  signedIn,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { PARTS, whileAway } from './storage-faults.ts'
import { answered, api, basic, made, type Json } from './support.ts'
import { aPeopleServer, arrived, refresh, tokensFor } from './token-support.ts'

const OFFLINE = { scope: 'openid offline_access' }
const SERVERS = '/api/v1/authorizationServers'
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const JSON_BODY = { 'content-type': 'application/json' }

let app: SignInApp
let person: TestPerson
const bases: { org: string; custom: string } = { org: ORG_BASE, custom: '' }

beforeAll(async () => {
  app = await aSignInApp({ refresh_token: { rotation_type: 'ROTATE', leeway: 0 } })
  person = await aPersonWithPassword()
  bases.custom = (await aPeopleServer()).issuer
})

beforeEach(() => {
  vi.spyOn(console, 'error').mockReturnValue()
})

describe.each([
  ['org', 'app.oauth2.token.detect_reuse'],
  ['custom', 'app.oauth2.as.token.detect_reuse'],
] as const)('at the %s server', (kind, eventType) => {
  const eventsOf = (clientId: string): Promise<readonly Json[]> =>
    logEvents(`eventType eq "${eventType}" and actor.id eq "${clientId}"`)

  it.each(['authorization_code', 'refresh_token'] as const)(
    '[RFC9700-4.14.2] a %s that is used again is in the log before the answer, once and without its value',
    async (credential) => {
      const client = await aSignInApp({ refresh_token: { rotation_type: 'ROTATE', leeway: 0 } })
      const base = bases[kind]
      const { code = '' } = answerOf(await arrived(base, client, person, OFFLINE))
      const [, tokens] = await answered(await redeem(base, client, code))
      const first = tokens['refresh_token'] as string
      if (credential === 'refresh_token') await refresh(base, client, first)
      const again = (): Promise<Response> =>
        credential === 'refresh_token' ? refresh(base, client, first) : redeem(base, client, code)
      expect((await again()).status).toBe(400)
      expect((await again()).status).toBe(400)
      const events = await eventsOf(client.clientId)
      expect(events).toMatchObject([
        {
          severity: 'WARN',
          outcome: { result: 'FAILURE' },
          client: { id: client.clientId },
          debugContext: { debugData: { credential } },
        },
      ])
      expect(events[0]!['target'][0]).toMatchObject({ id: person.id, type: 'User' })
      const text = JSON.stringify(events)
      for (const secret of [code, first, client.secret]) expect(text).not.toContain(secret)
    },
  )

  it('a code of another client, or a refusal that ends nothing, is no reuse', async () => {
    const client = await aSignInApp()
    const { code = '' } = answerOf(await arrived(bases[kind], app, person))
    expect((await redeem(bases[kind], client, code)).status).toBe(400)
    expect(
      (await redeem(bases[kind], app, code, { redirect_uri: 'https://x.example/' })).status,
    ).toBe(400)
    expect((await redeem(bases[kind], app, code)).status).toBe(200)
    expect(await eventsOf(client.clientId)).toEqual([])
  })
})

describe('what cannot be issued uses nothing up', () => {
  it('a code and a refresh token are good again when the server has its encryption key', async () => {
    const server = await aPeopleServer()
    const path = `${SERVERS}/${server.id}`
    const tokens = await tokensFor(server.issuer, app, person, OFFLINE)
    const { code = '' } = answerOf(await arrived(server.issuer, app, person, OFFLINE))
    const changed = async (changes: Json): Promise<void> => {
      const { jwks: _, ...before } = await made(200, 'GET', path)
      const answer = await api('PUT', path, { ...before, ...changes })
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining(path)])
    }
    const fetching = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('away'))
    const nowhere = 'https://keys.example.com/none'
    await changed({ accessTokenEncryptedResponseAlgorithm: 'RSA-OAEP-256', jwks_uri: nowhere })
    const error = 'temporarily_unavailable'
    expect(await answered(await redeem(server.issuer, app, code))).toMatchObject([503, { error }])
    const token = tokens['refresh_token'] as string
    expect(await answered(await refresh(server.issuer, app, token))).toMatchObject([503, { error }])
    expect(fetching).toHaveBeenCalled()
    await changed({ accessTokenEncryptedResponseAlgorithm: null, jwks_uri: null })
    expect((await redeem(server.issuer, app, code)).status).toBe(200)
    expect((await refresh(server.issuer, app, token)).status).toBe(200)
  })
})

/** Asks an isolate that knows the app. */
const without = (
  part: (typeof PARTS)[number],
  path: string,
  init: RequestInit = {},
): Promise<Response> => whileAway(part, authorizeUrl(ORG_BASE, app), path, init)

const cookiesOf = (browser: Browser): Record<string, string> => ({
  cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
})

describe.each(PARTS)('while %s is away', (part) => {
  it('a sign-in is told to come later, on a page', async () => {
    const browser = new Browser()
    const page = await browser.get(authorizeUrl(ORG_BASE, app))
    const sent = { ...hiddenInputs(page.html), identifier: person.login, password: PASSWORD }
    const response = await without(part, '/signin', {
      method: 'POST',
      headers: { ...FORM, ...cookiesOf(browser) },
      body: new URLSearchParams(sent).toString(),
    })
    expect([response.status, response.headers.get('content-type')]).toEqual([
      503,
      'text/html; charset=utf-8',
    ])
    expect(response.headers.get('retry-after')).not.toBeNull()
    expect(response.headers.getSetCookie().join()).not.toContain('edgemint_session=')
  })

  it('a page of an app that asks for the password is told so, too, and asks again later', async () => {
    const asking = await anIdxApp()
    const { page, ...interaction } = await begun(ORG_BASE, asking)
    const { stateHandle } = await introspected({ page, ...interaction })
    const credentials = { passcode: PASSWORD }
    const response = await without(part, '/idp/idx/identify', {
      method: 'POST',
      headers: { ...JSON_BODY, origin: PAGE, ...cookiesOf(page.browser) },
      body: JSON.stringify({ stateHandle, identifier: person.login, credentials }),
    })
    const [status, document] = await answered(response)
    expect([status, keysOf(document)]).toEqual([503, ['errors.E0000010']])
    expect(response.headers.get('retry-after')).toBe('5')
    expect(response.headers.getSetCookie().join()).not.toContain('edgemint_session=')
    expect((await identified({ page, ...interaction }, person))[0]).toBe(200)
  })
})

describe('while the objects of people are away', () => {
  it('nobody is told that a grant, a token or a session is bad', async () => {
    const tokens = await tokensFor(ORG_BASE, app, person, OFFLINE)
    const { browser } = await signedIn(ORG_BASE, app, person)
    const { code = '' } = answerOf(await browser.get(authorizeUrl(ORG_BASE, app)))
    const authorization = basic(app.clientId, app.secret)
    const form = (path: string, fields: Record<string, string>): Promise<Response> =>
      without('SUBJECT', `/oauth2/v1/${path}`, {
        method: 'POST',
        headers: { ...FORM, authorization },
        body: new URLSearchParams(fields).toString(),
      })
    const redirect_uri = 'https://app.example/callback'
    const bearer = { authorization: `Bearer ${tokens['access_token']}` }
    const answers = [
      await form('token', { grant_type: 'authorization_code', code, redirect_uri }),
      await form('token', { grant_type: 'refresh_token', refresh_token: tokens['refresh_token'] }),
      await form('introspect', { token: tokens['access_token'] }),
      await form('introspect', { token: tokens['refresh_token'] }),
      await form('revoke', { token: tokens['access_token'] }),
      await form('revoke', { token: tokens['refresh_token'] }),
      await without('SUBJECT', '/oauth2/v1/userinfo', { headers: bearer }),
      await without('SUBJECT', authorizeUrl(ORG_BASE, app, { prompt: 'none' }), {
        headers: cookiesOf(browser),
      }),
      await without('SUBJECT', '/signin', { headers: cookiesOf(browser) }),
      await without('SUBJECT', '/oauth2/v1/logout', { headers: cookiesOf(browser) }),
    ]
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503))
    expect((await redeem(ORG_BASE, app, code)).status).toBe(200)
  })
})
