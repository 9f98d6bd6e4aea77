/** Any number of requests of a surface, up to one that hangs. Each is made of the seed and its index. */
import { answered, BOUNDS, holdBound, Late, problemOf, type Begins } from '../bounds.ts'
import { Random } from '../random.ts'
import { problemsOf, type Answer } from './answers.ts'
import { described, toRequest } from './input.ts'
import { count as countAnswer, type Report } from './report.ts'
import type { Case, Surface } from './surface.ts'
import type { World } from './world.ts'

/** Sends a request to the Worker. `milliseconds` are those of the answer. */
export type Ask = (request: Request) => Promise<{ answer: Answer; milliseconds: number }>

const FAILURES_KEPT = 20

/** Calls of objects that have a record of what is presented. */
const WAKES = /^(SUBJECT|LEDGER)\./

function problemsOfCase(one: Case, answer: Answer): readonly string[] {
  if (one.isTaken === undefined) return []
  const woken = answer.operations.filter((operation) => WAKES.test(operation))
  return [
    ...(one.isTaken(answer) ? ['what was not made here was taken'] : []),
    ...(woken.length > 0 ? [`what was not made here woke ${woken.join(', ')}`] : []),
  ]
}

/** What is wrong with the answer to it. */
async function problemsAt(
  index: number,
  one: Case,
  world: World,
  ask: Ask,
  report: Report,
): Promise<readonly string[]> {
  const request = toRequest(one.input, world.origin)
  report.inputs++
  if (request === null) {
    countAnswer(report, one.kind, 'not sent')
    return []
  }
  const { answer, milliseconds } = await answered(ask(request), BOUNDS.requests.answer)
  countAnswer(report, one.kind, String(answer.status))
  if (milliseconds > report.slowest.milliseconds) {
    const { method, target } = one.input
    report.slowest = { milliseconds, index, request: `${method} ${target.split('?', 1)[0]}` }
  }
  holdBound('the answer', milliseconds, BOUNDS.requests.answer)
  return [...problemsOf(one.input, answer, world), ...problemsOfCase(one, answer)]
}

interface Asked {
  readonly seed: number
  readonly from: number
  readonly count: number
  readonly begins?: Begins
}

/** Whether there may be more of them. */
export async function fuzzSurface(
  { make }: Surface,
  { seed, from, count, begins = () => true }: Asked,
  world: World,
  ask: Ask,
  report: Report,
): Promise<boolean> {
  for (let index = from; index < from + count; index++) {
    if (!begins(index)) return false
    const one = await make(new Random(`${seed}:${index}`), world)
    const fail = (problem: string): void => {
      if (report.failures.length < FAILURES_KEPT)
        report.failures.push({ index, problem, request: described(one.input) })
    }
    try {
      const problems = await problemsAt(index, one, world, ask, report)
      problems.forEach(fail)
    } catch (error) {
      fail(problemOf(error))
      if (error instanceof Late) return false
    }
  }
  return true
}
