/** Claims that name groups of the person: which of them a filter lets pass. Pure, and bounded whatever the pattern. */
import type { Claim } from '../domain/claim.ts'
import type { GroupOfPerson } from '../domain/person.ts'
import { limits } from '../platform/limits.ts'
import { unslashed } from './expression/arguments.ts'
import { compilePattern } from './expression/pattern/compile.ts'
import { Matcher } from './expression/pattern/matcher.ts'

export interface GroupFilter {
  /** What it costs to look at one character of a name. */
  readonly weight: number
  matches(name: string): boolean
}

export type GroupFilterType = NonNullable<Claim['groupFilterType']>

type Compile = (value: string) => GroupFilter | null

const ignoringCase =
  (test: (name: string, value: string) => boolean): Compile =>
  (value) => {
    const wanted = value.toLowerCase()
    return { weight: 1, matches: (name) => test(name.toLowerCase(), wanted) }
  }

/** Of a pattern the case counts, and it matches whole names. */
function byPattern(value: string): GroupFilter | null {
  const compiled = compilePattern(unslashed(value))
  if (compiled.outcome === 'refused') return null
  return new Matcher(compiled.program)
}

const FILTERS: Readonly<Record<GroupFilterType, Compile>> = {
  EQUALS: ignoringCase((name, value) => name === value),
  STARTS_WITH: ignoringCase((name, value) => name.startsWith(value)),
  CONTAINS: ignoringCase((name, value) => name.includes(value)),
  REGEX: byPattern,
}

/** Null: no filter, or a pattern that is none. */
export const compileGroupFilter = (
  type: GroupFilterType | null,
  value: string,
): GroupFilter | null => (type === null ? null : FILTERS[type](value))

/** The names that pass; null when looking at them would cost more than any expression may. */
export function filteredNames(
  filter: GroupFilter,
  groups: readonly GroupOfPerson[],
): readonly string[] | null {
  const cost = groups.reduce((sum, { name }) => sum + (name.length + 1) * filter.weight, 0)
  if (cost > limits.expressionStepsMax) return null
  return groups.flatMap(({ name }) => (filter.matches(name) ? [name] : []))
}
