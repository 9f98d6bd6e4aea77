/**
 * Any number of requests for the readers, in Node. Where coverage is given, requests that reach a part of the source
 * which none before did are kept, and others are made of them.
 */
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
  readonly goesOn?: (done: number) => boolean
}

const FAILURES_KEPT = 20
const KEPT_MAX = 5000

/** Between two looks at the coverage, each of which takes as long as a thousand requests. */
const BATCH = 5000

/** After so many without news coverage is looked at no more, since code runs faster unwatched. */
const QUIET_BATCHES = 10

type Outcome = keyof ReadersReport['outcomes']

async function outcomeOf(input: Input): Promise<Outcome> {
  const request = toRequest(input, WORLD.origin)
  return request === null ? 'not sent' : read(input, request)
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
async function bringers(inputs: readonly Input[], coverage: Coverage): Promise<readonly Input[]> {
  for (const input of inputs) await outcomeOf(input).catch(() => undefined)
  const ran = coverage.taken()
  if (!coverage.isNews(ran)) return []
  if (inputs.length === 1) {
    coverage.learn(ran)
    return inputs
  }
  const half = Math.ceil(inputs.length / 2)
  const first = await bringers(inputs.slice(0, half), coverage)
  return [...first, ...(await bringers(inputs.slice(half), coverage))]
}

async function inputOf({ make }: Surface, random: Random, kept: readonly Input[]): Promise<Input> {
  if (kept.length > 0 && random.chance(0.3)) return spoiled(random, random.one(kept))
  return (await make(random, WORLD)).input
}

async function tried(input: Input, index: number, report: ReadersReport): Promise<void> {
  const began = performance.now()
  report.inputs++
  try {
    report.outcomes[await outcomeOf(input)]++
  } catch (error) {
    const problem = error instanceof Wrong ? error.message : `it throws: ${String((error as Error).stack)}` // prettier-ignore
    if (report.failures.length < FAILURES_KEPT)
      report.failures.push({ index, problem, request: described(input) })
  }
  const milliseconds = performance.now() - began
  if (milliseconds > report.slowest.milliseconds) report.slowest = { milliseconds, index }
}

export async function fuzzReaders(
  surface: Surface,
  { seed, from, count, coverage, goesOn = () => true }: Asked,
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
  for (let at = from; at < last && goesOn(at - from); at += BATCH) {
    const batch: Input[] = []
    for (let index = at; index < Math.min(at + BATCH, last); index++) {
      const input = await inputOf(surface, new Random(`${seed}:${index}`), report.kept)
      batch.push(input)
      await tried(input, index, report)
    }
    if (coverage === undefined || quiet === QUIET_BATCHES) continue
    const ran = coverage.taken()
    if (!coverage.isNews(ran)) {
      quiet++
      if (quiet === QUIET_BATCHES) coverage.stop()
      continue
    }
    quiet = 0
    report.kept.push(...(await bringers(batch, coverage)).slice(0, KEPT_MAX - report.kept.length))
    coverage.learn(ran)
  }
  return report
}
