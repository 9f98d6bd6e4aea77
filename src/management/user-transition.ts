/** Moving a user from one status to another: what the table of transitions allows, in one conditional write. */
import type { Ending } from '../domain/ending.ts'
import type { GuardedUser, User } from '../domain/user.ts'
import { isInUse } from '../domain/user.ts'
import { transition, type UserAction, type UserStatus } from '../domain/user-status.ts'
import { nowSeconds } from '../platform/clock.ts'
import { ApiError, invalid } from '../protocol/api-errors.ts'
import { setCredentials, type SetCredentials } from '../store/user-credentials.ts'
import { endingEntry, outboxEntry, type Change, type ManagementContext } from './context.ts'
import { commitUserAt, lastSuperAdmin, updateAt, userChange } from './user-resource.ts'

const REFUSED: Partial<Record<UserAction, readonly [subject: string, cause: string]>> = {
  suspend: ['suspendUser', 'status: Only an active user can be suspended'],
  unsuspend: ['unsuspendUser', 'status: Only a suspended user can be unsuspended'],
}

/** The status that an action leads to. Throws what the table says, and E0000001 for the last super administrator. */
export function nextStatus(action: UserAction, user: GuardedUser): UserStatus {
  const next = transition(action, user)
  if ('refused' in next) {
    const [subject, cause] = REFUSED[action] ?? []
    throw next.refused === 'E0000001'
      ? invalid(subject ?? action, cause ?? '')
      : new ApiError(next.refused)
  }
  if (user.isLastSuperAdmin && isInUse(user.status) && !isInUse(next.status)) throw lastSuperAdmin()
  return next.status
}

/** The columns that go with a status. */
export const statusFields = (
  user: User,
  status: UserStatus,
  now: number,
): Pick<User, 'status' | 'statusChanged' | 'activated'> => ({
  status,
  statusChanged: status === user.status ? user.statusChanged : now,
  activated:
    user.status === 'STAGED' || user.status === 'DEPROVISIONED'
      ? status === user.status || status === 'DEPROVISIONED'
        ? user.activated
        : now
      : user.activated,
})

/** Everything of a kind that was issued to a user until now. */
export const ending = (userId: string, of: Ending['of'], at: number) =>
  endingEntry(userId, { of, serverId: null, clientId: null, authorizationId: null, at })

export interface Move {
  readonly action: UserAction
  readonly eventType: string
  readonly message: string
  /** What ends with it. */
  readonly ends?: readonly Ending['of'][]
  readonly credentials?: SetCredentials
  /** Wrong passwords are forgotten where they are counted. */
  readonly forgetsAttempts?: boolean
  readonly also?: Change['also']
}

/** One attempt; returns the user as they are then, but for the version. */
export async function moved(
  user: GuardedUser,
  { action, eventType, message, ends = [], credentials, forgetsAttempts = false, also = [] }: Move,
  context: ManagementContext,
): Promise<User> {
  const { db, nowSeconds: at } = context
  // Not from when the request came: a new password is long in the making, and the old one is good until then.
  const endedAt = nowSeconds()
  const fields = {
    ...statusFields(user, nextStatus(action, user), at),
    ...(credentials?.passwordHash != null && { passwordChanged: at }),
  }
  await commitUserAt(
    user,
    [updateAt(user, fields, context)],
    {
      ...userChange(user, eventType, message),
      also,
      outbox: [
        ...ends.map((of) => ending(user.id, of, endedAt)),
        ...(forgetsAttempts ? [outboxEntry('subject.unlock', user.id)] : []),
      ],
    },
    context,
    credentials === undefined ? [] : [setCredentials(db, user.id, credentials)],
  )
  return {
    ...user,
    ...fields,
    hasPassword: user.hasPassword || credentials?.passwordHash != null,
    recoveryQuestion: credentials?.recovery?.question ?? user.recoveryQuestion,
    lastUpdated: at,
  }
}
