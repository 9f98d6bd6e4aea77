/** Codes, refresh tokens and access tokens in the object of a person, through the port, and what of it is told to lists. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { AuthorizationRecord } from '../../src/domain/authorization-record.ts'
import type { GrantOutcome, Inspection, RefreshHandle, RefreshTokenRevocation } from '../../src/domain/subjects.ts' // prettier-ignore
import { limits } from '../../src/platform/limits.ts'
import { StorageUnavailable } from '../../src/platform/storage-errors.ts'
import { aCode } from '../unit/support/builders.ts'
import { aGroupWith, anApp, anAppOf, aPerson, setStatus, withoutTable } from './subject-people.ts'
import { aRedemption, aRefresh, aRevocation, aSession, authorized, EVERYBODYS, inside, keptBy, listed, nowSeconds, redeemed, subject, subjects } from './subject-support.ts' // prettier-ignore
import { api, unique } from './support.ts'

beforeAll(async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  await api('GET', '/api/v1/authorizationServers')
})

const refused = (reason: string, ended = false) => ({ outcome: 'refused', reason, ended })

const handleOf = (outcome: GrantOutcome): RefreshHandle => {
  if (outcome.outcome !== 'granted' || outcome.refresh === null) throw new Error('no refresh token')
  return outcome.refresh
}

const accessTokenLives = async (record: AuthorizationRecord, jti = 'jti-1'): Promise<boolean> => {
  const { userId, id: authorizationId, created } = record
  return (await subjects.inspect({ userId, authorizationId, jti, app: EVERYBODYS }, created)).alive
}

const inspected = (
  { userId, id: authorizationId }: AuthorizationRecord,
  { generation, secret }: RefreshHandle,
  now: number,
): Promise<Inspection> =>
  subjects.inspect({ userId, authorizationId, generation, secret, app: EVERYBODYS }, now)

const everything = { of: 'tokens', serverId: null, clientId: null, authorizationId: null } as const

/** When authorizations of builders are made, in milliseconds. */
const AT = 1000

describe('an authorization', () => {
  it('is redeemed once, for the person as they are, with a refresh token', async () => {
    const record = await authorized(await aPerson())
    const outcome = await subjects.redeem(aRedemption(record))
    expect(outcome).toMatchObject({
      outcome: 'granted',
      record: { id: record.id, scopes: record.scopes, nonce: null },
      person: { id: record.userId, status: 'ACTIVE' },
      assignment: { userName: `${record.userId}@example.com` },
      refresh: { generation: 0 },
    })
    expect(handleOf(outcome).secret.length).toBeGreaterThanOrEqual(22)
    expect(await subjects.redeem(aRedemption(record))).toEqual(refused('replayed', true))
    expect(await subjects.redeem(aRedemption(record))).toEqual(refused('unknown'))
    expect(await subjects.refresh(aRefresh(record, handleOf(outcome)))).toEqual(refused('unknown'))
    expect(await accessTokenLives(record)).toBe(false)
  })

  it('is unknown by another secret, another id and another person, and keeps secrets as digests', async () => {
    const record = await authorized(await aPerson())
    for (const changes of [{ secret: 'other' }, { authorizationId: 'other' }, { userId: await aPerson() }]) // prettier-ignore
      expect(await subjects.redeem({ ...aRedemption(record), ...changes })).toEqual(refused('unknown')) // prettier-ignore
    const { handle } = await redeemed(record)
    const rows = JSON.stringify(await inside(record.userId, 'SELECT record, secret_hash FROM authorizations')) // prettier-ignore
    expect([rows.includes(record.code!.secret), rows.includes(handle.secret)]).toEqual([false, false]) // prettier-ignore
  })

  it('that was redeemed is ended by nobody who has its code without the secret, or is another client', async () => {
    const record = await authorized(await aPerson())
    const { handle } = await redeemed(record)
    for (const [reason, changes] of [
      ['unknown', { secret: 'other' }],
      ['other-client', { clientId: 'other' }],
      ['other-server', { serverId: 'other' }],
    ] as const)
      expect(await subjects.redeem({ ...aRedemption(record), ...changes })).toEqual(refused(reason))
    expect((await subjects.refresh(aRefresh(record, handle))).outcome).toBe('granted')
  })

  it('is not consumed by a refusal', async () => {
    const record = await authorized(await aPerson())
    const refusals = [
      ['other-client', { clientId: 'other' }],
      ['other-server', { serverId: 'other' }],
      ['expired', { now: record.code!.expires }],
      ['redirect-uri', { redirectUri: null }],
      ['verifier-wrong', { verifierChallenge: 'other' }],
      ['rule-gone', { ruleIds: [] }],
      ['not-assigned', { app: { appId: 'other', isImplicit: false } }],
    ] as const
    for (const [reason, changes] of refusals)
      expect(await subjects.redeem({ ...aRedemption(record), ...changes })).toEqual(refused(reason))
    await setStatus(record.userId, 'SUSPENDED')
    expect(await subjects.redeem(aRedemption(record))).toEqual(refused('user-inactive'))
    await setStatus(record.userId, 'ACTIVE')
    expect((await subjects.redeem(aRedemption(record))).outcome).toBe('granted')
  })

  it('is not consumed while the person cannot be read', async () => {
    const record = await authorized(await aPerson())
    const other = await authorized(record.userId)
    const { handle } = await redeemed(other)
    await listed(record.userId)
    await subject(record.userId).markStale()
    await withoutTable('group_members', async () => {
      await expect(subjects.redeem(aRedemption(record))).rejects.toThrow(StorageUnavailable)
      await expect(subjects.refresh(aRefresh(other, handle))).rejects.toThrow(StorageUnavailable)
    })
    expect((await subjects.redeem(aRedemption(record))).outcome).toBe('granted')
    expect(handleOf(await subjects.refresh(aRefresh(other, handle)))).toMatchObject({ generation: 1 }) // prettier-ignore
  })

  it('is made in a session that stands, for a person who may sign in and has the app', async () => {
    const userId = await aPerson()
    const appId = await anAppOf(userId, null)
    const session = await aSession(userId, AT)
    const made = (app = EVERYBODYS, changes: Partial<AuthorizationRecord> = {}) =>
      authorized(userId, { sessionId: session.id, ...changes }, app).then(
        () => true,
        () => false,
      )
    expect(await made()).toBe(true)
    expect(await made({ appId, isImplicit: false })).toBe(true)
    expect(await made({ appId: 'other', isImplicit: false })).toBe(false)
    expect(await made(EVERYBODYS, { sessionId: 'other' })).toBe(false)
    await subjects.endSession(session)
    expect(await made()).toBe(false)
    expect(await made(EVERYBODYS, { sessionId: null })).toBe(true)
    await setStatus(userId, 'SUSPENDED')
    expect(await made(EVERYBODYS, { sessionId: null })).toBe(false)
  })

  it('outlives its session with its refresh tokens, but not as a code', async () => {
    const userId = await aPerson()
    const session = await aSession(userId, AT)
    const [given, waiting] = [
      await authorized(userId, { sessionId: session.id }),
      await authorized(userId, { sessionId: session.id }),
    ]
    const { handle } = await redeemed(given)
    await subjects.endSession(session)
    expect(await subjects.redeem(aRedemption(waiting))).toEqual(refused('unknown'))
    expect((await subjects.refresh(aRefresh(given, handle))).outcome).toBe('granted')
  })

  it('calls the user as the app does: one by one, else as the profile, and through groups', async () => {
    const userId = await aPerson()
    const [direct, unnamed, grouped] = [await anAppOf(userId, 'ada.l'), await anAppOf(userId, null), await anApp()] // prettier-ignore
    const group = await aGroupWith(userId, grouped)
    await aGroupWith(userId, direct)
    const names: unknown[] = []
    for (const appId of [direct, unnamed, grouped]) {
      const app = { appId, isImplicit: false }
      const outcome = await subjects.redeem({ ...aRedemption(await authorized(userId, {}, app)), app }) // prettier-ignore
      names.push(outcome.outcome === 'granted' && [outcome.assignment.userName, outcome.person.groupIds.includes(group)]) // prettier-ignore
    }
    const login = `${userId}@example.com`
    expect(names).toEqual([['ada.l', true], [login, true], [login, true]]) // prettier-ignore
  })

  it('gives way when there are too many: the oldest that is over, else the oldest', async () => {
    const userId = await aPerson()
    const alive = { code: aCode({ expires: 9e9 }) }
    await aSession(userId)
    const many = `WITH RECURSIVE n(i) AS (VALUES (4) UNION ALL SELECT i + 1 FROM n WHERE i < ${limits.authorizationsPerUserMax})
      INSERT INTO authorizations (id, server_id, client_id, created, record, ended, alive_until)
      SELECT 'many' || i, 's', 'c', 3000, '{}', 0, 9e9 FROM n`
    await inside(userId, many)
    const oldest = await authorized(userId, { created: 1000, ...alive })
    const over = await authorized(userId, { created: 1001 })
    const another = await authorized(userId, { created: 1002, ...alive })
    const left = async () => {
      const rows = await inside(userId, "SELECT id FROM authorizations WHERE id NOT LIKE 'many%' ORDER BY created") // prettier-ignore
      return rows.map(({ id }) => id)
    }
    expect(await left()).toEqual([oldest.id, over.id, another.id])
    const first = await authorized(userId, { created: 5000, ...alive })
    expect(await left()).toEqual([oldest.id, another.id, first.id])
    const second = await authorized(userId, { created: 500, ...alive })
    expect(await left()).toEqual([second.id, another.id, first.id])
  })
})

describe('what people gave their apps for long', () => {
  it('stays, however many codes are asked for after it', async () => {
    const userId = await aPerson()
    await aSession(userId)
    const many = `WITH RECURSIVE n(i) AS (VALUES (2) UNION ALL SELECT i + 1 FROM n WHERE i < ${limits.authorizationsPerUserMax})
      INSERT INTO authorizations (id, server_id, client_id, created, record, ended, alive_until)
      SELECT 'many' || i, 's', 'c', 3000, '{"userId":"${userId}"}', 0, 9e9 FROM n`
    await inside(userId, many)
    const family = await authorized(userId, { created: 1000 })
    await redeemed(family)
    await authorized(userId, { created: 4000 })
    const left = await inside(
      userId,
      'SELECT id FROM authorizations WHERE ended = 0 ORDER BY created',
    )
    expect(left).toHaveLength(limits.authorizationsPerUserMax)
    expect(left[0]).toEqual({ id: family.id })
  })
})

describe('a refresh token', () => {
  it('is replaced at each use, and the predecessor gets the same successor for a moment', async () => {
    const record = await authorized(await aPerson())
    const { handle } = await redeemed(record)
    const now = record.created + 10
    const first = handleOf(await subjects.refresh(aRefresh(record, handle, { now })))
    expect(first).toEqual({ generation: 1, secret: handle.secret })
    const again = await subjects.refresh(aRefresh(record, handle, { now: now + 29 }))
    expect(handleOf(again)).toEqual(first)
    expect((await inspected(record, handle, now + 29)).alive).toBe(true)
    expect((await inspected(record, handle, now + 30)).alive).toBe(false)
    expect(await subjects.refresh(aRefresh(record, handle, { now: now + 30 }))).toEqual(refused('replayed', true)) // prettier-ignore
    expect(await subjects.refresh(aRefresh(record, first, { now: now + 31 }))).toEqual(refused('unknown')) // prettier-ignore
    expect(await accessTokenLives(record)).toBe(false)
  })

  it('stays where the client does not rotate, and is unknown by another secret', async () => {
    const record = await authorized(await aPerson())
    const { handle } = await redeemed(record)
    for (let time = 0; time < 3; time++)
      expect(handleOf(await subjects.refresh(aRefresh(record, handle, { rotation: 'STATIC' })))).toEqual(handle) // prettier-ignore
    expect(await subjects.refresh(aRefresh(record, { ...handle, secret: 'x' }))).toEqual(refused('unknown')) // prettier-ignore
    expect((await inspected(record, { ...handle, secret: 'x' }, record.created)).alive).toBe(false)
  })

  it('is over to the second, for who asks too', async () => {
    const record = await authorized(await aPerson())
    const { handle } = await redeemed(record)
    const end = record.created + record.access.refreshWindowSeconds
    expect(await inspected(record, handle, end - 1)).toMatchObject({ alive: true, expires: end })
    expect(await inspected(record, handle, end)).toEqual({ alive: false })
    expect(await subjects.refresh(aRefresh(record, handle, { now: end }))).toEqual(refused('expired')) // prettier-ignore
    const alive = await subjects.refresh(aRefresh(record, handle, { now: end - 1 }))
    expect(alive.outcome).toBe('granted')
  })

  it('comes without a code where the grant needs none', async () => {
    const userId = await aPerson()
    const record = await authorized(userId)
    const direct = { ...record, id: unique('oar'), code: null }
    const given = await subjects.authorizeDirectly(direct, EVERYBODYS, true, undefined)
    expect((await subjects.refresh(aRefresh(direct, given!.refresh!))).outcome).toBe('granted')
    const other = { ...direct, id: unique('oar') }
    expect(await subjects.authorizeDirectly(other, EVERYBODYS, false, undefined)).toEqual({
      refresh: null,
    })
    expect(await accessTokenLives(other)).toBe(true)
    const none = { appId: 'none', isImplicit: false }
    expect(
      await subjects.authorizeDirectly({ ...direct, id: 'x' }, none, true, undefined),
    ).toBeNull()
  })
})

describe('an access token', () => {
  it('lives while its authorization does, the person may sign in, and nobody revoked it', async () => {
    const record = await authorized(await aPerson())
    const { userId, id: authorizationId } = record
    const { handle } = await redeemed(record)
    expect(await accessTokenLives(record)).toBe(true)
    await setStatus(userId, 'SUSPENDED')
    expect(await accessTokenLives(record)).toBe(false)
    await setStatus(userId, 'ACTIVE')
    await subjects.revokeAccessToken({ userId, authorizationId, jti: 'jti-1', expires: 9e9 })
    expect([await accessTokenLives(record), await accessTokenLives(record, 'jti-2')]).toEqual([false, true]) // prettier-ignore
    expect(await subjects.revokeRefreshToken(aRevocation(record, handle))).toBe(true)
    expect(await accessTokenLives(record, 'jti-2')).toBe(false)
  })
})

describe('revoking a refresh token', () => {
  it('[RFC7009-2.1] ends the authorization for the client that shows one that is alive, and for nobody else', async () => {
    const record = await authorized(await aPerson())
    const { handle: first } = await redeemed(record)
    const { created, clientId } = record
    const later = { now: created + 40 }
    const handle = handleOf(await subjects.refresh(aRefresh(record, first)))
    const window = record.access.refreshWindowSeconds
    const inVain: readonly Partial<RefreshTokenRevocation>[] = [
      { clientId: 'other' },
      { secret: 'wrong' },
      { authorizationId: 'oarother' },
      { ...later, generation: first.generation },
      { now: created + window },
    ]
    for (const one of inVain)
      expect(await subjects.revokeRefreshToken({ ...aRevocation(record, handle), ...one })).toBe(false) // prettier-ignore
    expect(await accessTokenLives(record)).toBe(true)
    const right = { ...aRevocation(record, handle), clientId, now: created + window - 1 }
    expect(await subjects.revokeRefreshToken(right)).toBe(true)
    expect(await subjects.revokeRefreshToken(right)).toBe(false)
    expect(await accessTokenLives(record)).toBe(false)
  })

  it('is not denied to the client of somebody who may not sign in any more', async () => {
    const record = await authorized(await aPerson())
    const { handle } = await redeemed(record)
    await setStatus(record.userId, 'SUSPENDED')
    expect(await subjects.revokeRefreshToken(aRevocation(record, handle))).toBe(true)
  })
})

describe('an ending of tokens', () => {
  it('ends what it names and began in or before its second, by clocks that are as far behind as they may be', async () => {
    const userId = await aPerson()
    const one = await authorized(userId, { created: 1000 })
    const others = [
      await authorized(userId, { created: 1001 }),
      await authorized(userId, { created: 1000, serverId: 'aus2' }),
      await authorized(userId, { created: 1000, clientId: 'client-2' }),
      await authorized(userId, { created: 1000 }),
    ]
    const { serverId, clientId, id: authorizationId } = one
    const first = one.created - limits.clockSkewSeconds
    await subject(userId).end({ of: 'sessions', serverId: null, clientId: null, authorizationId: null, at: 9e9 }) // prettier-ignore
    expect(await accessTokenLives(one)).toBe(true)
    const live = async () => Promise.all([one, ...others].map((record) => accessTokenLives(record)))
    await subject(userId).end({ of: 'tokens', serverId, clientId, authorizationId, at: first - 1 })
    expect(await live()).toEqual([true, true, true, true, true])
    await subject(userId).end({ of: 'tokens', serverId, clientId, authorizationId, at: first })
    expect(await live()).toEqual([false, true, true, true, true])
    await subject(userId).end({ ...everything, serverId, clientId, at: first })
    expect(await live()).toEqual([false, true, true, true, false])
    await subject(userId).end({ ...everything, clientId: 'client-2', at: first })
    expect(await live()).toEqual([false, true, true, false, false])
    await subject(userId).end({ ...everything, at: first + 1 })
    expect(await live()).toEqual([false, false, false, false, false])
  })
})

describe('what is kept of the person', () => {
  it('is read once for each app, and then no call asks the database', async () => {
    const userId = await aPerson()
    const appId = await anAppOf(userId, 'ada.l')
    const app = { appId, isImplicit: false }
    const record = await authorized(userId, {}, app)
    const session = await aSession(userId)
    expect(await accessTokenLives(record)).toBe(true)
    await env.DB.prepare('DELETE FROM app_users WHERE user_id = ?1').bind(userId).run()
    await withoutTable('users', async () => {
      expect((await subjects.redeem({ ...aRedemption(record), app })).outcome).toBe('granted')
      expect((await subjects.findSession(session, app, Date.now()))?.assignment).toMatchObject({ userName: 'ada.l' }) // prettier-ignore
      expect(await accessTokenLives(record)).toBe(true)
      await expect(subjects.findSession(session, { ...app, appId: 'another' }, Date.now())).rejects.toThrow(StorageUnavailable) // prettier-ignore
    })
    await subject(userId).markStale()
    expect((await subjects.findSession(session, app, Date.now()))?.assignment).toBeNull()
  })

  it('is forgotten with the person, and the tokens with it', async () => {
    const record = await authorized(await aPerson())
    const { handle } = await redeemed(record)
    await subject(record.userId).erase()
    expect(await keptBy(record.userId)).toEqual([])
    expect(await accessTokenLives(record)).toBe(false)
    expect(await subjects.refresh(aRefresh(record, handle))).toEqual(refused('unknown'))
    expect(await keptBy(record.userId)).toEqual([])
  })
})

describe('lists', () => {
  const row = (id: string) =>
    env.DB.prepare('SELECT user_id, client_id, server_id, scopes, created, last_updated, expires FROM refresh_tokens WHERE id = ?1').bind(id).first() // prettier-ignore

  const ring = (userId: string) => runDurableObjectAlarm(subject(userId))

  it('learn of a family after the answer, and of its use once in an eighth of the window', async () => {
    const record = await authorized(await aPerson())
    const { handle } = await redeemed(record)
    await listed(record.userId)
    const { userId, created, scopes } = record
    const window = record.access.refreshWindowSeconds
    const known = { user_id: userId, client_id: record.clientId, server_id: record.serverId, scopes: JSON.stringify(scopes), created } // prettier-ignore
    expect(await row(record.id)).toEqual({ ...known, last_updated: created, expires: created + window }) // prettier-ignore
    let token = handle
    const use = async (now: number) => {
      token = handleOf(await subjects.refresh(aRefresh(record, token, { now })))
      await listed(userId)
      return (await row(record.id))!['last_updated']
    }
    expect(await use(created + window / 8 - 1)).toBe(created)
    expect(await use(created + window / 8)).toBe(created + window / 8)
    expect((await row(record.id))!['expires']).toBe(created + window / 8 + window)
  })

  it('know a code that gives no refresh token not at all', async () => {
    const record = await authorized(await aPerson(), { scopes: ['openid'] })
    await subjects.redeem(aRedemption(record))
    expect(await inside(record.userId, 'SELECT listing FROM authorizations')).toEqual([{ listing: null }]) // prettier-ignore
  })

  it('learn of the end of a family, whoever ended it', async () => {
    type End = (record: AuthorizationRecord, handle: RefreshHandle) => Promise<unknown>
    const ends: readonly End[] = [
      (record) => subjects.redeem(aRedemption(record)),
      (record, handle) => subjects.revokeRefreshToken(aRevocation(record, handle)),
      async ({ userId }) => subject(userId).end({ ...everything, at: 9e9 }),
    ]
    for (const end of ends) {
      const record = await authorized(await aPerson())
      const { handle } = await redeemed(record)
      await listed(record.userId)
      expect(await row(record.id)).not.toBeNull()
      await end(record, handle)
      await listed(record.userId)
      expect(await row(record.id)).toBeNull()
    }
  })

  it('are told by the alarm what they could not be told', async () => {
    const created = nowSeconds()
    const record = await authorized(await aPerson(), {
      created,
      code: aCode({ expires: created + 300 }),
    })
    const { userId } = record
    const told = () => runInDurableObject(subject(userId), (_, { storage }) => storage.getAlarm())
    await withoutTable('refresh_tokens', async () => {
      await redeemed(record)
      await ring(userId)
      expect(await inside(userId, 'SELECT listing FROM authorizations')).toEqual([{ listing: 'write' }]) // prettier-ignore
      expect(await told()).toBeLessThanOrEqual(Date.now() + limits.listingRetrySeconds * 1000)
    })
    await ring(userId)
    expect(await row(record.id)).not.toBeNull()
    expect(await told()).toBeGreaterThan(Date.now() + limits.listingRetrySeconds * 1000)
  })
})

describe('the alarm', () => {
  const ring = (userId: string) => runDurableObjectAlarm(subject(userId))
  const ids = (userId: string) => inside(userId, 'SELECT id FROM authorizations')

  it('forgets what is over and keeps what is not', async () => {
    const userId = await aPerson()
    const now = nowSeconds()
    const skew = limits.clockSkewSeconds
    await authorized(userId, { created: now - 5000, code: aCode({ expires: now - skew }) })
    const alive = await authorized(userId, { created: now, code: aCode({ expires: now + 300 }) })
    await aSession(userId, Date.now() - limits.sessionIdleSeconds * 1000)
    const session = await aSession(userId)
    const token = { userId, authorizationId: alive.id }
    await subjects.revokeAccessToken({ ...token, jti: 'over', expires: now - skew })
    await subjects.revokeAccessToken({ ...token, jti: 'not', expires: now + 1000 })
    await authorized(userId, { created: now - 5000, code: aCode({ expires: now - skew + 30 }) })
    expect(await ring(userId)).toBe(true)
    expect(await ids(userId)).toHaveLength(2)
    expect(await ids(userId)).toContainEqual({ id: alive.id })
    expect(await inside(userId, 'SELECT id FROM sessions')).toEqual([{ id: session.id }])
    expect(await inside(userId, 'SELECT jti FROM revocations')).toEqual([{ jti: 'not' }])
  })

  it('forgets a person of whom nothing is left but that a password was tried', async () => {
    const userId = await aPerson()
    const attempt = { userId, login: '', password: 'Wrong-1', app: null, now: Date.now() }
    await subjects.verifyPassword(attempt)
    expect(await keptBy(userId)).toEqual(['projection'])
    expect(await ring(userId)).toBe(true)
    expect(await keptBy(userId)).toEqual([])
    expect(await ring(userId)).toBe(false)
  })

  it('forgets everything when nothing is left, but not wrong passwords', async () => {
    for (const isSuspect of [false, true]) {
      const userId = await aPerson(
        '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA',
      )
      await authorized(userId, { created: 1000 })
      const attempt = { userId, login: '', password: 'Wrong-1', app: null, now: Date.now() }
      if (isSuspect) expect((await subjects.verifyPassword(attempt)).outcome).toBe('wrong')
      await ring(userId)
      expect((await keptBy(userId)).includes('attempts')).toBe(isSuspect)
      if (!isSuspect) expect(await keptBy(userId)).toEqual([])
      expect((await subjects.redeem(aRedemption(await authorized(userId)))).outcome).toBe('granted')
    }
  })
})
