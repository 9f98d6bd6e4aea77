/** The recovery of a person inside their object: how long it is kept, and that nothing stays of it. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RecoveryType } from '../../src/domain/recovery.ts'
import { limits } from '../../src/platform/limits.ts'
import { recoveriesOf } from '../../src/state/ports.ts'
import { setUserStatus } from './principals.ts'
import { aPersonWithPassword, type TestPerson } from './sign-in-support.ts'
import { keptBy, subject } from './subject-support.ts'
import { made } from './support.ts'
import { USERS } from './user-support.ts'

const recoveries = recoveriesOf(env)

let person: TestPerson

const begin = (userId: string, type: RecoveryType = 'PASSWORD') =>
  recoveries.begin({ userId, type, asks: true, relayState: null, now: Date.now() })

beforeEach(async () => {
  person = await aPersonWithPassword()
})

afterEach(() => {
  vi.useRealTimers()
})

describe('the object', () => {
  it('keeps a recovery until it is over, however often it wakes, and then nothing', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    await setUserStatus(person.id, 'PROVISIONED')
    await subject(person.id).markStale()
    const { key } = (await begin(person.id, 'ACCOUNT_ACTIVATION'))!
    const end = Date.now() + limits.activationTokenSeconds * 1000
    for (const now of [Date.now() + limits.subjectSweepSeconds * 1000, end - 1000]) {
      vi.setSystemTime(now)
      await runDurableObjectAlarm(subject(person.id))
      expect(await recoveries.find(key, 'token', now)).not.toBeNull()
    }
    vi.setSystemTime(end)
    await runDurableObjectAlarm(subject(person.id))
    expect(await keptBy(person.id)).toEqual([])
  })

  it('keeps the secrets of nobody as they are', async () => {
    const { key } = (await begin(person.id))!
    const redeemed = (await recoveries.redeem(key, Date.now()))!
    const kept = await runInDurableObject(subject(person.id), (_, { storage }) =>
      JSON.stringify([...storage.kv.list()]),
    )
    expect(kept).toContain(key.id)
    for (const { secret } of [key, redeemed.key]) expect(kept).not.toContain(secret)
  })

  it('of nobody, or of whom the status does not allow it, keeps nothing', async () => {
    expect([await begin('00unobody'), await keptBy('00unobody')]).toEqual([null, []])
    expect(await begin(person.id, 'UNLOCK')).toBeNull()
    expect(await keptBy(person.id)).not.toContain('recovery')
  })

  it('forgets it with the person', async () => {
    const { key } = (await begin(person.id))!
    await made(200, 'POST', `${USERS}/${person.id}/lifecycle/deactivate`)
    await made(204, 'DELETE', `${USERS}/${person.id}`)
    expect(await recoveries.find(key, 'token', Date.now())).toBeNull()
    expect(await keptBy(person.id)).toEqual([])
  })

  it('gives the recovery of one person for the key of no other', async () => {
    const other = await aPersonWithPassword()
    const { key } = (await begin(person.id))!
    await begin(other.id)
    for (const bad of [
      { ...key, userId: other.id },
      { ...key, secret: 'x' },
      { ...key, id: 'x' },
    ])
      expect(await recoveries.redeem(bad, Date.now())).toBeNull()
    expect(await recoveries.find(key, 'state', Date.now())).toBeNull()
    expect(await recoveries.redeem(key, Date.now())).not.toBeNull()
  })
})
