/** How long something that is read elsewhere is relied on, and how often it is read. */
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Refreshed } from '../../../src/platform/refreshed.ts'

const AGES = { fresh: 20, stale: 60, outage: 60 }

/** A source whose value is the second in which it was asked, with a clock that only the test moves. */
function source(ages = AGES) {
  const state = { now: 1000, away: false, reads: 0, background: [] as Promise<unknown>[] }
  const read = async (): Promise<number> => {
    state.reads++
    const value = state.now
    await Promise.resolve()
    if (state.away) throw new Error('away')
    return value
  }
  const refreshed = new Refreshed<number>(read, ages, () => state.now * 1000)
  const get = async (): Promise<number | null> =>
    refreshed.get((work) => state.background.push(work))
  const settled = async (): Promise<void> => {
    await Promise.all(state.background.splice(0))
  }
  return { state, refreshed, get, settled }
}

afterEach(() => vi.useRealTimers())

describe('ages', () => {
  it('a fresh value is used without a word', async () => {
    const { state, get, settled } = source()
    expect(await get()).toBe(1000)
    state.now = 1020
    expect(await get()).toBe(1000)
    await settled()
    expect(state.reads).toBe(1)
  })

  it('a stale one is used once more, and read again behind the answer', async () => {
    const { state, get, settled } = source()
    await get()
    state.now = 1060
    expect(await get()).toBe(1000)
    await settled()
    expect(await get()).toBe(1060)
    expect(state.reads).toBe(2)
  })

  it('an older one is waited for', async () => {
    const { state, get } = source()
    await get()
    state.now = 1061
    expect(await get()).toBe(1061)
  })

  it('while nobody answers it is used as long as an outage may last', async () => {
    const { state, get } = source({ fresh: 20, stale: 60, outage: 900 })
    await get()
    state.away = true
    state.now = 1900
    expect(await get()).toBe(1000)
    state.now = 1902
    expect(await get()).toBeNull()
  })

  it('a clock that goes back makes nothing younger', async () => {
    const { state, get } = source()
    await get()
    state.now = 900
    expect(await get()).toBe(900)
  })

  it('whatever happens, no value is older than its bound and reads are a second apart', async () => {
    const step = fc.record({
      seconds: fc.integer({ min: 0, max: 90 }),
      away: fc.boolean(),
      calls: fc.integer({ min: 1, max: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { state, get, settled } = source()
        for (const { seconds, away, calls } of steps) {
          Object.assign(state, { now: state.now + seconds, away })
          const before = state.reads
          const values = await Promise.all(Array.from({ length: calls }, get))
          await settled()
          for (const value of values)
            if (value !== null) expect(state.now - value).toBeLessThanOrEqual(60)
          if (!away && seconds > 1) expect(values).not.toContain(null)
          expect(state.reads - before).toBeLessThanOrEqual(1)
        }
      }),
    )
  })
})

describe('reads', () => {
  it('are one at a time, however many wait', async () => {
    const { state, get } = source()
    expect(await Promise.all(Array.from({ length: 100 }, get))).toEqual(Array(100).fill(1000))
    expect(state.reads).toBe(1)
  })

  it('pause after one that failed', async () => {
    const { state, get } = source()
    state.away = true
    expect(await get()).toBeNull()
    expect(await get()).toBeNull()
    expect(state.reads).toBe(1)
    state.now += 1
    expect(await get()).toBeNull()
    expect(state.reads).toBe(2)
  })

  it('for something that is missing come no more often than their pause', async () => {
    const { state, get, refreshed } = source()
    await get()
    state.now = 1029
    expect(await refreshed.newer(30)).toBe(1000)
    state.now = 1030
    expect(await refreshed.newer(30)).toBe(1030)
    expect(await refreshed.newer(30)).toBe(1030)
    expect(state.reads).toBe(2)
  })

  it('that hang hold nobody up for good, and what they bring late does not replace what is newer', async () => {
    vi.useFakeTimers()
    let now = 1_000_000
    const answers: ((value: string) => void)[] = []
    const refreshed = new Refreshed<string>(
      () => new Promise((resolve) => answers.push(resolve)),
      AGES,
      () => now,
    )
    const first = refreshed.get(() => undefined)
    now += 4000
    await vi.advanceTimersByTimeAsync(4000)
    expect(await first).toBeNull()
    const second = refreshed.get(() => undefined)
    answers[1]!('new')
    expect(await second).toBe('new')
    answers[0]!('old')
    await vi.advanceTimersByTimeAsync(0)
    expect(refreshed.get(() => undefined)).toBe('new')
  })
})
