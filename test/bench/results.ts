/**
 * What the usual run writes down, as Markdown: the aims and whether they are met, the tables, and what a reader must
 * know to read them. Figures are medians of the rounds with the extremes in parentheses; ratios are taken round by round.
 */
import { ALGORITHMS } from './algorithms.ts'
import { judgedAims, type Judged } from './aims.ts'
import { CEILING, column, PRODUCT, timesAnother, type Cell } from './cells.ts'
import type { OperationCount } from './counting.ts'
import type { Inside } from './inside.ts'
import type { RunFigures } from './measure.ts'
import type { RowName } from './party.ts'
import type { FlowCount } from './people-counting.ts'
import { formatNumber, operationTable, range, table } from './report.ts'
import { summarize, type Summary } from './statistics.ts'

export interface Results {
  readonly date: string
  /** The machine and the versions of what runs on it. */
  readonly circumstances: readonly string[]
  readonly parties: readonly {
    readonly name: string
    readonly version: string | null
    readonly what: string
  }[]
  readonly cells: readonly Cell[]
  readonly tokenCounts: readonly OperationCount[]
  readonly flowCounts: readonly FlowCount[]
  readonly inside: readonly Inside[]
}

/** By the median; whether the rounds leave it open, and whether the ceiling misses it as well. */
const verdict = ({ reached, least, ceiling, interval: [low, high] }: Judged): string => {
  const isOpen = low < least && least <= high
  const isMissedByBoth = reached < least && ceiling !== null && ceiling < least
  return [
    reached >= least ? 'met' : '**not met**',
    ...(isOpen ? ['within the noise'] : []),
    ...(isMissedByBoth ? ['nor by the ceiling'] : []),
  ].join(', ')
}

function aimTable(cells: readonly Cell[]): string {
  const head = ['aim, by CPU time a request', 'connections', 'rounds', 'reached', '95 %', 'at least', '', 'the ceiling reaches', 'all rounds together', 'by p50', 'by p90'] // prettier-ignore
  const rows = judgedAims(cells).map((judged) => {
    const { row, against, other, concurrency, rounds, reached, interval, least } = judged
    return [
      `${row}: ${against === 'ceiling' ? 'of the ceiling' : `times ${other}, the best peer`}`,
      String(concurrency),
      String(rounds),
      formatNumber(reached, 2),
      interval.map((end) => formatNumber(end, 2)).join('–'),
      formatNumber(least, 2),
      verdict(judged),
      judged.ceiling === null ? '' : formatNumber(judged.ceiling, 2),
      ...[judged.together, judged.p50, judged.p90].map((value) => formatNumber(value, 2)),
    ]
  })
  return table(head, rows)
}

/** One table for the cells of the rows that `chosen` takes. */
export function cellTable(all: readonly Cell[], chosen: (row: RowName) => boolean): string {
  const head = [
    '',
    'connections',
    'rounds',
    'req/s',
    'p50 ms',
    'p90 ms',
    'CPU µs',
    'CPU ÷ product’s',
  ]
  const cells = all.filter(({ row }) => chosen(row))
  const rows = cells.map((cell) => {
    const { row, concurrency, party, because } = cell
    const title = `${row}: ${party}`
    if (because !== null) return [title, '', '', because, '', '', '', '']
    const of = (key: keyof RunFigures): Summary => summarize(column(cell, key))
    const product = cells.find(
      (one) => one.row === row && one.concurrency === concurrency && one.party === PRODUCT,
    )
    return [
      title,
      String(concurrency),
      String(cell.runs.length),
      range(of('perSecond')),
      range(of('p50'), 2),
      range(of('p90'), 2),
      range(of('cpu')),
      product === undefined || product === cell
        ? ''
        : range(summarize(timesAnother(cell, product)), 2),
    ]
  })
  return table(head, rows)
}

function insideTables(inside: readonly Inside[]): string {
  const bytes = table(
    ['allocated a token', 'bytes', 'CPU µs while profiled'],
    inside.map(({ alg, side, bytesAToken, busy }) => [
      `${alg} ${side}`,
      formatNumber(bytesAToken),
      formatNumber(busy, 1),
    ]),
  )
  const areas = ALGORITHMS.flatMap((alg) => {
    const [product, ceiling] = [PRODUCT, CEILING].map((side) =>
      inside.find((one) => one.alg === alg && one.side === side),
    )
    if (product === undefined || ceiling === undefined) return []
    const names = new Set([...product.areas, ...ceiling.areas].map(({ name }) => name))
    const micros = (of: Inside, name: string): number =>
      of.areas.find((area) => area.name === name)?.micros ?? 0
    const rows = [...names]
      .map((name) => [name, micros(product, name), micros(ceiling, name)] as const)
      .filter(([, ...both]) => Math.max(...both) >= LEAST_MICROS)
      .toSorted(([, a], [, b]) => b - a)
      .map(([name, ...both]) => [name, ...both.map((value) => formatNumber(value, 1))])
    return [table([`${alg}, µs a token`, PRODUCT, CEILING], rows)]
  })
  return [bytes, ...areas].join('\n\n')
}

/** Areas below this are left out. */
const LEAST_MICROS = 0.3

const KINDS = [
  ['d1', 'D1'],
  ['durableObject', 'Durable Object'],
  ['cache', 'cache'],
] as const

function flowCountTable(counts: readonly FlowCount[]): string {
  const head = ['product’s operations a request, warm', ...KINDS.map(([, title]) => title)]
  const rows = counts.map(({ flow, warm }) => [
    flow,
    ...KINDS.map(([kind]) => range(summarize(warm.map((operations) => operations[kind])))),
  ])
  return table(head, rows)
}

/** Peers that keep what they store in KV. */
function kvTable(cells: readonly Cell[]): string {
  const rows = cells.flatMap(({ row, concurrency, party, runs }) => {
    const counts = runs.flatMap(({ kv }) => kv ?? [])
    if (counts.length === 0) return []
    return [[`${row}: ${party}`, String(concurrency), range(summarize(counts), 1)]]
  })
  const counted = table(['', 'connections', 'KV operations a request'], rows)
  return rows.length === 0 ? '' : `${KV_NOTE}\n\n${counted}`
}

const KV_NOTE = `Of the peers, those with KV ask it so often; the others keep everything in their process, where nothing outlives it.`

const isOfTokens = (row: RowName): boolean => row.startsWith('client_credentials')

const METHOD = `Every party serves on one core and the load comes from another, over kept-alive connections, with every answer looked at: a run with one that is not what was asked for is no run. All parties are up at once and take turns: of each row one after the other, to and fro. What an aim is held against has its turn in every round, with every peer that takes at most half as much again as the best, and these are driven by one generator in slices of 50 ms, so that whatever disturbs the machine disturbs all of them; everything else has its turn in few rounds. Figures are medians of the rounds, the extremes in parentheses, which lie the farther apart the more rounds there are; ratios are taken within a round. The rounds of a shared machine differ, so each aim stands with the interval in which its median lies with 95 % certainty, and with the ratio of all those rounds taken together. Beside an aim that is held against a peer stands what the ceiling reaches of it, which tells how much of a miss is the runtime’s on this machine; it is no bound that nothing could pass. What counts is the CPU time that a party’s processes spend on a request: it is steadier than the rest, and p99 at saturation is the engine’s garbage collection, whatever the handler does. A first token of each algorithm of each peer is verified against its published keys before the load.`

const PEOPLE_NOTE = `At servers that sign with ES256; codes and refresh tokens are those that the row before has made. Refreshing rotates. A sign-in is a password that becomes a session or a code, one after the other; it costs what the hash costs, and the hashes differ (above).`

const INSIDE_NOTE = `Sampled through the inspector, which slows both. The work of WebCrypto stands under whoever asked for it or outside JavaScript. While an inspector is attached, workerd logs a warning for each form that is read with text(), as the ceiling does, which makes the ceiling look dearer than it is. Bytes are those of V8’s heap. The sides were profiled one after the other, so that what compares them are the tables above.

What is left in the product: \`src/keys\` is the signature and its encoding, \`src/platform\` the MAC of the client’s secret, base64url and random identifiers, \`src/protocol\` the form and what Basic holds, \`src/clients\` whose they are, \`src/endpoints\` the order of it all and the answer, \`hono\` the route; HTTP and \`Response\` are the platform’s. Taken out, since it need not be there: what jose asks of a key before each signature, encoding the header that all tokens of a key share, taking a stored MAC apart, and an array for each text, MAC and signature.`

/** The whole file. */
export function resultsText(results: Results): string {
  const { date, circumstances, parties, cells, tokenCounts, flowCounts, inside } = results
  const versioned = ({ name, version }: Results['parties'][number]): string =>
    version === null ? name : `${name} ${version}`
  return [
    '# What the benchmark measured',
    `Written by \`npm run bench\` on ${date}. Again, with the peers: \`npm ci && npm ci --prefix test/bench/peers && npm run bench\`.`,
    circumstances.map((line) => `- ${line}`).join('\n'),
    '## Aims',
    aimTable(cells),
    '## Who takes part',
    parties.map((party) => `- **${versioned(party)}**: ${party.what}.`).join('\n'),
    METHOD,
    '## client_credentials, warm',
    cellTable(cells, isOfTokens),
    '## Documents and flows with people',
    PEOPLE_NOTE,
    cellTable(cells, (row) => !isOfTokens(row)),
    '## Storage operations',
    operationTable(tokenCounts, 'product’s operations a token'),
    flowCountTable(flowCounts),
    kvTable(cells),
    '## Where a microsecond goes',
    INSIDE_NOTE,
    insideTables(inside),
  ].join('\n\n')
}
