/** The assignment of an app to a group, and so to everybody in it. The lowest priority comes first. */
import * as z from 'zod'
import { isObject, utf8 } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { GroupOutput } from './group.ts'
import { Link, Timestamp } from './output.ts'

export type AssignmentProfile = Readonly<Record<string, unknown>>

export interface AppGroup {
  readonly appId: string
  readonly groupId: string
  readonly priority: number
  readonly profile: AssignmentProfile
  readonly created: number
  readonly lastUpdated: number
}

/** What an app is told of the people assigned to it; any JSON. */
export const AssignmentProfileInput = z
  .record(z.string(), z.unknown())
  .refine(
    (profile) => utf8(JSON.stringify(profile)).length <= limits.profileBytesMax,
    `may have at most ${limits.profileBytesMax} bytes`,
  )

const Priority = z.int().min(0).max(1_000_000)

export const AppGroupInput = z
  .object({ priority: Priority.nullish(), profile: AssignmentProfileInput.nullish() })
  .meta({ id: 'ApplicationGroupAssignmentInput' })

export type AppGroupInput = z.output<typeof AppGroupInput>

/** Of JSON Patch (RFC 6902) what Okta knows: `replace` and `remove`, of the priority and of what is in the profile. */
export const AppGroupPatch = z
  .array(
    z.object({
      op: z.enum(['replace', 'remove', 'add']),
      path: z
        .string()
        .max(limits.uriCharactersMax)
        .regex(
          /^\/(priority|profile(\/([^~/]|~[01])+)?)$/,
          'must be /priority, /profile or /profile/{name}',
        ),
      value: z.unknown().optional(),
    }),
  )
  .max(limits.patchOperationsMax)
  .meta({ id: 'ApplicationGroupAssignmentPatch' })

export type AppGroupPatch = z.output<typeof AppGroupPatch>

/** Null for what has no members, which stays as it was sent until it is refused. */
const membersOf = (profile: unknown): Map<string, unknown> | null =>
  isObject(profile) ? new Map(Object.entries(profile)) : null

/**
 * What is left of an assignment after a patch, still to be validated: whatever a caller sent may be in it. No operation
 * on a member costs more for a larger profile.
 */
export function patched(
  assignment: Pick<AppGroup, 'priority' | 'profile'>,
  operations: AppGroupPatch,
): { readonly priority: unknown; readonly profile: unknown } {
  let { priority, profile }: { priority: unknown; profile: unknown } = assignment
  let members = membersOf(profile)
  for (const { op, path, value = null } of operations) {
    const given = op === 'remove' ? null : value
    const [, member, pointer] = /^\/(\w+)(?:\/(.*))?$/.exec(path) ?? []
    if (member === 'priority') priority = given
    else if (pointer === undefined) {
      profile = given ?? {}
      members = membersOf(profile)
    } else {
      const name = pointer.replaceAll('~1', '/').replaceAll('~0', '~')
      if (op === 'remove') members?.delete(name)
      else members?.set(name, value)
    }
  }
  return { priority, profile: members === null ? profile : Object.fromEntries(members) }
}

export const PatchedAppGroup = z.object({ priority: Priority, profile: AssignmentProfileInput })

export const AppGroupOutput = z
  .object({
    id: z.string(),
    lastUpdated: Timestamp,
    priority: z.int(),
    profile: z.record(z.string(), z.unknown()),
    _embedded: z
      .object({
        group: GroupOutput.optional(),
        metadata: z.object({ credentials: z.object({}) }).optional(),
      })
      .optional(),
    _links: z.object({ app: Link, self: Link, group: Link }),
  })
  .meta({ id: 'ApplicationGroupAssignment' })
