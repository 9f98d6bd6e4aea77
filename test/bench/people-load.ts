/** Drives a flow with people from a process of its own, by a plan that is written to a file. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LoadFigures } from './load.ts'

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
export async function drivePlan(
  plan: Plan,
  folder: string,
  core: number | null,
): Promise<PlanOutcome> {
  const file = join(folder, 'plan.json')
  writeFileSync(file, JSON.stringify(plan))
  const pinned = core === null ? [] : ['taskset', '-c', String(core)]
  const [command, ...args] = [...pinned, process.execPath, GENERATOR, file]
  const limits = { timeout: (plan.seconds + 60) * 1000, maxBuffer: OUTPUT_MAX }
  const { stdout } = await run(command, args, limits)
  const outcome = JSON.parse(stdout) as PlanOutcome
  const { requests, refused, broken } = outcome.figures
  if (refused > 0 || broken > 0 || requests === 0)
    throw new Error(
      `${plan.requests[0]?.path}: ${requests} answers, ${refused} not good, ${broken} connections broken:\n${outcome.refusals.join('\n\n')}`,
    )
  return outcome
}
