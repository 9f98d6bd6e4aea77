/** The snapshot rule while storage is away: how long the old answer stands, and that a fault is never a verdict. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Snapshots, type Snapshot } from '../../../src/issuer/snapshots.ts'
import type { Wanted } from '../../../src/issuer/wanted.ts'
import { limits } from '../../../src/platform/limits.ts'
import { SchemaMismatch, StorageUnavailable } from '../../../src/platform/storage-errors.ts'
import { OAuthError } from '../../../src/protocol/errors.ts'
import { aConfiguration, FakeSource } from '../support/snapshot-source.ts'

const ALL: Wanted = { serverId: 'aus1', clientId: 'client-1', ring: 'aus1' }

let source: FakeSource
let snapshots: Snapshots
let background: Promise<unknown>[]

const waitUntil = (work: Promise<unknown>): void => void background.push(work)
const at = (seconds: number): void => void vi.setSystemTime(seconds * 1000)

/** `served`, or the reason of the refusal. */
function outcome(answer: Snapshot | Promise<Snapshot>): Promise<unknown> {
  return Promise.resolve(answer).then(
    () => 'served',
    (error: unknown) => (error instanceof OAuthError ? error.reason : error),
  )
}

const get = (wanted: Wanted = ALL): Promise<unknown> => outcome(snapshots.get(wanted, waitUntil))

/** Lets time pass until a request is answered; how many milliseconds that took. */
async function answered(request: Promise<unknown>): Promise<{ millis: number; result: unknown }> {
  const began = Date.now()
  let result: unknown
  let done = false
  void request.then((value) => {
    result = value
    done = true
  })
  for (let step = 0; !done && step < 1000; step++) await vi.advanceTimersByTimeAsync(10)
  return { millis: Date.now() - began, result }
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(console, 'error').mockReturnValue(undefined)
  at(0)
  source = new FakeSource()
  snapshots = new Snapshots(source, 'https://id.example')
  background = []
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const down = (): void => {
  source.failure = new StorageUnavailable('D1')
}

describe('while storage is away', () => {
  it.each([
    [61, 'served'],
    [899, 'served'],
    [900, 'served'],
    [900.001, 'temporarily_unavailable'],
    [901, 'temporarily_unavailable'],
  ])('what was read %d s ago is %s', async (age, expected) => {
    await get()
    down()
    at(age)
    expect(await get()).toBe(expected)
  })

  it('a background refresh that fails leaves the old answer standing', async () => {
    await get()
    down()
    at(30)
    expect(await get()).toBe('served')
    await Promise.all(background)
    expect(await get()).toBe('served')
  })

  it('what was never read is temporarily_unavailable', async () => {
    down()
    expect(await get()).toBe('temporarily_unavailable')
  })

  it('one thing that was never read makes the whole unavailable, and the rest is still served', async () => {
    await get()
    down()
    at(61)
    expect(await get({ ...ALL, clientId: 'client-2' })).toBe('temporarily_unavailable')
    expect(await get()).toBe('served')
  })

  it('that something did not exist is not repeated: it could exist by now', async () => {
    await get({ ...ALL, clientId: 'nobody' })
    down()
    at(11)
    expect(await get({ ...ALL, clientId: 'nobody' })).toBe('temporarily_unavailable')
  })

  it('what was forgotten after a write is not brought back', async () => {
    await get()
    down()
    snapshots.forget('client', 'client-1')
    expect(await get()).toBe('temporarily_unavailable')
  })

  it('an outage does not make the old answer younger', async () => {
    await get()
    down()
    for (const age of [100, 400, 800]) {
      at(age)
      expect(await get()).toBe('served')
    }
    at(901)
    expect(await get()).toBe('temporarily_unavailable')
  })

  it('service returns with storage', async () => {
    await get()
    down()
    at(901)
    expect(await get()).toBe('temporarily_unavailable')
    source.failure = null
    expect(await get()).toBe('served')
  })

  it('a database of another schema is said to be that', async () => {
    source.failure = new SchemaMismatch('the migrations have not been applied')
    expect(await get()).toBe(source.failure)
    expect(await outcome(snapshots.reload(ALL, waitUntil))).toBe(source.failure)
  })
})

describe('while storage hangs', () => {
  it('what is known is served after 2 s', async () => {
    await get()
    source.hangs = true
    at(61)
    const { millis, result } = await answered(get())
    expect(result).toBe('served')
    expect(millis).toBeLessThanOrEqual(limits.loadTimeoutMillis + 10)
  })

  it('what is not known is refused after 2 s', async () => {
    source.hangs = true
    const { millis, result } = await answered(get())
    expect(result).toBe('temporarily_unavailable')
    expect(millis).toBeLessThanOrEqual(limits.loadTimeoutMillis + 10)
  })

  it('who waits on a dead load of another request loads for itself', async () => {
    source.hangs = true
    void get()
    source.hangs = false
    const { result } = await answered(get())
    expect(result).toBe('served')
  })

  it('many who wait do not each read for themselves', async () => {
    source.hangs = true
    const waiting = Promise.all(Array.from({ length: 100 }, () => get()))
    const { result } = await answered(waiting)
    expect(new Set(result as unknown[])).toEqual(new Set(['temporarily_unavailable']))
    expect(source.count('configuration')).toBeLessThanOrEqual(3)
  })

  it('storage that is slow but answers in time is waited for', async () => {
    source.delayMillis = limits.loadTimeoutMillis - 10
    const { millis, result } = await answered(get())
    expect(result).toBe('served')
    expect(millis).toBeLessThanOrEqual(limits.loadTimeoutMillis)
    expect(source.count('configuration')).toBe(1)
  })

  it('an answer that comes late still counts for the next request', async () => {
    await get()
    source.servers.set('aus1', aConfiguration(2))
    source.delayMillis = 2500
    at(61)
    await answered(get())
    await vi.advanceTimersByTimeAsync(2500)
    const known = snapshots.get(ALL, waitUntil)
    expect(known).not.toBeInstanceOf(Promise)
    expect((known as Snapshot).server?.version).toBe(2)
  })
})

describe('a confirmation while storage is away', () => {
  it('is temporarily_unavailable, never the old answer', async () => {
    await get()
    down()
    expect(await outcome(snapshots.reload(ALL, waitUntil))).toBe('temporarily_unavailable')
    expect(await get()).toBe('served')
  })

  it('is refused after 2 s when storage hangs', async () => {
    await get()
    source.hangs = true
    const { millis, result } = await answered(outcome(snapshots.reload(ALL, waitUntil)))
    expect(result).toBe('temporarily_unavailable')
    expect(millis).toBeLessThanOrEqual(limits.loadTimeoutMillis + 10)
  })
})
