/**
 * `npm run fuzz -- <surface>`: any number of inputs that a seed decides. Expressions are read and evaluated here; the
 * other surfaces are asked of the whole Worker, inside its runtime, by test/workerd/fuzz.test.ts.
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { ASKED_FUZZ, type AskedFuzz } from './asked.ts'
import { fuzz, type Report } from './expressions/run.ts'
import { Coverage } from './readers/coverage.ts'
import { fuzzReaders } from './readers/run.ts'
import { READ_SURFACES } from './readers/surfaces.ts'

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

function print({ outcomes, failures, slowest }: Report, seconds: number): void {
  for (const [kind, counts] of outcomes) {
    const told = Object.entries(counts).map(([outcome, count]) => `${format(count)} ${outcome}`)
    console.log(`${kind}: ${told.join(', ')}`)
  }
  for (const [what, { milliseconds, index, source }] of Object.entries(slowest))
    console.log(`slowest at ${what}: ${format(milliseconds)} ms, case ${index}: ${JSON.stringify(source.slice(0, 200))}`)
  for (const { index, source, problem } of failures)
    console.log(`\ncase ${index}: ${JSON.stringify(source)}\n  ${problem}`)
  console.log(`\n${failures.length === 0 ? 'no' : failures.length} failures in ${format(seconds)} s`)
} // prettier-ignore

/** Whether nothing was found. */
function fuzzExpressions({ seed, from, inputs, minutes }: AskedFuzz): boolean {
  const began = performance.now()
  const end = began + minutes * 60_000
  const report = fuzz(seed, from, inputs, (done) => {
    if (done % 100_000 === 0) console.error(`${done.toLocaleString('en')} done`)
    return performance.now() < end
  })
  print(report, (performance.now() - began) / 1000)
  return report.failures.length === 0
}

function fuzzWorker(asked: AskedFuzz): boolean {
  const options = ['--config=test/vitest.config.ts', '--disableConsoleIntercept=true']
  const { status } = spawnSync('npx', ['vitest', 'run', 'test/workerd/fuzz.test.ts', ...options], {
    stdio: 'inherit',
    env: { ...process.env, [ASKED_FUZZ]: JSON.stringify(asked) },
  })
  return status === 0
}

/** What takes requests apart, alone. */
async function fuzzReadersOf({ surface: name, seed, from, inputs, minutes }: AskedFuzz): Promise<boolean> {
  const surface = READ_SURFACES.find((one) => one.name === name)
  if (surface === undefined) throw new RangeError(`${name} has no readers of its own`)
  const [began, coverage] = [performance.now(), new Coverage()]
  const end = began + minutes * 60_000
  const report = await fuzzReaders(surface, { seed, from, count: inputs, coverage, goesOn: (done) => {
    if (done % 100_000 === 0) console.error(`${format(done)} done`)
    return performance.now() < end
  } })
  const { outcomes, slowest, kept, failures } = report
  console.log(Object.entries(outcomes).map(([outcome, count]) => `${format(count)} ${outcome}`).join(', '))
  console.log(`${kept.length} reached another part of the source`)
  console.log(`slowest: ${format(slowest.milliseconds)} ms, input ${slowest.index}`)
  for (const { index, problem, request } of failures) console.log(`\ninput ${index}: ${problem}\n${request}`)
  console.log(`\n${failures.length} failures in ${format(report.inputs)} inputs, ${format((performance.now() - began) / 1000)} s`)
  return failures.length === 0
} // prettier-ignore

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
    inputs: wholeNumber('inputs', values.inputs, 1),
    from: wholeNumber('from', values.from, 0),
    seed: wholeNumber('seed', values.seed ?? String(crypto.getRandomValues(new Uint32Array(1))[0]), 0), // prettier-ignore
    minutes: wholeNumber('minutes', values.minutes, 1),
  }
  console.log(`${surface}: ${format(asked.inputs)} inputs, --seed ${asked.seed}\n`)
  const isGood = values.readers ? await fuzzReadersOf(asked) : surface === 'expressions' ? fuzzExpressions(asked) : fuzzWorker(asked) // prettier-ignore
  if (!isGood) process.exitCode = 1
}

try {
  await main()
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  process.exitCode = 2
}
