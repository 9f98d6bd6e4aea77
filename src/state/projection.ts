/**
 * What the object of a user knows of the user, and the value of its storage that keeps it. However much there is to
 * know, what is kept has a bound: what does not fit is known in memory only, and read again after that.
 */
import { limits } from '../platform/limits.ts'
import type { StoredAssignment } from '../store/app-users.ts'
import type { StoredPerson } from '../store/person.ts'

export interface Projection {
  readonly user: StoredPerson
  /** By the ids of the apps that were asked about, the latest last; null: the user does not have the app. */
  readonly assignments: ReadonlyMap<string, StoredAssignment | null>
}

const FORMAT = 3

/** As storage has it: JSON, the size of which is known. */
export interface KeptProjection {
  readonly format: typeof FORMAT
  readonly user: string
  readonly assignments: readonly (readonly [appId: string, assignment: string])[]
}

/** With what was read of an app, in the place of what was known of the user. */
export function knowing(
  known: Projection | null,
  user: StoredPerson,
  appId: string | null,
  assignment: StoredAssignment | null,
): Projection {
  const others = [...(known?.assignments ?? [])].filter(([id]) => id !== appId)
  const all = appId === null ? others : [...others, [appId, assignment] as const]
  return { user, assignments: new Map(all.slice(-limits.assignmentsKnownMax)) }
}

/** Null: the user alone is too much. */
export function kept({ user, assignments }: Projection): KeptProjection | null {
  const text = JSON.stringify(user)
  let left = limits.projectionCharactersMax - text.length
  if (left < 0) return null
  const latest: (readonly [string, string])[] = []
  for (const [appId, assignment] of [...assignments].toReversed()) {
    const one = JSON.stringify(assignment)
    left -= appId.length + one.length
    if (left < 0) break
    latest.push([appId, one])
  }
  return { format: FORMAT, user: text, assignments: latest.toReversed() }
}

/** Null for nothing, and for what other code kept. */
export function fromKept(value: KeptProjection | undefined): Projection | null {
  if (value?.format !== FORMAT) return null
  const { user, assignments } = value
  return {
    user: JSON.parse(user) as StoredPerson,
    assignments: new Map(
      assignments.map(([id, one]) => [id, JSON.parse(one) as StoredAssignment | null]),
    ),
  }
}
