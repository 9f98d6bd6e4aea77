/** Sessions and sign-in in the object of a person, through the port. */
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { listDurableObjectIds } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { hashPassword } from '../../src/passwords/verify.ts'
import { limits } from '../../src/platform/limits.ts'
import { readSettings } from '../../src/platform/settings.ts'
import { StorageUnavailable } from '../../src/platform/storage-errors.ts'
import { USER_STATUSES } from '../../src/domain/user-status.ts'
import type { SessionKey } from '../../src/domain/session.ts'
import {
  aSession,
  authorized,
  EVERYBODYS,
  inside,
  keptBy,
  subject,
  subjects,
} from './subject-support.ts'
import { anAppOf, aPerson, setStatus, withoutTable } from './subject-people.ts'
import { testBindings } from '../bindings.ts'
import { api, unique } from './support.ts'

const NOW = 1_800_000_000_000
const IDLE = limits.sessionIdleSeconds * 1000
const TOUCH = limits.sessionTouchSeconds * 1000
const RIGHT = 'Correct-Horse-7'
let stored = ''

beforeAll(async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  stored = hashPassword(RIGHT)
  await api('GET', '/api/v1/authorizationServers')
})

const found = async (key: SessionKey, now: number) =>
  (await subjects.findSession(key, null, now))?.session ?? null

describe('a session', () => {
  it('is found by its id and secret, with the person and the assignment of the app', async () => {
    const userId = await aPerson()
    const appId = await anAppOf(userId, 'ada.l')
    const key = await aSession(userId, NOW)
    const signedIn = await subjects.findSession(key, { appId, isImplicit: false }, NOW)
    expect(signedIn).toEqual({
      session: {
        id: key.id,
        sid: expect.stringMatching(/^102[0-9A-Za-z]{17}$/),
        userId,
        authenticatedAt: NOW,
        amr: ['pwd'],
        expiresAt: NOW + IDLE,
      },
      person: {
        id: userId,
        status: 'ACTIVE',
        profile: { login: `${userId}@example.com` },
        groupIds: [],
        groups: [],
        linked: {},
        lastUpdated: 1,
      },
      assignment: { userName: 'ada.l', profile: {} },
      epoch: expect.any(String),
    })
    const other = await subjects.findSession(key, { appId: 'other', isImplicit: false }, NOW)
    expect(other?.assignment).toBeNull()
    expect(await found({ ...key, secret: 'other' }, NOW)).toBeNull()
    expect(await found({ ...key, id: 'other' }, NOW)).toBeNull()
    expect(await found({ ...key, userId: await aPerson() }, NOW)).toBeNull()
  })

  it('is kept with a digest of its secret only', async () => {
    const key = await aSession(await aPerson(), NOW)
    const rows = await inside(key.userId, 'SELECT secret_hash FROM sessions')
    expect(JSON.stringify(rows)).not.toContain(key.secret)
  })

  it('is over when it was not used for a while: not a millisecond before', async () => {
    const key = await aSession(await aPerson(), NOW)
    expect(await found(key, NOW + IDLE)).toBeNull()
    expect(await found(key, NOW + IDLE + 1000)).toBeNull()
    expect((await found(key, NOW + IDLE - 1))?.expiresAt).toBe(NOW + 2 * IDLE - 1)
    expect(await found(key, NOW + 2 * IDLE - 1)).toBeNull()
  })

  it('is over at the end of its life, however often it is used', async () => {
    const key = await aSession(await aPerson(), NOW)
    const end = NOW + limits.sessionSeconds * 1000
    for (let now = NOW; now < end; now += IDLE - 1000) expect(await found(key, now)).not.toBeNull()
    expect((await found(key, end - 1))?.expiresAt).toBe(end)
    expect(await found(key, end)).toBeNull()
  })

  it('writes its use down once in a while', async () => {
    const key = await aSession(await aPerson(), NOW)
    const used = async () => (await inside(key.userId, 'SELECT used_at FROM sessions'))[0]
    await found(key, NOW + TOUCH - 1)
    expect(await used()).toEqual({ used_at: NOW })
    await found(key, NOW + TOUCH)
    expect(await used()).toEqual({ used_at: NOW + TOUCH })
  })

  it('takes the place of the one the browser had, and its sid where the person is the same', async () => {
    const userId = await aPerson()
    const [earlier, of] = [await aSession(userId, NOW), await aSession(await aPerson(), NOW)]
    const { sid } = (await found(earlier, NOW))!
    const begin = (replaces: SessionKey) =>
      subjects.startSession({ userId, secret: unique('s'), amr: [], replaces, now: NOW + 1 })
    const strangers = await begin({ ...earlier, secret: 'guessed' })
    expect(strangers?.sid).not.toBe(sid)
    expect((await begin(of))?.sid).not.toBe((await found(of, NOW))?.sid)
    expect(await found(earlier, NOW + 1)).not.toBeNull()
    const later = await begin(earlier)
    expect([later?.sid, later?.id === earlier.id, later?.authenticatedAt]).toEqual([sid, false, NOW + 1]) // prettier-ignore
    expect(await found(earlier, NOW + 1)).toBeNull()
  })

  it('ends for who has its secret', async () => {
    const key = await aSession(await aPerson(), NOW)
    expect(await subjects.endSession({ ...key, secret: 'guessed' })).toBeNull()
    expect(await found(key, NOW)).not.toBeNull()
    await subjects.endSession(key)
    expect(await found(key, NOW)).toBeNull()
    await subjects.endSession(key)
  })

  it('knows who took part in it, also after its person signed in again, until it ends', async () => {
    const userId = await aPerson()
    const key = await aSession(userId, NOW)
    const created = NOW / 1000
    for (const clientId of ['client-1', 'client-2', 'client-1'])
      await authorized(userId, { sessionId: key.id, clientId, created })
    const secret = unique('secret')
    const begin = { userId, secret, amr: ['pwd'], replaces: key, now: NOW + 1 }
    const session = await subjects.startSession(begin)
    const later = { userId, id: session?.id ?? '', secret }
    expect(await subjects.endSession(key)).toBeNull()
    expect(await subjects.endSession(later)).toEqual([
      { serverId: 'aus1', clientId: 'client-1', userId, sid: session?.sid },
      { serverId: 'aus1', clientId: 'client-2', userId, sid: session?.sid },
    ])
    expect(await inside(userId, 'SELECT * FROM participants')).toEqual([])
  })

  it('that takes the place of another without a proof is as old as the proof', async () => {
    const userId = await aPerson()
    const replaces = await aSession(userId, NOW)
    const begin = { userId, secret: unique('secret'), amr: ['pwd'], replaces, now: NOW + 5000 }
    const session = await subjects.startSession({ ...begin, onlyInPlace: true })
    expect(session?.authenticatedAt).toBe(NOW)
    const renewed = await aSession(userId, NOW)
    const proven = await subjects.startSession({ ...begin, replaces: renewed })
    expect(proven?.authenticatedAt).toBe(NOW + 5000)
  })

  it('gives way to newer ones, the oldest first', async () => {
    const userId = await aPerson()
    const keys: SessionKey[] = []
    for (let at = 0; at <= limits.sessionsPerUserMax; at++)
      keys.push(await aSession(userId, NOW + at))
    expect(await found(keys[0]!, NOW + 200)).toBeNull()
    expect(await found(keys[1]!, NOW + 200)).not.toBeNull()
    expect(await found(keys.at(-1)!, NOW + 200)).not.toBeNull()
    expect(await inside(userId, 'SELECT count(*) AS n FROM sessions')).toEqual([{ n: limits.sessionsPerUserMax }]) // prettier-ignore
  })

  it('begins for nobody but who may sign in, and outlasts a lockout alone', async () => {
    const userId = await aPerson()
    const key = await aSession(userId, NOW)
    for (const status of USER_STATUSES) {
      await setStatus(userId, status)
      const begin = { userId, secret: 's', amr: [], replaces: null, now: NOW }
      const [begun, seen] = [await subjects.startSession(begin), await found(key, NOW)]
      const [isActive, isLockedOut] = [status === 'ACTIVE', status === 'LOCKED_OUT']
      expect([status, begun !== null, seen !== null]).toEqual([status, isActive, isActive || isLockedOut]) // prettier-ignore
    }
    const begin = { userId: unique('00u'), secret: 's', amr: [], replaces: null, now: NOW }
    expect(await subjects.startSession(begin)).toBeNull()
  })

  it('ends with an ending of sessions when it began in or before that second, by a clock that is as far behind as it may be', async () => {
    const userId = await aPerson()
    const at = NOW / 1000 - limits.clockSkewSeconds
    const within = [await aSession(userId, NOW - 1), await aSession(userId, NOW + 999)]
    const after = await aSession(userId, NOW + 1000)
    const ending = { serverId: null, clientId: null, authorizationId: null, at }
    await subject(userId).end({ of: 'tokens', ...ending })
    for (const key of [...within, after]) expect(await found(key, NOW + 1000)).not.toBeNull()
    await subject(userId).end({ of: 'sessions', ...ending })
    for (const key of within) expect(await found(key, NOW + 1000)).toBeNull()
    expect(await found(after, NOW + 1000)).not.toBeNull()
  })
})

describe('a sign-in', () => {
  const attempt = (userId: string | null, password: string, app = EVERYBODYS) =>
    subjects.verifyPassword({ userId, login: 'ada@example.com', password, app, now: NOW })

  it('tells the person and the assignment of the app', async () => {
    const userId = await aPerson(stored)
    const answer = await attempt(userId, RIGHT)
    expect(answer).toMatchObject({
      outcome: 'correct',
      person: { id: userId, status: 'ACTIVE' },
      assignment: { userName: `${userId}@example.com` },
    })
    expect(await attempt(userId, 'Wrong-1')).toEqual({ outcome: 'wrong' })
    const not = await attempt(userId, RIGHT, { appId: 'none', isImplicit: false })
    expect(not).toMatchObject({ outcome: 'correct', assignment: null })
  })

  it('with the right password comes to what the status allows', async () => {
    const userId = await aPerson(stored)
    const outcomes: Record<string, string> = {}
    for (const status of USER_STATUSES) {
      await setStatus(userId, status)
      outcomes[status] = (await attempt(userId, RIGHT)).outcome
    }
    expect(outcomes).toEqual({
      STAGED: 'wrong',
      PROVISIONED: 'wrong',
      ACTIVE: 'correct',
      RECOVERY: 'expired',
      LOCKED_OUT: 'locked',
      PASSWORD_EXPIRED: 'expired',
      SUSPENDED: 'wrong',
      DEPROVISIONED: 'wrong',
    })
  })

  it('is locked after too many wrong passwords, and an expired one stays hidden from who is wrong', async () => {
    const userId = await aPerson(stored)
    await setStatus(userId, 'PASSWORD_EXPIRED')
    for (let at = 0; at < limits.passwordAttemptsMax; at++)
      expect((await attempt(userId, `Wrong-${at}`)).outcome).toBe('wrong')
    expect((await attempt(userId, RIGHT)).outcome).toBe('locked')
  })

  it('works on the stored hash also when it is locked', async () => {
    const userId = await aPerson('$rot13$$aGFzaA')
    await setStatus(userId, 'LOCKED_OUT')
    // A hash that cannot be read is noticed by who works on it.
    await expect(attempt(userId, RIGHT)).rejects.toThrow(StorageUnavailable)
  })

  it('of nobody is wrong in an object of its own, which stores nothing', async () => {
    expect(await attempt(null, RIGHT)).toEqual({ outcome: 'wrong' })
    const { keyEncryption } = readSettings(testBindings)
    const name = `nobody ${await keyEncryption.mac('ada@example.com', 'login-mac')}`
    expect((await listDurableObjectIds(env.SUBJECT)).map(String)).toContain(String(env.SUBJECT.idFromName(name))) // prettier-ignore
    expect(await keptBy(name)).toEqual([])
    const gone = unique('00u')
    expect(await attempt(gone, RIGHT)).toEqual({ outcome: 'wrong' })
    expect(await keptBy(gone)).toEqual([])
  })

  it('is no verdict while storage is away', async () => {
    const userId = await aPerson(stored)
    await withoutTable('users', async () => {
      await expect(attempt(userId, RIGHT)).rejects.toThrow(StorageUnavailable)
    })
    expect((await attempt(userId, RIGHT)).outcome).toBe('correct')
  })
})

describe('an object that was never used', () => {
  it('stores nothing of what is asked in vain', async () => {
    const userId = await aPerson()
    const key = { userId, id: 'none', secret: 'none' }
    const asked = { userId, authorizationId: 'none', app: EVERYBODYS }
    const now = NOW / 1000
    expect(await found(key, NOW)).toBeNull()
    await subjects.endSession(key)
    expect(await subjects.inspect({ ...asked, jti: 'j' }, now)).toEqual({ alive: false })
    expect(await subjects.inspect({ ...asked, generation: 0, secret: 's' }, now)).toEqual({ alive: false }) // prettier-ignore
    expect(await subjects.revokeRefreshToken({ ...asked, clientId: 'c', generation: 0, secret: 's', now })).toBe(false) // prettier-ignore
    await subjects.revokeAccessToken({ ...asked, jti: 'j', expires: now + 1 })
    const everything = { serverId: null, clientId: null, authorizationId: null, at: now }
    for (const of of ['sessions', 'tokens'] as const)
      await subject(userId).end({ of, ...everything })
    await subject(userId).markStale()
    await subject(userId).unlock()
    expect(await keptBy(userId)).toEqual([])
    expect(await env.SUBJECT.getByName(userId).hashPassword('Correct-Horse-7')).toContain(
      'argon2id',
    )
    expect(await keptBy(userId)).toEqual([])
  })
})
