/**
 * JWTs that a client signs for this server: assertions (RFC 7523 §3) and request objects (RFC 9101 §6). The key comes
 * from the registration, never from the token. What differs between them is how they are refused, so that is a table.
 */
import { decodeProtectedHeader, jwtVerify, type JWK, type JWTPayload } from 'jose'
import type { Client } from '../domain/client.ts'
import { base64url, isCompact, utf8, type Bytes } from '../platform/encoding.ts'
import type { KeyEncryption } from '../platform/key-encryption.ts'
import { limits } from '../platform/limits.ts'
import { OAuthError, type ReasonName } from '../protocol/errors.ts'
import { isUsableKey, keysAt } from './jwks-uri.ts'

export const SECRET_ALGORITHMS: readonly string[] = ['HS256', 'HS384', 'HS512']

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

export const SIGNATURE_ALGORITHMS: readonly string[] = [...KEY_TYPES.keys()]

/** What a request object may say that it is, RFC 9101 §4. */
export const REQUEST_OBJECT_TYPE = 'oauth-authz-req+jwt'

/** RFC 7518 §3.2 asks for a key as long as the hash; Okta takes 32 characters for every HMAC, and so do we. */
const SECRET_BYTES_MIN = 32

export interface ClientJwtContext {
  readonly keyEncryption: KeyEncryption
  readonly outboundAllowedOrigins: readonly string[]
  readonly nowSeconds: number
}

/** What each fault is called. */
export type Fault =
  | 'malformed'
  | 'algorithm'
  | 'signature'
  | 'key'
  | 'noKeys'
  | 'jwksUnavailable'
  | 'secretTooShort'
  | 'expirationMissing'
  | 'expired'
  | 'tooLongLived'
  | 'issuedInFuture'
  | 'jti'

export type Refusals = Readonly<Record<Fault, ReasonName>>

/** The one-time identity of a JWT. */
export interface OneTimeUse {
  /** SHA-256 of the jti, so that a caller's string never becomes an address. */
  readonly idHash: string
  readonly expires: number
}

interface Header {
  readonly alg: string
  readonly kid: string | undefined
  /** What the JWT says that it is, without the prefix that may be left out (RFC 7515 §4.1.9). */
  readonly typ: string | undefined
}

/** Of a JWS or a JWE, which are told apart by what they say. */
export function headerOf(jwt: string, refusals: Refusals): Header {
  if (!isCompact(jwt)) throw new OAuthError(refusals.malformed)
  try {
    const { alg, kid, typ } = decodeProtectedHeader(jwt)
    if (typeof alg === 'string')
      return {
        alg,
        kid: typeof kid === 'string' ? kid : undefined,
        typ: typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : undefined,
      }
  } catch {
    // Falls through to the one refusal of malformed tokens.
  }
  throw new OAuthError(refusals.malformed)
}

/** The payload of a JWT with an HMAC under one of the client's secrets. */
export async function verifiedBySecret(
  jwt: string,
  client: Client,
  context: ClientJwtContext,
  refusals: Refusals,
): Promise<JWTPayload> {
  const { alg } = headerOf(jwt, refusals)
  if (!SECRET_ALGORITHMS.includes(alg)) throw new OAuthError(refusals.algorithm)
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
      const payload = await verified(jwt, value, alg, context)
      if (payload !== null) return payload
    }
  }
  throw fault ?? new OAuthError(tooShort ? refusals.secretTooShort : refusals.signature)
}

/** The payload of a JWT that one of the client's keys signed. */
export async function verifiedByKey(
  jwt: string,
  client: Client,
  context: ClientJwtContext,
  refusals: Refusals,
): Promise<JWTPayload> {
  const header = headerOf(jwt, refusals)
  if (!KEY_TYPES.has(header.alg)) throw new OAuthError(refusals.algorithm)
  for (const key of await candidates(client, header, context, refusals)) {
    const payload = await verified(jwt, key, header.alg, context)
    if (payload !== null) return payload
  }
  throw new OAuthError(refusals.signature)
}

/** Registered keys that could have signed: by kid where one is named, else those of the algorithm's type. */
async function candidates(
  client: Client,
  { alg, kid }: Header,
  context: ClientJwtContext,
  refusals: Refusals,
): Promise<readonly JWK[]> {
  const registered =
    client.jwksUri === null
      ? client.keys.map((key) => key.jwk)
      : await published(client.jwksUri, kid, context, refusals)
  if (registered.length === 0) throw new OAuthError(refusals.noKeys)
  const named = registered.filter((key) =>
    kid === undefined
      ? true
      : key.kid === kid || (key.kid === undefined && registered.length === 1),
  )
  if (named.length === 0) throw new OAuthError(refusals.key)
  const fitting = named.filter((key) => fits(key, alg))
  if (fitting.length === 0) throw new OAuthError(refusals.algorithm)
  return fitting.slice(0, 10)
}

async function published(
  uri: string,
  kid: string | undefined,
  context: ClientJwtContext,
  refusals: Refusals,
): Promise<readonly JWK[]> {
  const keys = await keysAt(uri, kid, context)
  if (keys === null) throw new OAuthError(refusals.jwksUnavailable)
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

/** The payload when the signature is right. Times are checked by {@link checkTimes}. */
async function verified(
  jwt: string,
  key: JWK | Uint8Array,
  alg: string,
  { nowSeconds }: ClientJwtContext,
): Promise<JWTPayload | null> {
  try {
    const { payload } = await jwtVerify(jwt, key, {
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

/** `exp` is there, to come and not far away; `iat` and `nbf` are past. */
export function checkTimes(
  { exp, iat, nbf }: JWTPayload,
  nowSeconds: number,
  refusals: Refusals,
): number {
  if (typeof exp !== 'number' || !Number.isFinite(exp))
    throw new OAuthError(refusals.expirationMissing)
  if (exp <= nowSeconds) throw new OAuthError(refusals.expired)
  if (exp > nowSeconds + limits.assertionLifetimeSecondsMax + limits.clockSkewSeconds)
    throw new OAuthError(refusals.tooLongLived)
  if ([iat, nbf].some((time) => time !== undefined && time > nowSeconds + limits.clockSkewSeconds))
    throw new OAuthError(refusals.issuedInFuture)
  return exp
}

/** What must be spent before the JWT takes effect; null when it names no id. Each `kind` has ids of its own. */
export async function oneTimeUse(
  { jti }: JWTPayload,
  exp: number,
  kind: string,
  refusals: Refusals,
): Promise<OneTimeUse | null> {
  if (jti === undefined) return null
  if (typeof jti !== 'string' || jti === '' || jti.length > limits.jtiCharactersMax)
    throw new OAuthError(refusals.jti)
  const hash = await crypto.subtle.digest('SHA-256', utf8(kind + jti))
  // The ledger's clock may run ahead of the one that checked `exp`.
  const expires = Math.ceil(exp) + limits.clockSkewSeconds
  return { idHash: base64url(new Uint8Array(hash)), expires }
}
