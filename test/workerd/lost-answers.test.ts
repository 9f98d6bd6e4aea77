/**
 * Answers of a person's object that do not arrive: it was reset, or the connection was lost, after it stored what it
 * gave. Whoever asks again gets the same, never a second family, and no code or token is taken for stolen.
 */
import { evictDurableObject } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AuthorizationRecord } from '../../src/domain/authorization-record.ts'
import type { SessionKey } from '../../src/domain/session.ts'
import type { GrantOutcome, RefreshHandle } from '../../src/domain/subjects.ts'
import { limits } from '../../src/platform/limits.ts'
import { pause } from '../../src/platform/clock.ts'
import { aCode } from '../unit/support/builders.ts'
import { answerOf, Browser } from './browser.ts'
import { logEvents } from './log-support.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  redeem,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { under } from './storage-faults.ts'
import { aPerson } from './subject-people.ts'
import {
  aRedemption,
  aRefresh,
  aSession,
  authorized,
  inside,
  nowSeconds,
  redeemed,
  subject,
  subjects,
} from './subject-support.ts'
import { answered, api, unique, type Json } from './support.ts'
import { aPeopleServer, arrived, refresh, userinfo } from './token-support.ts'

const AT_ONCE = 20

beforeAll(() => api('GET', '/api/v1/authorizationServers'))

beforeEach(() => {
  vi.spyOn(console, 'error').mockReturnValue()
})

const given = (outcome: GrantOutcome): RefreshHandle => {
  if (outcome.outcome !== 'granted' || outcome.refresh === null)
    throw new Error(JSON.stringify(outcome))
  return outcome.refresh
}

const families = (userId: string): Promise<readonly unknown[]> =>
  inside(userId, 'SELECT id FROM authorizations WHERE generation IS NOT NULL AND ended = 0')

const refusal = async (outcome: Promise<GrantOutcome>): Promise<unknown> => {
  const one = await outcome
  return one.outcome === 'refused' ? one.reason : one.outcome
}

/** In and out of a reset between the first and the second time. */
const BETWEEN: readonly (readonly [string, (record: AuthorizationRecord) => Promise<unknown>])[] = [
  ['the object goes on', async () => undefined],
  ['the object is reset', ({ userId }) => evictDurableObject(subject(userId))],
]

describe.each(BETWEEN)('asked twice in one attempt, while %s', (_, happens) => {
  it('a code gives the same refresh token and one family, and is used up for all others', async () => {
    const record = await authorized(await aPerson())
    const attempt = unique('attempt')
    const first = given(await subjects.redeem({ ...aRedemption(record), attempt }))
    await happens(record)
    const second = given(await subjects.redeem({ ...aRedemption(record), attempt }))
    expect(second).toEqual(first)
    expect(await families(record.userId)).toHaveLength(1)
    expect(given(await subjects.refresh(aRefresh(record, first))).generation).toBe(1)
    const other = { ...aRedemption(record), attempt: unique('attempt') }
    expect(await refusal(subjects.redeem(other))).toBe('replayed')
    expect(await families(record.userId)).toHaveLength(0)
  })

  it('a refresh token without a leeway gives the same successor, and is used up for all others', async () => {
    const record = await authorized(await aPerson())
    const { handle } = await redeemed(record)
    const asked = aRefresh(record, handle, { leewaySeconds: 0, attempt: unique('attempt') })
    const first = given(await subjects.refresh(asked))
    await happens(record)
    expect(given(await subjects.refresh(asked))).toEqual(first)
    const other = { ...asked, attempt: unique('attempt') }
    expect(await refusal(subjects.refresh(other))).toBe('replayed')
    expect(await families(record.userId)).toHaveLength(0)
  })
})

it('an attempt whose tokens were used since is over: asked again, it is a replay', async () => {
  const record = await authorized(await aPerson())
  const redemption = { ...aRedemption(record), attempt: unique('attempt') }
  const first = given(await subjects.redeem(redemption))
  given(await subjects.refresh(aRefresh(record, first)))
  expect(await refusal(subjects.redeem(redemption))).toBe('replayed')
})

describe('an attempt that was taken back before its call came to its turn', () => {
  it('uses up no code, and ends nothing when others have gone on', async () => {
    const record = await authorized(await aPerson())
    const { userId, id: authorizationId } = record
    const late = { ...aRedemption(record), attempt: unique('attempt') }
    const { attempt, now } = late
    await subjects.undelivered({ userId, authorizationId, generation: 0, attempt, now })
    expect(await refusal(subjects.redeem(late))).toBe('unknown')
    const first = given(
      await subjects.redeem({ ...aRedemption(record), attempt: unique('attempt') }),
    )
    expect(await refusal(subjects.redeem(late))).toBe('unknown')
    expect(given(await subjects.refresh(aRefresh(record, first))).generation).toBe(1)
  })

  it('uses up no refresh token, and ends nothing when others have gone on', async () => {
    const record = await authorized(await aPerson())
    const { userId, id: authorizationId } = record
    const { handle } = await redeemed(record)
    const late = aRefresh(record, handle, { leewaySeconds: 0, attempt: unique('attempt') })
    const { attempt, now } = late
    await subjects.undelivered({ userId, authorizationId, generation: 1, attempt: attempt!, now })
    expect(await refusal(subjects.refresh(late))).toBe('unknown')
    const next = given(await subjects.refresh({ ...late, attempt: unique('attempt') }))
    expect(await refusal(subjects.refresh(late))).toBe('unknown')
    expect(given(await subjects.refresh(aRefresh(record, next))).generation).toBe(2)
  })
})

describe('a code that is taken back after it was redeemed', () => {
  const LATER = 150

  /** The code of a session so many seconds old, redeemed and taken back while something happens. */
  async function takenBack(
    happens: (key: SessionKey) => Promise<unknown>,
    age = 0,
  ): Promise<AuthorizationRecord> {
    const userId = await aPerson()
    const created = nowSeconds()
    const key = await aSession(userId, (created - age) * 1000)
    const found = await subjects.findSession(key, null, created * 1000)
    const begunIn = { sessionId: key.id, sid: found!.session.sid }
    const code = aCode({ expires: created + limits.codeSeconds })
    const record = await authorized(userId, { ...begunIn, code, created })
    const redemption = { ...aRedemption(record), attempt: unique('attempt') }
    given(await subjects.redeem(redemption))
    await happens(key)
    const { id: authorizationId } = record
    const { attempt } = redemption
    const now = created + LATER
    await subjects.undelivered({ userId, authorizationId, generation: 0, attempt, now })
    return record
  }

  const redeemedLater = (record: AuthorizationRecord): Promise<GrantOutcome> =>
    subjects.redeem({ ...aRedemption(record), now: record.created + LATER })

  const nothing = async (): Promise<void> => undefined
  const signedInAgain = (replaces: SessionKey): Promise<unknown> => {
    const { userId } = replaces
    const secret = unique('secret')
    return subjects.startSession({ userId, secret, amr: ['pwd'], replaces, now: Date.now() })
  }

  it('is redeemed within its session, also when its person has signed in again there', async () => {
    given(await redeemedLater(await takenBack(nothing)))
    given(await redeemedLater(await takenBack(signedInAgain)))
  })

  it('is redeemed when its session has expired meanwhile, which ends no code', async () => {
    given(await redeemedLater(await takenBack(nothing, limits.sessionIdleSeconds - LATER + 1)))
  })

  it('is dead when its session was ended meanwhile', async () => {
    const record = await takenBack((key) => subjects.endSession(key))
    expect(await refusal(redeemedLater(record))).toBe('unknown')
    expect(await families(record.userId)).toEqual([])
  })
})

it('what was refused is taken back by its attempt, so that a successor which others were given stays', async () => {
  const record = await authorized(await aPerson())
  const { userId, id: authorizationId } = record
  const { handle } = await redeemed(record)
  const first = aRefresh(record, handle, { leewaySeconds: 30, attempt: unique('attempt') })
  given(await subjects.refresh(first))
  const again = given(await subjects.refresh({ ...first, attempt: unique('attempt') }))
  expect(again.generation).toBe(1)
  const { attempt, now } = first
  await subjects.undelivered({ userId, authorizationId, generation: 1, attempt: attempt!, refused: true, now }) // prettier-ignore
  const late = aRefresh(record, handle, { leewaySeconds: 0, attempt: unique('attempt') })
  expect(await refusal(subjects.refresh(late))).toBe('replayed')
})

it('[race] an attempt that is asked many times at once gives one thing', async () => {
  const record = await authorized(await aPerson())
  await subject(record.userId).markStale()
  const redemption = { ...aRedemption(record), attempt: unique('attempt') }
  const outcomes = await Promise.all(
    Array.from({ length: AT_ONCE }, () => subjects.redeem(redemption)),
  )
  const handles = new Set(outcomes.map((one) => JSON.stringify(given(one))))
  expect([handles.size, (await families(record.userId)).length]).toEqual([1, 1])
})

describe('through the token endpoint', () => {
  let app: SignInApp
  let person: TestPerson
  let base: string
  const browser = new Browser()
  const parameters = { scope: 'openid offline_access' }

  beforeAll(async () => {
    app = await aSignInApp({ refresh_token: { rotation_type: 'ROTATE', leeway: 0 } })
    person = await aPersonWithPassword()
    base = (await aPeopleServer()).issuer
    await arrived(base, app, person, parameters, browser)
  })

  const aCode = async (): Promise<string> =>
    answerOf(await browser.get(authorizeUrl(base, app, parameters)))['code']!

  const tokensOf = async (response: Response): Promise<Json> => {
    const [status, tokens] = await answered(response)
    expect([status, tokens]).toEqual([200, expect.objectContaining({ token_type: 'Bearer' })])
    expect((await userinfo(base, tokens['access_token'])).status).toBe(200)
    return tokens
  }

  const reuses = async (): Promise<number> =>
    (await logEvents(`actor.id eq "${app.clientId}" and eventType sw "app.oauth2.as.token.detect"`))
      .length

  it('an answer that is lost once costs the client nothing: the Worker asks again', async () => {
    const code = await aCode()
    const once = { times: 1 }
    const first = await under('SUBJECT', 'reset after', () => redeem(base, app, code), once)
    expect(first.met).toBe(1)
    const tokens = await tokensOf(first.result)
    const token: string = tokens['refresh_token']
    const second = await under('SUBJECT', 'reset after', () => refresh(base, app, token), once)
    const next = await tokensOf(second.result)
    await tokensOf(await refresh(base, app, next['refresh_token']))
    expect(await reuses()).toBe(0)
  })

  it.each(['code', 'refresh token'] as const)(
    'a %s whose answer stays away is good when the client comes back, once',
    async (what) => {
      const [before, reused] = [await families(person.id), await reuses()]
      const code = await aCode()
      const token =
        what === 'code' ? '' : (await tokensOf(await redeem(base, app, code)))['refresh_token']
      const ask = (): Promise<Response> =>
        what === 'code' ? redeem(base, app, code) : refresh(base, app, token)
      const { result } = await under('SUBJECT', 'reset after', ask)
      expect([result.status, result.headers.get('retry-after')]).toEqual([503, '5'])
      await pause(limits.lostAnswerMillis.untold[0] + 100)
      await tokensOf(await ask())
      expect((await families(person.id)).length).toBe(before.length + 1)
      expect(await reuses()).toBe(reused)
      expect((await ask()).status).toBe(400)
      expect((await families(person.id)).length).toBe(before.length)
    },
  )

  it('an object that has too much to do is not asked twice', async () => {
    const code = await aCode()
    const { met, result } = await under('SUBJECT', 'overloaded', () => redeem(base, app, code))
    expect([met, result.status]).toEqual([1, 503])
    await tokensOf(await redeem(base, app, code))
  })
})
