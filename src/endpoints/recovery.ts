/**
 * Recoveries at the authentication API, from the token on that reached somebody: their question, another password, and
 * a session token as after any other proof.
 */
import * as z from 'zod'
import type { KeyedRecovery, Recovery, RecoveryKey, RecoveryRefusal } from '../domain/recovery.ts'
import { readRecoveryToken, type RecoveryTokenKind } from '../domain/recovery-token.ts'
import { nowMillis } from '../platform/clock.ts'
import { ApiError } from '../protocol/api-errors.ts'
import { success, unfit } from './authn-answers.ts'
import type { ProtocolContext } from './context.ts'
import { openExpiredSignIn } from './expired-sign-in.ts'
import { jsonObject, parsed } from './json-body.ts'
import { addressOf } from './people.ts'
import { recoveryStanding, unlocked } from './recovery-answers.ts'
import {
  eventOf,
  recovered,
  recoveryFailed,
  recoveryTokenUsed,
  unlockedByPerson,
} from './sign-in-log.ts'

const Token = z.object({ recoveryToken: z.string() })

export async function verifyRecoveryToken(
  request: Request,
  context: ProtocolContext,
): Promise<Response> {
  const { recoveryToken } = parsed(Token, await jsonObject(request), 'recovery')
  return exchanged('recovery-token', recoveryToken, context)
}

/** What a token is good for, once. Throws E0000011. */
export async function exchanged(
  kind: Exclude<RecoveryTokenKind, 'recovery-state'>,
  token: string,
  context: ProtocolContext,
): Promise<Response> {
  const { recoveries, settings, directory } = context
  const now = nowMillis()
  const key = await readRecoveryToken(kind, token, settings.keyEncryption)
  const redeemed = key && (await recoveries.redeem(key, now))
  if (redeemed === null) throw new ApiError('E0000011')
  await directory.record(eventOf(recoveryTokenUsed(redeemed.recovery.person), context, now))
  return goneOn(redeemed, context, now)
}

const Answer = z.object({
  stateToken: z.string(),
  answer: z.string(),
  newPassword: z.string().nullish(),
})

export async function answerRecoveryQuestion(
  request: Request,
  context: ProtocolContext,
): Promise<Response> {
  const sent = parsed(Answer, await jsonObject(request), 'recovery')
  const now = nowMillis()
  const { key, recovery: asked } = await recoveryAt('answer', sent.stateToken, context, now)
  await attempted(context, now)
  const outcome = await context.recoveries.answer({ key, answer: sent.answer, now })
  if (outcome.outcome === 'wrong') {
    await context.directory.record(eventOf(recoveryFailed(asked), context, now))
    throw new ApiError('E0000087')
  }
  if (outcome.outcome !== 'right') throw refused(outcome)
  const answered = { key, recovery: outcome.recovery }
  if (sent.newPassword != null && outcome.recovery.step === 'reset')
    return resetTo(sent.newPassword, false, answered, context, now)
  await context.throttle.giveBack(addressOf(context.request))
  return goneOn(answered, context, now)
}

const Reset = z.object({
  stateToken: z.string(),
  newPassword: z.string(),
  revokeSessions: z.boolean().nullish(),
})

export async function resetPassword(request: Request, context: ProtocolContext): Promise<Response> {
  const sent = parsed(Reset, await jsonObject(request), 'resetPassword')
  const now = nowMillis()
  const standing = await recoveryAt('reset', sent.stateToken, context, now)
  await attempted(context, now)
  return resetTo(sent.newPassword, sent.revokeSessions === true, standing, context, now)
}

/** Each password is work, and tells whether it is the present one. */
async function attempted({ throttle, request }: ProtocolContext, now: number): Promise<void> {
  if (!(await throttle.take(addressOf(request), now))) throw new ApiError('E0000047')
}

async function resetTo(
  newPassword: string,
  revokeSessions: boolean,
  { key, recovery: { person, relayState } }: KeyedRecovery,
  context: ProtocolContext,
  now: number,
): Promise<Response> {
  const event = eventOf(recovered(person), context, now)
  const asked = { key, newPassword, revokeSessions, event, now }
  const outcome = await context.recoveries.reset(asked)
  if (outcome.outcome === 'unfit') throw unfit(outcome.missed)
  if (outcome.outcome !== 'replaced') throw refused(outcome)
  await context.throttle.giveBack(addressOf(context.request))
  return success(outcome, relayState, context, now)
}

/** A lockout that nothing more is asked for is over at once. */
async function goneOn(
  standing: KeyedRecovery,
  context: ProtocolContext,
  now: number,
): Promise<Response> {
  const { key, recovery } = standing
  if (recovery.step !== 'unlock') return recoveryStanding(standing, context)
  const event = eventOf(unlockedByPerson(recovery.person), context, now)
  const outcome = await context.recoveries.unlock({ key, event, now })
  if (outcome.outcome !== 'unlocked') throw refused(outcome)
  return unlocked(recovery)
}

/** The recovery of a state token. Null: the token is of no recovery, or of one that is over. */
export async function recoveryOf(
  stateToken: string,
  { settings, recoveries }: Pick<ProtocolContext, 'settings' | 'recoveries'>,
  now: number,
): Promise<KeyedRecovery | null> {
  const key: RecoveryKey | null = await readRecoveryToken(
    'recovery-state',
    stateToken,
    settings.keyEncryption,
  )
  const recovery = key && (await recoveries.find(key, 'state', now))
  return key === null || recovery === null ? null : { key, recovery }
}

/** Throws E0000079 for a transaction that is somewhere else, and E0000011 for none. */
async function recoveryAt(
  step: Recovery['step'],
  stateToken: string,
  context: ProtocolContext,
  now: number,
): Promise<KeyedRecovery> {
  const standing = await recoveryOf(stateToken, context, now)
  if (standing?.recovery.step === step) return standing
  const isOther =
    standing !== null || (await openExpiredSignIn('authn', stateToken, context, now)) !== null
  throw new ApiError(isOther ? 'E0000079' : 'E0000011')
}

const refused = ({ outcome }: RecoveryRefusal): ApiError =>
  new ApiError(outcome === 'over' ? 'E0000011' : 'E0000079')
