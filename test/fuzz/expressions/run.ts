/** Any number of random cases, one after the other, up to one that takes too long. */
import { BOUNDS, holdBound, Late, problemOf, type Begins } from '../bounds.ts'
import { Random } from '../random.ts'
import { check, type Outcome } from './check.ts'
import { aSituation, type Situation } from './situations.ts'
import { aSource, SOURCES, type SourceKind } from './sources.ts'

export interface Failure {
  readonly index: number
  readonly source: string
  readonly problem: string
}

interface Slow {
  readonly milliseconds: number
  readonly index: number
  readonly source: string
}

export interface Report {
  readonly outcomes: ReadonlyMap<SourceKind, Readonly<Record<Outcome, number>>>
  readonly failures: readonly Failure[]
  readonly slowest: Readonly<Record<'reading' | 'evaluating', Slow>>
}

/** Situations are dearer to make than texts, so that several share one. */
const CASES_A_SITUATION = 16
const FAILURES_KEPT = 20

const NOTHING: Slow = { milliseconds: 0, index: -1, source: '' }

interface Asked {
  readonly begins?: Begins
  readonly checkCase?: typeof check
}

/** Each case is made of the seed and its index, so that any of them can be run alone. */
export function fuzz(
  seed: number,
  first: number,
  count: number,
  { begins = () => true, checkCase = check }: Asked = {},
): Report {
  const outcomes = new Map<SourceKind, Record<Outcome, number>>(
    SOURCES.map(([, kind]) => [kind, { refused: 0, value: 0, 'no value': 0 }]),
  )
  const failures: Failure[] = []
  const slowest = { reading: NOTHING, evaluating: NOTHING }
  let situation: Situation | undefined
  let isLate = false
  for (let index = first; index < first + count && !isLate && begins(index); index++) {
    if (situation === undefined || index % CASES_A_SITUATION === 0)
      situation = aSituation(new Random(`${seed}/${Math.floor(index / CASES_A_SITUATION)}`))
    const { kind, source } = aSource(new Random(`${seed}:${index}`))
    const fail = (problem: string): void => {
      if (failures.length < FAILURES_KEPT) failures.push({ index, source, problem })
    }
    try {
      const { outcome, problems } = checkCase(source, situation, (what, milliseconds) => {
        if (milliseconds > slowest[what].milliseconds) slowest[what] = { milliseconds, index, source } // prettier-ignore
        holdBound(what, milliseconds, BOUNDS.expressions.cpu)
      })
      outcomes.get(kind)![outcome]++
      problems.forEach(fail)
    } catch (error) {
      isLate = error instanceof Late
      fail(problemOf(error))
    }
  }
  return { outcomes, failures, slowest }
}
