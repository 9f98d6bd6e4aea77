/** One kept value under the snapshot rule, to the second. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { limits } from '../../../src/platform/limits.ts'
import { Kept } from '../../../src/platform/kept.ts'

let reads: number
let isAway: boolean
let background: Promise<unknown>[]
let kept: Kept<number>

const get = (): Promise<number> => kept.get((work) => background.push(work))
const after = (seconds: number): void => void vi.advanceTimersByTime(seconds * 1000)

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
  vi.spyOn(console, 'error').mockReturnValue()
  reads = 0
  isAway = false
  background = []
  kept = new Kept('test', async () => {
    if (isAway) throw new Error('away')
    return ++reads
  })
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

it('is read when first asked for, and used until it is no longer fresh', async () => {
  expect(await get()).toBe(1)
  after(limits.snapshotFreshSeconds)
  expect(await get()).toBe(1)
  expect(background).toHaveLength(0)
})

it('is used and refreshed once in the background while it is stale', async () => {
  await get()
  after(limits.snapshotFreshSeconds + 1)
  expect(await Promise.all([get(), get(), get()])).toEqual([1, 1, 1])
  expect(background).toHaveLength(1)
  await Promise.all(background)
  expect(await get()).toBe(2)
})

it('is waited for once it is too old', async () => {
  await get()
  after(limits.snapshotStaleSeconds)
  expect(await get()).toBe(1)
  await Promise.all(background)
  after(limits.snapshotStaleSeconds + 1)
  expect(await get()).toBe(3)
})

it('is gone on with for a bounded time while storage is away', async () => {
  await get()
  isAway = true
  after(limits.snapshotOutageSeconds)
  expect(await get()).toBe(1)
  after(1)
  await expect(get()).rejects.toThrow('away')
})

it('that was never read is a fault while storage is away', async () => {
  isAway = true
  await expect(get()).rejects.toThrow('away')
  isAway = false
  expect(await get()).toBe(1)
})

it('is read anew after a write, which a read that began before it does not undo', async () => {
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  let value = 'old'
  const one = new Kept('test', async () => {
    const read = value
    if (read === 'old') await held
    return read
  })
  const before = one.get(() => undefined)
  value = 'new'
  one.forget()
  release()
  expect(await before).toBe('old')
  expect(await one.get(() => undefined)).toBe('new')
})

it('is read anew by a clock that went back, and what is read then is kept', async () => {
  vi.setSystemTime(Date.now() + 86_400_000)
  expect(await get()).toBe(1)
  vi.setSystemTime(Date.now() - 86_400_000)
  expect(await get()).toBe(2)
  expect(await get()).toBe(2)
  isAway = true
  after(limits.snapshotOutageSeconds)
  expect(await get()).toBe(2)
  after(1)
  await expect(get()).rejects.toThrow('away')
})

it('is of no known age when it was read by a clock that was ahead, and so is not gone on with', async () => {
  vi.setSystemTime(Date.now() + 86_400_000)
  await get()
  vi.setSystemTime(Date.now() - 86_400_000)
  isAway = true
  await expect(get()).rejects.toThrow('away')
})
