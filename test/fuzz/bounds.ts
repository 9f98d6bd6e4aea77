/**
 * How long one input may take. What takes longer hangs, or as good as: a bound is far beyond what anything takes,
 * however busy the machine is. CPU time is that of the process, of which others take nothing.
 */
import { inTime } from '../../src/platform/in-time.ts'

/** Milliseconds, by what is fuzzed. */
export const BOUNDS = {
  expressions: { cpu: 5000 },
  readers: { cpu: 5000, answer: 30_000 },
  requests: { answer: 30_000 },
} as const

/** Asked before each input: whether it may begin. */
export type Begins = (index: number) => boolean

/** An input that takes too long. Nothing is tried after it, since it may go on and stand in the way. */
export class Late extends Error {}

export function holdBound(what: string, took: number, bound: number): void {
  if (took > bound) throw new Late(`${what} took ${Math.round(took)} ms, more than ${bound}`)
}

/** What the work comes to. One that hangs is late. */
export async function answered<Answer>(work: Promise<Answer>, bound: number): Promise<Answer> {
  if (await inTime(work, bound)) return work
  throw new Late(`it hangs: no answer in ${bound} ms`)
}

/** Of what was thrown while an input was tried. */
export const problemOf = (error: unknown): string =>
  error instanceof Late
    ? error.message
    : `it throws: ${error instanceof Error ? error.stack : String(error)}`

/** Milliseconds of CPU time since the process began. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
