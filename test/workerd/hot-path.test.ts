/**
 * The hot-path budget: storage operations are counted at the bindings, and the first one too many fails. What the log is
 * told is counted apart: it is no part of any request, but one batch of the isolate in ten seconds, however many tokens.
 */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { compositionOf } from '../../src/app.ts'
import worker from '../../src/index.ts'
import { pause } from '../../src/platform/clock.ts'
import { limits } from '../../src/platform/limits.ts'
import {
  aClient,
  aKeyedClient,
  aServer,
  assertion,
  ASSERTION_TYPE,
  basic,
  type KeyedClient,
  type TestClient,
  type TestServer,
} from './support.ts'

const counts = { d1: 0, objects: 0 }
const log = { d1: 0 }
/** An origin of its own makes the Worker compose itself anew, on the counting bindings. */
const COUNTED = 'https://counted.edgemint.example'

const countingDatabase = (db: D1Database, counts: { d1: number }): D1Database =>
  new Proxy(db, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]): unknown => {
        if (name === 'batch' || name === 'exec') counts.d1++
        const result: unknown = Reflect.apply(member, target, args)
        if (name === 'withSession') return countingDatabase(result as D1Database, counts)
        return result
      }
    },
  })

const countingNamespace = <T extends object>(namespace: T): T =>
  new Proxy(namespace, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]): unknown => {
        if (name === 'getByName' || name === 'get') counts.objects++
        return Reflect.apply(member, target, args)
      }
    },
  })

const counted = {
  ...env,
  ORIGIN: COUNTED,
  DB: countingDatabase(env.DB, counts),
  LOG_DB: countingDatabase(env.LOG_DB, log),
  KEY_RING: countingNamespace(env.KEY_RING),
  LEDGER: countingNamespace(env.LEDGER),
}

async function token(
  server: TestServer,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<number> {
  const request = new Request(`${COUNTED}/oauth2/${server.id}/v1/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'read',
      ...fields,
    }).toString(),
  })
  const context = createExecutionContext()
  const response = await worker.fetch(request, counted, context)
  // One request in ten seconds waits to write to the log; all others have soon done what is left to do.
  await Promise.race([waitOnExecutionContext(context), pause(100)])
  await response.arrayBuffer()
  return response.status
}

async function operations(work: () => Promise<unknown>): Promise<typeof counts> {
  counts.d1 = 0
  counts.objects = 0
  await work()
  return { ...counts }
}

let server: TestServer
let client: TestClient
let keyed: KeyedClient

beforeAll(async () => {
  server = await aServer()
  client = await aClient()
  keyed = await aKeyedClient()
})

const withSecret = (): Promise<number> =>
  token(server, {}, { authorization: basic(client.clientId, client.secret) })

const withAssertion = async (): Promise<number> =>
  token(server, {
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: await assertion(
      keyed,
      keyed.privateKey,
      `${COUNTED}/oauth2/${server.id}/v1/token`,
    ),
  })

describe('client_credentials', () => {
  it('cold: one D1 batch and one key ring call', async () => {
    expect(await operations(async () => expect(await withSecret()).toBe(200))).toEqual({
      d1: 1,
      objects: 1,
    })
  })

  it('warm with a secret: no D1 query, no Durable Object call, no cache call', async () => {
    const cache = vi.spyOn(caches.default, 'match')
    const total = await operations(async () => {
      for (let turn = 0; turn < 50; turn++) expect(await withSecret()).toBe(200)
    })
    expect(total).toEqual({ d1: 0, objects: 0 })
    expect(cache).not.toHaveBeenCalled()
  })

  it('[log] hundreds of tokens are one batch of the log in ten seconds, and all are told', async () => {
    const buffer = compositionOf(counted).protocol.ports.log
    await buffer.flush()
    log.d1 = 0
    const began = Date.now()
    const asked = await operations(async () => {
      for (let turn = 0; turn < 300; turn++) expect(await withSecret()).toBe(200)
    })
    expect(asked).toEqual({ d1: 0, objects: 0 })
    const intervals = Math.ceil((Date.now() - began) / limits.logFlushMillis)
    await buffer.flush()
    expect(log.d1).toBeGreaterThanOrEqual(1)
    expect(log.d1).toBeLessThanOrEqual(intervals)
    const { results } = await env.LOG_DB.prepare(
      `SELECT coalesce(document ->> '$.debugContext.debugData.count', 1) AS n FROM events
       WHERE event_type = 'app.oauth2.as.token.grant.access_token' AND published >= ?1`,
    )
      .bind(began)
      .all<{ n: number }>()
    expect(results.reduce((sum, { n }) => sum + n, 0)).toBe(300)
    expect(results.length).toBeLessThanOrEqual(intervals * (limits.logGrantsToldMax + 1))
  })

  it('a client not seen before on a warm server: one D1 batch', async () => {
    expect(await operations(async () => expect(await withAssertion()).toBe(200))).toEqual({
      d1: 1,
      objects: 1,
    })
  })

  it('warm with an assertion: one Durable Object call for its jti', async () => {
    expect(await operations(async () => expect(await withAssertion()).toBe(200))).toEqual({
      d1: 0,
      objects: 1,
    })
  })

  it('a refusal that cannot be turned around costs nothing; one that could is confirmed once a second', async () => {
    expect(
      await operations(() =>
        token(
          server,
          { scope: 'openid' },
          { authorization: basic(client.clientId, client.secret) },
        ),
      ),
    ).toEqual({ d1: 0, objects: 0 })
    const wrong = (): Promise<number> =>
      token(server, {}, { authorization: basic(client.clientId, 'wrong') })
    const total = await operations(async () => {
      for (let turn = 0; turn < 20; turn++) expect(await wrong()).toBe(401)
    })
    expect(total.d1).toBeGreaterThanOrEqual(1)
    expect(total.d1).toBeLessThanOrEqual(2)
  })
})
