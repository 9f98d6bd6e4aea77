/**
 * JWT client assertions: private_key_jwt and client_secret_jwt, OpenID Connect Core §9 and RFC 7523 §3.
 * The algorithm family follows from the registered method, the key from the registration, never from the token.
 */
import { decodeProtectedHeader, jwtVerify, type JWK, type JWTPayload } from 'jose'
import type { Client } from '../domain/client.ts'
import { base64url, utf8, utf8Decode, type Bytes } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { AuthenticationContext } from './authenticate.ts'
import { isUsableKey, keysAt } from './jwks-uri.ts'

export const SECRET_ASSERTION_ALGORITHMS: readonly string[] = ['HS256', 'HS384', 'HS512']

/** Each signature algorithm and the key type it takes. */
const KEY_TYPES: ReadonlyMap<string, string> = new Map([
  ['RS256', 'RSA'],
  ['RS384', 'RSA'],
  ['RS512', 'RSA'],
  ['PS256', 'RSA'],
  ['PS384', 'RSA'],
  ['PS512', 'RSA'],
  ['ES256', 'EC P-256'],
  ['ES384', 'EC P-384'],
  ['ES512', 'EC P-521'],
  ['EdDSA', 'OKP Ed25519'],
])

export const SIGNED_ASSERTION_ALGORITHMS: readonly string[] = [...KEY_TYPES.keys()]

/** RFC 7518 §3.2 asks for a key as long as the hash; Okta takes 32 characters for every HMAC, and so do we. */
const SECRET_BYTES_MIN = 32

/** The one-time identity of an assertion. */
export interface AssertionUse {
  /** SHA-256 of the jti, so that a caller's string never becomes an address. */
  readonly idHash: string
  readonly expires: number
}

interface Header {
  readonly alg: string
  readonly kid: string | undefined
}

/** client_secret_jwt: an HMAC under the client's secret. */
export async function verifySecretAssertion(
  assertion: string,
  client: Client,
  context: AuthenticationContext,
): Promise<AssertionUse | null> {
  const { alg } = headerOf(assertion)
  if (!SECRET_ASSERTION_ALGORITHMS.includes(alg)) throw new OAuthError('assertion_algorithm')
  let tooShort = false
  let fault: unknown
  for (const secret of client.secrets) {
    if (secret.status !== 'ACTIVE') continue
    let value: Bytes
    try {
      value = await context.keyEncryption.open(secret.envelope, 'client-secret', [
        client.id,
        secret.id,
      ])
    } catch (cause) {
      // One that cannot be opened does not stand before one that can.
      fault ??= cause
      continue
    }
    if (value.length < SECRET_BYTES_MIN) tooShort = true
    else {
      const payload = await verified(assertion, value, alg, context)
      if (payload !== null) return checkClaims(payload, client, context)
    }
  }
  throw fault ?? new OAuthError(tooShort ? 'assertion_secret_too_short' : 'assertion_signature')
}

/** private_key_jwt: a signature by a registered key. */
export async function verifySignedAssertion(
  assertion: string,
  client: Client,
  context: AuthenticationContext,
): Promise<AssertionUse | null> {
  const header = headerOf(assertion)
  if (!KEY_TYPES.has(header.alg)) throw new OAuthError('assertion_algorithm')
  for (const key of await candidates(client, header, context)) {
    const payload = await verified(assertion, key, header.alg, context)
    if (payload !== null) return checkClaims(payload, client, context)
  }
  throw new OAuthError('assertion_signature')
}

function headerOf(assertion: string): Header {
  try {
    const { alg, kid } = decodeProtectedHeader(assertion)
    if (typeof alg === 'string') return { alg, kid: typeof kid === 'string' ? kid : undefined }
  } catch {
    // Falls through to the one refusal of malformed tokens.
  }
  throw new OAuthError('assertion_malformed')
}

/** Registered keys that could have signed: by kid where one is named, else those of the algorithm's type. */
async function candidates(
  client: Client,
  { alg, kid }: Header,
  context: AuthenticationContext,
): Promise<readonly JWK[]> {
  const registered =
    client.jwksUri === null
      ? client.keys.map((key) => key.jwk)
      : await published(client.jwksUri, kid, context)
  if (registered.length === 0) throw new OAuthError('assertion_no_keys')
  const named = registered.filter((key) =>
    kid === undefined
      ? true
      : key.kid === kid || (key.kid === undefined && registered.length === 1),
  )
  if (named.length === 0) throw new OAuthError('assertion_key')
  const fitting = named.filter((key) => fits(key, alg))
  if (fitting.length === 0) throw new OAuthError('assertion_algorithm')
  return fitting.slice(0, 10)
}

async function published(
  uri: string,
  kid: string | undefined,
  context: AuthenticationContext,
): Promise<readonly JWK[]> {
  const keys = await keysAt(uri, kid, context)
  if (keys === null) throw new OAuthError('assertion_jwks_unavailable')
  return keys.filter(isUsableKey).slice(0, limits.keysPerAppMax)
}

function fits(key: JWK, alg: string): boolean {
  const type = key.kty === 'RSA' ? 'RSA' : `${key.kty} ${key.crv}`
  return (
    type === KEY_TYPES.get(alg) &&
    (key.alg === undefined || key.alg === alg) &&
    (key.use === undefined || key.use === 'sig')
  )
}

/** The payload when the signature is right. Claims are checked by {@link checkClaims}, so no time is passed here. */
async function verified(
  assertion: string,
  key: JWK | Uint8Array,
  alg: string,
  { nowSeconds }: AuthenticationContext,
): Promise<JWTPayload | null> {
  try {
    const { payload } = await jwtVerify(assertion, key, {
      algorithms: [alg],
      // A window wide enough that jose checks only the signature; our own checks tell the reasons apart.
      clockTolerance: 1e11,
      currentDate: new Date(nowSeconds * 1000),
    })
    return payload
  } catch {
    return null
  }
}

async function checkClaims(
  payload: JWTPayload,
  client: Client,
  { audiences, nowSeconds }: AuthenticationContext,
): Promise<AssertionUse | null> {
  const { iss, sub, aud, exp, iat, nbf, jti } = payload
  if (iss !== client.clientId) throw new OAuthError('assertion_issuer')
  if (sub !== client.clientId) throw new OAuthError('assertion_subject')
  // Every audience must be this server: an assertion that also names another server could be replayed from there.
  const named = Array.isArray(aud) ? aud : [aud]
  if (named.length === 0 || !named.every((one) => one !== undefined && audiences.includes(one)))
    throw new OAuthError('assertion_audience')
  if (typeof exp !== 'number' || !Number.isFinite(exp))
    throw new OAuthError('assertion_expiration_missing')
  if (exp <= nowSeconds) throw new OAuthError('assertion_expired')
  if (exp > nowSeconds + limits.assertionLifetimeSecondsMax + limits.clockSkewSeconds)
    throw new OAuthError('assertion_too_long_lived')
  if ([iat, nbf].some((time) => time !== undefined && time > nowSeconds + limits.clockSkewSeconds))
    throw new OAuthError('assertion_issued_in_future')
  if (jti === undefined) return null
  if (typeof jti !== 'string' || jti === '' || jti.length > limits.jtiCharactersMax)
    throw new OAuthError('assertion_jti')
  const hash = await crypto.subtle.digest('SHA-256', utf8(jti))
  // The ledger's clock may run ahead of the one that checked `exp`.
  const expires = Math.ceil(exp) + limits.clockSkewSeconds
  return { idHash: base64url(new Uint8Array(hash)), expires }
}

/** A stored secret as text, for the management API. */
export const secretText = (bytes: Uint8Array): string => utf8Decode(bytes) ?? ''
