/**
 * JWT client assertions: private_key_jwt and client_secret_jwt, OpenID Connect Core §9 and RFC 7523 §3.
 * The algorithm family follows from the registered method.
 */
import type { JWTPayload } from 'jose'
import type { Client } from '../domain/client.ts'
import { utf8Decode } from '../platform/encoding.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { AuthenticationContext } from './authenticate.ts'
import {
  checkTimes,
  headerOf,
  oneTimeUse,
  REQUEST_OBJECT_TYPE,
  SECRET_ALGORITHMS,
  SIGNATURE_ALGORITHMS,
  verifiedByKey,
  verifiedBySecret,
  type OneTimeUse,
  type Refusals,
} from './client-jwt.ts'

export const SECRET_ASSERTION_ALGORITHMS = SECRET_ALGORITHMS
export const SIGNED_ASSERTION_ALGORITHMS = SIGNATURE_ALGORITHMS

/** The one-time identity of an assertion. */
export type AssertionUse = OneTimeUse

const REFUSALS: Refusals = {
  malformed: 'assertion_malformed',
  algorithm: 'assertion_algorithm',
  signature: 'assertion_signature',
  key: 'assertion_key',
  noKeys: 'assertion_no_keys',
  jwksUnavailable: 'assertion_jwks_unavailable',
  secretTooShort: 'assertion_secret_too_short',
  expirationMissing: 'assertion_expiration_missing',
  expired: 'assertion_expired',
  tooLongLived: 'assertion_too_long_lived',
  issuedInFuture: 'assertion_issued_in_future',
  jti: 'assertion_jti',
}

/** client_secret_jwt: an HMAC under the client's secret. */
export const verifySecretAssertion = async (
  assertion: string,
  client: Client,
  context: AuthenticationContext,
): Promise<AssertionUse | null> =>
  checkClaims(
    await verifiedBySecret(untyped(assertion), client, context, REFUSALS),
    client,
    context,
  )

/** private_key_jwt: a signature by a registered key. */
export const verifySignedAssertion = async (
  assertion: string,
  client: Client,
  context: AuthenticationContext,
): Promise<AssertionUse | null> =>
  checkClaims(await verifiedByKey(untyped(assertion), client, context, REFUSALS), client, context)

/** RFC 9101 §10.8: a request object goes through browsers, and whoever sees one must not pass for the client. */
function untyped(assertion: string): string {
  if (headerOf(assertion, REFUSALS).typ === REQUEST_OBJECT_TYPE)
    throw new OAuthError('assertion_malformed')
  return assertion
}

async function checkClaims(
  payload: JWTPayload,
  client: Client,
  { audiences, nowSeconds }: AuthenticationContext,
): Promise<AssertionUse | null> {
  const { iss, sub, aud } = payload
  if (iss !== client.clientId) throw new OAuthError('assertion_issuer')
  if (sub !== client.clientId) throw new OAuthError('assertion_subject')
  // Every audience must be this server: an assertion that also names another server could be replayed from there.
  const named = Array.isArray(aud) ? aud : [aud]
  if (named.length === 0 || !named.every((one) => one !== undefined && audiences.includes(one)))
    throw new OAuthError('assertion_audience')
  const exp = checkTimes(payload, nowSeconds, REFUSALS)
  return oneTimeUse(payload, exp, '', REFUSALS)
}

/** A stored secret as text, for the management API. */
export const secretText = (bytes: Uint8Array): string => utf8Decode(bytes) ?? ''
