/** The snapshot rule while storage works: how old an answer may be, what is read, and how often. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Snapshots, type Snapshot } from '../../../src/issuer/snapshots.ts'
import type { Wanted } from '../../../src/issuer/wanted.ts'
import { limits } from '../../../src/platform/limits.ts'
import { aClient } from '../support/builders.ts'
import { aConfiguration, aRingView, FakeSource } from '../support/snapshot-source.ts'

const ALL: Wanted = { serverId: 'aus1', clientId: 'client-1', ring: 'aus1' }

let source: FakeSource
let snapshots: Snapshots
let background: Promise<unknown>[]

const waitUntil = (work: Promise<unknown>): void => void background.push(work)
const get = (wanted: Wanted = ALL): Snapshot | Promise<Snapshot> => snapshots.get(wanted, waitUntil)
const at = (seconds: number): void => void vi.setSystemTime(seconds * 1000)

beforeEach(() => {
  vi.useFakeTimers()
  at(0)
  source = new FakeSource()
  snapshots = new Snapshots(source, 'https://id.example')
  background = []
})

afterEach(() => {
  vi.useRealTimers()
})

describe('a cold read', () => {
  it('is one configuration read and one ring read, started together', async () => {
    const release = source.hold()
    const pending = get()
    expect(source.calls).toEqual(['configuration aus1 client-1', 'ring aus1'])
    release()
    const { server, client, ring } = await pending
    expect(server?.urls.issuer).toBe('https://id.example/oauth2/aus1')
    expect(client?.clientId).toBe('client-1')
    expect(ring?.active.kid).toBe('k1')
    expect(source.calls).toHaveLength(2)
  })

  it('is shared by all who ask meanwhile', async () => {
    const all = Array.from({ length: 50 }, async () => get())
    expect(new Set((await Promise.all(all)).map(({ server }) => server)).size).toBe(1)
    expect(source.calls).toHaveLength(2)
  })

  it('asks only for what is wanted', async () => {
    expect(await get({ serverId: null, clientId: 'client-1', ring: null })).toMatchObject({
      server: null,
      client: { clientId: 'client-1' },
      ring: null,
    })
    expect(source.calls).toEqual(['configuration null client-1'])
  })

  it('asks only for what is missing', async () => {
    await get()
    source.clients.set('client-2', aClient({ clientId: 'client-2' }))
    const { client } = await get({ ...ALL, clientId: 'client-2' })
    expect(client?.clientId).toBe('client-2')
    expect(source.calls.slice(2)).toEqual(['configuration null client-2'])
  })

  it('makes the ring of a server whose ring was never configured', async () => {
    source.rings.clear()
    expect((await get()).ring?.serverId).toBe('aus1')
    expect(source.count('found')).toBe(1)
  })
})

describe('what is known', () => {
  beforeEach(async () => {
    await get()
    source.calls.length = 0
    background.length = 0
    source.servers.set('aus1', aConfiguration(2))
    source.rings.set('aus1', aRingView('aus1', 'k9'))
  })

  const version = (snapshot: Snapshot | Promise<Snapshot>): number | undefined =>
    snapshot instanceof Promise ? undefined : snapshot.server?.version

  it.each([0, 5, 10])('is used without asking when it is %d s old', (age) => {
    at(age)
    expect(version(get())).toBe(1)
    expect(source.calls).toEqual([])
    expect(background).toEqual([])
  })

  it.each([10.001, 30, 60])('is used and refreshed once behind it when %d s old', async (age) => {
    at(age)
    expect(version(get())).toBe(1)
    expect(version(get())).toBe(1)
    expect(source.calls).toEqual(['configuration aus1 client-1', 'ring aus1'])
    expect(background).toHaveLength(1)
    await Promise.all(background)
    const after = get() as Snapshot
    expect([after.server?.version, after.ring?.active.kid]).toEqual([2, 'k9'])
    expect(source.calls).toHaveLength(2)
  })

  it('waits for storage when it is more than 60 s old', async () => {
    at(60.001)
    const pending = get()
    expect(pending).toBeInstanceOf(Promise)
    expect((await pending).server?.version).toBe(2)
    expect(source.calls).toHaveLength(2)
  })

  it('ages from when the read began, not from when it ended', async () => {
    at(100)
    source.delayMillis = 1500
    const pending = get()
    await vi.advanceTimersByTimeAsync(1500)
    await pending
    background.length = 0
    at(110.5)
    void get()
    expect(background).toHaveLength(1)
  })

  it('keeps the compiled server while its version stays', async () => {
    source.servers.set('aus1', aConfiguration(1))
    const before = get() as Snapshot
    at(61)
    expect((await get()).server).toBe(before.server)
  })

  it('is compiled anew when the org is called something else, although nothing was written to the server', async () => {
    source.servers.set('aus1', aConfiguration(1))
    const before = get() as Snapshot
    source.orgName = 'Analytical Engines'
    at(61)
    const { server } = await get()
    expect([before.server?.orgName, server?.orgName]).toEqual([null, 'Analytical Engines'])
    expect(before.server?.version).toBe(server?.version)
  })

  it('is as good as read just now for a clock that stepped back by no more than the skew', () => {
    at(-limits.clockSkewSeconds)
    expect(version(get())).toBe(1)
    expect(source.calls).toEqual([])
  })

  it('is of no known age for a clock that went back further: it is read anew, and that is kept', async () => {
    at(-limits.clockSkewSeconds - 0.001)
    expect((await get()).server?.version).toBe(2)
    source.calls.length = 0
    expect(version(get())).toBe(2)
    expect(source.calls).toEqual([])
  })

  it('is not gone on with while storage is away, when nobody knows how old it is', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    source.failure = new Error('away')
    at(-3600)
    await expect(get()).rejects.toHaveProperty('reason', 'temporarily_unavailable')
  })
})

describe('what does not exist', () => {
  const UNKNOWN: Wanted = { serverId: 'aus1', clientId: 'nobody', ring: 'aus1' }

  it('is remembered for 10 s and then asked for again, waiting', async () => {
    expect((await get(UNKNOWN)).client).toBeNull()
    source.calls.length = 0
    at(10)
    expect(get(UNKNOWN)).not.toBeInstanceOf(Promise)
    expect(source.calls).toEqual([])
    source.clients.set('nobody', aClient({ clientId: 'nobody' }))
    at(10.001)
    const pending = get(UNKNOWN)
    expect(pending).toBeInstanceOf(Promise)
    expect((await pending).client?.clientId).toBe('nobody')
  })

  const NO_SERVER: Wanted = { serverId: 'aus-none', clientId: null, ring: 'aus-none' }

  it('a server that does not exist costs one configuration read', async () => {
    expect((await get(NO_SERVER)).server).toBeNull()
    expect(source.count('configuration')).toBe(1)
    expect(source.count('found')).toBe(0)
  })

  it('a server known not to exist costs nothing for 10 s, and wakes no key ring', async () => {
    await get(NO_SERVER)
    source.calls.length = 0
    at(5)
    expect((await get(NO_SERVER)).server).toBeNull()
    expect(source.calls).toEqual([])
  })
})

describe('a write in this isolate', () => {
  it('takes effect at the next request', async () => {
    await get()
    source.servers.set('aus1', aConfiguration(2))
    snapshots.forget('server', 'aus1')
    expect((await get()).server?.version).toBe(2)
  })

  it('leaves what was not written to alone', async () => {
    await get()
    source.calls.length = 0
    snapshots.forget('client', 'client-1')
    await get()
    expect(source.calls).toEqual(['configuration null client-1'])
  })

  it.each(['server', 'client', 'ring'] as const)(
    'during a load is not undone by it: %s',
    async (kind) => {
      const release = source.hold()
      const pending = get()
      source.servers.set('aus1', aConfiguration(2))
      source.clients.set('client-1', aClient({ label: 'renamed' }))
      source.rings.set('aus1', aRingView('aus1', 'k2'))
      snapshots.forget(kind, kind === 'client' ? 'client-1' : 'aus1')
      release()
      await pending
      const { server, client, ring } = await get()
      const seen = { server: server?.version, client: client?.label, ring: ring?.active.kid }
      expect(seen[kind]).toBe({ server: 2, client: 'renamed', ring: 'k2' }[kind])
    },
  )

  it('to what all servers have of their org takes effect at the next request of each, and leaves the rest alone', async () => {
    source.servers.set('aus2', aConfiguration(1, 'aus2'))
    const servers = ['aus1', 'aus2'].map((serverId) => ({ ...ALL, serverId }))
    for (const one of servers) await get(one)
    source.calls.length = 0
    source.orgName = 'Analytical Engines'
    snapshots.forgetServers()
    for (const one of servers) expect((await get(one)).server?.orgName).toBe('Analytical Engines')
    expect(source.calls).toEqual(['configuration aus1 null', 'configuration aus2 null'])
  })

  it('to what all servers have of their org is not undone by a load that is under way', async () => {
    const release = source.hold()
    const pending = get()
    source.orgName = 'Analytical Engines'
    snapshots.forgetServers()
    release()
    await pending
    expect((await get()).server?.orgName).toBe('Analytical Engines')
  })

  it('during a background refresh is not undone by it', async () => {
    await get()
    at(30)
    const release = source.hold()
    void get()
    source.servers.set('aus1', aConfiguration(2))
    snapshots.forget('server', 'aus1')
    release()
    expect((await get()).server?.version).toBe(2)
    await Promise.all(background)
    expect((await get()).server?.version).toBe(2)
  })
})

describe('a confirmation', () => {
  it('reads the configuration again whatever its age, and not the ring', async () => {
    await get()
    source.calls.length = 0
    source.servers.set('aus1', aConfiguration(2))
    expect((await snapshots.reload(ALL, waitUntil)).server?.version).toBe(2)
    expect(source.calls).toEqual(['configuration aus1 client-1'])
  })

  it('is not undone by an older read that was slower', async () => {
    await get()
    at(30)
    const release = source.hold()
    void get()
    at(31)
    const releaseNewer = source.hold()
    source.servers.set('aus1', aConfiguration(2))
    const reloaded = snapshots.reload(ALL, waitUntil)
    releaseNewer()
    expect((await reloaded).server?.version).toBe(2)
    release()
    await Promise.all(background)
    expect((await get()).server?.version).toBe(2)
  })

  it('is pointless when everything was read since', async () => {
    at(20)
    await get()
    expect(snapshots.readSince(ALL, 20_000)).toBe(true)
    expect(snapshots.readSince(ALL, 20_001)).toBe(false)
    expect(snapshots.readSince({ ...ALL, clientId: 'other' }, 0)).toBe(false)
    expect(snapshots.readSince({ serverId: null, clientId: null, ring: null }, 99_000)).toBe(true)
  })
})
