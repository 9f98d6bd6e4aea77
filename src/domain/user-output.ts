/**
 * A user as administrators and they themselves are shown them: members in Okta's order, links by what their status
 * allows.
 */
import * as z from 'zod'
import { USER_SCHEMA_ID, USER_TYPE_ID, type User } from './user.ts'
import {
  ALWAYS_SHOWN,
  BASE_ATTRIBUTES,
  baseAttributes,
  type ProfileValues,
} from './user-profile.ts'
import { isAllowed, USER_STATUSES, type UserAction } from './user-status.ts'
import { timestamp } from '../platform/clock.ts'

export const USERS_PATH = '/api/v1/users'

const instant = z.iso.datetime()

export const UserCredentialsOutput = z
  .object({
    password: z.object({}).optional(),
    recovery_question: z.object({ question: z.string() }).optional(),
    provider: z.object({ type: z.literal('OKTA'), name: z.literal('OKTA') }),
  })
  .meta({ id: 'UserCredentials' })

export const UserOutput = z
  .object({
    id: z.string(),
    status: z.enum(USER_STATUSES),
    created: instant,
    activated: instant.nullable(),
    statusChanged: instant.nullable(),
    lastLogin: instant.nullable(),
    lastUpdated: instant,
    passwordChanged: instant.nullable(),
    type: z.object({ id: z.string() }),
    profile: z.record(z.string(), z.unknown()),
    credentials: UserCredentialsOutput,
    _links: z.record(z.string(), z.object({ href: z.url(), method: z.literal('POST').optional() })),
  })
  .meta({ id: 'User' })

/** Links of an action, in the recorded order; each is there while the status allows the action. */
const ACTION_LINKS: readonly (readonly [name: string, action: UserAction, path: string])[] = [
  ['suspend', 'suspend', 'lifecycle/suspend'],
  ['unsuspend', 'unsuspend', 'lifecycle/unsuspend'],
  ['resetPassword', 'resetPassword', 'lifecycle/reset_password'],
  ['expirePassword', 'expirePassword', 'lifecycle/expire_password'],
  ['changeRecoveryQuestion', 'changeRecoveryQuestion', 'credentials/change_recovery_question'],
  ['activate', 'activate', 'lifecycle/activate'],
  ['reactivate', 'reactivate', 'lifecycle/reactivate'],
  ['resetFactors', 'resetFactors', 'lifecycle/reset_factors'],
  ['changePassword', 'changePassword', 'credentials/change_password'],
  ['deactivate', 'deactivate', 'lifecycle/deactivate'],
]

export const userHref = (origin: string, { id }: Pick<User, 'id'>): string =>
  `${origin}${USERS_PATH}/${id}`

const orNull = (seconds: number | null): string | null =>
  seconds === null ? null : timestamp(seconds)

function presentProfile(profile: ProfileValues): Record<string, unknown> {
  const shown: Record<string, unknown> = {}
  for (const { name } of BASE_ATTRIBUTES) {
    const value = profile[name]
    if (value !== undefined || ALWAYS_SHOWN.includes(name)) shown[name] = value ?? null
  }
  for (const [name, value] of Object.entries(profile))
    if (!baseAttributes.has(name)) shown[name] = value
  return shown
}

export const presentCredentials = (
  user: Pick<User, 'hasPassword' | 'recoveryQuestion'>,
): Record<string, unknown> => ({
  ...(user.hasPassword && { password: {} }),
  ...(user.recoveryQuestion !== null && { recovery_question: { question: user.recoveryQuestion } }),
  provider: { type: 'OKTA', name: 'OKTA' },
})

function linksOf(user: User, origin: string): Record<string, unknown> {
  const self = userHref(origin, user)
  const actions = ACTION_LINKS.filter(
    // A locked account is unlocked; that an active one may be blocked somewhere is not shown.
    ([, action]) => isAllowed(action, user),
  ).map(([name, , path]) => [name, { href: `${self}/${path}`, method: 'POST' }] as const)
  return {
    ...Object.fromEntries(actions),
    ...(user.status === 'LOCKED_OUT' && {
      unlock: { href: `${self}/lifecycle/unlock`, method: 'POST' },
    }),
    schema: { href: `${origin}/api/v1/meta/schemas/user/${USER_SCHEMA_ID}` },
    self: { href: self },
    type: { href: `${origin}/api/v1/meta/types/user/${USER_TYPE_ID}` },
  }
}

const presentMembers = (user: User): Record<string, unknown> => ({
  id: user.id,
  status: user.status,
  created: timestamp(user.created),
  activated: orNull(user.activated),
  statusChanged: orNull(user.statusChanged),
  lastLogin: orNull(user.lastLogin),
  lastUpdated: timestamp(user.lastUpdated),
  passwordChanged: orNull(user.passwordChanged),
  type: { id: USER_TYPE_ID },
  profile: presentProfile(user.profile),
  credentials: presentCredentials(user),
})

export const presentUser = (user: User, origin: string): Record<string, unknown> => ({
  ...presentMembers(user),
  _links: linksOf(user, origin),
})

/** A link to themselves only: in lists, and for whoever may act on nobody. */
export const presentLinkedUser = (user: User, origin: string): Record<string, unknown> => ({
  ...presentMembers(user),
  _links: { self: { href: userHref(origin, user) } },
})
