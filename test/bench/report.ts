/**
 * The benchmark's tables, as Markdown: medians with the extremes of the rounds in parentheses.
 */
import type { OperationCount } from './counting.ts'
import type { RunFigures } from './measure.ts'
import type { ProfileSummary, Share } from './profile-summary.ts'
import { differences, ratios, summarize, type Summary } from './statistics.ts'
import type { Operations } from './tally.ts'

/** The runs of both sides under one algorithm and concurrency, in the order of the rounds. */
export interface Comparison {
  readonly alg: string
  readonly concurrency: number
  readonly product: readonly RunFigures[]
  readonly ceiling: readonly RunFigures[]
}

/** With thousands separated; `n/a` for what is no number. */
export const formatNumber = (value: number, digits = 0): string =>
  Number.isNaN(value)
    ? 'n/a'
    : value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })

export const range = ({ median, min, max }: Summary, digits = 0): string =>
  `${formatNumber(median, digits)} (${formatNumber(min, digits)}–${formatNumber(max, digits)})`

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  )
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}

const column = (runs: readonly RunFigures[], of: keyof RunFigures): number[] =>
  runs.map((run) => run[of])

export function loadTable(comparisons: readonly Comparison[]): string {
  const head = ['endpoint', 'c', 'req/s', 'p50 ms', 'p90 ms', 'p99 ms', 'CPU µs/token']
  const rows = comparisons.flatMap(({ alg, concurrency, ...sides }) =>
    (['product', 'ceiling'] as const).map((side) => {
      const of = (key: keyof RunFigures): Summary => summarize(column(sides[side], key))
      return [
        `${alg} ${side}`,
        String(concurrency),
        range(of('perSecond')),
        formatNumber(of('p50').median, 2),
        formatNumber(of('p90').median, 2),
        formatNumber(of('p99').median, 2),
        range(of('cpu')),
      ]
    }),
  )
  return table(head, rows)
}

export function ratioTable(comparisons: readonly Comparison[]): string {
  const head = ['product / ceiling', 'c', 'req/s', 'CPU/token', 'CPU µs more']
  const rows = comparisons.map(({ alg, concurrency, product, ceiling }) => {
    const [cpu, least] = [column(product, 'cpu'), column(ceiling, 'cpu')]
    return [
      alg,
      String(concurrency),
      range(ratios(column(product, 'perSecond'), column(ceiling, 'perSecond')), 2),
      range(ratios(cpu, least), 2),
      formatNumber(differences(cpu, least).median),
    ]
  })
  return table(head, rows)
}

const KINDS: readonly (readonly [keyof Operations, string])[] = [
  ['d1', 'D1'],
  ['durableObject', 'Durable Object'],
  ['cache', 'cache'],
  ['entrypoint', 'entrypoint'],
  ['fetch', 'fetch'],
]

const operations = (count: OperationCount, kind: keyof Operations): Summary =>
  summarize(count.warm.map((token) => token[kind]))

export function operationTable(counts: readonly OperationCount[], title: string): string {
  const head = [title, ...KINDS.map(([, title]) => title)]
  const rows = counts.flatMap((count) => [
    [`${count.of}, first`, ...KINDS.map(([kind]) => formatNumber(count.first[kind]))],
    [`${count.of}, warm`, ...KINDS.map(([kind]) => range(operations(count, kind)))],
  ])
  return table(head, rows)
}

/** What the design allows a warm one, and where a count is above it. */
function exceededBudgets(counts: readonly OperationCount[]): readonly string[] {
  return counts.flatMap((count) =>
    KINDS.flatMap(([kind, title]) => {
      const asserted = count.of === 'private_key_jwt'
      const budget = asserted && kind === 'durableObject' ? 1 : 0
      const { median } = operations(count, kind)
      return median > budget ? [`${count.of}: ${median} ${title} operations, not ${budget}`] : []
    }),
  )
}

/** Says what is above its budget, which fails the benchmark. */
export function reportExceeded(counts: readonly OperationCount[]): void {
  for (const problem of exceededBudgets(counts)) {
    console.error(`Over budget: ${problem}`)
    process.exitCode = 1
  }
}

const PROFILE_ROWS = 30

/** What a reader of the profiles has to know. */
export const PROFILE_NOTE =
  'While an inspector is attached, workerd logs a warning for each form that is read with text(), as ' +
  'the ceiling does: that makes its text() look dearer than it is. Native work counts for its caller.'

/** By function and by file, in shares and in microseconds of one token as the profiled run had them. */
export function profileTables(title: string, summary: ProfileSummary, tokens: number): string {
  const cells = (micros: number): string[] => [
    `${formatNumber((micros / summary.busy) * 100, 1)} %`,
    formatNumber(micros / tokens, 1),
  ]
  const rows = (shares: readonly Share[]): string[][] =>
    shares
      .slice(0, PROFILE_ROWS)
      .map(({ name, self, total }) => [name, ...cells(self), ...cells(total)])
  const columns = ['self', 'µs/token', 'with callees', 'µs/token']
  return [
    `${title}: ${formatNumber(summary.busy / tokens, 1)} µs busy a token while profiled\n`,
    `${table(['function', ...columns], rows(summary.functions))}\n`,
    `${table(['file', ...columns], rows(summary.files))}\n`,
  ].join('\n')
}

/** By function, in bytes of one token. */
export function allocationTable(title: string, shares: readonly Share[], tokens: number): string {
  const rows = shares
    .slice(0, PROFILE_ROWS)
    .map(({ name, self, total }) => [
      name,
      ...[self, total].map((bytes) => formatNumber(bytes / tokens)),
    ])
  return `${table([`allocated, ${title}`, 'bytes/token', 'with callees'], rows)}\n`
}
