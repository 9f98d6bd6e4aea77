/**
 * What takes requests apart, alone and on near misses of every surface: it gives what was sent or a refusal, and throws
 * nothing else. A fixed sample; `npm run fuzz -- <surface> --readers` tries any number, guided by coverage.
 */
import { describe, expect, it } from 'vitest'
import { Coverage } from '../fuzz/readers/coverage.ts'
import { fuzzReaders } from '../fuzz/readers/run.ts'
import { READ_SURFACES } from '../fuzz/readers/surfaces.ts'

const SEED = 20141107
const COUNT = 1500

describe.each(READ_SURFACES)('readers of $name', (surface) => {
  it('take what was sent or refuse it, whatever it is', { timeout: 120_000 }, async () => {
    const { failures, outcomes } = await fuzzReaders(surface, { seed: SEED, from: 0, count: COUNT })
    expect(failures).toEqual([])
    expect(outcomes.taken).toBeGreaterThan(COUNT / 10)
  })
})

it('a request that reaches another part of the source is known by it', () => {
  const coverage = new Coverage()
  const before = new Map([['a', Uint8Array.from([1, 0, 1])]])
  expect(coverage.isNews(before)).toBe(true)
  coverage.learn(before)
  expect(coverage.isNews(before)).toBe(false)
  expect(coverage.isNews(new Map([['a', Uint8Array.from([0, 1])]]))).toBe(true)
})
