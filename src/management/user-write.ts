/**
 * Creating and changing users: profile, groups and index in one batch. A change decides on what it read, so that
 * it holds only at the version read; when somebody wrote meanwhile it starts over.
 */
import { allAttributes } from '../domain/profile-schema.ts'
import { loginKey, type GuardedUser } from '../domain/user.ts'
import {
  checkProfile,
  customKinds,
  type AttributeKind,
  type CheckedProfile,
  type ProfileValues,
  type SentProfile,
} from '../domain/user-profile.ts'
import { initialStatus, type UserStatus } from '../domain/user-status.ts'
import { randomId } from '../platform/random.ts'
import { ApiError, invalid, notFound } from '../protocol/api-errors.ts'
import { UniqueViolation } from '../store/database.ts'
import { customAttributes } from '../store/profile-attributes.ts'
import {
  findUser,
  forgetReservations,
  insertUser,
  isLoginTaken,
  openGroups,
  reindexUser,
  reserveLogin,
  settleUser,
  type NewUser,
} from '../store/users.ts'
import { setCredentials, type SetCredentials } from '../store/user-credentials.ts'
import { authorize } from './access.ts'
import { outboxEntry, type Change, type ManagementContext } from './context.ts'
import { givenPassword, plannedCredentials } from './credential-plan.ts'
import type { UserInput, UserUpdate } from './user-input.ts'
import {
  commitUserAt,
  duplicateLogin,
  isSameLogin,
  profileReaders,
  updateAt,
  userChange,
} from './user-resource.ts'
import { nextStatus, statusFields } from './user-transition.ts'

/** E0000001 with everything that is wrong; `subject` is what Okta's summary calls the whole. */
function refuse({ faults, undefinedNames }: CheckedProfile, subject: string): void {
  const unknown = undefinedNames.map(
    (name) => `Property name '${name.slice(0, 100)}' is not defined in profile`,
  )
  const causes = [...unknown, ...faults].slice(0, 20)
  const field = unknown.length > 0 ? subject : (/^\w+/.exec(causes[0] ?? '')?.[0] ?? subject)
  if (causes.length > 0) throw invalid(field, ...causes)
}

interface PlannedProfile {
  readonly profile: ProfileValues
  readonly login: string
  readonly kinds: Readonly<Record<string, AttributeKind>>
}

async function plannedProfile(
  sent: SentProfile,
  present: ProfileValues,
  way: 'partial' | 'full',
  subject: string,
  { db }: ManagementContext,
): Promise<PlannedProfile> {
  const attributes = allAttributes(await customAttributes(db))
  const checked = checkProfile(sent, present, attributes, way)
  refuse(checked, subject)
  const { profile } = checked
  return {
    profile,
    login: loginKey(String(profile['login'])),
    kinds: customKinds(profile, attributes),
  }
}

/** Whoever puts a new user into groups must be able to put anybody there. */
async function checkedGroups(
  sent: readonly string[],
  { db, principal }: ManagementContext,
): Promise<readonly string[]> {
  const ids = [...new Set(sent)]
  if (ids.length === 0) return ids
  authorize(principal, { scope: 'okta.groups.manage', permission: 'okta.groups.members.manage' })
  const open = await openGroups(db, ids)
  const missing = ids.find((id) => !open.has(id))
  if (missing !== undefined) throw notFound(missing, 'UserGroup')
  return ids
}

export interface CreationOptions {
  readonly activate: boolean
  readonly mustChangePassword: boolean
}

/** Throws E0000124 and E0000125 for options that do not fit the request. */
function checkOptions({ activate, mustChangePassword }: CreationOptions, hasPassword: boolean) {
  if (mustChangePassword && !activate) throw new ApiError('E0000125')
  if (mustChangePassword && !hasPassword) throw new ApiError('E0000124')
}

export async function createUser(
  input: UserInput,
  options: CreationOptions,
  context: ManagementContext,
): Promise<GuardedUser> {
  const { db, nowSeconds } = context
  const hasPassword = givenPassword(input.credentials).kind !== 'absent'
  checkOptions(options, hasPassword)
  const { profile, login, kinds } = await plannedProfile(
    input.profile,
    {},
    'full',
    'newUser',
    context,
  )
  const groupIds = await checkedGroups(input.groupIds ?? [], context)
  const changed = options.activate ? nowSeconds : null
  const user: NewUser = {
    id: randomId('00u'),
    login,
    profile,
    status: initialStatus(options.activate, hasPassword, options.mustChangePassword),
    created: nowSeconds,
    lastUpdated: nowSeconds,
    activated: changed,
    statusChanged: changed,
    passwordChanged: hasPassword ? nowSeconds : null,
  }
  const credentials = await plannedCredentials(input.credentials, user, context)
  try {
    await context.commitOr(
      duplicateLogin(),
      [insertUser(db, user, groupIds, kinds)],
      userChange(user, 'user.lifecycle.create', 'User is created'),
      [...setting(user.id, credentials, context), ...settleUser(db, user.id, nowSeconds, groupIds)],
    )
  } catch (error) {
    throw await nameRefusal(error, login, context)
  }
  const made = await findUser(db, user.id)
  if (made === null) throw notFound(user.id, 'User')
  return made
}

const setting = (
  userId: string,
  credentials: SetCredentials,
  { db }: ManagementContext,
): readonly D1PreparedStatement[] =>
  credentials.passwordHash === null && credentials.recovery === null
    ? []
    : [setCredentials(db, userId, credentials)]

/** What the database refused, named: a login that is taken; or else what was read before has changed since. */
async function nameRefusal(
  error: unknown,
  login: string,
  { db, nowSeconds }: ManagementContext,
): Promise<unknown> {
  if (isLoginViolation(error)) return duplicateLogin()
  if (!(error instanceof ApiError) || (await isLoginTaken(db, login, null, nowSeconds)))
    return error
  return new ApiError('E0000195', 'groups or attributes were changed at the same time by others')
}

const isLoginViolation = (error: unknown): boolean =>
  error instanceof UniqueViolation && error.constraint === 'users.login'

/** The status that a new password leads to. A hash of another system is for those who have not begun. */
function passwordStatus(user: GuardedUser, input: UserUpdate): UserStatus | null {
  const { kind } = givenPassword(input.credentials)
  if (kind === 'absent') return null
  if (kind === 'imported' && user.status !== 'STAGED') throw new ApiError('E0000038')
  return nextStatus('setPassword', user)
}

const PROFILE_UPDATED = ['user.account.update_profile', 'User profile is updated'] as const
const PASSWORD_UPDATED = ['user.account.update_password', 'Password is set'] as const
const QUESTION_UPDATED = [
  'user.account.update_recovery_question',
  'Recovery question is set',
] as const

/** What the log tells: each part of the change by itself. */
function updateChange(
  user: GuardedUser,
  isProfile: boolean,
  { passwordHash, recovery }: SetCredentials,
): Change {
  const [first = PROFILE_UPDATED, ...others]: readonly (readonly [string, string])[] = [
    ...(isProfile ? [PROFILE_UPDATED] : []),
    ...(passwordHash === null ? [] : [PASSWORD_UPDATED]),
    ...(recovery === null ? [] : [QUESTION_UPDATED]),
  ]
  return {
    ...userChange(user, ...first),
    also: others.map((other) => userChange(user, ...other)),
    audiences: isProfile ? profileReaders(user) : [],
    outbox: passwordHash === null ? [] : [outboxEntry('subject.unlock', user.id)],
  }
}

/** One attempt on the user as they were read. */
export async function updateUser(
  user: GuardedUser,
  input: UserUpdate,
  way: 'partial' | 'full',
  context: ManagementContext,
): Promise<void> {
  const { db, nowSeconds } = context
  const status = passwordStatus(user, input)
  const planned =
    input.profile == null
      ? null
      : await plannedProfile(input.profile, user.profile, way, 'user', context)
  const login = planned?.login ?? user.login
  const isRenamed = !isSameLogin(login, user.login)
  if (isRenamed && (await isLoginTaken(db, login, user.id, nowSeconds))) throw duplicateLogin()
  const credentials = await plannedCredentials(input.credentials, { id: user.id, login }, context)
  const setters = setting(user.id, credentials, context)
  if (planned === null && setters.length === 0) return
  const fields = {
    ...(planned !== null && { profile: planned.profile, login }),
    ...(status !== null && {
      ...statusFields(user, status, nowSeconds),
      passwordChanged: nowSeconds,
    }),
  }
  try {
    await commitUserAt(
      user,
      [updateAt(user, fields, context, planned?.kinds)],
      updateChange(user, planned !== null, credentials),
      context,
      [
        ...(isRenamed ? [reserveLogin(db, user.login, user.id, nowSeconds)] : []),
        ...setters,
        ...(planned === null ? [] : reindexUser(db, user.id)),
        ...(isRenamed ? [forgetReservations(db, nowSeconds)] : []),
      ],
    )
  } catch (error) {
    throw isLoginViolation(error) ? duplicateLogin() : error
  }
}
