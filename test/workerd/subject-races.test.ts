/** What happens at once to the authorizations of one person: exactly one redemption, one successor, and no life after an end. */
import { runInDurableObject } from 'cloudflare:test'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { AuthorizationRecord } from '../../src/domain/authorization-record.ts'
import type { GrantOutcome } from '../../src/domain/subjects.ts'
import { limits } from '../../src/platform/limits.ts'
import { SubjectPerson } from '../../src/state/subject-person.ts'
import { aPerson, setStatus } from './subject-people.ts'
import { aRedemption, aRefresh, aSession, authorized, EVERYBODYS, redeemed, subject, subjects } from './subject-support.ts' // prettier-ignore
import { api } from './support.ts'

const AT_ONCE = 50

beforeAll(async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  await api('GET', '/api/v1/authorizationServers')
})

const atOnce = <Answer>(ask: (at: number) => Promise<Answer>): Promise<Answer[]> =>
  Promise.all(Array.from({ length: AT_ONCE }, (_, at) => ask(at)))

/** How often each outcome came. */
function tally(outcomes: readonly GrantOutcome[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const one of outcomes) {
    const name = one.outcome === 'granted' ? 'granted' : one.reason
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

const isAlive = async ({ userId, id: authorizationId, created }: AuthorizationRecord) =>
  (await subjects.inspect({ userId, authorizationId, jti: 'j', app: EVERYBODYS }, created)).alive

describe('[race] at the same time', () => {
  it('50 redemptions of one code: exactly one succeeds, also while the person is not known yet', async () => {
    for (const isStale of [false, true]) {
      const record = await authorized(await aPerson())
      if (isStale) await subject(record.userId).markStale()
      const outcomes = await atOnce(() => subjects.redeem(aRedemption(record)))
      expect(tally(outcomes)).toEqual({ granted: 1, replayed: 1, unknown: AT_ONCE - 2 })
      expect(await isAlive(record)).toBe(false)
    }
  })

  it('50 refreshes inside the leeway: all succeed, with the same successor', async () => {
    for (const isStale of [false, true]) {
      const record = await authorized(await aPerson())
      const { handle } = await redeemed(record)
      if (isStale) await subject(record.userId).markStale()
      const now = record.created
      const outcomes = await atOnce((at) => subjects.refresh(aRefresh(record, handle, { now: now + (at % 30) }))) // prettier-ignore
      expect(tally(outcomes)).toEqual({ granted: AT_ONCE })
      const successors = outcomes.map((one) => one.outcome === 'granted' && one.refresh)
      expect(new Set(successors.map((one) => JSON.stringify(one)))).toEqual(
        new Set([JSON.stringify({ generation: 1, secret: handle.secret })]),
      )
    }
  })

  it('50 refreshes without a leeway: one succeeds, and the family ends', async () => {
    const record = await authorized(await aPerson())
    const { handle } = await redeemed(record)
    const outcomes = await atOnce(() => subjects.refresh(aRefresh(record, handle, { leewaySeconds: 0 }))) // prettier-ignore
    expect(tally(outcomes)).toEqual({ granted: 1, replayed: 1, unknown: AT_ONCE - 2 })
  })

  it('refreshes, redemptions and an end: nothing is alive afterwards', async () => {
    for (let round = 0; round < 5; round++) {
      const record = await authorized(await aPerson())
      const waiting = await authorized(record.userId)
      const { handle } = await redeemed(record)
      await subject(record.userId).markStale()
      const end = (one: AuthorizationRecord) =>
        subject(one.userId).end({ of: 'tokens', serverId: null, clientId: null, authorizationId: one.id, at: one.created }) // prettier-ignore
      const refreshes = Array.from({ length: 10 }, () => subjects.refresh(aRefresh(record, handle)))
      const redemption = subjects.redeem(aRedemption(waiting))
      await Promise.all([...refreshes.slice(0, 5), end(record), redemption, end(waiting), ...refreshes.slice(5)]) // prettier-ignore
      expect([await isAlive(record), await isAlive(waiting)]).toEqual([false, false])
      expect(tally([await subjects.refresh(aRefresh(record, handle))])).toEqual({ unknown: 1 })
    }
  })

  it('authorizations and the end of their session: no code that was not redeemed is left', async () => {
    const userId = await aPerson()
    const session = await aSession(userId, 1_000_000)
    const begun = atOnce(() => authorized(userId, { sessionId: session.id }).catch(() => null))
    await Promise.all([begun, subjects.endSession(session)])
    for (const record of await begun)
      if (record !== null)
        expect(tally([await subjects.redeem(aRedemption(record))])).toEqual({ unknown: 1 })
  })

  it('refreshes and a suspension: nothing that is asked once its mark was set is given', async () => {
    const record = await authorized(await aPerson())
    const { handle } = await redeemed(record)
    let isSuspended = false
    // What is under way when the mark comes may have been decided before.
    const refreshing = atOnce(async () => {
      const late: GrantOutcome[] = []
      while (late.length < 2) {
        const isLate = isSuspended
        const one = await subjects.refresh(aRefresh(record, handle, { rotation: 'STATIC' }))
        if (isLate) late.push(one)
      }
      return late
    })
    await setStatus(record.userId, 'SUSPENDED')
    isSuspended = true
    expect(tally((await refreshing).flat())).toEqual({ 'user-inactive': 2 * AT_ONCE })
  })
})

describe('a stale mark', () => {
  const answering = (batch: () => Promise<readonly unknown[]>): D1Database =>
    ({
      prepare: () => ({ bind: () => ({}) }),
      withSession: () => ({ batch }),
    }) as unknown as D1Database

  const rows = (status: string) => [
    { results: [{ login: 'x', status, profile: '{}', last_updated: 1, password_hash: null }] },
    ...Array.from({ length: 3 }, () => ({ results: [] })),
  ]

  const ABOUT = [
    { of: 'the person', app: null },
    { of: 'an app of theirs', app: EVERYBODYS },
  ]

  it.each(ABOUT)(
    '[race] between the question to the database and its answer: the answer is neither used nor kept ($of)',
    async ({ app }) => {
      const userId = await aPerson()
      const seen = await runInDurableObject(subject(userId), async (_, { storage }) => {
        const answers = ['ACTIVE', 'SUSPENDED']
        const person = new SubjectPerson(
          storage,
          answering(async () => {
            if (answers.length === 2) person.markStale()
            return rows(answers.shift()!)
          }),
        )
        const status = () => person.decide(userId, app, (user) => user?.person.status)
        return [await status(), await status(), answers.length]
      })
      expect(seen).toEqual(['SUSPENDED', 'SUSPENDED', 0])
    },
  )

  it.each(ABOUT)(
    'makes who comes after it ask for themselves, and who comes together asks once ($of)',
    async ({ app }) => {
      const userId = await aPerson()
      const asked = await runInDurableObject(subject(userId), async (_, { storage }) => {
        const waiting: ((status: string) => void)[] = []
        const person = new SubjectPerson(
          storage,
          answering(async () => rows(await new Promise<string>((answer) => waiting.push(answer)))),
        )
        const status = () => person.decide(userId, app, (user) => user?.person.status)
        const before = [status(), status()]
        await Promise.resolve()
        person.markStale()
        const after = status()
        await new Promise((resolve) => {
          setTimeout(resolve)
        })
        const times = waiting.length
        waiting[1]!('SUSPENDED')
        const first = await after
        waiting[0]!('ACTIVE')
        return [times, first, ...(await Promise.all(before))]
      })
      expect(asked).toEqual([2, 'SUSPENDED', 'SUSPENDED', 'SUSPENDED'])
    },
  )

  it('[race] while an app of a person who is known is asked about: neither the app nor the person counts any more', async () => {
    const userId = await aPerson()
    const seen = await runInDurableObject(subject(userId), async (_, { storage }) => {
      const waiting: ((status: string) => void)[] = []
      const person = new SubjectPerson(
        storage,
        answering(async () => rows(await new Promise<string>((answer) => waiting.push(answer)))),
      )
      const status = (app: typeof EVERYBODYS | null) =>
        person.decide(userId, app, (user) => user?.person.status)
      const first = status(null)
      waiting[0]!('ACTIVE')
      const known = await first
      const ofApp = status(EVERYBODYS)
      person.markStale()
      waiting[1]!('ACTIVE')
      for (let tick = 0; tick < 100 && waiting.length < 3; tick++) await Promise.resolve()
      waiting[2]!('SUSPENDED')
      return [known, await ofApp, await status(null), waiting.length]
    })
    expect(seen).toEqual(['ACTIVE', 'SUSPENDED', 'SUSPENDED', 3])
  })

  it('is obeyed a bounded number of times', async () => {
    const userId = await aPerson()
    const [message, times] = await runInDurableObject(subject(userId), async (_, { storage }) => {
      let times = 0
      const person = new SubjectPerson(
        storage,
        answering(async () => {
          times++
          person.markStale()
          return rows('ACTIVE')
        }),
      )
      const message = await person.decide(userId, null, () => 'decided').catch(String)
      return [message, times] as const
    })
    expect(message).toContain('the user is being changed')
    expect(times).toBe(limits.projectionReadsMax)
    expect(await subjects.startSession({ userId, secret: 's', amr: [], replaces: null, now: 1 })).not.toBeNull() // prettier-ignore
  })
})
