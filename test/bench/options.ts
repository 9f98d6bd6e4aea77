/**
 * The benchmark's command line.
 */
import { parseArgs } from 'node:util'

/** Kinds of run beside the usual one, each an option of its name, and what the usage says of them. */
const INSTEAD = {
  claims: 'what claims with expressions add to a token; also with --profile',
  verify: 'verification of tokens; also with --profile',
  management: 'the management API, with few rows and with many',
  growth: 'what requests cost with 1, 1,000 and 100,000 servers, clients and users',
  isolate: 'memory, and storage operations a token, with 10,000 servers hit at random',
  distance: 'round trips a request, with storage 50, 150 and 300 ms away',
  'open-loop': 'latency at half of saturation, with requests that arrive at a constant rate',
} as const

export type Kind = 'whole' | keyof typeof INSTEAD

/** Their load is the same whatever the connections, so that one number is enough. */
const OF_ONE_CONCURRENCY: readonly Kind[] = ['claims', 'verify']

/** Those whose rows can be chosen. */
const WITH_ROWS: readonly Kind[] = ['whole', 'open-loop']

export interface BenchOptions {
  readonly kind: Kind
  readonly rounds: number
  readonly seconds: number
  readonly concurrency: readonly number[]
  readonly profile: boolean
  /** Parts of names of rows; empty: all. */
  readonly only: readonly string[]
  readonly quick: boolean
}

interface Sampling {
  readonly rounds: number
  readonly seconds: number
}

/** Many and short, since what disturbs a machine lasts for seconds, and is to spoil few of the pairs that are compared. */
const OF_WHOLE: Sampling = { rounds: 60, seconds: 0.4 }
const OF_OTHERS: Sampling = { rounds: 5, seconds: 2 }
/** Few requests make a round, so that there are more of them. */
const OF_GROWTH: Sampling = { ...OF_OTHERS, rounds: 11 }

const SAMPLING: Partial<Record<Kind, Sampling>> = { whole: OF_WHOLE, growth: OF_GROWTH }
const samplingOf = (kind: Kind): Sampling => SAMPLING[kind] ?? OF_OTHERS

const CONCURRENCY = '16,64'

const kinds = Object.keys(INSTEAD) as (keyof typeof INSTEAD)[]

export const USAGE = `npm run bench -- [options]

Without more: client_credentials and flows with people, beside the ceiling and the peers, in less than half an
hour; the tables are printed, and written to test/bench/RESULTS.md when nothing was left out.

  --rounds <n>          interleaved rounds (${OF_WHOLE.rounds}; of what stands below instead of the tables ${OF_OTHERS.rounds}, of growth ${OF_GROWTH.rounds})
  --seconds <n>         length of one run (${OF_WHOLE.seconds}; ${OF_OTHERS.seconds} there)
  --concurrency <list>  connections, separated by commas (${CONCURRENCY})
  --only <list>         only rows whose name contains one of these, separated by commas; nothing is written
  --quick               one short round, to see that everything works; nothing is written
  --profile             instead of the tables: where the CPU time of either Worker goes; of the token endpoint or --only
${kinds.map((kind) => `  --${kind.padEnd(20)}instead of the tables: ${INSTEAD[kind]}`).join('\n')}
`

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 1000)
    throw new RangeError(`--${name} takes a whole number from 1 to 1000, not "${text}"`)
  return value
}

function secondsOf(kind: Kind, given: string | undefined, quick: boolean): number {
  const usual = samplingOf(kind).seconds
  const seconds = given === undefined ? (quick ? Math.min(usual, 1) : usual) : Number(given)
  if (!(seconds >= 0.1 && seconds <= 1000))
    throw new RangeError(`--seconds takes a number from 0.1 to 1000, not "${given}"`)
  return seconds
}

/** `null` when only the usage was asked for. */
export function readOptions(args: readonly string[]): BenchOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      concurrency: { type: 'string' },
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      profile: { type: 'boolean', default: false },
      claims: { type: 'boolean' },
      verify: { type: 'boolean' },
      management: { type: 'boolean' },
      growth: { type: 'boolean' },
      isolate: { type: 'boolean' },
      distance: { type: 'boolean' },
      'open-loop': { type: 'boolean' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return null
  const [kind = 'whole', another] = kinds.filter((name) => values[name] === true)
  if (another !== undefined) throw new RangeError(`--${kind} and --${another} are two runs`)
  const usual = values.quick || OF_ONE_CONCURRENCY.includes(kind) ? '16' : CONCURRENCY
  const concurrency = values.concurrency ?? usual
  const only = values.only.split(',').filter((text) => text !== '')
  if (only.length > 0 && !WITH_ROWS.includes(kind) && !values.profile)
    throw new RangeError(`--${kind} has no rows to choose from`)
  return {
    kind,
    rounds: wholeNumber(
      'rounds',
      values.rounds ?? String(values.quick ? 1 : samplingOf(kind).rounds),
    ),
    seconds: secondsOf(kind, values.seconds, values.quick),
    concurrency: concurrency.split(',').map((text) => wholeNumber('concurrency', text)),
    profile: values.profile,
    only,
    quick: values.quick,
  }
}
