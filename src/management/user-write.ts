/**
 * Creating and changing users: profile, groups and index in one batch. A change decides on what it read, so that
 * it holds only at the version read; when somebody wrote meanwhile it starts over.
 */
import { allAttributes } from '../domain/profile-schema.ts'
import { loginKey, type GuardedUser } from '../domain/user.ts'
import {
  checkProfile,
  customTypes,
  type CheckedProfile,
  type ProfileValues,
  type SentProfile,
} from '../domain/user-profile.ts'
import { initialStatus } from '../domain/user-status.ts'
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
import { authorize } from './access.ts'
import type { ManagementContext } from './context.ts'
import type { UserInput, UserUpdate } from './user-input.ts'
import { commitUserAt, duplicateLogin, isSameLogin, updateAt, userChange } from './user-resource.ts'

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
  readonly types: Readonly<Record<string, string>>
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
    types: customTypes(profile, attributes),
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
  const hasPassword = false
  checkOptions(options, hasPassword)
  const { profile, login, types } = await plannedProfile(
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
  try {
    await context.commitOr(
      duplicateLogin(),
      [insertUser(db, user, groupIds, types)],
      userChange(user, 'user.lifecycle.create', 'User is created'),
      settleUser(db, user.id, nowSeconds, groupIds),
    )
  } catch (error) {
    throw await nameRefusal(error, login, null, context)
  }
  return (await findUser(db, user.id)) ?? overtaken(user.id)
}

function overtaken(id: string): never {
  throw notFound(id, 'User')
}

/** What the database refused, named: a login that is taken; or else what was read before has changed since. */
async function nameRefusal(
  error: unknown,
  login: string,
  userId: string | null,
  { db, nowSeconds }: ManagementContext,
): Promise<unknown> {
  if (error instanceof UniqueViolation && error.constraint === 'users.login')
    return duplicateLogin()
  if (!(error instanceof ApiError) || (await isLoginTaken(db, login, userId, nowSeconds)))
    return error
  return error.code === 'E0000001'
    ? new ApiError('E0000195', 'the groups or attributes were changed at the same time by others')
    : error
}

/** One attempt on the user as they were read. */
export async function updateUser(
  user: GuardedUser,
  input: UserUpdate,
  way: 'partial' | 'full',
  context: ManagementContext,
): Promise<void> {
  const { db, nowSeconds } = context
  if (input.profile == null) return
  const { profile, login, types } = await plannedProfile(
    input.profile,
    user.profile,
    way,
    'user',
    context,
  )
  const isRenamed = !isSameLogin(login, user.login)
  if (isRenamed && (await isLoginTaken(db, login, user.id, nowSeconds))) throw duplicateLogin()
  try {
    await commitUserAt(
      user,
      [updateAt(user, { profile, login }, context, types)],
      userChange(user, 'user.account.update_profile', 'User profile is updated'),
      context,
      [
        ...(isRenamed ? [reserveLogin(db, user.login, user.id, nowSeconds)] : []),
        ...reindexUser(db, user.id),
        ...(isRenamed ? [forgetReservations(db, nowSeconds)] : []),
      ],
    )
  } catch (error) {
    throw error instanceof UniqueViolation && error.constraint === 'users.login'
      ? duplicateLogin()
      : error
  }
}
