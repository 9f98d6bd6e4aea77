/**
 * `npm run fuzz -- <surface>`: any number of inputs that a seed decides. Expressions are read and evaluated in Node;
 * the other surfaces are asked of the whole Worker, inside its runtime, by test/workerd/fuzz.test.ts.
 */
import { parseArgs } from 'node:util'
import { ASKED_FUZZ, STEP, type AskedFuzz } from './asked.ts'
import { watched } from './watchdog.ts'

const SURFACES = ['expressions', 'form', 'basic', 'jwt', 'json', 'cookies', 'filters', 'paths']

const USAGE = `npm run fuzz -- [surface] [options]

  surface         ${SURFACES.join(', ')}; expressions where none is named
  --inputs <n>    how many (1000000)
  --seed <n>      what decides them (a fresh one)
  --from <n>      the first of them (0): with --inputs 1 a case alone
  --minutes <n>   when to stop, however many are left
  --readers       of form, basic, jwt, json, cookies and filters only what takes requests apart, guided by coverage
`

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`--${name} takes a whole number from ${least}, not "${text}"`)
  return value
}

const figures = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const format = (value: number): string => figures.format(value)

const ALONE = [process.execPath, 'test/fuzz/alone.ts'] as const
const OPTIONS = ['--config=test/vitest.config.ts', '--disableConsoleIntercept=true'] as const
const WORKER = ['npx', 'vitest', 'run', 'test/workerd/fuzz.test.ts', ...OPTIONS] as const

/** Whether nothing was found. */
async function fuzzed(asked: AskedFuzz): Promise<boolean> {
  const command = asked.readers || asked.surface === 'expressions' ? ALONE : WORKER
  const variables = { [ASKED_FUZZ]: JSON.stringify(asked) }
  const { status, hangsFrom } = await watched(command, variables, (line) => console.log(line))
  if (hangsFrom === 'the beginning') console.log('it hangs before the first input')
  else if (hangsFrom !== null)
    console.log(`--seed ${asked.seed} --from ${hangsFrom} --inputs ${STEP}: one of them hangs`)
  return status === 0
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      inputs: { type: 'string', default: '1000000' },
      seed: { type: 'string' },
      from: { type: 'string', default: '0' },
      minutes: { type: 'string', default: '1000000' },
      readers: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return
  }
  const [surface = 'expressions', ...more] = positionals
  if (!SURFACES.includes(surface) || more.length > 0)
    throw new RangeError(`there is no surface "${[surface, ...more].join(' ')}"`)
  const asked = {
    surface,
    readers: values.readers,
    inputs: wholeNumber('inputs', values.inputs, 1),
    from: wholeNumber('from', values.from, 0),
    seed: wholeNumber('seed', values.seed ?? String(crypto.getRandomValues(new Uint32Array(1))[0]), 0), // prettier-ignore
    minutes: wholeNumber('minutes', values.minutes, 1),
  }
  console.log(`${surface}: ${format(asked.inputs)} inputs, --seed ${asked.seed}\n`)
  if (!(await fuzzed(asked))) process.exitCode = 1
}

try {
  await main()
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  process.exitCode = 2
}
