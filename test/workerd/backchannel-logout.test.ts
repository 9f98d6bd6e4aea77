/** Apps are told by us when a session ends in which they took part: OpenID Connect Back-Channel Logout 1.0. */
import { env } from 'cloudflare:workers'
import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { writeSessionId } from '../../src/domain/session-id.ts'
import { limits } from '../../src/platform/limits.ts'
import { readSettings } from '../../src/platform/settings.ts'
import { testBindings } from '../bindings.ts'
import { Browser, hiddenInputs } from './browser.ts'
import { failing, serveLogouts, tokenOf, until, untold, verified, well, EVENT, type LogoutApp } from './logout-support.ts' // prettier-ignore
import { aPersonWithPassword, aSignInApp, changeApp, ORG_BASE, payloadOf, signedIn, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { inside, keptBy, subject } from './subject-support.ts'
import { api, made, ORIGIN, send, type Json } from './support.ts'
import { aPeopleServer, introspect, tokensFor, userinfo } from './token-support.ts'
import { USERS } from './user-support.ts'

const { anApp } = serveLogouts()
const issuers = { org: ORIGIN, custom: '' }
const bases = { org: ORG_BASE, custom: '' }
let person: TestPerson

beforeAll(async () => {
  const server = await aPeopleServer()
  issuers.custom = server.issuer
  bases.custom = server.issuer
  person = await aPersonWithPassword()
})

const logout = (base: string, browser: Browser, parameters: Record<string, string>) =>
  browser.get(`${base}/v1/logout?${new URLSearchParams(parameters).toString()}`)

const ring = (userId: string) => runDurableObjectAlarm(subject(userId))

/** Lets the alarm of a person's object ring when the next attempt is due, or some time before or after that. */
async function ringWhenDue(userId: string, millis = 0): Promise<void> {
  const [first] = await inside(userId, 'SELECT min(due) AS due FROM logouts')
  vi.useFakeTimers({ now: Number(first!['due']) + millis, toFake: ['Date'] })
  try {
    expect(await ring(userId)).toBe(true)
  } finally {
    vi.useRealTimers()
  }
}

const signOut = async (browser: Browser): Promise<void> => {
  const home = await browser.get('/signin')
  expect((await browser.post('/signout', hiddenInputs(home.html))).html).toContain('signed-out')
}

/** Somebody who is signed in to apps in one session. */
async function within(apps: readonly LogoutApp[], who = person, browser = new Browser()) {
  const tokens: Json[] = []
  for (const app of apps)
    tokens.push(await tokensFor(ORG_BASE, app, who, { nonce: 'n-0S6' }, browser))
  return { browser, tokens, hint: tokens[0]!['id_token'] as string }
}

/** What the log was told of attempts to tell an app. */
async function attempts({ id }: LogoutApp): Promise<readonly Json[]> {
  const { results } = await env.LOG_DB.prepare(
    `SELECT document FROM events WHERE event_type = 'user.authentication.universal_logout'
     AND instr(document, ?1) > 0 ORDER BY position`,
  )
    .bind(`"${id}"`)
    .all<{ document: string }>()
  return results.map(({ document }) => JSON.parse(document) as Json)
}

describe.each(['org', 'custom'] as const)('at the %s server', (kind) => {
  it('oidcc-backchannel-logout-discovery-endpoint-verification: it says that apps are told, and of which session', async () => {
    const metadata = await send(`${issuers[kind]}/.well-known/openid-configuration`)
    expect(await metadata.json()).toMatchObject({
      end_session_endpoint: `${bases[kind]}/v1/logout`,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    })
  })

  it('oidcc-backchannel-rp-initiated-logout: [OIDC-Back-Channel-2.4] the app is told by a token of the issuer that names the session', async () => {
    const back = 'https://app.example/after'
    const app = await anApp(well, {
      post_logout_redirect_uris: [back],
      backchannel_logout_session_required: true,
    })
    const browser = new Browser()
    const parameters = { scope: 'openid profile', nonce: 'n-0S6' }
    const { id_token: hint } = await tokensFor(bases[kind], app, person, parameters, browser)
    const left = await logout(bases[kind], browser, {
      id_token_hint: hint,
      post_logout_redirect_uri: back,
    })
    expect(left.location).toBe(back)
    await until(() => app.asked.length > 0)
    const [asked] = app.asked
    expect([asked!.method, asked!.headers.get('content-type')]).toEqual([
      'POST',
      expect.stringMatching(/^application\/x-www-form-urlencoded(;|$)/),
    ])
    const { payload, protectedHeader } = await verified(asked!, issuers[kind], app.clientId)
    const { iss, aud, sub, sid } = payloadOf(hint)
    expect([protectedHeader.typ, Object.keys(protectedHeader).sort()]).toEqual(['logout+jwt', ['alg', 'kid', 'typ']]) // prettier-ignore
    const { iat = 0 } = payload
    expect(payload).toEqual({
      iss,
      aud,
      sub,
      sid,
      iat,
      exp: iat + 120,
      jti: expect.stringMatching(/^LT\.[\w-]{43}$/),
      events: { [EVENT]: {} },
    })
    await until(async () => (await untold(person.id)).length === 0)
    expect(await attempts(app)).toMatchObject([
      {
        outcome: { result: 'SUCCESS' },
        actor: { id: 'system' },
        target: [{ id: person.id }, { id: app.id, type: 'AppInstance' }],
        debugContext: { debugData: { attempt: 1 } },
      },
    ])
    expect(JSON.stringify(await attempts(app))).not.toMatch(/eyJ|app\.example/)
  })

  it('a logout token is a token of nothing else', async () => {
    const app = await anApp()
    const browser = new Browser()
    await tokensFor(bases[kind], app, person, {}, browser)
    await signOut(browser)
    await until(() => app.asked.length > 0)
    const token = tokenOf(app.asked[0]!)
    const again = new Browser()
    await tokensFor(bases[kind], app, person, {}, again)
    expect((await logout(bases[kind], again, { id_token_hint: token })).status).toBe(400)
    expect((await userinfo(bases[kind], token)).status).toBe(401)
    expect(await introspect(bases[kind], app, token)).toEqual({ active: false })
    expect((await api('GET', USERS, undefined, `Bearer ${token}`)).status).toBe(401)
  })
})

type End = (browser: Browser, whose: TestPerson, hint: string) => Promise<unknown>
const lifecycle =
  (action: string): End =>
  (_, { id }) =>
    made(200, 'POST', `${USERS}/${id}/lifecycle/${action}`)

const ENDS: readonly (readonly [string, End])[] = [
  [
    'the app signs its person out',
    (browser, _, hint) => logout(ORG_BASE, browser, { id_token_hint: hint }),
  ],
  [
    'its person answers the question',
    async (browser) => {
      const page = await logout(ORG_BASE, browser, {})
      await browser.post('/signout', hiddenInputs(page.html))
    },
  ],
  ['its person signs out at the org', (browser) => signOut(browser)],
  [
    'somebody else signs in in its browser',
    async (browser) => {
      const app = await aSignInApp()
      await signedIn(ORG_BASE, app, await aPersonWithPassword(), { prompt: 'login' }, browser)
    },
  ],
  [
    'an administrator ends it',
    async (_, { id: userId }, hint) => {
      const { keyEncryption } = readSettings(testBindings)
      const sid = payloadOf(hint)['sid'] as string
      await api(
        'DELETE',
        `/api/v1/sessions/${await writeSessionId({ userId, sid }, keyEncryption)}`,
      )
    },
  ],
  [
    'its page closes it',
    (browser) =>
      send('/api/v1/sessions/me', {
        method: 'DELETE',
        headers: { cookie: [...browser.cookies].map((pair) => pair.join('=')).join('; ') },
      }),
  ],
  [
    'an administrator ends all of a person',
    (_, { id }) => api('DELETE', `${USERS}/${id}/sessions`),
  ],
  ['its person is suspended', lifecycle('suspend')],
  ['its person is deactivated', lifecycle('deactivate')],
  [
    'a temporary password takes the place of theirs',
    lifecycle('expire_password_with_temp_password?revokeSessions=true'),
  ],
  ['its person is deleted', (_, { id }) => api('DELETE', `${USERS}/${id}`)],
]

describe('when a session ends', () => {
  it.each(ENDS)('because %s, every app that took part is told once', async (_, end) => {
    const whose = await aPersonWithPassword()
    const [one, other, absent] = await Promise.all([anApp(), anApp(), anApp()])
    const { browser, hint, tokens } = await within([one, other, one], whose)
    await end(browser, whose, hint)
    for (const [app, index] of [
      [one, 0],
      [other, 1],
    ] as const) {
      await until(() => app.asked.length > 0)
      const { payload } = await verified(app.asked[0]!, ORIGIN, app.clientId)
      expect([payload.sub, payload['sid']]).toEqual([whose.id, payloadOf(tokens[index]!['id_token'])['sid']]) // prettier-ignore
    }
    await until(async () => (await untold(whose.id)).length === 0)
    await ring(whose.id)
    expect([one.asked.length, other.asked.length, absent.asked.length]).toEqual([1, 1, 0])
  })

  it('it is told of that one alone, and of none that goes on', async () => {
    const app = await anApp()
    const [first, second] = [await within([app]), await within([app])]
    const again = await tokensFor(ORG_BASE, app, person, { prompt: 'login' }, second.browser)
    expect(payloadOf(again['id_token'])['sid']).toBe(payloadOf(second.hint)['sid'])
    await signOut(first.browser)
    await until(() => app.asked.length > 0)
    expect(payloadOf(tokenOf(app.asked[0]!))['sid']).toBe(payloadOf(first.hint)['sid'])
    await until(async () => (await untold(person.id)).length === 0)
    expect(app.asked).toHaveLength(1)
  })

  it('an app is told by each issuer that it knows the person from', async () => {
    const app = await anApp()
    const browser = new Browser()
    for (const base of [bases.org, bases.custom]) await tokensFor(base, app, person, {}, browser)
    await signOut(browser)
    await until(() => app.asked.length === 2)
    const told = app.asked.map((asked) => payloadOf(tokenOf(asked)))
    expect(new Set(told.map(({ iss }) => iss as string))).toEqual(new Set(Object.values(issuers)))
    expect(new Set(told.map(({ sid }) => sid as string)).size).toBe(1)
  })

  it('the end of tokens alone is told to nobody', async () => {
    const whose = await aPersonWithPassword()
    const app = await anApp()
    const { browser } = await within([app], whose)
    await api('DELETE', `${USERS}/${whose.id}/grants`)
    expect(await untold(whose.id)).toEqual([])
    await signOut(browser)
    await until(() => app.asked.length === 1)
  })
})

describe('an app that cannot be told', () => {
  const never = () => new Promise<Response>(() => undefined)
  const megabytes = () => new Response('x'.repeat(3_000_000), { status: 500 })
  const unending = () => new Response(new ReadableStream({ pull: () => never().then() }))
  const elsewhere = () => new Response(null, { status: 307, headers: { location: 'https://app.example/other' } }) // prettier-ignore
  const gone = () => Promise.reject(new Error('connection refused'))

  it('holds up neither the person nor the others, and is tried again', async () => {
    const whose = await aPersonWithPassword()
    const bad = await Promise.all([never, megabytes, elsewhere, gone, failing, never, never].map((one) => anApp(one))) // prettier-ignore
    const good = await Promise.all([anApp(), anApp(unending)])
    const { browser } = await within([...bad, ...good], whose)
    await signOut(browser)
    await until(() => [...bad, ...good].every(({ asked }) => asked.length === 1))
    await until(async () => {
      const [first] = await inside(whose.id, 'SELECT count(*) AS n FROM logouts')
      return first?.['n'] === bad.length
    })
    const reasons: readonly string[] = await Promise.all(
      bad.map(async (app) => {
        await until(async () => (await attempts(app)).length === 1)
        return (await attempts(app))[0]!['outcome']['reason'] as string
      }),
    )
    expect(reasons).toEqual([
      'the app did not answer in time',
      'the app answered with status 500',
      'the answer is a redirect',
      'the app could not be reached',
      'the app answered with status 500',
      'the app did not answer in time',
      'the app did not answer in time',
    ])
    expect(new Set((await untold(whose.id)).map(({ attempts: tried }) => tried))).toEqual(new Set([1])) // prettier-ignore
  })

  it('is told by a fresh token when it comes back, at the address that it has then', async () => {
    const whose = await aPersonWithPassword()
    const [app, moved] = await Promise.all([anApp(failing), anApp()])
    const { browser } = await within([app], whose)
    await signOut(browser)
    await until(() => app.asked.length === 1)
    await changeApp(app, { backchannel_logout_uri: moved.uri })
    await ringWhenDue(whose.id)
    const [first, second] = [payloadOf(tokenOf(app.asked[0]!)), payloadOf(tokenOf(moved.asked[0]!))]
    expect(second).toMatchObject({ sid: first['sid'], aud: app.clientId })
    expect(second['jti']).not.toBe(first['jti'])
    expect(await untold(whose.id)).toEqual([])
  })

  it('is not told any more once it is deactivated, or wants to be told nothing', async () => {
    const whose = await aPersonWithPassword()
    const [inactive, silent] = await Promise.all([anApp(failing), anApp(failing)])
    const { browser } = await within([inactive, silent], whose)
    await signOut(browser)
    await until(() => inactive.asked.length === 1 && silent.asked.length === 1)
    await made(200, 'POST', `/api/v1/apps/${inactive.id}/lifecycle/deactivate`)
    await changeApp(silent, { backchannel_logout_uri: null })
    await ringWhenDue(whose.id)
    expect([inactive.asked.length, silent.asked.length, await untold(whose.id)]).toEqual([1, 1, []])
  })

  it(`is tried ${limits.logoutAttemptsMax} times, and given up`, async () => {
    const whose = await aPersonWithPassword()
    const app = await anApp(failing)
    const { browser } = await within([app], whose)
    await signOut(browser)
    for (let tried = 1; tried < limits.logoutAttemptsMax; tried++) {
      await until(async () => (await attempts(app)).length === tried)
      expect(await untold(whose.id)).toMatchObject([{ attempts: tried }])
      await ringWhenDue(whose.id)
    }
    expect([app.asked.length, await keptBy(whose.id)]).toEqual([limits.logoutAttemptsMax, []])
    expect((await attempts(app)).at(-1)).toMatchObject({
      outcome: { result: 'FAILURE', reason: 'the app answered with status 500' },
      debugContext: { debugData: { attempt: limits.logoutAttemptsMax } },
    })
  })

  it('is told of somebody who is erased meanwhile, and then nothing is left of them', async () => {
    const whose = await aPersonWithPassword()
    let answer = failing
    const app = await anApp((asked) => answer(asked))
    await within([app], whose)
    for (let step = 0; step < 2; step++) await api('DELETE', `${USERS}/${whose.id}`)
    await until(() => app.asked.length === 1)
    const still = ['migrations', 'logouts', 'authorizations_listing']
    for (const kept of (await keptBy(whose.id)).filter((name) => !still.includes(name)))
      expect([kept, await inside(whose.id, `SELECT * FROM ${kept}`)]).toEqual([kept, []])
    answer = well
    await ringWhenDue(whose.id)
    expect(payloadOf(tokenOf(app.asked[1]!))['sub']).toBe(whose.id)
    expect(await keptBy(whose.id)).toEqual([])
  })

  it('is tried again when it is due, not a millisecond before, also by an object that was stopped meanwhile', async () => {
    const whose = await aPersonWithPassword()
    const app = await anApp(failing)
    const { browser } = await within([app], whose)
    await signOut(browser)
    let [pause, counted] = [limits.logoutRetrySeconds * 1000, 1]
    for (; counted < 3; counted++, pause *= limits.logoutRetryFactor) {
      await until(async () => (await attempts(app)).length === counted)
      const { published } = (await attempts(app)).at(-1)!
      const [{ due } = { due: 0 }] = await untold(whose.id)
      expect(Math.abs(Number(due) - Date.parse(published as string) - pause)).toBeLessThan(3000)
      await evictDurableObject(subject(whose.id))
      await ringWhenDue(whose.id, -1)
      expect(app.asked).toHaveLength(counted)
      await ringWhenDue(whose.id)
      expect(app.asked).toHaveLength(counted + 1)
    }
  })

  it('[race] is not told twice by an alarm that rings while it is being told', async () => {
    const whose = await aPersonWithPassword()
    let isAsked = (): void => undefined
    const answered = new Promise<void>((resolve) => (isAsked = resolve))
    const app = await anApp(async () => {
      await answered
      return well(app.asked[0]!)
    })
    const { browser } = await within([app], whose)
    await signOut(browser)
    await until(() => app.asked.length === 1)
    await ringWhenDue(whose.id)
    expect(app.asked).toHaveLength(1)
    isAsked()
    await until(async () => (await untold(whose.id)).length === 0)
  })
})
