/**
 * The arithmetic behind the benchmark's tables: pure functions over lists of numbers.
 * Rounds are summarised by their median with the extremes beside it, because single rounds on a
 * shared machine are not to be trusted.
 */

export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
}

const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b)

export const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0)

/** The nearest-rank percentile: always one of the values. `share` runs from 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  if (!(share >= 0 && share <= 1)) throw new RangeError('a percentile needs a share from 0 to 1')
  const sorted = ascending(values)
  const rank = Math.max(1, Math.ceil(share * sorted.length))
  return sorted[rank - 1] ?? Number.NaN
}

/** The middle value, or the mean of the two middle ones. `NaN` for an empty list. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/**
 * Where the median of all rounds that could have been lies with 95 % certainty, whatever their distribution: between two
 * of the values, by the binomial distribution's normal approximation. Few values say nothing but their extremes.
 */
export function medianInterval(values: readonly number[]): readonly [low: number, high: number] {
  const sorted = ascending(values)
  const { length } = sorted
  const below = Math.max(0, Math.floor((length - 1.96 * Math.sqrt(length)) / 2))
  const rank = Math.max(0, below - 1)
  return [sorted[rank] ?? Number.NaN, sorted[length - 1 - rank] ?? Number.NaN]
}

export function summarize(values: readonly number[]): Summary {
  if (values.length === 0) return { median: Number.NaN, min: Number.NaN, max: Number.NaN }
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) }
}

/** Both lists come from the same interleaved run and have one entry a round. */
function byRound(
  values: readonly number[],
  others: readonly number[],
  compare: (value: number, other: number) => number,
): Summary {
  if (values.length !== others.length)
    throw new RangeError('a comparison needs as many rounds on either side')
  return summarize(values.map((value, round) => compare(value, others[round] ?? Number.NaN)))
}

/** Divides round by round, so that what disturbed a round weighs on both of its halves. */
export const ratios = (dividends: readonly number[], divisors: readonly number[]): Summary =>
  byRound(dividends, divisors, (value, other) => value / other)

/** Subtracts round by round, for the same reason. */
export const differences = (values: readonly number[], others: readonly number[]): Summary =>
  byRound(values, others, (value, other) => value - other)
