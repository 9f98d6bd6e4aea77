/**
 * The benchmark's command line.
 */
import { parseArgs } from 'node:util'

export interface BenchOptions {
  readonly rounds: number
  readonly seconds: number
  readonly concurrency: readonly number[]
  readonly profile: boolean
  readonly management: boolean
  readonly people: boolean
  readonly claims: boolean
  readonly verify: boolean
}

export const USAGE = `npm run bench -- [options]

  --rounds <n>          interleaved rounds for each figure (3)
  --seconds <n>         length of one run (3)
  --concurrency <list>  connections, separated by commas (1,16,64)
  --quick               one round of one second, to see that everything works
  --profile             instead of the tables: where the CPU time of either Worker goes
  --people              instead of the tables: flows with people, at 16 connections; also with --profile
  --claims              instead of the tables: what claims with expressions add to a token; also with --profile
  --verify              instead of the tables: verification and introspection of tokens, at 16 connections; also with --profile
  --management          instead of the tables: the management API, with few rows and with many
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
      management: { type: 'boolean', default: false },
      people: { type: 'boolean', default: false },
      claims: { type: 'boolean', default: false },
      verify: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return null
  const isOfOne = values.people || values.claims || values.verify
  const concurrency = values.concurrency ?? (isOfOne ? '16' : '1,16,64')
  const usual = values.quick ? '1' : '3'
  return {
    rounds: wholeNumber('rounds', values.rounds ?? usual),
    seconds: wholeNumber('seconds', values.seconds ?? usual),
    concurrency: concurrency.split(',').map((text) => wholeNumber('concurrency', text)),
    profile: values.profile,
    management: values.management,
    people: values.people,
    claims: values.claims,
    verify: values.verify,
  }
}
