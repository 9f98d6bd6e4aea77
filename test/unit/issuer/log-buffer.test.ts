/** The buffer of log events: when it writes, what it tells one by one, what it counts, and what it does when it cannot. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SystemLogEvent } from '../../../src/domain/system-log.ts'
import { LogBuffer, type Occurrence, type Room } from '../../../src/issuer/log-buffer.ts'
import { limits } from '../../../src/platform/limits.ts'

const INTERVAL = limits.logFlushMillis
const request = { request: new Request('https://auth.example/oauth2/v1/token'), requestId: 'req1' }

const occurrence = (room: Room, origin = 'aus1 client', kind = 'granted'): Occurrence => ({
  room,
  kind,
  origin,
  happenings: (told) => [
    {
      eventType: kind,
      displayMessage: told,
      actor: { id: origin, type: 'PublicClientApp', alternateId: null, displayName: null },
      target: [],
    },
  ],
})

let batches: (readonly SystemLogEvent[])[]
let away: boolean
let waiting: Promise<unknown>[]
let buffer: LogBuffer

const waitUntil = (work: Promise<unknown>): void => {
  waiting.push(work)
}
const push = (one: Occurrence, times = 1): void => {
  for (let time = 0; time < times; time++) buffer.push(one, request, waitUntil)
}
const pass = (millis: number): Promise<unknown> => vi.advanceTimersByTimeAsync(millis)
const written = (): readonly SystemLogEvent[] => batches.flat()
const countOf = ({ debugContext }: SystemLogEvent): unknown => debugContext.debugData['count']

beforeEach(() => {
  vi.useFakeTimers({ now: 1_760_000_000_000 })
  vi.spyOn(console, 'error').mockReturnValue()
  batches = []
  waiting = []
  away = false
  buffer = new LogBuffer(async (events) => {
    if (away) throw new Error('away')
    batches.push(events)
  })
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('the buffer', () => {
  it('writes the first event after a quiet time at once, and then once in ten seconds', async () => {
    push(occurrence('granted'))
    await pass(0)
    expect(batches.map((batch) => batch.length)).toEqual([1])
    for (let second = 0; second < 25; second++) {
      push(occurrence('granted'))
      await pass(1000)
    }
    expect(batches.map((batch) => batch.length)).toEqual([1, 10, 10])
    await pass(INTERVAL)
    // The last ones of an isolate that has gone quiet are written, too, and no more than one request waits for it.
    expect(written()).toHaveLength(26)
    expect(waiting).toHaveLength(4)
  })

  it('written before its time, keeps what comes later for ten seconds of its own', async () => {
    push(occurrence('granted'))
    await pass(0)
    push(occurrence('granted'))
    await pass(INTERVAL / 2)
    await buffer.flush()
    push(occurrence('granted'), 2)
    await pass(INTERVAL - 1)
    expect(batches.map((batch) => batch.length)).toEqual([1, 1])
    await pass(1)
    expect(batches.map((batch) => batch.length)).toEqual([1, 1, 2])
  })

  it('keeps the time at which something happened', async () => {
    push(occurrence('granted'))
    await pass(2500)
    push(occurrence('granted'))
    await pass(INTERVAL)
    expect(written().map(({ published }) => published.slice(17))).toEqual(['20.000Z', '22.500Z'])
  })

  it('tells one by one while there is room, and counts the rest by kind and origin', async () => {
    push(occurrence('granted'))
    await pass(0)
    push(occurrence('granted'), limits.logGrantsToldMax + 100)
    push(occurrence('granted', 'aus2 client'), 3)
    push(occurrence('refused', 'aus1 client', 'wrong'), 2)
    await pass(INTERVAL)
    const events = batches[1]!
    expect(events.filter((event) => event.displayMessage === 'one')).toHaveLength(
      limits.logGrantsToldMax + 2,
    )
    const counted = events.filter((event) => event.displayMessage === 'alike')
    expect(counted.map((event) => [event.actor.id, countOf(event)])).toEqual([
      ['aus1 client', 100],
      ['aus2 client', 3],
    ])
    expect(counted[0]!.debugContext.debugData).toMatchObject({ sampled: true })
    // The next interval has room again.
    push(occurrence('granted'))
    await pass(INTERVAL)
    expect(batches[2]!.map((event) => event.displayMessage)).toEqual(['one'])
  })

  it('refusals do not take the room of grants, and who proved nothing has little or none', async () => {
    push(occurrence('granted'))
    await pass(0)
    push(occurrence('refused', 'x', 'refused'), 1000)
    push(occurrence('unproven', 'x', 'unproven'), 1000)
    push(occurrence('counted', 'x', 'counted'), 1000)
    push(occurrence('granted'), 5)
    await pass(INTERVAL)
    const singles = batches[1]!.filter((event) => event.displayMessage === 'one')
    const of = (type: string): number => singles.filter((one) => one.eventType === type).length
    expect([of('granted'), of('refused'), of('unproven'), of('counted')]).toEqual([
      5,
      limits.logRefusalsToldMax,
      limits.logUnprovenRefusalsToldMax,
      0,
    ])
  })

  it('holds a bounded number of counts: then kinds alone are told apart', async () => {
    push(occurrence('granted'))
    await pass(0)
    for (let at = 0; at < 10_000; at++)
      push(occurrence('counted', `origin ${at}`, 'unknown_client'))
    await pass(INTERVAL)
    const events = batches[1]!
    expect(events).toHaveLength(limits.logCountsMax + 1)
    const rest = events.at(-1)!
    expect([rest.displayMessage, countOf(rest)]).toEqual(['kind', 10_000 - limits.logCountsMax])
  })

  it('keeps what could not be written and tries again, without anybody asking', async () => {
    away = true
    push(occurrence('granted'), 3)
    await pass(0)
    expect(batches).toEqual([])
    away = false
    await pass(INTERVAL)
    expect(written()).toHaveLength(3)
    await Promise.all(waiting)
  })

  it('an event is the same one at each attempt', async () => {
    let attempts: readonly SystemLogEvent[] = []
    buffer = new LogBuffer((events) => {
      attempts = [...attempts, ...events]
      return attempts.length < 2 ? Promise.reject(new Error('lost')) : Promise.resolve()
    })
    push(occurrence('granted'))
    await pass(INTERVAL)
    expect(new Set(attempts.map(({ uuid }) => uuid)).size).toBe(1)
    expect(attempts).toHaveLength(2)
  })

  it('loses the oldest when the log stays away, and no more memory than for a bounded number', async () => {
    away = true
    for (let turn = 0; turn < 100; turn++) {
      push(occurrence('granted', `turn ${turn}`), limits.logGrantsToldMax)
      await pass(INTERVAL)
    }
    away = false
    await pass(INTERVAL)
    expect(batches.at(-1)).toHaveLength(limits.logUnwrittenEventsMax)
    expect(batches.at(-1)!.at(-1)!.actor.id).toBe('turn 99')
  })

  it('is written by the next request when the one that was to write is gone', async () => {
    push(occurrence('granted'))
    await pass(0)
    push(occurrence('granted'))
    // The context of that request ends before the time comes, and its timers with it.
    vi.clearAllTimers()
    vi.setSystemTime(Date.now() + 2 * INTERVAL)
    expect(batches).toHaveLength(1)
    push(occurrence('granted'))
    await pass(0)
    expect(written()).toHaveLength(3)
  })

  it('does not hang on a log that does not answer', async () => {
    let hangs = true
    buffer = new LogBuffer((events) => {
      if (hangs) return new Promise(() => undefined)
      batches.push(events)
      return Promise.resolve()
    })
    push(occurrence('granted'))
    await pass(INTERVAL)
    hangs = false
    push(occurrence('granted'))
    await pass(INTERVAL)
    expect(written()).toHaveLength(2)
  })
})
