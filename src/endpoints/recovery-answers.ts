/** What Okta's authentication API answers of recoveries, by what has to be done next. */
import type { KeyedRecovery, Recovery } from '../domain/recovery.ts'
import { recoveryTokenKind, writeRecoveryToken } from '../domain/recovery-token.ts'
import { COMPLEXITY } from '../passwords/policy.ts'
import { timestampOfMillis } from '../platform/clock.ts'
import { AUTHN_PATH, CANCEL_PATH, linkTo, presentUser } from './authn-answers.ts'
import type { ProtocolContext } from './context.ts'

export const RECOVER_PASSWORD_PATH = `${AUTHN_PATH}/recovery/password`
export const RECOVERY_TOKEN_PATH = `${AUTHN_PATH}/recovery/token`
export const RECOVERY_ANSWER_PATH = `${AUTHN_PATH}/recovery/answer`
export const RESET_PASSWORD_PATH = `${AUTHN_PATH}/credentials/reset_password`

type Settings = Pick<ProtocolContext, 'settings'>

const facts = ({ type, relayState }: Recovery) => ({
  recoveryType: type,
  ...(relayState !== null && { relayState }),
})

/** RECOVERY, with the token that whoever asked for it brings to its person. */
export async function recoveryBegun(
  { key, recovery }: KeyedRecovery,
  context: Settings,
): Promise<Response> {
  const kind = recoveryTokenKind(recovery.type)
  return Response.json({
    recoveryToken: await writeRecoveryToken(kind, key, context.settings.keyEncryption),
    expiresAt: timestampOfMillis(recovery.expires),
    status: 'RECOVERY',
    ...facts(recovery),
    _embedded: { user: presentUser(recovery.person) },
    _links: { next: { name: 'recovery', ...linkTo(RECOVERY_TOKEN_PATH, context) } },
  })
}

/** RECOVERY, where a question has to be answered, or PASSWORD_RESET. */
export async function recoveryStanding(
  { key, recovery }: KeyedRecovery,
  context: Settings,
): Promise<Response> {
  const { person, step, question, expires } = recovery
  const asks = step === 'answer'
  const next = asks
    ? { name: 'answer', ...linkTo(RECOVERY_ANSWER_PATH, context) }
    : { name: 'resetPassword', ...linkTo(RESET_PASSWORD_PATH, context) }
  const user = { ...presentUser(person), ...(asks && { recovery_question: { question } }) }
  return Response.json({
    stateToken: await writeRecoveryToken('recovery-state', key, context.settings.keyEncryption),
    expiresAt: timestampOfMillis(expires),
    status: asks ? 'RECOVERY' : 'PASSWORD_RESET',
    ...facts(recovery),
    _embedded: { user, ...(!asks && { policy: { complexity: COMPLEXITY } }) },
    _links: { next, cancel: linkTo(CANCEL_PATH, context) },
  })
}

/** SUCCESS without a session: who is unlocked has a password to sign in with. */
export const unlocked = (recovery: Recovery): Response =>
  Response.json({ status: 'SUCCESS', ...facts(recovery) })
