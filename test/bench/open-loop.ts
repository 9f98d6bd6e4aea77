/**
 * `npm run bench -- --open-loop`: how long answers take at half of saturation, with requests that arrive at a constant
 * rate. In each round a flow is driven as fast as it goes, and then at half of that; latency counts from when a request
 * was to be sent.
 */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ArrivalFigures } from './arrivals.ts'
import { startProduct } from './parties/product.ts'
import type { RowName } from './party.ts'
import { drivePlan, type Flow } from './people-load.ts'
import { quietMachine } from './processes.ts'
import { formatNumber, range, table } from './report.ts'
import { isChosen } from './rounds.ts'
import type { BenchRun } from './run.ts'
import { summarize } from './statistics.ts'
import { writeDown } from './write-down.ts'

/** What can be asked over and over. */
const ROWS: readonly RowName[] = [
  'client_credentials RS256',
  'client_credentials ES256',
  'client_credentials EdDSA',
  'refresh, not rotated',
  'userinfo',
  'introspection',
]
const SATURATING_CONNECTIONS = 64
/** As many as there may be requests at once; at half of saturation few of them are used. */
const CONNECTIONS = 256
/** So many times as long as it is driven to saturation. */
const LONGER = 3
const PATIENCE_MILLIS = 1000
/** A generator that is later than this has measured itself, and is given another chance, but not for ever. */
const LATENESS_MILLIS = 5
const CHANCES = 6

export interface ArrivalPlan extends Pick<Flow, 'requests' | 'good'> {
  readonly origin: string
  readonly perSecond: number
  readonly seconds: number
  readonly connections: number
}

const run = promisify(execFile)
const GENERATOR = join(import.meta.dirname, 'arrivals-generator.ts')

/** Throws when any answer was not good. */
async function driveArrivals(
  plan: ArrivalPlan,
  { temporary, pinning }: BenchRun,
): Promise<ArrivalFigures> {
  const file = join(temporary, 'arrivals.json')
  writeFileSync(file, JSON.stringify(plan))
  const pinned = pinning === null ? [] : ['taskset', '-c', String(pinning.generator)]
  const [command, ...args] = [...pinned, process.execPath, GENERATOR, file]
  const { stdout } = await run(command, args, { timeout: (plan.seconds + 60) * 1000 })
  const figures = JSON.parse(stdout) as ArrivalFigures
  if (figures.refused > 0)
    throw new Error(`${plan.requests[0]?.path}: ${figures.refused} answers were not good`)
  return figures
}

interface Round extends ArrivalFigures {
  readonly saturation: number
}

function latencyTable(rows: ReadonlyMap<RowName, readonly Round[]>): string {
  const head = ['request', 'saturation, req/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'longest ms', 'generator late ms'] // prettier-ignore
  const cells = [...rows].map(([name, rounds]) => {
    const of = (key: keyof Round, digits: number): string =>
      range(summarize(rounds.map((round) => round[key])), digits)
    return [
      name,
      of('saturation', 0),
      ...(['p50', 'p99', 'p999', 'most', 'lateness'] as const).map((key) => of(key, 2)),
    ]
  })
  return table(head, cells)
}

/** Prints how long answers take at half of saturation. */
export async function runOpenLoop(bench: BenchRun): Promise<void> {
  const { temporary, pinning, options } = bench
  const party = await startProduct(bench)
  const { origin } = party
  const chosen = ROWS.filter((row) => isChosen(row, options))
  const rows = new Map<RowName, Round[]>(chosen.map((row) => [row, []]))
  const round = async (row: RowName): Promise<Round> => {
    const offer = party.offers[row]
    if (typeof offer !== 'function') throw new Error(`${row}: ${offer ?? 'not offered'}`)
    const { requests, mode, good } = await offer({ codes: [], refreshTokens: [] }, async () => [])
    const flow = { requests, mode, good, collect: null, origin }
    await quietMachine(PATIENCE_MILLIS)
    const saturating = { ...flow, connections: SATURATING_CONNECTIONS, seconds: options.seconds }
    const { figures } = await drivePlan(saturating, temporary, pinning?.generator ?? null)
    const saturation = (figures.requests / figures.micros) * 1_000_000
    const plan = {
      ...flow,
      perSecond: saturation / 2,
      seconds: options.seconds * LONGER,
      connections: CONNECTIONS,
    }
    return { saturation, ...(await driveArrivals(plan, bench)) }
  }
  let late = 0
  const roundInTime = async (row: RowName): Promise<Round> => {
    for (let left = CHANCES; ; left--) {
      const figures = await round(row)
      if (figures.lateness <= LATENESS_MILLIS || left === 1) return figures
      late++
    }
  }
  try {
    // The first round warms up.
    for (let index = options.quick ? 1 : 0; index <= options.rounds; index++) {
      for (const row of chosen) {
        const figures = await (index > 0 ? roundInTime : round)(row)
        if (index > 0) rows.get(row)!.push(figures)
      }
      console.error(index === 0 ? 'warm' : `round ${index} of ${options.rounds} done`)
    }
  } catch (error) {
    console.error(party.lastLines.join('\n'))
    throw error
  } finally {
    await party.stop()
  }
  const note = `${options.rounds} rounds of ${options.seconds} s at ${SATURATING_CONNECTIONS} connections, which is saturation, and of ${options.seconds * LONGER} s at half of what it was, with a
request at each fixed instant whatever becomes of those before. Times count from that instant; medians of the rounds, the
extremes in parentheses. "generator late" is how late the generator itself was while it had a connection to send on, at its 99.9th percentile: a round in which it was later than ${LATENESS_MILLIS} ms
tells of the machine and was begun again (${formatNumber(late)} were), ${CHANCES} times at most.
What takes longest is the engine collecting garbage, here also that of the database and of all objects, which live in the same process.`
  await writeDown(
    bench,
    'open-loop',
    'Latency at half of saturation',
    `${latencyTable(rows)}\n\n${note}`,
  )
}
