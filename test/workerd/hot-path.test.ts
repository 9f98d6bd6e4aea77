/** The hot-path budget of machines: storage operations are counted at the bindings, and the first one too many fails. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { compositionOf } from '../../src/app.ts'
import { limits } from '../../src/platform/limits.ts'
import { ask, askForm, counted, COUNTED, operations, told, warm } from './counting.ts'
import { attach, createHook, serveHooks } from './hook-support.ts'
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

async function token(
  server: TestServer,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<number> {
  const form = { grant_type: 'client_credentials', scope: 'read', ...fields }
  const response = await askForm(`/oauth2/${server.id}/v1/token`, form, headers)
  await response.arrayBuffer()
  return response.status
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
    expect(await operations(async () => expect(await withSecret()).toBe(200))).toEqual([
      'DB',
      'KEY_RING.read',
    ])
  })

  it('warm with a secret: no D1 query, no Durable Object call, no cache call', async () => {
    const cache = vi.spyOn(caches.default, 'match')
    const total = await operations(async () => {
      for (let turn = 0; turn < 50; turn++) expect(await withSecret()).toBe(200)
    })
    expect(total).toEqual([])
    expect(cache).not.toHaveBeenCalled()
  })

  it('[log] hundreds of tokens are one batch of the log in ten seconds, and all are told', async () => {
    const buffer = compositionOf(counted).protocol.ports.log
    await buffer.flush()
    told.batches = 0
    const began = Date.now()
    const asked = await operations(async () => {
      for (let turn = 0; turn < 300; turn++) expect(await withSecret()).toBe(200)
    })
    expect(asked).toEqual([])
    const intervals = Math.ceil((Date.now() - began) / limits.logFlushMillis)
    await buffer.flush()
    expect(told.batches).toBeGreaterThanOrEqual(1)
    expect(told.batches).toBeLessThanOrEqual(intervals)
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
    expect(await operations(async () => expect(await withAssertion()).toBe(200))).toEqual([
      'DB',
      'LEDGER.enter',
    ])
  })

  it('warm with an assertion: one Durable Object call for its jti', async () => {
    expect(await operations(async () => expect(await withAssertion()).toBe(200))).toEqual([
      'LEDGER.enter',
    ])
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
    ).toEqual([])
    const wrong = (): Promise<number> =>
      token(server, {}, { authorization: basic(client.clientId, 'wrong') })
    const total = await operations(async () => {
      for (let turn = 0; turn < 20; turn++) expect(await wrong()).toBe(401)
    })
    expect(total.length).toBeGreaterThanOrEqual(1)
    expect(total.length).toBeLessThanOrEqual(2)
  })
})

describe('client_credentials of a rule with a hook', () => {
  it('warm: the endpoint is asked once, and storage nothing', async () => {
    const hooked = await aServer()
    const hook = await createHook({ authScheme: { type: 'HEADER', key: 'x-key', value: 'k' } })
    const uri = hook['channel']['config']['uri']
    const asked = serveHooks().serve(uri, () => Response.json({ commands: [] }))
    await attach(hooked, hook['id'])
    const ask = (): Promise<number> =>
      token(hooked, {}, { authorization: basic(client.clientId, client.secret) })
    const first = await operations(async () => expect(await ask()).toBe(200))
    expect(first).toEqual(['DB', 'KEY_RING.read'])
    const total = await operations(async () => {
      for (let turn = 0; turn < 5; turn++) expect(await ask()).toBe(200)
    })
    expect([total, asked.length]).toEqual([[], 6])
  })
})

describe('discovery and keys', () => {
  const documents = ['.well-known/openid-configuration', '.well-known/oauth-authorization-server', 'v1/keys'] // prettier-ignore
  const read = async (document: string, { id } = server): Promise<number> => {
    const response = await ask(`/oauth2/${id}/${document}`)
    await response.arrayBuffer()
    return response.status
  }

  it('cold: the entrypoint is asked, behind which the edge cache stands', async () => {
    const unknown = await aServer()
    for (const document of documents)
      expect(await operations(async () => expect(await read(document, unknown)).toBe(200))).toEqual(
        ['Metadata'],
      )
  })

  it('warm: nothing and nobody is asked', async () => {
    await warm(server.id, client.clientId)
    for (const document of documents)
      expect(await operations(async () => expect(await read(document)).toBe(200))).toEqual([])
  })
})
