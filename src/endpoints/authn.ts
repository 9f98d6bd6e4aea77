/**
 * Okta's primary authentication, `POST /api/v1/authn`: a page of an app takes the password itself and gets a session
 * token for it, which the authorization endpoint takes, or a state token where the password has expired. Answers and
 * errors are in the management envelope.
 */
import * as z from 'zod'
import { attemptPassword } from '../grants/password-attempt.ts'
import { nowMillis } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { ApiError } from '../protocol/api-errors.ts'
import { lockedOut, passwordExpired, success } from './authn-answers.ts'
import { standingTransaction } from './authn-transaction.ts'
import type { ProtocolContext } from './context.ts'
import { newExpiredSignIn } from './expired-sign-in.ts'
import { jsonObject, parsed } from './json-body.ts'
import { addressOf } from './people.ts'
import { exchanged } from './recovery.ts'
import { tellFailure } from './sign-in-log.ts'

const Credentials = z.object({
  username: z.string(),
  password: z.string(),
  relayState: z.string().max(limits.uriCharactersMax).nullish(),
})

/** What an administrator was given who activated somebody without a password. */
const Activation = z.object({ token: z.string() })

export async function authenticate(request: Request, context: ProtocolContext): Promise<Response> {
  const body = await jsonObject(request)
  if ('stateToken' in body) return standingTransaction(body, context)
  if ('token' in body)
    return exchanged('activation-token', parsed(Activation, body, 'authn').token, context)
  const { username, password, relayState = null } = parsed(Credentials, body, 'authn')
  const now = nowMillis()
  const attempt = { login: username, password, app: null, address: addressOf(request), now }
  const outcome = await attemptPassword(attempt, context)
  if (outcome.outcome === 'correct') return success(outcome, relayState, context, now)
  const { isKnown } = outcome
  await tellFailure({ login: username, isKnown }, outcome.outcome, null, context, now)
  if (outcome.outcome === 'expired' && outcome.replaceable !== undefined) {
    const { person, proof } = outcome.replaceable
    return passwordExpired(newExpiredSignIn(proof, { relayState }), person, context)
  }
  if (outcome.outcome === 'locked' && (await showsLockouts(context))) return lockedOut(context)
  throw new ApiError(outcome.outcome === 'throttled' ? 'E0000047' : 'E0000004')
}

/** Saying it tells that somebody has the login: an org has to want that. */
async function showsLockouts({ directory, waitUntil }: ProtocolContext): Promise<boolean> {
  return (await directory.orgSettings(waitUntil)).showLockoutFailures === true
}
