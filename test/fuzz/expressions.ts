/**
 * `npm run fuzz`: random expressions, good and bad, in random situations. Whatever the text, reading gives a tree or an
 * error in it, and evaluating ends within its limits with a value of JSON or without one, as a second evaluator says.
 */
import { parseArgs } from 'node:util'
import { fuzz, type Report } from './run.ts'

const USAGE = `npm run fuzz -- [options]

  --count <n>   how many expressions (1000000)
  --seed <n>    what decides them (a fresh one)
  --from <n>    the first of them (0): with --count 1 a case alone
`

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`--${name} takes a whole number from ${least}, not "${text}"`)
  return value
}

function print({ outcomes, failures, slowest }: Report, seconds: number): void {
  const figures = new Intl.NumberFormat("en", { maximumFractionDigits: 1 })
  const format = (value: number): string => figures.format(value)
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

function main(): void {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '1000000' },
      seed: { type: 'string' },
      from: { type: 'string', default: '0' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return
  }
  const count = wholeNumber('count', values.count, 1)
  const from = wholeNumber('from', values.from, 0)
  const seed = wholeNumber('seed', values.seed ?? String(crypto.getRandomValues(new Uint32Array(1))[0]), 0) // prettier-ignore
  console.log(`${count.toLocaleString('en')} expressions, --seed ${seed}\n`)
  const began = performance.now()
  const report = fuzz(seed, from, count, (done) => {
    if (done % 100_000 === 0) console.error(`${done.toLocaleString('en')} done`)
  })
  print(report, (performance.now() - began) / 1000)
  if (report.failures.length > 0) process.exitCode = 1
}

try {
  main()
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  process.exitCode = 2
}
