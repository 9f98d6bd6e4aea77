/**
 * RFC 6749 §4.3: the client passes a person's password on. Allowed where app and policy allow it; the same throttling
 * as at the sign-in page, and no hint whether the user exists.
 */
import { OAuthError, type ReasonName } from '../protocol/errors.ts'
import { askedApp, type PersonGrant } from './grant.ts'
import { attemptPassword, type AttemptOutcome } from './password-attempt.ts'
import { requestedScopes, required } from './requested.ts'

const REFUSALS: Readonly<Record<Exclude<AttemptOutcome['outcome'], 'correct'>, ReasonName>> = {
  wrong: 'invalid_password_credentials',
  locked: 'invalid_password_credentials',
  expired: 'expired_password_credentials',
  throttled: 'too_many_attempts',
}

export const password: PersonGrant = {
  of: 'person',
  grantType: 'password',
  publicClients: 'allowed',
  async redeem(form, redeeming) {
    const scopes = requestedScopes(form)
    const attempt = {
      login: required(form, 'username'),
      password: required(form, 'password'),
      app: askedApp(redeeming.client),
      address: redeeming.address,
      now: redeeming.nowMillis,
    }
    const outcome = await attemptPassword(attempt, redeeming)
    if (outcome.outcome !== 'correct') throw new OAuthError(REFUSALS[outcome.outcome])
    const { person, assignment, epoch } = outcome
    if (assignment === null) throw new OAuthError('user_not_assigned')
    return { by: 'person', person, assignment, requestedScopes: scopes ?? [], amr: ['pwd'], epoch }
  },
}
