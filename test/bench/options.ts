/**
 * The benchmark's command line.
 */
import { parseArgs } from 'node:util'

/** Kinds of run beside the usual one, each an option of its name, and what the usage says of them. */
const INSTEAD = {
  people: 'flows with people, at 16 connections; also with --profile',
  claims: 'what claims with expressions add to a token; also with --profile',
  verify: 'verification and introspection of tokens, at 16 connections; also with --profile',
  management: 'the management API, with few rows and with many',
} as const

export type Kind = 'whole' | keyof typeof INSTEAD

/** Their load is the same whatever the connections, so that one number is enough. */
const OF_ONE_CONCURRENCY: readonly Kind[] = ['people', 'claims', 'verify']

export interface BenchOptions {
  readonly kind: Kind
  readonly rounds: number
  readonly seconds: number
  readonly concurrency: readonly number[]
  readonly profile: boolean
}

const kinds = Object.keys(INSTEAD) as (keyof typeof INSTEAD)[]

export const USAGE = `npm run bench -- [options]

  --rounds <n>          interleaved rounds for each figure (3)
  --seconds <n>         length of one run (3)
  --concurrency <list>  connections, separated by commas (1,16,64)
  --quick               one round of one second, to see that everything works
  --profile             instead of the tables: where the CPU time of either Worker goes
${kinds.map((kind) => `  --${kind.padEnd(20)}instead of the tables: ${INSTEAD[kind]}`).join('\n')}
`

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 1000)
    throw new RangeError(`--${name} takes a whole number from 1 to 1000, not "${text}"`)
  return value
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
      profile: { type: 'boolean', default: false },
      people: { type: 'boolean' },
      claims: { type: 'boolean' },
      verify: { type: 'boolean' },
      management: { type: 'boolean' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return null
  const [kind = 'whole', another] = kinds.filter((name) => values[name] === true)
  if (another !== undefined) throw new RangeError(`--${kind} and --${another} are two runs`)
  const concurrency = values.concurrency ?? (OF_ONE_CONCURRENCY.includes(kind) ? '16' : '1,16,64')
  const usual = values.quick ? '1' : '3'
  return {
    kind,
    rounds: wholeNumber('rounds', values.rounds ?? usual),
    seconds: wholeNumber('seconds', values.seconds ?? usual),
    concurrency: concurrency.split(',').map((text) => wholeNumber('concurrency', text)),
    profile: values.profile,
  }
}
