/**
 * What a person proved before an ending and what is stored on the strength of it after the ending, in the person's
 * object, through the port: it comes to what it would have come to the other way round.
 */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AuthorizationRecord } from '../../src/domain/authorization-record.ts'
import type { Ending } from '../../src/domain/ending.ts'
import type { SignInOutcome } from '../../src/domain/session.ts'
import { PasswordInput } from '../../src/passwords/input.ts'
import { hashPassword } from '../../src/passwords/verify.ts'
import { limits } from '../../src/platform/limits.ts'
import { SubjectEndings } from '../../src/state/subject-endings.ts'
import { SubjectPassword } from '../../src/state/subject-password.ts'
import { SubjectPerson } from '../../src/state/subject-person.ts'
import { anAuthorization } from '../unit/support/builders.ts'
import { aPerson, setStatus } from './subject-people.ts'
import { aSession, EVERYBODYS, inside, isAlive, isSignedIn, keptBy, nowSeconds, subject, subjects } from './subject-support.ts' // prettier-ignore
import { standIn } from './stand-in.ts'
import { api, unique } from './support.ts'

const RIGHT = 'Correct-Horse-7'
let stored = ''
let userId = ''

beforeAll(async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  stored = hashPassword(RIGHT)
  await api('GET', '/api/v1/authorizationServers')
})

beforeEach(async () => {
  userId = await aPerson(stored)
})

const everywhere = { serverId: null, clientId: null, authorizationId: null }

const end = (of: Ending['of'], changes: Partial<Ending> = {}): Promise<void> =>
  subject(userId).end({ of, ...everywhere, at: nowSeconds(), ...changes })

const attempted = (password = RIGHT): Promise<SignInOutcome> =>
  subjects.verifyPassword({ userId, login: '', password, app: EVERYBODYS, now: Date.now() })

type Epoch = string | undefined

/** The epoch of a right password. */
async function proved(): Promise<Epoch> {
  const outcome = await attempted()
  if (outcome.outcome !== 'correct') throw new Error(outcome.outcome)
  return outcome.epoch
}

const beginning = (epoch: Epoch, now: number) =>
  subjects.startSession({ userId, secret: unique('secret'), amr: ['pwd'], replaces: null, epoch, now }) // prettier-ignore

const begins = async (epoch: Epoch, now = Date.now()): Promise<boolean> =>
  (await beginning(epoch, now)) !== null

const recordOf = (changes: Partial<AuthorizationRecord> = {}): AuthorizationRecord =>
  anAuthorization({ id: unique('oar'), userId, sessionId: null, sid: null, created: nowSeconds(), ...changes }) // prettier-ignore

const given = async (epoch: Epoch, record = recordOf()): Promise<boolean> =>
  (await subjects.authorizeDirectly({ ...record, code: null }, EVERYBODYS, true, epoch)) !== null

/** As somebody else stored it before. */
async function anOutdatedHash(password: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(password))
  const value = new Uint8Array(hash).toBase64()
  const imported = PasswordInput.parse({ hash: { algorithm: 'SHA-256', value } })
  if (imported.kind !== 'imported') throw new Error('the hash was not read')
  return imported.stored
}

describe('a right password', () => {
  it('[race] before an ending of sessions begins none after it; one that is proved then does, in the same second', async () => {
    const before = await proved()
    await end('sessions')
    expect(await begins(before)).toBe(false)
    expect(await begins(await proved())).toBe(true)
    expect(await inside(userId, 'SELECT count(*) AS n FROM sessions')).toEqual([{ n: 1 }])
  })

  it('[race] before an ending of tokens is worth none after it; one that is proved then is', async () => {
    const before = await proved()
    await end('tokens')
    expect(await given(before)).toBe(false)
    expect(await given(await proved())).toBe(true)
  })

  it('is worth what an ending leaves: sessions beside tokens, tokens beside sessions and other tokens', async () => {
    const before = await proved()
    await end('tokens')
    expect(await begins(before)).toBe(true)
    const later = await proved()
    await end('sessions')
    expect(await given(later)).toBe(true)
    const record = recordOf()
    const { serverId, clientId } = record
    await end('tokens', { serverId: 'aus2' })
    await end('tokens', { clientId: 'client-2' })
    await end('tokens', { authorizationId: 'oar1' })
    expect(await given(later, { ...record, id: unique('oar') })).toBe(true)
    await end('tokens', { serverId, clientId })
    expect(await given(later, record)).toBe(false)
    expect(await given(later, { ...record, clientId: 'client-3' })).toBe(true)
  })

  it('[race] is tried on the password of now when an ending comes first, whatever the object kept', async () => {
    expect((await attempted()).outcome).toBe('correct')
    await env.DB.prepare('UPDATE user_credentials SET password_hash = ?2 WHERE user_id = ?1')
      .bind(userId, hashPassword('Another-Horse-8'))
      .run()
    await end('sessions')
    expect((await attempted()).outcome).toBe('wrong')
  })

  it('[race] begins no session when sessions end while its hash is replaced', async () => {
    userId = await aPerson(await anOutdatedHash(RIGHT))
    const epoch = await runInDurableObject(subject(userId), async (object, { storage }) => {
      let times = 0
      const db = standIn(env.DB, (name, method) =>
        name !== 'batch'
          ? undefined
          : async (statements) => {
              times++
              await object.end({ of: 'sessions', ...everywhere, at: nowSeconds() })
              return method(statements)
            },
      )
      const [person, endings] = [new SubjectPerson(storage, env.DB), new SubjectEndings(storage)]
      const passwords = new SubjectPassword(storage, db, person, endings, async () => true)
      const attempt = await passwords.verify({
        userId,
        app: null,
        password: RIGHT,
        now: nowSeconds(),
      })
      if (attempt.outcome !== 'correct') throw new Error(attempt.outcome)
      expect(times).toBe(1)
      return attempt.epoch
    })
    expect(await begins(epoch)).toBe(false)
    expect(await begins(await proved())).toBe(true)
  })
})

describe('a session that was found', () => {
  const found = async (key: Awaited<ReturnType<typeof aSession>>) =>
    (await subjects.findSession(key, EVERYBODYS, Date.now()))!

  it('[race] gives nothing that ended since', async () => {
    const key = await aSession(userId)
    const { epoch, session } = await found(key)
    const record = recordOf({ sessionId: session.id, sid: session.sid })
    await end('tokens', { serverId: record.serverId, clientId: record.clientId })
    expect(await subjects.authorize(record, EVERYBODYS, epoch)).toBe(false)
    const other = { ...record, id: unique('oar'), clientId: 'client-2' }
    expect(await subjects.authorize(other, EVERYBODYS, epoch)).toBe(true)
    expect(await subjects.authorize(record, EVERYBODYS, (await found(key)).epoch)).toBe(true)
  })

  it('[race] and ended since gives nothing at all', async () => {
    const key = await aSession(userId)
    const { epoch, session } = await found(key)
    await end('sessions')
    const record = recordOf({ sessionId: session.id, sid: session.sid })
    expect(await subjects.authorize(record, EVERYBODYS, epoch)).toBe(false)
  })

  it('[race] fifty authorizations beside an ending: who was found before it has none, who was found after it has one', async () => {
    const key = await aSession(userId)
    const made = await Promise.all(
      Array.from({ length: 50 }, async (_, at) => {
        const { epoch, session } = await found(key)
        const record = recordOf({ sessionId: session.id, sid: session.sid })
        if (at === 25) await end('tokens')
        await subjects.authorize(record, EVERYBODYS, epoch)
        return { id: record.id, epoch }
      }),
    )
    const { epoch: now } = await found(key)
    expect(made[25]!.epoch).not.toBe(now)
    for (const { id, epoch } of made) expect(await isAlive(userId, id)).toBe(epoch === now)
  })
})

describe('an ending and what it is to end', () => {
  const skew = limits.clockSkewSeconds

  /** Seconds by which the proof is younger than the ending, and whether it ends. */
  it.each([
    [-1, true],
    [0, true],
    [skew, true],
    [skew + 1, false],
  ])('come to the same in either order, %i seconds apart', async (seconds, ends) => {
    const at = nowSeconds()
    const now = (at + seconds) * 1000 + 999
    const created = at + seconds
    // Stored first.
    const epoch = await proved()
    const session = (await beginning(epoch, now))!
    const record = recordOf({ created })
    expect(await given(epoch, record)).toBe(true)
    for (const of of ['sessions', 'tokens'] as const) await end(of, { at })
    const left = await inside(userId, `SELECT 1 FROM sessions WHERE id = '${session.id}'`)
    expect([left.length === 0, !(await isAlive(userId, record.id))]).toEqual([ends, ends])
    // Ended first.
    const late = await proved()
    for (const of of ['sessions', 'tokens'] as const) await end(of, { at })
    expect([!(await begins(late, now)), !(await given(late, recordOf({ created })))]).toEqual([ends, ends]) // prettier-ignore
  })
})

describe('the epoch of a proof', () => {
  it('that nothing says, as an older Worker does, stands in the way of nothing', async () => {
    await proved()
    for (const of of ['sessions', 'tokens'] as const) await end(of)
    expect([await begins(undefined), await given(undefined)]).toEqual([true, true])
  })

  it('is the same until something ends', async () => {
    const epoch = await proved()
    const { epoch: same } = (await subjects.findSession(await aSession(userId), null, Date.now()))!
    expect([same, await proved()]).toEqual([epoch, epoch])
    await end('sessions')
    expect(await proved()).not.toBe(epoch)
  })

  it('is not placed any more after more endings than are kept, and is worth nothing then', async () => {
    const epoch = await proved()
    for (let count = 1; count < limits.epochsPerUserMax; count++)
      await end('tokens', { serverId: `other${count}` })
    for (let count = 0; count < limits.epochsPerUserMax; count++)
      await end('tokens', { authorizationId: 'oar1' })
    expect(await given(epoch)).toBe(true)
    await end('tokens', { serverId: 'another' })
    expect([await begins(epoch), await given(epoch)]).toEqual([false, false])
  })

  it('of an object that forgot everything, or of another person, is worth nothing', async () => {
    const epoch = await proved()
    await subject(userId).erase()
    expect([await begins(epoch), await begins('made up')]).toEqual([false, false])
    userId = await aPerson(stored)
    await proved()
    expect(await begins(epoch)).toBe(false)
  })

  it('is forgotten once nothing is left, also where nothing else was kept', async () => {
    userId = await aPerson(await anOutdatedHash(RIGHT))
    await proved()
    expect(await keptBy(userId)).toEqual(['endings'])
    expect(await runInDurableObject(subject(userId), (_, { storage }) => storage.getAlarm())).not.toBeNull() // prettier-ignore
    await runInDurableObject(subject(userId), (object) => object.alarm())
    expect(await keptBy(userId)).toEqual([])
  })

  it('does not let in who may not sign in', async () => {
    const epoch = await proved()
    await setStatus(userId, 'SUSPENDED')
    expect(await begins(epoch)).toBe(false)
    expect(await isSignedIn({ userId, id: 'none', secret: 'none' })).toBe(false)
  })
})
