/** The assignment of an app to a user, one by one or through a group of theirs. */
import * as z from 'zod'
import { limits } from '../platform/limits.ts'
import { AssignmentProfileInput, type AssignmentProfile } from './app-group.ts'
import { Link, Timestamp } from './output.ts'

export interface AppUser {
  readonly appId: string
  readonly userId: string
  /** USER: assigned one by one, whatever groups give as well. */
  readonly scope: 'USER' | 'GROUP'
  /** Of the user's groups that have the app, the one of the lowest priority. */
  readonly groupId: string | null
  /** Null: as the app's template makes it of the user. */
  readonly userName: string | null
  readonly profile: AssignmentProfile
  readonly created: number
  readonly lastUpdated: number
}

const Credentials = z.object({
  userName: z.string().min(1).max(limits.loginCharactersMax).nullish(),
  password: z
    .never({ error: 'An app that signs people in by OpenID Connect has no passwords' })
    .optional(),
})

const members = { credentials: Credentials.nullish(), profile: AssignmentProfileInput.nullish() }

export const AppUserUpdate = z.object(members).meta({ id: 'AppUserUpdate' })

export type AppUserUpdate = z.output<typeof AppUserUpdate>

export const AppUserInput = z
  .object({
    id: z.string().min(1).max(limits.idCharactersMax),
    scope: z.literal('USER').nullish(),
    ...members,
  })
  .meta({ id: 'AppUserInput' })

export const AppUserOutput = z
  .object({
    id: z.string(),
    created: Timestamp,
    lastUpdated: Timestamp,
    scope: z.enum(['USER', 'GROUP']),
    status: z.enum(['ACTIVE', 'INACTIVE']),
    statusChanged: Timestamp,
    syncState: z.literal('DISABLED'),
    credentials: z.object({ userName: z.string() }),
    profile: z.record(z.string(), z.unknown()),
    _embedded: z.object({ user: z.record(z.string(), z.unknown()) }).optional(),
    _links: z.object({ app: Link, user: Link, group: Link.optional() }),
  })
  .meta({ id: 'AppUser' })
