/**
 * Transactions of Okta's authentication API, by their state token: sign-ins that wait for another password in the place
 * of one that has expired, and recoveries.
 */
import * as z from 'zod'
import type { Person } from '../domain/person.ts'
import type { ReplacementOutcome } from '../domain/password-replacement.ts'
import { nowMillis } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { ApiError } from '../protocol/api-errors.ts'
import { passwordExpired, success, unfit } from './authn-answers.ts'
import type { ProtocolContext } from './context.ts'
import { cancelExpiredSignIn, openExpiredSignIn, type ExpiredSignIn } from './expired-sign-in.ts'
import { jsonObject, parsed } from './json-body.ts'
import { addressOf } from './people.ts'
import { recoveryOf } from './recovery.ts'
import { recoveryStanding } from './recovery-answers.ts'
import { eventOf, passwordReplaced } from './sign-in-log.ts'

const StateToken = z.object({ stateToken: z.string() })

interface Waiting {
  readonly signIn: ExpiredSignIn
  readonly person: Person
}

/** Throws E0000011 for a token that is over, ended, used up or not ours. */
async function waiting(text: string, context: ProtocolContext, now: number): Promise<Waiting> {
  const signIn = await openExpiredSignIn('authn', text, context, now)
  const person = signIn && (await context.subjects.holderOfProof(signIn.proof))
  if (signIn === null || person === null) throw new ApiError('E0000011')
  return { signIn, person }
}

/** The transaction as it stands. */
export async function standingTransaction(
  body: object,
  context: ProtocolContext,
): Promise<Response> {
  const { stateToken } = parsed(StateToken, body, 'authn')
  const now = nowMillis()
  const recovery = await recoveryOf(stateToken, context, now)
  if (recovery !== null) return recoveryStanding(recovery, context)
  const { signIn, person } = await waiting(stateToken, context, now)
  return passwordExpired(signIn, person, context)
}

export const introspectTransaction = async (
  request: Request,
  context: ProtocolContext,
): Promise<Response> => standingTransaction(await jsonObject(request), context)

/** Whoever cancels need not be able to go on. */
export async function cancelTransaction(
  request: Request,
  context: ProtocolContext,
): Promise<Response> {
  const { stateToken } = parsed(StateToken, await jsonObject(request), 'authn')
  const now = nowMillis()
  const standing = await recoveryOf(stateToken, context, now)
  if (standing !== null) {
    await context.recoveries.cancel(standing.key, now)
    return cancelled(standing.recovery)
  }
  const signIn = await openExpiredSignIn('authn', stateToken, context, now)
  if (signIn === null) throw new ApiError('E0000011')
  await cancelExpiredSignIn(signIn, context)
  return cancelled(signIn)
}

const cancelled = ({ relayState }: { readonly relayState: string | null }): Response =>
  Response.json(relayState === null ? {} : { relayState })

const Change = z.object({
  stateToken: z.string(),
  oldPassword: z.string(),
  newPassword: z.string(),
  revokeSessions: z.boolean().nullish(),
})

type Change = z.output<typeof Change>

export async function changePassword(
  request: Request,
  context: ProtocolContext,
): Promise<Response> {
  const change = parsed(Change, await jsonObject(request), 'changePassword')
  const now = nowMillis()
  if ((await recoveryOf(change.stateToken, context, now)) !== null) throw new ApiError('E0000079')
  const { signIn, person } = await waiting(change.stateToken, context, now)
  const outcome = await attempted(change, { signIn, person }, context, now)
  if (outcome.outcome === 'replaced') return success(outcome, signIn.relayState, context, now)
  if (outcome.outcome === 'over') throw new ApiError('E0000011')
  if (outcome.outcome === 'unfit') throw unfit(outcome.missed)
  const failure = passwordReplaced(person, 'INVALID_CREDENTIALS')
  await context.directory.record(eventOf(failure, context, now))
  throw new ApiError('E0000014', '', ['oldPassword: The password is not the present one'])
}

/** The old password is one that is tried, and counted as such. */
async function attempted(
  { oldPassword, newPassword, revokeSessions }: Change,
  { signIn: { proof }, person }: Waiting,
  context: ProtocolContext,
  now: number,
): Promise<ReplacementOutcome> {
  const { subjects, throttle, request } = context
  const address = addressOf(request)
  if (!(await throttle.take(address, now))) throw new ApiError('E0000047')
  if (oldPassword.length > limits.passwordTextCharactersMax) return { outcome: 'wrong' }
  const outcome = await subjects.replacePassword({
    proof,
    oldPassword,
    newPassword,
    revokeSessions: revokeSessions === true,
    event: eventOf(passwordReplaced(person), context, now),
    now,
  })
  const isRight = outcome.outcome === 'replaced' || outcome.outcome === 'unfit'
  if (isRight) await throttle.giveBack(address)
  return outcome
}
