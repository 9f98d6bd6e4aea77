/**
 * Clocks that jump, alarms that nobody rings, and storage that is away for a quarter of an hour: to the second, and by
 * a clock that the tests move.
 */
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { answerOf, Browser } from './browser.ts'
import { cookieOf } from './session-support.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  redeem,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { under, type Binding } from './storage-faults.ts'
import {
  aClient,
  answered,
  basic,
  made,
  mintWith,
  post,
  send,
  unique,
  type Json,
  type TestClient,
  type TestServer,
} from './support.ts'
import {
  aPeopleServer,
  arrived,
  introspect,
  refresh,
  tokensFor,
  userinfo,
} from './token-support.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let server: TestServer
let client: TestClient
let app: SignInApp
let person: TestPerson

beforeAll(async () => {
  server = await aPeopleServer()
  client = await aClient()
  app = await aSignInApp()
  person = await aPersonWithPassword()
})

beforeEach(() => {
  vi.spyOn(console, 'error').mockReturnValue()
  vi.useFakeTimers({ toFake: ['Date'], now: Math.ceil(Date.now() / 1000) * 1000 })
})

afterEach(() => {
  vi.useRealTimers()
})

/** Moves everybody's clock, forwards or back. */
const jump = (seconds: number): void => void vi.setSystemTime(Date.now() + seconds * 1000)

const token = async (): Promise<readonly [number, Json]> => answered(await mintWith(server, client))

/** Whether a request is answered as ever, and what is said where it is not. */
async function standingOf(response: Response, member: string): Promise<unknown> {
  const body = (await response.json()) as Json
  if (response.status === 200) return [member, body[member] !== undefined]
  return [response.status, body['error'], response.headers.get('retry-after')]
}

/** Of a token for the client. */
const standing = async (): Promise<unknown> =>
  standingOf(await mintWith(server, client), 'access_token')

const GOOD = ['access_token', true]
const AWAY = [503, 'temporarily_unavailable', '5']

describe('away for long', () => {
  const OUTAGES: readonly Binding[] = ['DB', 'KEY_RING']
  const DOCUMENTS = ['openid-configuration', 'oauth-authorization-server']

  /** Of the person. */
  let tokens: Json

  async function refreshing(): Promise<Response> {
    const response = await refresh(server.issuer, app, tokens['refresh_token'])
    if (response.ok) tokens = (await response.clone().json()) as Json
    return response
  }

  const introspecting = (): Promise<Response> =>
    post(
      `${server.issuer}/v1/introspect`,
      { token: tokens['access_token'] },
      { authorization: basic(app.clientId, app.secret) },
    )

  /** What clients ask for all day, and what is in an answer that is right. */
  const ASKED: readonly (readonly [string, () => Promise<Response>, string])[] = [
    ['tokens of machines', () => mintWith(server, client), 'access_token'],
    ['refreshes', refreshing, 'refresh_token'],
    ['introspections', introspecting, 'sub'],
    ['answers of userinfo', () => userinfo(server.issuer, tokens['access_token']), 'sub'],
    ['JWK Sets', () => send(`${server.issuer}/v1/keys`), 'keys'],
    ...DOCUMENTS.map(
      (name) => [name, () => send(`${server.issuer}/.well-known/${name}`), 'issuer'] as const,
    ),
  ]

  it.each(OUTAGES.flatMap((binding) => ASKED.map((asked) => [binding, ...asked] as const)))(
    '%s: %s can be had for 15 minutes, and at once when it is back',
    async (binding, name, ask, member) => {
      const standing = async (): Promise<unknown> => standingOf(await ask(), member)
      const good = [member, true]
      tokens = await tokensFor(server.issuer, app, person, { scope: 'openid offline_access' })
      jump(limits.snapshotStaleSeconds + limits.clockSkewSeconds + 1)
      // Whatever is in memory by now was read at this second.
      expect(await standing()).toEqual(good)
      const seen: unknown[] = []
      for (const seconds of [14 * MINUTE + 59, 1, 1]) {
        jump(seconds)
        seen.push((await under(binding, 'down', standing)).result)
      }
      const needsNoKey = binding === 'KEY_RING' && DOCUMENTS.includes(name)
      expect(seen).toEqual([good, good, needsNoKey ? good : AWAY])
      expect(await standing()).toEqual(good)
    },
  )
})

describe('a clock that was ahead and comes back', () => {
  it.each([2, HOUR, 3 * DAY])(
    'by %i s: what was read meanwhile is not used for longer',
    async (ahead) => {
      jump(ahead)
      expect(await standing()).toEqual(GOOD)
      jump(-ahead)
      // Behind the back of the isolate.
      const status = env.DB.prepare('UPDATE apps SET status = ?2, version = version + 1 WHERE client_id = ?1') // prettier-ignore
      await status.bind(client.clientId, 'INACTIVE').run()
      jump(limits.snapshotStaleSeconds + limits.clockSkewSeconds + 1)
      expect(await standing()).toEqual([401, 'invalid_client', null])
      await status.bind(client.clientId, 'ACTIVE').run()
      jump(limits.snapshotStaleSeconds + 1)
      expect(await standing()).toEqual(GOOD)
    },
  )

  it('tokens that it dated are no tokens yet, as far as they are beyond the skew', async () => {
    for (const [ahead, isActive] of [
      [limits.clockSkewSeconds, true],
      [limits.clockSkewSeconds + 1, false],
      [DAY, false],
    ] as const) {
      jump(ahead)
      const [, machine] = await token()
      const tokens = await tokensFor(server.issuer, app, person)
      jump(-ahead)
      const [, asked] = await answered(
        await post(
          `${server.issuer}/v1/introspect`,
          { token: machine['access_token'] },
          { authorization: basic(client.clientId, client.secret) },
        ),
      )
      const read = await userinfo(server.issuer, tokens['access_token'])
      expect([ahead, asked['active'], read.status]).toEqual([ahead, isActive, isActive ? 200 : 401])
    }
  })

  it('codes and sessions live no longer by it', async () => {
    for (const [ahead, lives] of [
      [limits.clockSkewSeconds, true],
      [limits.clockSkewSeconds + 1, false],
      [DAY, false],
    ] as const) {
      jump(ahead)
      const browser = new Browser()
      const { code = '' } = answerOf(await arrived(server.issuer, app, person, {}, browser))
      const { code: kept = '' } = answerOf(await browser.get(authorizeUrl(server.issuer, app)))
      jump(-ahead)
      const headers = { cookie: cookieOf(browser) }
      const session = await send('/api/v1/sessions/me', { headers })
      expect([ahead, session.status]).toEqual([ahead, lives ? 200 : 404])
      expect((await redeem(server.issuer, app, code)).status).toBe(lives ? 200 : 400)
      // Nothing was used up by that.
      jump(ahead)
      expect((await redeem(server.issuer, app, kept)).status).toBe(200)
      jump(-ahead)
    }
  })

  it('an address that had used up its attempts by it is not kept out for longer than a window', async () => {
    const counter = env.THROTTLE.getByName(unique('address'))
    const now = Date.now()
    const ahead = now + DAY * 1000
    for (let count = 0; count < limits.attemptsPerAddressMax; count++) await counter.take(ahead)
    expect(await counter.take(ahead)).toBe(false)
    expect(await counter.take(now)).toBe(true)
  })
})

describe('a clock that jumps ahead', () => {
  it.each([5, HOUR, DAY])(
    'by %i s: whoever is known gets tokens that are good at once',
    async (ahead) => {
      await standing()
      jump(ahead)
      const [status, { access_token: value }] = await token()
      expect(status).toBe(200)
      expect(await introspect(server.issuer, client, value)).toHaveProperty('active', true)
    },
  )
})

describe('alarms that nobody rang for a week', () => {
  it('codes, sessions and attempts are over when they are asked about', async () => {
    const browser = new Browser()
    const { code = '' } = answerOf(await arrived(server.issuer, app, person, {}, browser))
    const counter = env.THROTTLE.getByName(unique('address'))
    for (let count = 0; count <= limits.attemptsPerAddressMax; count++)
      await counter.take(Date.now())
    jump(7 * DAY)
    expect((await redeem(server.issuer, app, code)).status).toBe(400)
    const headers = { cookie: cookieOf(browser) }
    expect((await send('/api/v1/sessions/me', { headers })).status).toBe(404)
    expect(await counter.take(Date.now())).toBe(true)
  })

  it('what was revoked stays dead', async () => {
    const [, { access_token: value }] = await token()
    const authorization = basic(client.clientId, client.secret)
    await post(`${server.issuer}/v1/revoke`, { token: value }, { authorization })
    jump(50 * MINUTE)
    expect(await introspect(server.issuer, client, value)).toEqual({ active: false })
  })

  it('keys are rotated when they are read, and what the last one signed is good until it expires', async () => {
    const rotated = await made(200, 'GET', `/api/v1/authorizationServers/${server.id}/credentials/keys`) // prettier-ignore
    const active = (rotated as unknown as Json[]).find(({ status }) => status === 'ACTIVE')!
    const due = Date.parse((await made(200, 'GET', `/api/v1/authorizationServers/${server.id}`))['credentials']['signing']['nextRotation']) // prettier-ignore
    vi.setSystemTime(due - 10 * 1000)
    const [, { access_token: before }] = await token()
    vi.setSystemTime(due + 2 * MINUTE * 1000)
    const [status, { access_token: after }] = await token()
    expect(status).toBe(200)
    const kid = (jwt: string): string => JSON.parse(atob(jwt.split('.')[0]!))['kid'] as string
    expect(kid(before)).toBe(active['kid'])
    expect(kid(after)).not.toBe(active['kid'])
    for (const one of [before, after])
      expect(await introspect(server.issuer, client, one)).toHaveProperty('active', true)
  })
})
