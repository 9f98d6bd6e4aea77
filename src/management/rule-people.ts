/** The users and groups that a rule names exist when they are named. */
import { EVERYONE, type Rule, type RuleInput } from '../domain/policy.ts'
import { limits } from '../platform/limits.ts'
import { invalid } from '../protocol/api-errors.ts'
import { unknownPeople } from '../store/people.ts'
import type { ManagementContext } from './context.ts'

/** Ids that a rule names, without the word for everybody. */
const named = ({ people }: Rule['conditions'], of: 'users' | 'groups'): readonly string[] =>
  [...(people[of]?.include ?? []), ...(people[of]?.exclude ?? [])].filter((id) => id !== EVERYONE)

/** Throws E0000001 for people who do not exist. Those that a rule has already may have been deleted since. */
export async function checkPeople(
  input: RuleInput,
  before: Rule | null,
  { db }: ManagementContext,
): Promise<void> {
  const added = (of: 'users' | 'groups'): readonly string[] => {
    const known = new Set(before === null ? [] : named(before.conditions, of))
    return named(input.conditions, of).filter((id) => !known.has(id))
  }
  const asked = { users: added('users'), groups: added('groups') }
  if (asked.users.length + asked.groups.length === 0) return
  const unknown = await unknownPeople(db, asked)
  const faults = (['users', 'groups'] as const).flatMap((of) =>
    unknown[of].map((id) => `conditions.people.${of}: '${id}' does not exist`),
  )
  if (faults.length > 0) throw invalid('conditions', ...faults.slice(0, limits.causesMax))
}
