/** The check of the bundle's size. One that never fails would let it grow unseen. */
import { describe, expect, it } from 'vitest'
import { BUNDLE_BOUNDS, busyMillis, exceededBounds } from '../bench/bundle-bounds.ts'

describe('the bounds of the bundle', () => {
  const { raw, gzip } = BUNDLE_BOUNDS

  it('are kept by a bundle of exactly their size, and exceeded by one byte more', () => {
    expect(exceededBounds({ raw, gzip })).toEqual([])
    expect(exceededBounds({ raw: raw + 1, gzip })).toHaveLength(1)
    expect(exceededBounds({ raw, gzip: gzip + 1 })).toHaveLength(1)
  })

  it('say how large the bundle is, what its bound is and where that stands', () => {
    expect(exceededBounds({ raw: raw + 100 * 1024, gzip: gzip * 2 })).toEqual([
      expect.stringMatching(/has 1800 KiB raw, 100 KiB more .* 1700 KiB .*bundle-bounds\.ts/),
      expect.stringMatching(/has 880 KiB gzip, 440 KiB more .* 440 KiB .*bundle-bounds\.ts/),
    ])
  })

  it('leave two thirds of what the free plan takes', () => {
    expect(gzip * 3).toBeLessThan(3_000_000)
  })
})

it('the time of a start is what its profile spent on anything but waiting', () => {
  const frame = (functionName: string) => ({ functionName, url: '', lineNumber: 0, columnNumber: 0 }) // prettier-ignore
  const nodes = ['(root)', '(idle)', 'init', '(garbage collector)'].map((name, id) => ({
    id,
    callFrame: frame(name),
  }))
  const profile = { nodes, samples: [1, 2, 1, 3], timeDeltas: [70_000, 12_000, 5000, 3000] }
  expect(busyMillis(profile)).toBe(15)
})
