/**
 * Any number of requests for the readers, in Node, up to one that takes too long. Where coverage is given, requests
 * that reach a part of the source which none before did are kept, and others are made of them.
 */
import { answered, BOUNDS, cpuTime, holdBound, Late, problemOf, type Begins } from '../bounds.ts'
import { Random } from '../random.ts'
import { described, toRequest, type Input } from '../requests/input.ts'
import type { Surface } from '../requests/surface.ts'
import { spoiledBytes, spoiledText } from '../requests/texts.ts'
import type { Coverage } from './coverage.ts'
import { Wrong } from './held.ts'
import { read } from './read.ts'
import { WORLD } from './world.ts'

export interface ReadersReport {
  inputs: number
  readonly outcomes: Record<'taken' | 'refused' | 'not sent', number>
  readonly failures: {
    readonly index: number
    readonly problem: string
    readonly request: string
  }[]
  slowest: { readonly milliseconds: number; readonly index: number }
  /** Requests that reached another part of the source. */
  readonly kept: Input[]
}

interface Asked {
  readonly seed: number
  readonly from: number
  readonly count: number
  readonly coverage?: Coverage
  readonly begins?: Begins
  readonly readers?: typeof read
}

interface Tried {
  readonly index: number
  readonly input: Input
}

const FAILURES_KEPT = 20
const KEPT_MAX = 5000

/** Between two looks at the coverage, each of which takes as long as a thousand requests. */
const BATCH = 5000

/** After so many without news coverage is looked at no more, since code runs faster unwatched. */
const QUIET_BATCHES = 10

type Outcome = keyof ReadersReport['outcomes']

async function outcomeOf(input: Input, readers = read): Promise<Outcome> {
  const request = toRequest(input, WORLD.origin)
  return request === null ? 'not sent' : answered(readers(input, request), BOUNDS.readers.answer)
}

/** A kept request with one part of it spoiled. */
function spoiled(random: Random, input: Input): Input {
  const { target, headers, body } = input
  const at = random.below(headers.length)
  return random.one<() => Input>([
    () => ({ ...input, target: spoiledText(random, target, []) }),
    () => ({ ...input, headers: headers.map(([name, value], place) => [name, place === at ? spoiledText(random, value, []) : value] as const) }),
    () => ({ ...input, body: body && spoiledBytes(random, body) }),
  ])()
} // prettier-ignore

/** Those that bring news, found by running one half of them after the other again. */
async function bringers(
  batch: readonly Tried[],
  coverage: Coverage,
  begins: Begins,
): Promise<readonly Input[]> {
  for (const { index, input } of batch) {
    begins(index)
    await outcomeOf(input).catch(() => undefined)
  }
  const ran = coverage.taken()
  if (!coverage.isNews(ran)) return []
  if (batch.length === 1) {
    coverage.learn(ran)
    return batch.map(({ input }) => input)
  }
  const half = Math.ceil(batch.length / 2)
  const first = await bringers(batch.slice(0, half), coverage, begins)
  return [...first, ...(await bringers(batch.slice(half), coverage, begins))]
}

async function inputOf({ make }: Surface, random: Random, kept: readonly Input[]): Promise<Input> {
  if (kept.length > 0 && random.chance(0.3)) return spoiled(random, random.one(kept))
  return (await make(random, WORLD)).input
}

/** Whether it was in time. */
async function tried(
  { index, input }: Tried,
  report: ReadersReport,
  readers = read,
): Promise<boolean> {
  const began = cpuTime()
  report.inputs++
  try {
    const outcome = await outcomeOf(input, readers)
    const milliseconds = cpuTime() - began
    if (milliseconds > report.slowest.milliseconds) report.slowest = { milliseconds, index }
    holdBound('reading', milliseconds, BOUNDS.readers.cpu)
    report.outcomes[outcome]++
  } catch (error) {
    const problem = error instanceof Wrong ? error.message : problemOf(error)
    if (report.failures.length < FAILURES_KEPT)
      report.failures.push({ index, problem, request: described(input) })
    return !(error instanceof Late)
  }
  return true
}

export async function fuzzReaders(
  surface: Surface,
  { seed, from, count, coverage, begins = () => true, readers }: Asked,
): Promise<ReadersReport> {
  const report: ReadersReport = {
    inputs: 0,
    outcomes: { taken: 0, refused: 0, 'not sent': 0 },
    failures: [],
    slowest: { milliseconds: 0, index: -1 },
    kept: [],
  }
  const last = from + count
  let quiet = 0
  for (let at = from; at < last; at += BATCH) {
    const batch: Tried[] = []
    for (let index = at; index < Math.min(at + BATCH, last); index++) {
      if (!begins(index)) return report
      const input = await inputOf(surface, new Random(`${seed}:${index}`), report.kept)
      batch.push({ index, input })
      if (!(await tried({ index, input }, report, readers))) return report
    }
    if (coverage === undefined || quiet === QUIET_BATCHES) continue
    const ran = coverage.taken()
    if (!coverage.isNews(ran)) {
      quiet++
      if (quiet === QUIET_BATCHES) coverage.stop()
      continue
    }
    quiet = 0
    report.kept.push(
      ...(await bringers(batch, coverage, begins)).slice(0, KEPT_MAX - report.kept.length),
    )
    coverage.learn(ran)
  }
  return report
}
