/** Claims that name groups of the person: which of them a filter lets pass. Pure, and bounded whatever the pattern. */
import type { Claim } from '../domain/claim.ts'
import type { GroupOfPerson } from '../domain/person.ts'
import { unslashed } from './expression/arguments.ts'
import { compilePattern } from './expression/pattern/compile.ts'
import { Matcher, type PatternMemory } from './expression/pattern/matcher.ts'
import { nameWork, type Steps } from './expression/steps.ts'

export interface GroupFilter {
  /** Whether a name passes, which is paid for; none does when the steps are used up. */
  matches(name: string, steps: Steps): boolean
}

export type GroupFilterType = NonNullable<Claim['groupFilterType']>

type Compile = (value: string, memory: PatternMemory) => GroupFilter | null

const ignoringCase =
  (test: (name: string, value: string) => boolean): Compile =>
  (value) => {
    const wanted = value.toLowerCase()
    return {
      matches: (name, steps) =>
        steps.take(nameWork(name, wanted)) && test(name.toLowerCase(), wanted),
    }
  }

/** Of a pattern the case counts, and it matches whole names. */
function byPattern(value: string, memory: PatternMemory): GroupFilter | null {
  const compiled = compilePattern(unslashed(value))
  return compiled.outcome === 'refused' ? null : new Matcher(compiled.program, memory)
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
  memory: PatternMemory,
): GroupFilter | null => (type === null ? null : FILTERS[type](value, memory))

/** The names that pass; null when the steps are used up by looking at them. */
export function filteredNames(
  filter: GroupFilter,
  groups: readonly GroupOfPerson[],
  steps: Steps,
): readonly string[] | null {
  const names = groups.flatMap(({ name }) => (filter.matches(name, steps) ? [name] : []))
  return steps.take(0) ? names : null
}
