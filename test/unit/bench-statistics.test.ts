/**
 * The benchmark's arithmetic. A wrong median or an inverted ratio would go unnoticed in a table,
 * where every number looks plausible.
 */
import { describe, expect, it } from 'vitest'
import {
  differences,
  median,
  medianInterval,
  percentile,
  ratios,
  summarize,
} from '../bench/statistics.ts'

describe('median', () => {
  it('takes the middle of an odd list, whatever its order', () => {
    expect(median([9, 1, 5])).toBe(5)
  })

  it('takes the mean of the two middle values of an even list', () => {
    expect(median([10, 1, 3, 2])).toBe(2.5)
  })

  it('sorts by number, not by text', () => {
    expect(median([100, 9, 20])).toBe(20)
  })

  it('has no value for an empty list', () => {
    expect(median([])).toBeNaN()
  })

  it('leaves its argument alone', () => {
    const values = [3, 1, 2]
    median(values)
    expect(values).toEqual([3, 1, 2])
  })
})

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)

  it.each([
    [0, 1],
    [0.5, 50],
    [0.9, 90],
    [0.99, 99],
    [1, 100],
  ])('%d of 1 to 100 is %d', (share, expected) => {
    expect(percentile(hundred, share)).toBe(expected)
  })

  it('never invents a value between two others', () => {
    expect(percentile([1, 1000], 0.5)).toBe(1)
    expect(percentile([1, 1000], 0.51)).toBe(1000)
  })

  it('refuses a share outside 0 to 1', () => {
    expect(() => percentile([1], 50)).toThrow(RangeError)
    expect(() => percentile([1], Number.NaN)).toThrow(RangeError)
  })
})

describe('summarize', () => {
  it('keeps the extremes beside the median', () => {
    expect(summarize([4, 2, 9])).toEqual({ median: 4, min: 2, max: 9 })
  })
})

describe('medianInterval', () => {
  it('is the extremes of few values', () => {
    expect(medianInterval([3, 1, 2])).toEqual([1, 3])
    expect(medianInterval([7])).toEqual([7, 7])
    expect(medianInterval([])).toEqual([Number.NaN, Number.NaN])
  })

  it('is what the binomial distribution says of sixty', () => {
    const values = Array.from({ length: 60 }, (_, index) => index + 1).toReversed()
    expect(medianInterval(values)).toEqual([22, 39])
  })

  it('holds the median, and the more values the narrower', () => {
    const share = (length: number): number => {
      const values = Array.from({ length }, (_, index) => index / length)
      const [low, high] = medianInterval(values)
      expect(low).toBeLessThanOrEqual(median(values))
      expect(high).toBeGreaterThanOrEqual(median(values))
      return high - low
    }
    expect(share(400)).toBeLessThan(share(100))
    expect(share(100)).toBeLessThan(share(25))
  })
})

describe('ratios', () => {
  it('divides round by round before it takes the median', () => {
    expect(ratios([50, 10, 90], [100, 100, 100])).toEqual({ median: 0.5, min: 0.1, max: 0.9 })
    expect(ratios([100, 10], [200, 20])).toEqual({ median: 0.5, min: 0.5, max: 0.5 })
  })

  it('refuses lists of different lengths', () => {
    expect(() => ratios([1, 2], [1])).toThrow(RangeError)
  })
})

describe('differences', () => {
  it('subtracts round by round before it takes the median', () => {
    expect(differences([50, 10, 90], [40, 30, 10])).toEqual({ median: 10, min: -20, max: 80 })
  })

  it('refuses lists of different lengths', () => {
    expect(() => differences([1], [1, 2])).toThrow(RangeError)
  })
})
