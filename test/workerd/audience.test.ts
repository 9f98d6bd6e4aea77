/** Many users whom one change concerns: who is told before the answer, who later, and that nobody is forgotten. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { OutboxEntry } from '../../src/domain/outbox.ts'
import { limits } from '../../src/platform/limits.ts'
import { enqueueAudience, forgetAudience, type Audience } from '../../src/store/audience.ts'
import { commit } from '../../src/store/database.ts'
import { deliverAudience, drainOutbox } from '../../src/store/outbox.ts'
import { api } from './support.ts'

const { DB } = env
const MEMBERS = limits.staleMarksBeforeAnswerMax + 200
const AUDIENCE: Audience = { relation: 'group', values: ['00gmany'], tells: 'stale' }

const waiting = async (): Promise<number> =>
  (await DB.prepare('SELECT count(*) AS n FROM outbox').first<{ n: number }>())!.n

beforeAll(async () => {
  await api('GET', '/api/v1/authorizationServers')
  await DB.batch([
    DB.prepare(
      `INSERT INTO groups (id, type, name, created, last_updated) VALUES ('00gmany', 'OKTA_GROUP', 'many', 1, 1)`,
    ),
    DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       INSERT INTO users (id, login, status, profile, created, last_updated)
       SELECT '00umany' || i, 'many' || i, 'ACTIVE', '{}', 1, 1 FROM n`,
    ).bind(MEMBERS),
    DB.prepare(
      `INSERT INTO group_members (group_id, user_id, created)
       SELECT '00gmany', id, 1 FROM users WHERE id LIKE '00umany%'`,
    ),
  ])
})

describe('users whom one change concerns', () => {
  it('are told before the answer up to the bound, the rest by the next drain, each once', async () => {
    await commit(DB, [enqueueAudience(DB, 'obxone', AUDIENCE, 1)])
    const told: string[] = []
    const deliver = async ({ subject }: OutboxEntry): Promise<void> => void told.push(subject)
    await deliverAudience(DB, 'obxone', deliver)
    expect(told).toHaveLength(limits.staleMarksBeforeAnswerMax)
    await drainOutbox(DB, deliver)
    expect(new Set(told).size).toBe(MEMBERS)
    expect(told).toHaveLength(MEMBERS)
    expect(await waiting()).toBe(0)
  })

  it('stay in the outbox while they cannot be told', async () => {
    await commit(DB, [enqueueAudience(DB, 'obxtwo', AUDIENCE, 1)])
    const silenced = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    await deliverAudience(DB, 'obxtwo', async ({ subject }) => {
      if (subject.endsWith('7')) throw new Error('away')
    })
    silenced.mockRestore()
    const told = new Set<string>()
    await drainOutbox(DB, async ({ subject }) => void told.add(subject))
    expect([...told].filter((id) => id.endsWith('7')).length).toBeGreaterThan(MEMBERS / 20)
    expect(await waiting()).toBe(0)
  })

  it('are not told of a change that was refused, and no other change is touched by that', async () => {
    const entry = { id: 'obxevent', kind: 'key-ring.configure', subject: 'x', payload: {} } as const
    const attempt = (status: string): Promise<boolean> =>
      commit(
        DB,
        [
          enqueueAudience(DB, 'obxthree', AUDIENCE, 1),
          DB.prepare(`UPDATE groups SET description = 'x' WHERE id = '00gmany' AND type = ?1`).bind(status), // prettier-ignore
        ],
        [entry],
        [forgetAudience(DB, 'obxthree', entry.id)],
      )
    await commit(DB, [enqueueAudience(DB, 'obxthreefold', AUDIENCE, 1)])
    expect([await attempt('ANOTHER'), await waiting()]).toEqual([false, MEMBERS])
    expect([await attempt('OKTA_GROUP'), await waiting()]).toEqual([true, 2 * MEMBERS + 1])
    await DB.prepare('DELETE FROM outbox').run()
  })
})
