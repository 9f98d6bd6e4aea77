/** The tables of the management API's part of the benchmark, as Markdown. */
import { formatNumber, table } from './report.ts'

/** One call: the median milliseconds at each size of its table. */
export interface CallCosts {
  readonly name: string
  readonly millis: readonly number[]
}

export interface CreationCosts {
  readonly count: number
  readonly seconds: number
  /** Median milliseconds of the first and the last of them, and of one with RSA keys. */
  readonly first: number
  readonly last: number
  readonly rsa: number
}

const ratio = (dividend = Number.NaN, divisor = Number.NaN): string =>
  formatNumber(dividend / divisor, 2)

export function managementTables(
  sizes: readonly number[],
  calls: readonly CallCosts[],
  { count, seconds, first, last, rsa }: CreationCosts,
): string {
  const head = [
    'median ms of a call',
    ...sizes.map((size) => `${formatNumber(size)} rows`),
    `ratio ${formatNumber(sizes.at(-1) ?? 0)} : ${formatNumber(sizes[0] ?? 0)}`,
  ]
  const rows = calls.map(({ name, millis }) => [
    name,
    ...millis.map((value) => formatNumber(value, 2)),
    ratio(millis.at(-1), millis[0]),
  ])
  const created = `${formatNumber(count)} authorization servers created in ${formatNumber(seconds, 1)} s`
  return [
    table(head, rows),
    `${created} (ES256): ${formatNumber(first, 2)} ms each at the beginning, ${formatNumber(last, 2)} ms at the end, ` +
      `ratio ${ratio(last, first)}. One with RSA keys takes ${formatNumber(rsa, 1)} ms.`,
    'The list of 200 has only 100 or 101 items in the first column.',
  ].join('\n\n')
}
