/** Groups of users. Only those of type OKTA_GROUP are edited; everybody is in the built-in one. */
import * as z from 'zod'
import { limits } from '../platform/limits.ts'
import { Link, Timestamp } from './output.ts'

export type GroupType = 'OKTA_GROUP' | 'BUILT_IN'

export interface Group {
  readonly id: string
  readonly type: GroupType
  readonly name: string
  readonly description: string | null
  readonly created: number
  readonly lastUpdated: number
  readonly lastMembershipUpdated: number | null
}

const GroupProfile = z
  .looseObject({
    name: z
      .string()
      .min(1)
      .max(limits.nameCharactersMax)
      .refine((name) => name.trim() !== '', 'The field cannot be left blank'),
    description: z.string().max(limits.descriptionCharactersMax).nullish(),
  })
  .check((profile) => {
    const { name: _, description: __, ...others } = profile.value
    for (const [property, value] of Object.entries(others).slice(0, limits.profileAttributesMax))
      if (value != null)
        profile.issues.push({
          code: 'custom',
          input: value,
          message: `Property name '${property}' is not defined in profile`,
        })
  })
  .transform(({ name, description }) => ({ name, description: description ?? null }))

export const GroupInput = z.object({ profile: GroupProfile }).meta({ id: 'GroupInput' })

export type GroupInput = z.output<typeof GroupInput>

export const GroupOutput = z
  .object({
    id: z.string(),
    created: Timestamp,
    lastUpdated: Timestamp,
    lastMembershipUpdated: Timestamp,
    objectClass: z.array(z.literal('okta:user_group')).length(1),
    type: z.enum(['OKTA_GROUP', 'BUILT_IN']),
    profile: z.object({ name: z.string(), description: z.string().nullable() }),
    _embedded: z
      .object({
        stats: z.object({
          usersCount: z.int(),
          appsCount: z.int(),
          groupPushMappingsCount: z.literal(0),
          // Okta's spelling.
          hasAdminPrivlege: z.literal(false),
        }),
      })
      .optional(),
    _links: z.object({ self: Link, users: Link, apps: Link }),
  })
  .meta({ id: 'Group' })
