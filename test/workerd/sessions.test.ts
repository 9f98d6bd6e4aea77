/** Okta's sessions API, as @okta/okta-auth-js calls it from a page, and as administrators do. */
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { answerOf, Browser } from './browser.ts'
import { logEvents } from './log-support.ts'
import { API_TOKEN, answered, api, made, ORIGIN, send, type Json } from './support.ts'
import { aSignedInBrowser, aTrustedOrigin, cookieOf, FOREIGN_PAGES, postJson, sessionTokenOf } from './session-support.ts' // prettier-ignore
import { aPersonWithPassword, aSignInApp, authorizeUrl, ORG_BASE, payloadOf, redeem, signedIn, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { aPerson } from './principals.ts'
import { USERS } from './user-support.ts'

const SESSIONS = '/api/v1/sessions'
const ME = `${SESSIONS}/me`
const REFRESH = `${ME}/lifecycle/refresh`

let app: SignInApp
let person: TestPerson
let page = ''

beforeAll(async () => {
  app = await aSignInApp()
  person = await aPersonWithPassword({ firstName: 'Isaac', lastName: 'Brock' })
  page = await aTrustedOrigin('CORS')
})

afterEach(() => {
  vi.useRealTimers()
})

/** What okta-auth-js sends: credentials included, JSON wanted and said to be sent. */
const call = (
  method: string,
  path: string,
  cookie: string,
  headers: Record<string, string> = { origin: page },
): Promise<Response> =>
  send(path, {
    method,
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      'x-okta-user-agent-extended': 'okta-auth-js/7.14.0',
      ...(cookie !== '' && { cookie }),
      ...headers,
    },
  })

const links = (self: string, user: string, name: string) => ({
  self: { href: `${ORIGIN}${self}`, hints: { allow: ['GET', 'DELETE'] } },
  refresh: { href: `${ORIGIN}${self}/lifecycle/refresh`, hints: { allow: ['POST'] } },
  user: { name, href: `${ORIGIN}/api/v1/users/${user}`, hints: { allow: ['GET'] } },
})

async function expectNoSession(response: Response): Promise<void> {
  const [status, error] = await answered(response)
  expect([status, error['errorCode'], error['errorSummary']]).toEqual([
    404,
    'E0000007',
    'Not found: Resource not found: me (Session)',
  ])
}

describe('the session of the browser', () => {
  it('is shown to a page of a trusted origin, with credentials', async () => {
    const { cookie } = await aSignedInBrowser(person)
    const response = await call('GET', ME, cookie)
    expect(response.headers.get('access-control-allow-origin')).toBe(page)
    expect(response.headers.get('access-control-allow-credentials')).toBe('true')
    expect(response.headers.get('vary')).toBe('Origin')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.getSetCookie()).toEqual([])
    const session = (await response.json()) as Json
    expect(session).toEqual({
      id: expect.any(String),
      login: person.login,
      userId: person.id,
      expiresAt: expect.stringMatching(/Z$/),
      status: 'ACTIVE',
      lastPasswordVerification: expect.stringMatching(/Z$/),
      lastFactorVerification: null,
      amr: ['pwd'],
      idp: { id: expect.stringMatching(/^00o/), type: 'OKTA' },
      mfaActive: false,
      _links: links(ME, 'me', 'Isaac Brock'),
    })
    const lasts = Date.parse(session['expiresAt']) - Date.parse(session['lastPasswordVerification'])
    expect(lasts).toBe(limits.sessionIdleSeconds * 1000)
  })

  it('has an id that holds nothing of the cookie, and stays the same when it is used', async () => {
    const { browser, cookie } = await aSignedInBrowser(person)
    const [, first] = await answered(await call('GET', ME, cookie))
    expect(answerOf(await browser.get(authorizeUrl(ORG_BASE, app)))).toHaveProperty('code')
    const [, second] = await answered(await call('POST', REFRESH, cookie))
    expect(second['id']).toBe(first['id'])
    const [content = ''] = cookie.split('_session=')[1]!.split('.')
    const fields = JSON.parse(atob(content.replaceAll('-', '+').replaceAll('_', '/'))) as unknown[]
    const shown = atob(first['id'].split('.')[0].replaceAll('-', '+').replaceAll('_', '/'))
    for (const secret of [fields[3], fields[6]]) expect(shown).not.toContain(secret)
    // Nor is it taken for the cookie.
    const name = cookie
      .split(/; */)
      .find((pair) => pair.includes('_session='))!
      .split('=')[0]!
    await expectNoSession(await call('GET', ME, `${name}=${first['id']}`))
  })

  it('lives longer when it is refreshed, and not when it is only looked at', async () => {
    const { cookie } = await aSignedInBrowser(person)
    vi.useFakeTimers({ toFake: ['Date'] })
    const [, { expiresAt }] = await answered(await call('GET', ME, cookie))
    const end = Date.parse(expiresAt)
    vi.setSystemTime(end - 1000)
    expect((await answered(await call('GET', ME, cookie)))[1]['expiresAt']).toBe(expiresAt)
    const [status, refreshed] = await answered(await call('POST', REFRESH, cookie))
    const later = end - 1000 + limits.sessionIdleSeconds * 1000
    expect([status, Date.parse(refreshed['expiresAt'])]).toEqual([200, later])
    vi.setSystemTime(later - 1000)
    expect((await call('GET', ME, cookie)).status).toBe(200)
    for (const over of [later, later + 1000]) {
      vi.setSystemTime(over)
      for (const [method, path] of [
        ['GET', ME],
        ['POST', REFRESH],
        ['DELETE', ME],
      ] as const)
        // prettier-ignore
        await expectNoSession(await call(method, path, cookie))
    }
  })

  it('[RFC7240-4.2] is refreshed without an answer for who prefers none', async () => {
    const { cookie } = await aSignedInBrowser(person)
    const headers = { origin: page, prefer: 'wait=5, return=minimal' }
    const response = await call('POST', REFRESH, cookie, headers)
    expect([response.status, response.headers.get('preference-applied'), await response.text()]).toEqual([204, 'return=minimal', '']) // prettier-ignore
  })

  it('ends for everything at DELETE, which takes the cookie away and has no JSON type', async () => {
    const { browser, answer } = await signedIn(ORG_BASE, app, person)
    const response = await call('DELETE', ME, cookieOf(browser))
    expect([response.status, await response.text(), response.headers.get('content-type')]).toEqual([204, '', null]) // prettier-ignore
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/_session=;.*Max-Age=0/)]) // prettier-ignore
    const silent = await browser.get(authorizeUrl(ORG_BASE, app, { prompt: 'none' }))
    expect(answerOf(silent)['error']).toBe('login_required')
    expect((await redeem(ORG_BASE, app, answer['code']!)).status).toBe(400)
    await expectNoSession(await call('DELETE', ME, cookieOf(browser)))
    const [ended] = await logEvents(`eventType eq "user.session.end" and actor.id eq "${person.id}"`) // prettier-ignore
    expect(ended?.['target'].map(({ id }: Json) => id)).toContain(app.clientId)
  })

  it('is none of somebody who has none, whose user is suspended, or who brings what is no cookie', async () => {
    await expectNoSession(await call('GET', ME, ''))
    const other = await aPersonWithPassword()
    const { cookie } = await aSignedInBrowser(other)
    await expectNoSession(await call('GET', ME, cookie.slice(0, -2)))
    expect((await call('GET', ME, cookie)).status).toBe(200)
    await made(200, 'POST', `${USERS}/${other.id}/lifecycle/suspend`)
    await expectNoSession(await call('GET', ME, cookie))
    await expectNoSession(await call('POST', REFRESH, cookie))
  })

  it('is shown to nobody who shows an API token instead', async () => {
    await expectNoSession(await call('GET', ME, '', { authorization: `SSWS ${API_TOKEN}` }))
  })
})

describe('a page that is not trusted', () => {
  it.each(FOREIGN_PAGES)('%s learns nothing and changes nothing', async (_, from) => {
    const { cookie } = await aSignedInBrowser(person)
    const headers = await from()
    vi.useFakeTimers({ toFake: ['Date'] })
    const [, { expiresAt }] = await answered(await call('GET', ME, cookie))
    vi.setSystemTime(Date.now() + 600_000)
    for (const [method, path] of [
      ['GET', ME],
      ['POST', REFRESH],
      ['DELETE', ME],
    ] as const) {
      // prettier-ignore
      const response = await call(method, path, cookie, headers)
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
      expect(response.headers.get('access-control-allow-credentials')).toBeNull()
      expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin')
      expect(response.headers.getSetCookie()).toEqual([])
      await expectNoSession(response)
    }
    expect((await answered(await call('GET', ME, cookie)))[1]['expiresAt']).toBe(expiresAt)
    const preflight = await send(ME, { method: 'OPTIONS', headers })
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('is not the org itself, nor what is no browser', async () => {
    const { cookie } = await aSignedInBrowser(person)
    for (const headers of [
      { origin: ORIGIN },
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
      {},
    ])
      // prettier-ignore
      expect((await call('GET', ME, cookie, headers as Record<string, string>)).status).toBe(200)
  })
})

describe('preflights and other methods', () => {
  it.each([
    [SESSIONS, 'POST'],
    [ME, 'GET, DELETE'],
    [REFRESH, 'POST'],
  ])('%s allows %s', async (path, methods) => {
    const preflight = await send(path, { method: 'OPTIONS', headers: { origin: page } })
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, methods]) // prettier-ignore
    expect(preflight.headers.get('access-control-allow-credentials')).toBe('true')
    expect(preflight.headers.get('access-control-allow-headers')).toContain('X-Okta-User-Agent-Extended') // prettier-ignore
    const [status, error] = await answered(await send(path, { method: 'PATCH' }))
    expect([status, error['errorCode']]).toEqual([405, 'E0000022'])
  })
})

describe('POST /api/v1/sessions', () => {
  const create = (body: unknown, headers?: Record<string, string>) =>
    postJson(SESSIONS, body, headers)

  it('makes a session of a session token, for anybody who has one, without a cookie', async () => {
    const token = await sessionTokenOf(person)
    const response = await create({ sessionToken: token })
    expect(response.headers.getSetCookie()).toEqual([])
    const [status, session] = await answered(response)
    expect([status, session['userId'], session['status']]).toEqual([200, person.id, 'ACTIVE'])
    expect(session['_links']).toEqual(
      links(`${SESSIONS}/${session['id']}`, person.id, 'Isaac Brock'),
    )
    expect((await api('GET', `${SESSIONS}/${session['id']}`)).status).toBe(200)
  })

  it('takes a token once, of many that come at once', async () => {
    const token = await sessionTokenOf(person)
    const all = await Promise.all(
      Array.from({ length: 8 }, async () => (await create({ sessionToken: token })).status),
    )
    expect(all.toSorted()).toEqual([200, ...Array.from({ length: 7 }, () => 401)])
    const url = authorizeUrl(ORG_BASE, app, { prompt: 'none', sessionToken: token })
    expect(answerOf(await new Browser().get(url))['error']).toBe('login_required')
  })

  it('takes a token for as long as it says, and not a second more', async () => {
    const [early, late] = [await sessionTokenOf(person), await sessionTokenOf(person)]
    vi.useFakeTimers({ toFake: ['Date'] })
    const end = Date.now() + limits.sessionTokenSeconds * 1000
    vi.setSystemTime(end - 5000)
    expect((await create({ sessionToken: early })).status).toBe(200)
    for (const now of [end, end + 1000]) {
      vi.setSystemTime(now)
      const [status, error] = await answered(await create({ sessionToken: late }))
      expect([status, error['errorCode']]).toEqual([401, 'E0000004'])
    }
  })

  it('takes no token of a session that ended meanwhile', async () => {
    const whose = await aPersonWithPassword()
    const token = await sessionTokenOf(whose)
    await made(204, 'DELETE', `${USERS}/${whose.id}/sessions`)
    expect((await create({ sessionToken: token })).status).toBe(401)
  })

  it.each([
    ['{"sessionToken":"x"}', 401, 'E0000004'],
    ['{"sessionToken":""}', 401, 'E0000004'],
    ['{"sessionToken":1}', 400, 'E0000001'],
    ['{}', 400, 'E0000001'],
    ['{', 400, 'E0000003'],
  ])('%s is %i %s', async (body, status, code) => {
    const [answeredStatus, error] = await answered(await create(body))
    expect([answeredStatus, error['errorCode']]).toEqual([status, code])
  })

  it('takes no body that any page could send', async () => {
    const body = { sessionToken: await sessionTokenOf(person) }
    expect((await create(body, { 'content-type': 'text/plain' })).status).toBe(400)
    expect((await create(body)).status).toBe(200)
  })
})

describe('an administrator', () => {
  const idOf = async (cookie: string): Promise<string> =>
    (await answered(await call('GET', ME, cookie)))[1]['id']

  it('sees, refreshes and ends a session by its id', async () => {
    const whose = await aPersonWithPassword()
    const { browser } = await signedIn(ORG_BASE, app, whose)
    const path = `${SESSIONS}/${await idOf(cookieOf(browser))}`
    const shown = await made(200, 'GET', path)
    expect([shown['userId'], shown['login']]).toEqual([whose.id, whose.login])
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Date.now() + 600_000)
    expect((await made(200, 'GET', path))['expiresAt']).toBe(shown['expiresAt'])
    const refreshed = await made(200, 'POST', `${path}/lifecycle/refresh`)
    expect(Date.parse(refreshed['expiresAt'])).toBeGreaterThan(Date.parse(shown['expiresAt']))
    vi.useRealTimers()
    await made(204, 'DELETE', path)
    await expectNoSession(await call('GET', ME, cookieOf(browser)))
    for (const [method, at] of [
      ['GET', path],
      ['DELETE', path],
      ['POST', `${path}/lifecycle/refresh`],
    ] as const)
      // prettier-ignore
      expect((await answered(await api(method, at)))[0]).toBe(404)
    const [event] = await logEvents(`eventType eq "user.session.end" and target.id eq "${whose.id}"`) // prettier-ignore
    expect(event?.['target'].map(({ id }: Json) => id)).toEqual([whose.id, app.clientId])
  })

  it('finds nothing by what tokens call the session, by its cookie, or by an id made up', async () => {
    const { browser, answer } = await signedIn(ORG_BASE, app, person)
    const cookie = cookieOf(browser)
    const [, tokens] = await answered(await redeem(ORG_BASE, app, answer['code']!))
    const id = await idOf(cookie)
    const others = await aPersonWithPassword()
    const sid = payloadOf(tokens['id_token'])['sid'] as string
    const forged = btoa(JSON.stringify([1, '', others.id, sid, '', 0, '']))
    for (const other of [
      sid,
      cookie.split('_session=')[1]!.split(';')[0]!,
      `${forged.replaceAll('=', '')}.${id.split('.').slice(1).join('.')}`,
      'x',
      'y'.repeat(2000),
    ]) {
      const [status, error] = await answered(await api('GET', `${SESSIONS}/${other}`))
      expect([status, error['errorCode']]).toEqual([404, 'E0000007'])
    }
  })

  it('needs a role that allows it', async () => {
    const { cookie } = await aSignedInBrowser(person)
    const path = `${SESSIONS}/${await idOf(cookie)}`
    const calls = [['GET', path], ['POST', `${path}/lifecycle/refresh`], ['DELETE', path]] as const // prettier-ignore
    for (const [role, statuses] of [
      ['READ_ONLY_ADMIN', [200, 403, 403]],
      ['GROUP_MEMBERSHIP_ADMIN', [403, 403, 403]],
      ['HELP_DESK_ADMIN', [200, 200, 204]],
    ] as const) {
      const { authorization } = await aPerson(role)
      const seen: number[] = []
      for (const [method, at] of calls)
        seen.push((await api(method, at, undefined, authorization)).status)
      expect([role, seen]).toEqual([role, statuses])
    }
    expect((await send(path)).status).toBe(401)
    expect((await send(path, { headers: { cookie } })).status).toBe(401)
  })
})
