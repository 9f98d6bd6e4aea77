/** Passwords that were forgotten: whoever knows the answer to their question chooses another one. */
import type { KeyedRecovery } from '../domain/recovery.ts'
import type { GuardedUser } from '../domain/user.ts'
import { passwordFaults, sentenceOf } from '../passwords/policy.ts'
import { nowMillis } from '../platform/clock.ts'
import { ApiError } from '../protocol/api-errors.ts'
import type { ManagementContext } from './context.ts'
import { readSwitch, switchParameter } from './parameters.ts'
import { begun, linkOf, ResetPasswordToken } from './recovery.ts'
import { route, type Route } from './route.ts'
import { ForgottenPassword } from './user-input.ts'
import { presentCredentials, UserCredentialsOutput } from '../domain/user-output.ts'
import {
  CREDENTIALS_MANAGE,
  guardedUserOf,
  USER_PATH,
  userChange,
  userOf,
  USERS_MANAGE,
} from './user-resource.ts'

const RESET = 'user.account.reset_password'

/** Throws E0000034 for whom there is nothing to ask. */
async function asked(user: GuardedUser, context: ManagementContext): Promise<KeyedRecovery> {
  if (user.status !== 'ACTIVE' || user.recoveryQuestion === null) throw new ApiError('E0000034')
  return begun(user, { type: 'PASSWORD', asks: true }, context)
}

const unfit = (causes: readonly string[]): ApiError =>
  new ApiError(
    'E0000080',
    '',
    causes.map((cause) => `password: ${cause}`),
  )

/** The answer is tried and counted as it is wherever the person gives it. */
async function answered(
  user: GuardedUser,
  { password, recovery_question: { answer } }: ForgottenPassword,
  context: ManagementContext,
): Promise<void> {
  const { recoveries } = context.ports
  const faults = passwordFaults(password.value, user)
  if (faults.length > 0) throw unfit(faults)
  const token = await asked(user, context)
  const now = nowMillis()
  const { key } = (await recoveries.redeem(token.key, now)) ?? overtaken()
  const outcome = await recoveries.answer({ key, answer, now })
  if (outcome.outcome === 'wrong') throw new ApiError('E0000087')
  const event = context.eventOf(userChange(user, RESET, 'Password is reset by an answer'))
  const chosen = { key, newPassword: password.value, revokeSessions: false, event, now }
  const reset = await recoveries.reset(chosen)
  if (reset.outcome === 'unfit') throw unfit(reset.missed.map(sentenceOf))
  if (reset.outcome !== 'replaced') overtaken()
}

/** Somebody else began a recovery of the user, or changed them, at the same time. */
function overtaken(): never {
  throw new ApiError('E0000195', 'the user was changed at the same time by others')
}

async function linkFor(user: GuardedUser, context: ManagementContext): Promise<string> {
  const keyed = await asked(user, context)
  await context.commit([], userChange(user, RESET, 'Recovery of the password is begun'))
  return (await linkOf(keyed, context)).url
}

export const forgottenPasswordRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: `${USER_PATH}/credentials/forgot_password`,
    summary: 'Begin the recovery of a forgotten password',
    scope: USERS_MANAGE,
    permission: CREDENTIALS_MANAGE,
    query: { sendEmail: switchParameter('Must be false: nothing is sent.', true) },
    output: ResetPasswordToken,
    async handle({ params, query }, context) {
      if (readSwitch(query, 'sendEmail', true))
        throw new ApiError('E0000034', '', [
          'sendEmail: No mail is sent; false answers with a link',
        ])
      return { resetPasswordUrl: await linkFor(await guardedUserOf(params, context), context) }
    },
  }),
  route({
    method: 'POST',
    path: `${USER_PATH}/credentials/forgot_password_recovery_question`,
    summary: 'Reset a password by the answer to the recovery question',
    scope: USERS_MANAGE,
    permission: CREDENTIALS_MANAGE,
    query: { sendEmail: switchParameter('Accepted; nothing is sent.', true) },
    body: ForgottenPassword,
    subject: 'password',
    output: UserCredentialsOutput,
    async handle({ params, query, body }, context) {
      readSwitch(query, 'sendEmail', true)
      const user = await guardedUserOf(params, context)
      await answered(user, body, context)
      return presentCredentials(await userOf({ userId: user.id }, context))
    },
  }),
]
