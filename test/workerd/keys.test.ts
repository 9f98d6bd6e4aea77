/** Key rings as the API shows them and as tokens meet them: rotation, races, encryption at rest, missed alarms. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { KeyRing } from '../../src/state/key-ring.ts'
import {
  aClient,
  answered,
  api,
  aServer,
  made,
  mintWith,
  post,
  basic,
  send,
  type Json,
} from './support.ts'

const keysPath = (id: string): string => `/api/v1/authorizationServers/${id}/credentials/keys`
const rotatePath = (id: string): string =>
  `/api/v1/authorizationServers/${id}/credentials/lifecycle/keyRotate`

const ringOf = (id: string): DurableObjectStub<KeyRing> => env.KEY_RING.getByName(id)
const jwks = async (id: string): Promise<JSONWebKeySet> =>
  (await send(`/oauth2/${id}/v1/keys`)).json()
const statuses = (keys: Json): readonly string[] =>
  (keys as Json[]).map((key) => key['status']).toSorted()
const kidOf = async (response: Response): Promise<string | undefined> =>
  decodeProtectedHeader((await answered(response))[1]['access_token']).kid

afterEach(() => {
  vi.useRealTimers()
})

describe('keyRotate', () => {
  it('expires the active key, activates the next one and supplies a fresh next one', async () => {
    const { id } = await aServer()
    const before = (await made(200, 'GET', keysPath(id))) as unknown as Json[]
    expect(statuses(before)).toEqual(['ACTIVE', 'NEXT'])
    const after = (await made(200, 'POST', rotatePath(id), { use: 'sig' })) as unknown as Json[]
    expect(statuses(after)).toEqual(['ACTIVE', 'EXPIRED', 'NEXT'])
    const kid = (keys: Json[], status: string): unknown =>
      keys.find((key) => key['status'] === status)?.['kid']
    expect(kid(after, 'EXPIRED')).toBe(kid(before, 'ACTIVE'))
    expect(kid(after, 'ACTIVE')).toBe(kid(before, 'NEXT'))
    expect((await jwks(id)).keys.map((key) => key.kid).toSorted()).toEqual(
      after.map((key) => key['kid']).toSorted(),
    )
    const server = await made(200, 'GET', `/api/v1/authorizationServers/${id}`)
    expect(server['credentials']['signing']['kid']).toBe(kid(after, 'ACTIVE'))
  })

  it('refuses another use with the causes of Okta', async () => {
    const { id } = await aServer()
    const [status, body] = await answered(await api('POST', rotatePath(id), { use: 'enc' }))
    expect([status, body['errorCode'], body['errorSummary']]).toEqual([
      400,
      'E0000001',
      'Api validation failed: rotateKeys',
    ])
    expect(body['errorCauses']).toEqual([
      { errorSummary: "Invalid value specified for key 'use' parameter" },
    ])
  })

  it('tokens of every rotation stay verifiable; those of an emergency do not', async () => {
    const at = await aServer()
    const client = await aClient()
    const tokens: string[] = []
    const mint = async (): Promise<string> =>
      ((await (await mintWith(at, client)).json()) as Json)['access_token']
    tokens.push(await mint())
    await made(200, 'POST', rotatePath(at.id), { use: 'sig' })
    tokens.push(await mint())
    for (const token of tokens)
      await jwtVerify(token, createLocalJWKSet(await jwks(at.id)), { issuer: at.issuer })
    const introspected = (token: string): Promise<Json> =>
      post(
        `/oauth2/${at.id}/v1/introspect`,
        { token },
        { authorization: basic(client.clientId, client.secret) },
      ).then((response) => response.json())
    await made(200, 'POST', rotatePath(at.id), { use: 'sig', emergency: true })
    expect(await introspected(tokens[1]!)).toEqual({ active: false })
    // Also what an earlier key signed: nobody can know which one leaked.
    expect(await introspected(tokens[0]!)).toEqual({ active: false })
    expect((await jwks(at.id)).keys).toHaveLength(2)
    const [, body] = await answered(await mintWith(at, client))
    expect(await introspected(body['access_token'])).toMatchObject({ active: true })
  })

  it('[race] under parallel minting every token verifies against the keys of that moment', async () => {
    const at = await aServer()
    const client = await aClient()
    let rotating = true
    const rotations = (async () => {
      for (let turn = 0; turn < 6; turn++)
        await made(200, 'POST', rotatePath(at.id), { use: 'sig' })
      rotating = false
    })()
    const kids = new Set<string>()
    const mint = async (): Promise<void> => {
      while (rotating) {
        const response = await mintWith(at, client)
        expect(response.status).toBe(200)
        const { access_token: token } = (await response.json()) as Json
        const { protectedHeader } = await jwtVerify(token, createLocalJWKSet(await jwks(at.id)))
        kids.add(protectedHeader.kid ?? '')
      }
    }
    await Promise.all([rotations, mint(), mint(), mint(), mint()])
    expect(kids.size).toBeGreaterThan(1)
  })

  it('[race] two rotations at once leave exactly one active key', async () => {
    const { id } = await aServer()
    await Promise.all(Array.from({ length: 5 }, () => api('POST', rotatePath(id), { use: 'sig' })))
    const keys = await made(200, 'GET', keysPath(id))
    expect(statuses(keys).filter((status) => status === 'ACTIVE')).toHaveLength(1)
    expect(statuses(keys).filter((status) => status === 'NEXT')).toHaveLength(1)
  })
})

describe('rotation by time', () => {
  const DAY = 24 * 3600

  it('AUTO rotates by alarm once 90 days are over, MANUAL never', async () => {
    for (const rotationMode of ['AUTO', 'MANUAL']) {
      const at = await aServer()
      await made(200, 'PUT', `/api/v1/authorizationServers/${at.id}`, {
        name: 'rotates',
        audiences: ['api://test'],
        credentials: { signing: { rotationMode } },
      })
      const before = (await ringOf(at.id).read(Math.floor(Date.now() / 1000)))?.active.kid
      await runInDurableObject(ringOf(at.id), async (_, state) => {
        // Both the date and the publication of the next key lie in the past.
        state.storage.sql.exec("UPDATE keys SET record = json_set(record, '$.created', 0)")
        const ring = state.storage.kv.get<Json>('ring') ?? {}
        if (ring['nextRotation'] !== null)
          state.storage.kv.put('ring', { ...ring, nextRotation: Math.floor(Date.now() / 1000) - 1 })
        await state.storage.setAlarm(Date.now() + 60_000)
      })
      await runDurableObjectAlarm(ringOf(at.id))
      const after = (await ringOf(at.id).read(Math.floor(Date.now() / 1000)))?.active.kid
      expect([rotationMode, after !== before]).toEqual([rotationMode, rotationMode === 'AUTO'])
    }
  })

  it('a missed alarm is made good on the next read, one second before, at and after', async () => {
    const { id } = await aServer()
    const now = Math.floor(Date.now() / 1000)
    const first = await ringOf(id).read(now)
    const due = first?.nextRotation ?? 0
    expect(due).toBeGreaterThan(now + 89 * DAY)
    expect((await ringOf(id).read(due - 1))?.active.kid).toBe(first?.active.kid)
    const rotated = await ringOf(id).read(due)
    expect(rotated?.active.kid).not.toBe(first?.active.kid)
    expect((await ringOf(id).read(due + 1))?.active.kid).toBe(rotated?.active.kid)
  })

  it('switching the mode keeps the active key and shows nextRotation only for AUTO', async () => {
    const { id } = await aServer()
    const path = `/api/v1/authorizationServers/${id}`
    const put = (rotationMode: string): Promise<Json> =>
      made(200, 'PUT', path, {
        name: 'n',
        audiences: ['a'],
        credentials: { signing: { rotationMode } },
      })
    const { signing: auto } = (await made(200, 'GET', path))['credentials']
    const { signing: manual } = (await put('MANUAL'))['credentials']
    expect(manual).toMatchObject({ kid: auto['kid'], rotationMode: 'MANUAL' })
    expect(manual).not.toHaveProperty('nextRotation')
    const { signing: again } = (await put('AUTO'))['credentials']
    expect(again).toMatchObject({ kid: auto['kid'], rotationMode: 'AUTO' })
    expect(again).toHaveProperty('nextRotation')
  })

  it('a changed algorithm is published before it signs', async () => {
    const at = await aServer()
    const client = await aClient()
    const before = await kidOf(await mintWith(at, client))
    await made(200, 'PUT', `/api/v1/authorizationServers/${at.id}`, {
      name: 'changes',
      audiences: ['api://test'],
      credentials: { signing: { alg: 'EdDSA' } },
    })
    const { keys } = await jwks(at.id)
    expect(keys.map((key) => key.alg).toSorted()).toEqual(['ES256', 'EdDSA'])
    expect(await kidOf(await mintWith(at, client))).toBe(before)
    await made(200, 'POST', rotatePath(at.id), { use: 'sig' })
    const kid = await kidOf(await mintWith(at, client))
    expect(keys.find((key) => key.kid === kid)?.alg).toBe('EdDSA')
  })
})

describe('the alarm', () => {
  it('is not put off by reads that come faster than it', async () => {
    const { id } = await aServer()
    const alarmOf = (): Promise<number | null> =>
      runInDurableObject(ringOf(id), (_, state) => state.storage.getAlarm())
    await runInDurableObject(ringOf(id), async (_, state) => {
      state.storage.sql.exec('DELETE FROM keys WHERE record LIKE \'%"NEXT"%\'')
      await state.storage.deleteAlarm()
    })
    const now = Math.floor(Date.now() / 1000)
    await ringOf(id).read(now)
    const first = await alarmOf()
    await new Promise((resolve) => setTimeout(resolve, 30))
    await ringOf(id).read(now)
    expect([first === null, await alarmOf()]).toEqual([false, first])
    await runDurableObjectAlarm(ringOf(id))
    expect(statuses(await made(200, 'GET', keysPath(id)))).toEqual(['ACTIVE', 'NEXT'])
  })
})

describe('the keys of the org server', () => {
  it('rotate by a call of their own, the unpublished ones too, for super administrators', async () => {
    const path = '/api/v1/org/credentials/lifecycle/keyRotate'
    const before = (await env.KEY_RING.getByName('org-access').read(0))?.active.kid
    const published = await made(200, 'POST', path, { use: 'sig' })
    expect(statuses(published)).toEqual(['ACTIVE', 'EXPIRED', 'NEXT'])
    const after = await env.KEY_RING.getByName('org-access').read(0)
    expect(after?.active.kid).not.toBe(before)
    const shown = await (await send('/oauth2/v1/keys')).text()
    for (const key of after?.keys ?? []) expect(shown).not.toContain(key.kid)
    for (const key of published as unknown as Json[]) expect(shown).toContain(key['kid'])
  })
})

describe('keys at rest', () => {
  it('only ciphertext is stored, and only the active one leaves the object', async () => {
    const { id } = await aServer({ alg: 'RS256' })
    await runInDurableObject(ringOf(id), (_, state) => {
      const rows = state.storage.sql.exec<{ record: string }>('SELECT record FROM keys').toArray()
      expect(rows).toHaveLength(2)
      for (const { record } of rows) {
        expect(record).not.toMatch(/"(d|p|q|dp|dq|qi)":/)
        expect(JSON.parse(record)).toMatchObject({
          format: 1,
          wrapped: { format: 1, keyVersion: '1' },
        })
      }
    })
    const view = await ringOf(id).read(Math.floor(Date.now() / 1000))
    expect(view?.keys.every((key) => !('wrapped' in key))).toBe(true)
  })

  it('the keys of org access tokens are in no published set', async () => {
    const now = Math.floor(Date.now() / 1000)
    const ring = await env.KEY_RING.getByName('org-access').configure(
      { serverId: 'org-access', algorithm: 'RS256', rotationMode: 'AUTO' },
      now,
    )
    const published = await (await send('/oauth2/v1/keys')).text()
    for (const key of ring.keys) expect(published).not.toContain(key.kid)
  })

  it('deleting a server forgets its keys', async () => {
    const { id } = await aServer()
    await made(204, 'DELETE', `/api/v1/authorizationServers/${id}`)
    expect(await ringOf(id).read(Math.floor(Date.now() / 1000))).toBeNull()
    expect((await send(`/oauth2/${id}/v1/keys`)).status).toBe(404)
  })
})
