/** Drives flows from a process of its own, by plans that are written to a file. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LoadFigures } from './load.ts'
import { sum } from './statistics.ts'

/** A request in the form that the generator can send and that one can send to look at its answer. */
export interface PreparedRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Flow {
  readonly requests: readonly PreparedRequest[]
  /** Each request once; all over and over; or each followed by itself with the refresh token of its answer. */
  readonly mode: 'once' | 'again' | 'rotate'
  /** What a good answer looks like, head and body; a regular expression. */
  readonly good: string
  /** What is kept of each answer: the group of a regular expression. */
  readonly collect: string | null
}

export interface Plan extends Flow {
  readonly origin: string
  readonly connections: number
  readonly seconds: number
}

export interface PlanOutcome {
  readonly figures: LoadFigures
  readonly collected: readonly string[]
  /** Some of the answers that were not good. */
  readonly refusals: readonly string[]
}

const run = promisify(execFile)
const OUTPUT_MAX = 256 * 1024 * 1024
const GENERATOR = join(import.meta.dirname, 'people-generator.ts')

/** Throws when any answer was not good: figures of refusals are worth nothing. */
function assertGood(plan: Plan | undefined, { figures, refusals }: PlanOutcome): void {
  const { requests, refused, broken } = figures
  if (refused > 0 || broken > 0 || requests === 0)
    throw new Error(
      `${plan?.requests[0]?.path} at ${plan?.origin}: ${requests} answers, ${refused} not good, ${broken} connections broken:\n${refusals.join('\n\n')}`,
    )
}

/**
 * Drives all plans at once, in turns of milliseconds, each for its seconds; the outcomes stand in the order of the plans.
 * Throws when any answer was not good.
 */
export async function drivePlans(
  plans: readonly Plan[],
  folder: string,
  core: number | null,
): Promise<readonly PlanOutcome[]> {
  const file = join(folder, 'plans.json')
  writeFileSync(file, JSON.stringify(plans))
  const pinned = core === null ? [] : ['taskset', '-c', String(core)]
  const [command, ...args] = [...pinned, process.execPath, GENERATOR, file]
  const seconds = sum(plans.map((plan) => plan.seconds))
  const limits = { timeout: (seconds + 60) * 1000, maxBuffer: OUTPUT_MAX }
  const { stdout } = await run(command, args, limits)
  const outcomes = JSON.parse(stdout) as readonly PlanOutcome[]
  for (const [index, outcome] of outcomes.entries()) assertGood(plans[index], outcome)
  return outcomes
}

/** Drives one plan. */
export async function drivePlan(
  plan: Plan,
  folder: string,
  core: number | null,
): Promise<PlanOutcome> {
  const [outcome] = await drivePlans([plan], folder, core)
  return outcome!
}
