/** Where documents come from: how old they may be, what is read for them, and what serves while storage is away. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ServerNotFound } from '../../../src/endpoints/confirm.ts'
import { edgeMetadata, metadataAnswer } from '../../../src/endpoints/metadata.ts'
import { Snapshots } from '../../../src/issuer/snapshots.ts'
import { limits } from '../../../src/platform/limits.ts'
import { StorageUnavailable } from '../../../src/platform/storage-errors.ts'
import { aRingView, FakeSource } from '../support/snapshot-source.ts'

const { snapshotFreshSeconds, snapshotStaleSeconds, snapshotOutageSeconds } = limits

let source: FakeSource
let snapshots: Snapshots
let edge: { asked: number; answer: () => Response }

const waitUntil = (): void => undefined
const at = (seconds: number): void => void vi.setSystemTime(seconds * 1000)

const fromEdge = async (): Promise<Response> => {
  edge.asked++
  return edge.answer()
}

const keys = (serverId = 'aus1'): Promise<Response> =>
  metadataAnswer('keys', serverId, { snapshots, waitUntil }, fromEdge)

const keysForEdge = (serverId = 'aus1'): Promise<Response> =>
  edgeMetadata('keys', serverId, { snapshots, waitUntil })

async function kids(answer: Promise<Response>): Promise<readonly string[]> {
  const { keys: published }: { keys: { kid: string }[] } = await (await answer).json()
  return published.map(({ kid }) => kid)
}

const OLD = ['k1', 'k1-next']
const NEW = ['k2', 'k2-next']

/** Another isolate rotates. */
const rotate = (): void => void source.rings.set('aus1', aRingView('aus1', 'k2'))

beforeEach(async () => {
  vi.useFakeTimers()
  vi.spyOn(console, 'error').mockReturnValue()
  at(0)
  source = new FakeSource()
  snapshots = new Snapshots(source, 'https://id.example')
  edge = { asked: 0, answer: () => Response.json({ keys: [{ kid: 'edge' }] }) }
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const known = async (): Promise<void> => {
  await snapshots.get({ serverId: 'aus1', clientId: null, ring: 'aus1' }, waitUntil)
  source.calls.length = 0
}

describe('a document for a client', () => {
  it('comes of what the isolate knows up to the bound, without a read and without the edge', async () => {
    await known()
    rotate()
    for (const age of [0, snapshotFreshSeconds + 1, snapshotStaleSeconds]) {
      at(age)
      expect(await kids(keys())).toEqual(OLD)
    }
    expect(source.calls).toEqual([])
    expect(edge.asked).toBe(0)
  })

  it('comes of the edge beyond it, and of servers that are not known', async () => {
    expect(await kids(keys())).toEqual(['edge'])
    await known()
    at(snapshotStaleSeconds + 1)
    expect(await kids(keys())).toEqual(['edge'])
    expect(source.calls).toEqual([])
  })

  it('shows at once what this isolate wrote, whatever the edge still has', async () => {
    await known()
    rotate()
    snapshots.forget('ring', 'aus1')
    expect(await kids(keys())).toEqual(NEW)
    expect(edge.asked).toBe(0)
  })

  it('comes of what is known while the edge has a fault and storage is away, for a quarter of an hour', async () => {
    await known()
    edge.answer = () => new Response(null, { status: 503 })
    source.failure = new StorageUnavailable('D1')
    at(snapshotOutageSeconds)
    expect(await kids(keys())).toEqual(OLD)
    at(snapshotOutageSeconds + 1)
    await expect(keys()).rejects.toHaveProperty('reason', 'temporarily_unavailable')
  })

  it('comes of what is known, or of storage, where the edge cannot be reached at all', async () => {
    edge.answer = () => {
      throw new Error('away')
    }
    expect(await kids(keys())).toEqual(OLD)
    at(snapshotStaleSeconds + 1)
    source.failure = new StorageUnavailable('D1')
    expect(await kids(keys())).toEqual(OLD)
    expect(edge.asked).toBe(2)
  })

  it('is what the edge says of a server that does not exist', async () => {
    edge.answer = () => new Response(null, { status: 404 })
    expect((await keys('ausnone')).status).toBe(404)
    expect(source.calls).toEqual([])
  })

  it('of an inactive server there is none', async () => {
    const configuration = source.servers.get('aus1')!
    const server = { ...configuration.server, status: 'INACTIVE' as const }
    source.servers.set('aus1', { ...configuration, server })
    await known()
    await expect(keys()).rejects.toBeInstanceOf(ServerNotFound)
    await expect(keysForEdge()).rejects.toBeInstanceOf(ServerNotFound)
  })
})

describe('a document for the edge', () => {
  it('is read anew when what is known is not fresh', async () => {
    await known()
    rotate()
    at(snapshotFreshSeconds)
    expect(await kids(keysForEdge())).toEqual(OLD)
    expect(source.calls).toEqual([])
    at(snapshotFreshSeconds + 0.001)
    expect(await kids(keysForEdge())).toEqual(NEW)
  })

  it('is kept so long that nothing in it is older than what an isolate goes by', async () => {
    const { headers } = await keysForEdge()
    const control = headers.get('cloudflare-cdn-cache-control') ?? ''
    const [, fresh, stale, outage] = /^max-age=(\d+), stale-while-revalidate=(\d+), stale-if-error=(\d+)$/.exec(control)! // prettier-ignore
    expect(snapshotFreshSeconds + Number(fresh) + Number(stale)).toBe(snapshotStaleSeconds)
    expect(Number(outage)).toBe(snapshotOutageSeconds)
    await known()
    expect((await keys()).headers.get('cloudflare-cdn-cache-control')).toBeNull()
  })

  it('comes of what is known while storage is away', async () => {
    await known()
    source.failure = new StorageUnavailable('D1')
    for (const age of [snapshotFreshSeconds + 1, snapshotOutageSeconds]) {
      at(age)
      expect(await kids(keysForEdge())).toEqual(OLD)
    }
  })

  it('wakes no key ring of a server that is known not to exist', async () => {
    const known = { snapshots, waitUntil }
    const document = edgeMetadata('openid-configuration', 'ausnone', known)
    await expect(document).rejects.toBeInstanceOf(ServerNotFound)
    source.calls.length = 0
    at(1)
    await expect(keysForEdge('ausnone')).rejects.toBeInstanceOf(ServerNotFound)
    expect(source.calls).toEqual([])
  })
})
