/** What the object of a person remembers of sessions that ended, until the apps of them were told: its bounds, and faults. */
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SessionKey } from '../../src/domain/session.ts'
import { limits } from '../../src/platform/limits.ts'
import { until, untold } from './logout-support.ts'
import { aPerson, withoutTable } from './subject-people.ts'
import { aSession, authorized, inside, keptBy, nowSeconds, subject, subjects } from './subject-support.ts' // prettier-ignore
import { api } from './support.ts'

let userId = ''
let key: SessionKey
let faults: readonly string[] = []

beforeAll(() => api('GET', '/api/v1/authorizationServers'))

beforeEach(async () => {
  faults = []
  vi.spyOn(console, 'error').mockImplementation((line: string) => {
    faults = [...faults, line]
  })
  userId = await aPerson()
  key = await aSession(userId)
})

const joined = (clientId: string, sessionId = key.id) =>
  authorized(userId, { sessionId, clientId, created: nowSeconds() })

const count = async (table: string): Promise<unknown> =>
  (await inside(userId, `SELECT count(*) AS n FROM ${table}`))[0]?.['n']

describe('who took part in a session', () => {
  it('is remembered of as many apps as the bound says, whatever comes after them', async () => {
    const one = async (at: number): Promise<void> => void (await joined(`client-${at}`))
    await Promise.all(Array.from({ length: limits.participantsPerSessionMax + 2 }, (_, at) => one(at))) // prettier-ignore
    expect(await count('participants')).toBe(limits.participantsPerSessionMax)
    await joined('client-0')
    expect(await subjects.endSession(key)).toHaveLength(limits.participantsPerSessionMax)
  })

  it('is told when newer sessions crowd theirs out', async () => {
    await joined('client-1')
    await withoutTable('apps', async () => {
      for (let at = 0; at < limits.sessionsPerUserMax; at++) await aSession(userId, Date.now() + 1)
      expect(await untold(userId)).toMatchObject([{ client_id: 'client-1' }])
    })
  })
})

describe('apps that wait to be told', () => {
  it('are as many as the bound says', async () => {
    await joined('client-1')
    await inside(
      userId,
      `WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ${limits.logoutsPerUserMax})
       INSERT INTO participants SELECT sid, 'aus1', 'many-' || n FROM sessions, counted`,
    )
    await withoutTable('apps', async () => {
      await subjects.endSession(key)
      expect(await count('logouts')).toBe(limits.logoutsPerUserMax)
    })
  })

  it('are kept while it cannot be known where to tell them, and the session has ended all the same', async () => {
    await joined('client-1')
    await withoutTable('apps', async () => {
      expect(await subjects.endSession(key)).toMatchObject([{ clientId: 'client-1' }])
      await until(() => faults.some((line) => line.includes('subject.logout')))
      expect(await untold(userId)).toMatchObject([{ client_id: 'client-1', attempts: 1 }])
    })
    expect(await subjects.findSession(key, null, Date.now())).toBeNull()
  })

  it('are none where nobody took part, and then nothing is written for them', async () => {
    expect(await subjects.endSession(key)).toEqual([])
    expect(await count('logouts')).toBe(0)
  })

  it('that are nowhere to be told are forgotten at once', async () => {
    await joined('client-1')
    await subjects.endSession(key)
    await until(async () => (await untold(userId)).length === 0)
  })

  it('outlast the person, and nothing else does', async () => {
    await joined('client-1')
    await withoutTable('apps', async () => {
      await subjects.endSession(key)
      await subject(userId).erase()
      const kept = await keptBy(userId)
      expect(kept).toContain('logouts')
      for (const gone of ['projection', 'endings', 'attempts']) expect(kept).not.toContain(gone)
      for (const table of ['sessions', 'participants', 'authorizations', 'revocations'])
        expect([table, await count(table)]).toEqual([table, 0])
      expect(await count('logouts')).toBe(1)
    })
  })
})
