/**
 * The one predicate for "this JWT was signed by this server and is in time". The algorithm is the key's own, never
 * what the token says; a token without exp is no token.
 */
import { decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose'
import type { RingView } from '../domain/key-rotation.ts'
import { isCompactJws } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { publishedKeys } from './jwks.ts'

/** The payload, or null for anything that is not a valid token of the issuer whose header says one of the types. */
export async function verifyOwnToken(
  token: string,
  ring: RingView,
  issuer: string,
  types: readonly (string | undefined)[],
  nowSeconds: number,
): Promise<JWTPayload | null> {
  if (token.length > limits.tokenCharactersMax || !isCompactJws(token)) return null
  try {
    const { kid, typ } = decodeProtectedHeader(token)
    if (!types.includes(typ)) return null
    const key = publishedKeys(ring, nowSeconds).find((candidate) => candidate.kid === kid)
    if (key === undefined) return null
    const { payload } = await jwtVerify(token, key.publicJwk, {
      issuer,
      algorithms: [key.algorithm],
      requiredClaims: ['exp', 'iat', 'jti'],
      currentDate: new Date(nowSeconds * 1000),
    })
    // As for every verifier: whoever dated it was ahead of everybody else.
    const isFuture = Number(payload.iat) > nowSeconds + limits.clockSkewSeconds
    return isFuture ? null : payload
  } catch {
    return null
  }
}

/**
 * Whether a token names a key that a ring does not hold: it may have been made since the ring was read. An encrypted
 * token names the key of its reader, which is in no ring.
 */
export function namesUnknownKey(token: string, ring: RingView): boolean {
  try {
    const { kid, enc } = decodeProtectedHeader(token)
    return enc === undefined && typeof kid === 'string' && !ring.keys.some((key) => key.kid === kid)
  } catch {
    return false
  }
}
