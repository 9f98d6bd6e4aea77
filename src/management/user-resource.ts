/**
 * What every route below a user begins and ends with: finding the user, who may change them, and the change as the
 * log tells it. Whoever administers users would have the rights of an administrator whose password they set: a user
 * who holds a role is changed only by who may give roles.
 */
import { displayNameOf, loginKey, type GuardedUser, type User } from '../domain/user.ts'
import type { AttributeKind } from '../domain/user-profile.ts'
import { limits } from '../platform/limits.ts'
import { ApiError, invalid, notFound } from '../protocol/api-errors.ts'
import type { Audience } from '../store/audience.ts'
import { findUser, updateUserAt, type UserFields } from '../store/users.ts'
import type { Change, ManagementContext } from './context.ts'
import { Overtaken, untilFirst } from './overtaken.ts'
import { idParam, type Params } from './route.ts'
import { USERS_PATH } from '../domain/user-output.ts'

export const USER_PATH = `${USERS_PATH}/:userId`
export const USERS_READ = 'okta.users.read'
export const USERS_MANAGE = 'okta.users.manage'
/** What a help desk may do. */
export const CREDENTIALS_MANAGE = 'okta.users.credentials.manage'

/** The user that a path means: by id, login, login shortname or `me`. Throws E0000007. */
export async function userOf(
  params: Params,
  { db, principal }: Pick<ManagementContext, 'db' | 'principal'>,
): Promise<GuardedUser> {
  const name = idParam(params, 'userId', 'User')
  if (name === 'me' && principal.type !== 'User') throw notFound(name, 'User')
  const user = await findUser(db, name === 'me' ? principal.id : name)
  if (user === null) throw notFound(name, 'User')
  return user
}

/** Whether a caller could give itself whatever an administrator has. */
export const mayGiveRoles = ({ principal: { roles, scopes } }: ManagementContext): boolean =>
  roles.includes('SUPER_ADMIN') && (scopes === null || scopes.includes('okta.roles.manage'))

/** The user that a path means, for a caller who may change them. */
export async function guardedUserOf(
  params: Params,
  context: ManagementContext,
): Promise<GuardedUser> {
  const user = await userOf(params, context)
  if (user.isPrivileged && !mayGiveRoles(context)) throw new ApiError('E0000006')
  return user
}

/** Finds and guards the user and makes an attempt at changing them, anew as long as others are faster. */
export async function changedUser<Answer>(
  params: Params,
  context: ManagementContext,
  attempt: (user: GuardedUser) => Promise<Answer>,
): Promise<Answer> {
  return untilFirst(limits.userWriteAttemptsMax, async () =>
    attempt(await guardedUserOf(params, context)),
  )
}

/** Commits what {@link changedUser} decided; the last of the statements holds only at the version that was read. */
export const commitUserAt = (
  user: User,
  statements: readonly D1PreparedStatement[],
  change: Change,
  context: ManagementContext,
  following: readonly D1PreparedStatement[] = [],
): Promise<void> =>
  context.commitOr(
    new Overtaken('user'),
    statements,
    { ...change, staleUsers: [user.id, ...(change.staleUsers ?? [])] },
    following,
  )

/** The users whose objects keep the profile of this one, as that of their primary. */
export const profileReaders = ({ id }: Pick<User, 'id'>): readonly Audience[] => [
  { relation: 'primary', values: [id], tells: 'stale' },
]

/** Okta's refusal of a login that is somebody else's, or was until a moment ago. */
export const duplicateLogin = (): ApiError =>
  invalid('login', 'login: An object with this field already exists in the current organization')

export const lastSuperAdmin = (): ApiError =>
  invalid('role', 'role: Somebody must remain who is an active super administrator')

/** The columns of a user with some of them changed. */
export const fieldsOf = (user: User, changed: Partial<UserFields>): UserFields => ({
  login: user.login,
  status: user.status,
  profile: user.profile,
  activated: user.activated,
  statusChanged: user.statusChanged,
  passwordChanged: user.passwordChanged,
  ...changed,
})

export const updateAt = (
  user: User,
  changed: Partial<UserFields>,
  { db, nowSeconds }: ManagementContext,
  kinds: Readonly<Record<string, AttributeKind>> = {},
): D1PreparedStatement => updateUserAt(db, user, fieldsOf(user, changed), nowSeconds, kinds)

/** Whether two logins are the same one, written differently perhaps. */
export const isSameLogin = (left: string, right: string): boolean =>
  loginKey(left).toLowerCase() === loginKey(right).toLowerCase()

export const userEntity = (user: Pick<User, 'id' | 'login' | 'profile'>) => ({
  id: user.id,
  type: 'User',
  alternateId: String(user.profile['login'] ?? user.login),
  displayName: displayNameOf(user),
})

export const userChange = (
  user: Pick<User, 'id' | 'login' | 'profile'>,
  eventType: string,
  displayMessage: string,
  target: Change['target'] = [],
): Change => ({ eventType, displayMessage, target: [userEntity(user), ...target] })
