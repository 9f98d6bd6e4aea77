/** What `npm run fuzz` starts for what needs no Worker: expressions, and what takes requests apart. */
import { ASKED_FUZZ, untilOver, type AskedFuzz } from './asked.ts'
import type { Begins } from './bounds.ts'
import { fuzz, type Report } from './expressions/run.ts'
import { Coverage } from './readers/coverage.ts'
import { fuzzReaders } from './readers/run.ts'
import { READ_SURFACES } from './readers/surfaces.ts'

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

function toldUntilOver(asked: AskedFuzz): Begins {
  const begins = untilOver(asked)
  return (index) => {
    const done = index - asked.from
    if (done > 0 && done % 100_000 === 0) console.error(`${format(done)} done`)
    return begins(index)
  }
}

/** Whether nothing was found. */
function fuzzExpressions(asked: AskedFuzz): boolean {
  const began = performance.now()
  const report = fuzz(asked.seed, asked.from, asked.inputs, { begins: toldUntilOver(asked) })
  print(report, (performance.now() - began) / 1000)
  return report.failures.length === 0
}

async function fuzzReadersOf(asked: AskedFuzz): Promise<boolean> {
  const { surface: name, seed, from, inputs: count } = asked
  const surface = READ_SURFACES.find((one) => one.name === name)
  if (surface === undefined) throw new RangeError(`${name} has no readers of its own`)
  const began = performance.now()
  const [coverage, begins] = [new Coverage(), toldUntilOver(asked)]
  const report = await fuzzReaders(surface, { seed, from, count, coverage, begins })
  const { outcomes, slowest, kept, failures } = report
  console.log(Object.entries(outcomes).map(([outcome, count]) => `${format(count)} ${outcome}`).join(', '))
  console.log(`${kept.length} reached another part of the source`)
  console.log(`slowest: ${format(slowest.milliseconds)} ms, input ${slowest.index}`)
  for (const { index, problem, request } of failures) console.log(`\ninput ${index}: ${problem}\n${request}`)
  console.log(`\n${failures.length} failures in ${format(report.inputs)} inputs, ${format((performance.now() - began) / 1000)} s`)
  return failures.length === 0
} // prettier-ignore

const asked = JSON.parse(process.env[ASKED_FUZZ]!) as AskedFuzz
const isGood = asked.readers ? await fuzzReadersOf(asked) : fuzzExpressions(asked)
if (!isGood) process.exitCode = 1
