/**
 * What makes the payload of a genuine token an access token that is in time: Okta's form, which its `jti` tells, or
 * that of RFC 9068, which its header tells. An ID token, a logout token and whatever else a server signs is neither.
 */
import { limits } from '../platform/limits.ts'
import {
  refused,
  type Acceptance,
  type Expected,
  type Reason,
  type Verdict,
  type VerifiedToken,
} from './verdict.ts'

type Payload = Readonly<Record<string, unknown>>

/** RFC 9068 §4: either spelling, in whatever case. */
const AT_JWT = /^(application\/)?at\+jwt$/i

/** Okta's access tokens have no `typ`. */
export const isAccessTokenType = (typ: unknown): boolean =>
  typ === undefined || (typeof typ === 'string' && AT_JWT.test(typ))

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

/** Null: it is not an access token. */
function readToken(payload: Payload, typ: unknown): VerifiedToken | null {
  const { jti, iss, sub, uid, iat, exp, scp, scope } = payload
  const clientId = payload['cid'] ?? (typ === undefined ? undefined : payload['client_id'])
  const scopes = scp ?? (typ === undefined || !isText(scope) ? undefined : scope.split(' '))
  if (!isText(jti) || !isText(iss) || !isText(sub) || !isText(clientId) || !isTexts(scopes))
    return null
  if (typ === undefined && !jti.startsWith('AT.')) return null
  if (uid !== undefined && !isText(uid)) return null
  if (!Number.isFinite(iat) || !Number.isFinite(exp)) return null
  return {
    jti,
    issuer: iss,
    subject: sub,
    clientId,
    userId: uid ?? null,
    scopes,
    issuedAt: Number(iat),
    expires: Number(exp),
    claims: payload,
  }
}

const isFor = (audience: unknown, { audience: expected }: Expected): boolean => {
  const accepted = typeof expected === 'string' ? [expected] : expected
  const named = Array.isArray(audience) ? (audience as readonly unknown[]) : [audience]
  return named.some((one) => typeof one === 'string' && accepted.includes(one))
}

/** A token lives until its last second; only the future is looked at with patience. */
function timeFault(
  { issuedAt, expires }: VerifiedToken,
  notBefore: unknown,
  now: number,
): Reason | null {
  if (now >= expires) return 'expired'
  if (notBefore !== undefined && !Number.isFinite(notBefore)) return 'malformed'
  const latest = now + limits.clockSkewSeconds
  return issuedAt > latest || Number(notBefore ?? 0) > latest ? 'not_yet_valid' : null
}

/** Of a payload whose signature is good. `now` in seconds. */
export function accessTokenOf(
  payload: Payload,
  typ: unknown,
  expected: Expected,
  now: number,
): Verdict {
  const token = readToken(payload, typ)
  if (token === null) return refused('wrong_type')
  if (!isFor(payload['aud'], expected)) return refused('wrong_audience')
  const fault = timeFault(token, payload['nbf'], now)
  return fault === null ? { valid: true, token } : refused(fault)
}

/** What else is demanded of a token that is good. */
export function suffices(
  accepted: Acceptance,
  { scopes = [], acrValues, maxAge }: Expected,
  now: number,
): Verdict {
  const { token } = accepted
  if (!scopes.every((scope) => token.scopes.includes(scope))) return refused('insufficient_scope')
  const { acr, auth_time: authTime } = token.claims
  const hasContext = acrValues === undefined || (typeof acr === 'string' && acrValues.includes(acr))
  const isRecent =
    maxAge === undefined || (typeof authTime === 'number' && now - authTime <= maxAge)
  return hasContext && isRecent ? accepted : refused('insufficient_user_authentication')
}
