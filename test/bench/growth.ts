/**
 * `npm run bench -- --growth`: what requests cost with 1, 1,000 and 100,000 authorization servers, as many clients of
 * either kind and as many users, in three local databases that take turns. Warm, the isolate knows the server, the client
 * and the keys; cold, it knows nothing. The counting Worker (counting.ts) tells how many rows D1 looks at; it makes every
 * request dearer, but no dearer with more rows.
 */
import { join } from 'node:path'
import { buildCountingWorker, meeting, operationsOfAnswer, serveCounting } from './counting.ts'
import { sendOne } from './client-flows.ts'
import { setUpGrown, type GrownFlow } from './growth-flows.ts'
import { threadMicros } from './processes.ts'
import { formatNumber, range, table } from './report.ts'
import { writeDown } from './write-down.ts'
import type { BenchRun } from './run.ts'
import type { BenchServer } from './server.ts'
import { median, summarize } from './statistics.ts'

const FULL = [1, 1000, 100_000]
const QUICK = [1, 100, 1000]
/** Of the CPU time with most rows to that with one; the depth of the trees of an index grows, and machines are noisy. */
const RATIO_BOUND = 1.3
const STATES = ['warm', 'cold'] as const
type State = (typeof STATES)[number]

interface Grown {
  readonly server: BenchServer
  readonly flows: readonly GrownFlow[]
  isolate: number
}

interface Cost {
  readonly micros: number
  readonly rowsRead: number
}

/** What one request costs until its answer. */
async function costOf(
  { server }: Grown,
  flow: GrownFlow,
  sample: number,
  isolate: number,
): Promise<Cost> {
  const request = await flow.request(sample)
  const headers = { ...request.headers, ...meeting(0, isolate) }
  const before = threadMicros(server.pid)
  const answer = await sendOne(server.origin, { ...request, headers })
  const text = await answer.text()
  const micros = threadMicros(server.pid) - before
  return { micros, rowsRead: operationsOfAnswer(answer, text).rowsRead }
}

async function costs(
  grown: Grown,
  flow: GrownFlow,
  state: State,
  round: number,
): Promise<readonly Cost[]> {
  const found: Cost[] = []
  for (let index = 0; index < flow.samples; index++) {
    const sample = round * flow.samples + index
    if (state === 'cold') grown.isolate++
    else await costOf(grown, flow, sample, grown.isolate)
    found.push(await costOf(grown, flow, sample, grown.isolate))
  }
  return found
}

interface Row {
  readonly name: string
  /** By size, a median of each round: microseconds, and rows that D1 looked at. */
  readonly micros: number[][]
  readonly rowsRead: number[][]
}

function growthTable(rows: readonly Row[], all: readonly number[]): string {
  const sizes = all.map((size) => formatNumber(size))
  const head = [
    'request',
    ...sizes.map((size) => `CPU µs, ${size}`),
    'ratio',
    ...sizes.map((size) => `D1 rows, ${size}`),
    '',
  ]
  return table(
    head,
    rows.map((row) => [
      row.name,
      ...row.micros.map((rounds) => formatNumber(median(rounds))),
      range(summarize(ratiosOf(row)), 2),
      ...row.rowsRead.map((rounds) => formatNumber(median(rounds))),
      isMet(row) ? 'met' : 'not met',
    ]),
  )
}

/** Of the most to the least, in each round, in which the sizes took turns. */
const ratiosOf = ({ micros }: Row): readonly number[] => {
  const [least = [], most = []] = [micros[0], micros.at(-1)]
  return most.map((value, round) => value / least[round]!)
}

const isMet = (row: Row): boolean => {
  const [fewer = NaN, most = NaN] = row.rowsRead.slice(-2).map(median)
  return median(ratiosOf(row)) <= RATIO_BOUND && most <= fewer
}

/** Prints what requests cost at every size, and fails where that grows. */
export async function runGrowth(run: BenchRun): Promise<void> {
  const { product, main, temporary, pinning, options } = run
  const sizes = options.quick ? QUICK : FULL
  const built = buildCountingWorker(product, join(temporary, 'counting'), main)
  const all: Grown[] = []
  try {
    for (const size of sizes) {
      const server = await serveCounting(built, pinning?.server ?? null)
      all.push({ server, flows: await setUpGrown(server, size), isolate: 1 })
      console.error(`${size} of everything`)
    }
    const names = all[0]!.flows.map(({ name }) => name)
    const rows: Row[] = []
    for (const [at, name] of names.entries())
      for (const state of STATES) {
        const row: Row = {
          name: `${name}, ${state}`,
          micros: sizes.map(() => []),
          rowsRead: sizes.map(() => []),
        }
        rows.push(row)
        for (let round = 0; round < options.rounds; round++)
          for (const [size, grown] of all.entries()) {
            const found = await costs(grown, grown.flows[at]!, state, round)
            row.micros[size]!.push(median(found.map(({ micros }) => micros)))
            row.rowsRead[size]!.push(median(found.map(({ rowsRead }) => rowsRead)))
          }
        console.error(`${row.name} done`)
      }
    for (const row of rows)
      if (!isMet(row)) {
        console.error(`Grows with the number of rows: ${row.name}`)
        process.exitCode = 1
      }
    await writeDown(run, 'growth', 'What growth costs', `${growthTable(rows, sizes)}\n\n${NOTE}`)
  } finally {
    await Promise.all(all.map(({ server }) => server.stop()))
  }
}

const NOTE = `By the number of authorization servers, of machine clients, of web clients and of users: all of them at once. CPU of the
whole process, D1 and objects in it, medians over servers, clients and users that lie far apart; the ratio is that of most
to least, by rounds in which the sizes take turns, with its extremes. "D1 rows" are those that D1 looked at for one request; with a single one of everything it meets the end of an index sooner.
Aim: no more rows with the most than with the size before, and at most ${RATIO_BOUND} times the CPU of one.`
