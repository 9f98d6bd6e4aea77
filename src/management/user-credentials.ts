/** Credentials of users: expiring and resetting passwords, and changing them by who knows the present one. */
import * as z from 'zod'
import type { GuardedUser, User } from '../domain/user.ts'
import { answerText } from '../passwords/answer.ts'
import { passwordFaults, temporaryPassword } from '../passwords/policy.ts'
import { ApiError } from '../protocol/api-errors.ts'
import type { ManagementContext } from './context.ts'
import { readSwitch, switchParameter } from './parameters.ts'
import { begun, linkOf, ResetPasswordToken } from './recovery.ts'
import { route, type Route } from './route.ts'
import {
  PasswordChange,
  RecoveryQuestionChange,
  type PasswordChange as Change,
  type RecoveryQuestionChange as QuestionChange,
} from './user-input.ts'
import {
  presentCredentials,
  presentUser,
  UserCredentialsOutput,
  UserOutput,
} from '../domain/user-output.ts'
import {
  changedUser,
  CREDENTIALS_MANAGE,
  USER_PATH,
  USERS_MANAGE,
  userOf,
} from './user-resource.ts'
import { moved, nextStatus } from './user-transition.ts'

const RESET = { eventType: 'user.account.reset_password', message: 'Password is reset' }
const UPDATED = { eventType: 'user.account.update_password', message: 'Password is changed' }

const REVOKE = { revokeSessions: switchParameter('Whether the sessions of the user end.', false) }

const sessionsIf = (revoke: boolean) => (revoke ? (['sessions'] as const) : [])

/** Throws E0000014 for a wrong password, E0000038 for an account that has been locked. */
async function checkPresent(
  user: User,
  password: string,
  field: string,
  { ports, nowSeconds }: ManagementContext,
): Promise<void> {
  const outcome = await ports.passwords.verify(user.id, password, nowSeconds)
  if (outcome === 'locked') throw new ApiError('E0000038')
  if (outcome === 'wrong')
    throw new ApiError('E0000014', '', [`${field}: The password is not the user's present one`])
}

async function passwordChanged(
  user: GuardedUser,
  { oldPassword, newPassword, revokeSessions }: Change,
  context: ManagementContext,
): Promise<User> {
  nextStatus('changePassword', user)
  await checkPresent(user, oldPassword.value, 'oldPassword', context)
  const faults = passwordFaults(newPassword.value, {
    login: user.login,
    current: oldPassword.value,
  })
  if (faults.length > 0)
    throw new ApiError(
      'E0000080',
      '',
      faults.map((fault) => `newPassword: ${fault}`),
    )
  const passwordHash = await context.ports.passwords.hash(user.id, newPassword.value)
  return moved(
    user,
    {
      action: 'changePassword',
      ...UPDATED,
      ends: sessionsIf(revokeSessions === true),
      credentials: { passwordHash, recovery: null },
    },
    context,
  )
}

async function questionChanged(
  user: GuardedUser,
  { password, recovery_question: { question, answer } }: QuestionChange,
  context: ManagementContext,
): Promise<User> {
  nextStatus('changeRecoveryQuestion', user)
  await checkPresent(user, password.value, 'password', context)
  const answerHash = await context.ports.passwords.hash(user.id, answerText(answer))
  return moved(
    user,
    {
      action: 'changeRecoveryQuestion',
      eventType: 'user.account.update_recovery_question',
      message: 'Recovery question is changed',
      credentials: { passwordHash: null, recovery: { question, answerHash } },
    },
    context,
  )
}

async function temporary(
  user: GuardedUser,
  revoke: boolean,
  context: ManagementContext,
): Promise<string> {
  nextStatus('expireWithTemporaryPassword', user)
  const password = temporaryPassword(user.login)
  const passwordHash = await context.ports.passwords.hash(user.id, password)
  await moved(
    user,
    {
      action: 'expireWithTemporaryPassword',
      ...RESET,
      ends: sessionsIf(revoke),
      forgetsAttempts: true,
      credentials: { passwordHash, recovery: null },
    },
    context,
  )
  return password
}

export const userCredentialRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: `${USER_PATH}/lifecycle/expire_password`,
    summary: 'Expire the password of a user',
    scope: USERS_MANAGE,
    permission: CREDENTIALS_MANAGE,
    output: UserOutput,
    async handle({ params }, context) {
      const { id } = await changedUser(params, context, (user) =>
        moved(
          user,
          {
            action: 'expirePassword',
            eventType: 'user.account.expire_password',
            message: 'Password is expired',
          },
          context,
        ),
      )
      return presentUser(await userOf({ userId: id }, context), context.origin)
    },
  }),
  route({
    method: 'POST',
    path: `${USER_PATH}/lifecycle/expire_password_with_temp_password`,
    summary: 'Give a user a temporary password',
    scope: USERS_MANAGE,
    permission: CREDENTIALS_MANAGE,
    query: REVOKE,
    output: z.object({ tempPassword: z.string() }),
    async handle({ params, query }, context) {
      const revoke = readSwitch(query, 'revokeSessions', false)
      const tempPassword = await changedUser(params, context, (user) =>
        temporary(user, revoke, context),
      )
      return { tempPassword }
    },
  }),
  route({
    method: 'POST',
    path: `${USER_PATH}/lifecycle/reset_password`,
    summary: 'Take the password of a user out of use',
    scope: USERS_MANAGE,
    permission: CREDENTIALS_MANAGE,
    query: {
      sendEmail: switchParameter(
        'Required; false: the answer has a link to hand on. Nothing is sent.',
        true,
      ),
      ...REVOKE,
    },
    output: ResetPasswordToken,
    async handle({ params, query }, context) {
      if (!query.has('sendEmail')) throw new ApiError('E0000028')
      const isSent = readSwitch(query, 'sendEmail', true)
      const ends = sessionsIf(readSwitch(query, 'revokeSessions', false))
      const user = await changedUser(params, context, (found) =>
        moved(found, { action: 'resetPassword', ...RESET, ends }, context),
      )
      if (isSent) return {}
      // An administrator vouches for whom the link is given to, who may have forgotten the answer as well.
      const keyed = await begun(user, { type: 'PASSWORD', asks: false }, context)
      return { resetPasswordUrl: (await linkOf(keyed, context)).url }
    },
  }),
  route({
    method: 'POST',
    path: `${USER_PATH}/credentials/change_password`,
    summary: 'Change the password of a user',
    scope: USERS_MANAGE,
    permission: CREDENTIALS_MANAGE,
    query: { strict: switchParameter('Accepted; passwords have no least age.', false) },
    body: PasswordChange,
    subject: 'password',
    output: UserCredentialsOutput,
    async handle({ params, body }, context) {
      return presentCredentials(
        await changedUser(params, context, (user) => passwordChanged(user, body, context)),
      )
    },
  }),
  route({
    method: 'POST',
    path: `${USER_PATH}/credentials/change_recovery_question`,
    summary: 'Change the recovery question of a user',
    scope: USERS_MANAGE,
    permission: CREDENTIALS_MANAGE,
    body: RecoveryQuestionChange,
    subject: 'recovery_question',
    output: UserCredentialsOutput,
    async handle({ params, body }, context) {
      return presentCredentials(
        await changedUser(params, context, (user) => questionChanged(user, body, context)),
      )
    },
  }),
]
