/** What the system log does not lose, what it forgets on purpose, and what it is told by those who are not asked. */
import {
  createExecutionContext,
  createScheduledController,
  runDurableObjectAlarm,
  runInDurableObject,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { compositionOf } from '../../src/app.ts'
import worker from '../../src/index.ts'
import type { SystemLogEvent } from '../../src/domain/system-log.ts'
import { limits } from '../../src/platform/limits.ts'
import { pruneEvents } from '../../src/store/system-log.ts'
import { API_TOKEN, ORIGIN, testBindings } from '../bindings.ts'
import { anEventAt, logEvents, store } from './log-support.ts'
import { aClient, api, aServer, made, mintWith, unique, type Json } from './support.ts'

const { DB, LOG_DB } = env
const SERVERS = '/api/v1/authorizationServers'
const DAY = 24 * 3600 * 1000

const count = async (db: D1Database, sql: string): Promise<number> =>
  (await db.prepare(`SELECT count(*) AS n FROM ${sql}`).first<{ n: number }>())!.n

async function scheduled(): Promise<void> {
  const context = createExecutionContext()
  await worker.scheduled(createScheduledController(), env)
  await waitOnExecutionContext(context)
}

/** The log's database does not answer while something is done. */
async function whileLogIsAway<T>(work: () => Promise<T>): Promise<T> {
  vi.spyOn(console, 'error').mockReturnValue()
  await LOG_DB.prepare('ALTER TABLE events RENAME TO away').run()
  try {
    return await work()
  } finally {
    await LOG_DB.prepare('ALTER TABLE away RENAME TO events').run()
    vi.restoreAllMocks()
  }
}

describe('while the log is away', () => {
  it('a change is made, and its event is in the outbox before the answer', async () => {
    const { id } = await whileLogIsAway(async () => {
      const made201 = await made(201, 'POST', SERVERS, { name: unique('s'), audiences: ['a'] })
      expect(await count(DB, "outbox WHERE kind = 'system-log'")).toBe(1)
      return made201
    })
    expect(await logEvents(`target.id eq "${id}"`)).toEqual([])
    await scheduled()
    expect(await count(DB, 'outbox')).toBe(0)
    const events = await logEvents(`target.id eq "${id}"`)
    expect(events.map((event) => event['eventType'])).toEqual(['oauth2.as.created'])
  })

  it('tokens are minted and refused as ever, and told once it is back', async () => {
    const server = await aServer()
    const client = await aClient()
    const { log } = compositionOf(env).protocol.ports
    await log.flush()
    await whileLogIsAway(async () => {
      expect((await mintWith(server, client)).status).toBe(200)
      expect((await mintWith(server, client, { scope: 'nothing' })).status).toBe(400)
      expect(await log.flush()).toBe(false)
    })
    expect(await log.flush()).toBe(true)
    const events = await logEvents(`actor.id eq "${client.clientId}"`)
    expect(events.map((event) => event['eventType'])).toEqual([
      'app.oauth2.as.token.grant',
      'app.oauth2.as.token.grant.access_token',
      'app.oauth2.as.token.grant',
    ])
  })

  it('reading it is 503, and nothing else', async () => {
    const response = await whileLogIsAway(() => api('GET', '/api/v1/logs'))
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
  })

  it('a delivery whose answer was lost tells the event once', async () => {
    const event = anEventAt(Date.now(), { eventType: unique('twice') })
    await store(event)
    await store(event)
    expect(await logEvents(`eventType eq "${event.eventType}"`)).toHaveLength(1)
  })

  it('what older code left in the outbox is told as events are now', async () => {
    const older = {
      uuid: crypto.randomUUID(),
      published: Math.floor(Date.now() / 1000) - 5,
      eventType: unique('older'),
      displayMessage: 'done',
      actor: { id: '00u1', type: 'User', alternateId: 'a', displayName: 'a' },
      outcome: { result: 'SUCCESS', reason: null },
      target: [
        { id: 'ausolder', type: 'AuthorizationServer', alternateId: null, displayName: 'x' },
      ],
      requestId: 'reqolder',
    }
    await DB.prepare(
      "INSERT INTO outbox (id, kind, subject, payload, created) VALUES ('obxolder', 'system-log', 'x', ?1, 1)",
    )
      .bind(JSON.stringify(older))
      .run()
    await scheduled()
    const [event] = await logEvents('target.id eq "ausolder"')
    expect(event).toMatchObject({
      uuid: older.uuid,
      eventType: older.eventType,
      published: new Date(older.published * 1000).toISOString(),
      transaction: { type: 'WEB', id: 'reqolder' },
      client: { ipAddress: null },
    })
  })
})

describe('signing keys', () => {
  const rotatePath = (id: string): string => `${SERVERS}/${id}/credentials/lifecycle/keyRotate`
  const kidOf = async (id: string): Promise<string | undefined> =>
    (await env.KEY_RING.getByName(id).read(Math.floor(Date.now() / 1000)))?.active.kid
  const rollovers = (id: string): Promise<readonly Json[]> =>
    logEvents(`target.id eq "${id}" and eventType ew "key.rollover"`)

  it('a rotation says who asked for it, and whether it was an emergency', async () => {
    const { id } = await aServer()
    const kids = [await kidOf(id)]
    for (const emergency of [false, true]) {
      await made(200, 'POST', rotatePath(id), { use: 'sig', emergency })
      kids.push(await kidOf(id))
    }
    const events = await rollovers(id)
    expect(events.map((event) => event['debugContext']['debugData'])).toMatchObject([
      { previousKid: kids[0], kid: kids[1], emergency: false, requestUri: rotatePath(id) },
      { previousKid: kids[1], kid: kids[2], emergency: true },
    ])
    expect(events[0]).toMatchObject({
      eventType: 'app.oauth2.as.key.rollover',
      actor: { type: 'User', displayName: 'admin@edgemint.example' },
      transaction: { type: 'WEB' },
    })
    expect(JSON.stringify(events)).not.toMatch(/"(d|p|q|wrapped|ciphertext)"/)
  })

  it('a rotation of the org tells of both of its rings', async () => {
    await made(200, 'POST', '/api/v1/org/credentials/lifecycle/keyRotate', { use: 'sig' })
    const events = await rollovers('org')
    expect(events.map((event) => event['eventType'])).toEqual([
      'app.oauth2.key.rollover',
      'app.oauth2.key.rollover',
    ])
  })

  it('an automatic rotation is a job of the system', async () => {
    const { id } = await aServer()
    const ring = env.KEY_RING.getByName(id)
    await runInDurableObject(ring, async (_, state) => {
      state.storage.sql.exec("UPDATE keys SET record = json_set(record, '$.created', 0)")
      const stored = state.storage.kv.get<Json>('ring')
      state.storage.kv.put('ring', { ...stored, nextRotation: Math.floor(Date.now() / 1000) - 1 })
      await state.storage.setAlarm(Date.now() + 60_000)
    })
    await runDurableObjectAlarm(ring)
    const events = await rollovers(id)
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({
      actor: { type: 'SystemPrincipal' },
      transaction: { type: 'JOB' },
      client: { ipAddress: null, userAgent: null },
      debugContext: { debugData: { kid: await kidOf(id), emergency: false } },
    })
  })

  it('a rotation while the log is away is kept by the ring, and told by its alarm', async () => {
    const { id } = await aServer()
    await whileLogIsAway(() => made(200, 'POST', rotatePath(id), { use: 'sig' }))
    expect(await rollovers(id)).toEqual([])
    const ring = env.KEY_RING.getByName(id)
    const alarm = await runInDurableObject(ring, (_, state) => state.storage.getAlarm())
    expect(alarm! - Date.now()).toBeGreaterThan(0)
    expect(alarm! - Date.now()).toBeLessThanOrEqual(60_000)
    await runDurableObjectAlarm(ring)
    expect(await rollovers(id)).toHaveLength(1)
    await runDurableObjectAlarm(ring)
    expect(await rollovers(id)).toHaveLength(1)
  })

  it('what is no rotation tells nothing', async () => {
    const { id } = await aServer()
    await env.KEY_RING.getByName(id).read(Math.floor(Date.now() / 1000))
    await made(200, 'PUT', `${SERVERS}/${id}`, {
      name: 'n',
      audiences: ['a'],
      credentials: { signing: { rotationMode: 'MANUAL' } },
    })
    expect(await rollovers(id)).toEqual([])
  })
})

describe('the brake of the management API', () => {
  it('is told, and counted', async () => {
    const braked = {
      ...env,
      RATE_LIMIT_PER_MINUTE: '1',
      KEY_ENCRYPTION_KEY: JSON.stringify({
        current: '1',
        keys: { 1: testBindings.KEY_ENCRYPTION_KEY },
      }),
    }
    const call = async (): Promise<number> => {
      const request = new Request(ORIGIN + SERVERS, {
        headers: { authorization: `SSWS ${API_TOKEN}` },
      })
      return (await worker.fetch(request as never, braked as never, createExecutionContext()))
        .status
    }
    await call()
    for (let turn = 0; turn < 5; turn++) expect(await call()).toBe(429)
    await compositionOf(braked as never).protocol.ports.log.flush()
    const events = await logEvents('eventType eq "system.org.rate_limit.violation"')
    const counts = events.map((event) => event['debugContext']['debugData']['count'] as number)
    expect(counts.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(5)
    expect(events[0]).toMatchObject({ severity: 'WARN', outcome: { reason: 'Too many requests' } })
    expect(events.length).toBeLessThanOrEqual(2)
  })
})

describe('what is old', () => {
  const aged = (days: number, type: string): SystemLogEvent => {
    const target = [{ id: unique('aged'), type: 'T', alternateId: null, displayName: null }]
    return anEventAt(Date.now() - days * DAY, { eventType: type, target })
  }
  const clear = (): Promise<unknown> =>
    LOG_DB.batch(['events', 'event_targets'].map((table) => LOG_DB.prepare(`DELETE FROM ${table}`)))

  it('is forgotten after 90 days, with what it was about, by the cron trigger', async () => {
    await clear()
    const [old, kept] = [aged(91, 'test.old'), aged(89, 'test.kept')]
    await store(old, kept)
    await scheduled()
    const events = await logEvents('eventType sw "test."', { since: '2001-01-01' })
    expect(events.map((event) => event['uuid'])).toEqual([kept.uuid])
    expect(await count(LOG_DB, 'event_targets')).toBe(1)
  })

  it('a bounded number at a time', async () => {
    await clear()
    const more = limits.logPruneRowsMax + 10
    await store(...Array.from({ length: more }, () => aged(100, 'test.old')), aged(1, 'test.new'))
    expect(await pruneEvents(LOG_DB, Date.now())).toBe(more)
    expect([await count(LOG_DB, 'events'), await count(LOG_DB, 'event_targets')]).toEqual([1, 1])
  })

  it('token events give way before the database is full, the others stay', async () => {
    await clear()
    const tokens = Array.from({ length: 5 }, (_, age) =>
      aged(age, 'app.oauth2.as.token.grant.access_token'),
    )
    await store(...tokens, aged(50, 'oauth2.as.deleted'), aged(1, 'app.oauth2.as.token.revoke'))
    expect(await pruneEvents(LOG_DB, Date.now())).toBe(0)
    expect(await pruneEvents(LOG_DB, Date.now(), 1)).toBe(5)
    const { results } = await LOG_DB.prepare(
      'SELECT event_type FROM events ORDER BY published',
    ).all<Json>()
    expect(results.map((row) => row['event_type'])).toEqual([
      'oauth2.as.deleted',
      'app.oauth2.as.token.revoke',
    ])
    expect(await count(LOG_DB, 'event_targets')).toBe(2)
  })
})
