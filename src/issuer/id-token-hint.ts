/**
 * ID tokens that come back as hints: genuine ones of a server, whether they have expired or not (OpenID Connect Core
 * §3.1.2.1, RP-Initiated Logout §2). They say who was signed in, and prove nothing about who is there now.
 */
import { decodeJwt } from 'jose'
import type { RingView } from '../domain/key-rotation.ts'
import { verifyOwnToken } from '../keys/verify.ts'
import { limits } from '../platform/limits.ts'

export interface IdTokenHint {
  readonly userId: string
  readonly clientId: string
  /** Null: the sign-in had no session. */
  readonly sid: string | null
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
  const payload = await verifyOwnToken(token, ring, issuer, issuedAt)
  if (payload === null || payload.jti?.startsWith('ID.') !== true) return null
  const { sub, aud, sid } = payload
  if (typeof sub !== 'string' || typeof aud !== 'string') return null
  return { userId: sub, clientId: aud, sid: typeof sid === 'string' ? sid : null }
}
