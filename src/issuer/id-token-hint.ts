/**
 * ID tokens that come back as hints: genuine ones of a server, whether they have expired or not (OpenID Connect Core
 * §3.1.2.1, RP-Initiated Logout §2). They say who was signed in, and prove nothing about who is there now.
 */
import { decodeJwt } from 'jose'
import type { RingView } from '../domain/key-rotation.ts'
import { limits } from '../platform/limits.ts'
import { readIdToken } from './id-token.ts'

export interface IdTokenHint {
  readonly userId: string
  readonly clientId: string
}

/** Null for anything that is no ID token of the issuer. */
export async function readIdTokenHint(
  token: string,
  ring: RingView,
  issuer: string,
): Promise<IdTokenHint | null> {
  if (token.length > limits.tokenCharactersMax) return null
  let issuedAt: unknown
  try {
    issuedAt = decodeJwt(token).iat
  } catch {
    return null
  }
  if (typeof issuedAt !== 'number') return null
  // At the second it was issued it had not expired.
  const claims = await readIdToken(token, ring, issuer, issuedAt)
  return claims && { userId: claims.sub, clientId: claims.aud }
}
