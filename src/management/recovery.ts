/**
 * Recoveries that administrators begin, and the links to hand on: no mail is sent. Whoever may not change a user gets
 * no token of theirs either.
 */
import * as z from 'zod'
import type {
  AskedRecovery,
  KeyedRecovery,
  MadeRequest,
  RecoveryBeginning,
  RecoveryType,
} from '../domain/recovery.ts'
import { recoveryTokenKind, recoveryUrl, writeRecoveryToken } from '../domain/recovery-token.ts'
import type { GuardedUser, User } from '../domain/user.ts'
import type { UserAction } from '../domain/user-status.ts'
import { nowMillis } from '../platform/clock.ts'
import { ApiError, type ErrorCode } from '../protocol/api-errors.ts'
import { findUser } from '../store/users.ts'
import { authenticatePrincipal, authorize } from './access.ts'
import { ManagementContext, type ManagementPorts } from './context.ts'
import { CREDENTIALS_MANAGE, mayGiveRoles, userChange, USERS_MANAGE } from './user-resource.ts'
import { nextStatus } from './user-transition.ts'

/** A link to hand on, or nothing where it would be mailed. */
export const ResetPasswordToken = z
  .object({ resetPasswordUrl: z.url().optional() })
  .meta({ id: 'ResetPasswordToken' })

const REFUSED: Readonly<Record<RecoveryType, ErrorCode>> = {
  PASSWORD: 'E0000034',
  UNLOCK: 'E0000032',
  ACCOUNT_ACTIVATION: 'E0000038',
}

/**
 * Throws where the status of the user has become one that does not allow it, or the user an administrator whom the
 * caller may not change. Who becomes one after that ends it.
 */
export async function begun(
  { id: userId }: Pick<User, 'id'>,
  wanted: Pick<RecoveryBeginning, 'type' | 'asks'> & Partial<RecoveryBeginning>,
  context: ManagementContext,
): Promise<KeyedRecovery> {
  const { ports } = context
  const beginning = { relayState: null, ...wanted, userId, now: nowMillis() }
  const keyed = await ports.recoveries.begin(beginning)
  if (keyed === null) throw new ApiError(REFUSED[wanted.type])
  checkRights(await findUser(ports.db, userId), context)
  return keyed
}

/** Throws E0000006 for an administrator whom the caller may not change. */
function checkRights(user: GuardedUser | null, context: ManagementContext): void {
  if (user?.isPrivileged === true && !mayGiveRoles(context)) throw new ApiError('E0000006')
}

/** What an administrator hands on: a link to a page of ours, or the token for one of their own. */
export async function linkOf(
  { key, recovery: { type } }: KeyedRecovery,
  { ports: { settings } }: ManagementContext,
): Promise<{ readonly token: string; readonly url: string }> {
  const token = await writeRecoveryToken(recoveryTokenKind(type), key, settings.keyEncryption)
  return { token, url: recoveryUrl(settings.origin, type, token) }
}

interface Asked {
  readonly action: UserAction
  readonly eventType: string
  readonly message: string
}

const ASKED: Readonly<Record<AskedRecovery['type'], Asked>> = {
  PASSWORD: {
    action: 'forgotPassword',
    eventType: 'user.account.reset_password',
    message: 'Recovery of the password is begun',
  },
  UNLOCK: {
    action: 'unlock',
    eventType: 'user.account.unlock_token',
    message: 'Token to unlock the user is given',
  },
}

/** What a back end asks for that administers users. */
export async function beginAskedRecovery(
  { login, type, relayState }: AskedRecovery,
  { request, requestId }: MadeRequest,
  ports: ManagementPorts,
): Promise<KeyedRecovery> {
  await ports.orgId()
  const principal = await authenticatePrincipal(request, ports)
  authorize(principal, { scope: USERS_MANAGE, permission: CREDENTIALS_MANAGE })
  const context = new ManagementContext(ports, principal, { request, requestId })
  const user = await findUser(ports.db, login)
  if (user === null) throw new ApiError('E0000095')
  checkRights(user, context)
  const { action, eventType, message } = ASKED[type]
  nextStatus(action, user)
  const keyed = await begun(user, { type, asks: true, relayState }, context)
  await context.commit([], userChange(user, eventType, message))
  return keyed
}
