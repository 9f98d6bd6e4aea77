/** Genuine ID tokens of a server, as they come back to it: to be introspected, or as hints. */
import type { JWTPayload } from 'jose'
import type { RingView } from '../domain/key-rotation.ts'
import { verifyOwnToken } from '../keys/verify.ts'

/** An ID token whose signature, issuer and time are good. */
export interface IdTokenClaims extends JWTPayload {
  readonly jti: string
  readonly exp: number
  readonly iat: number
  /** The user's id. */
  readonly sub: string
  /** The client. */
  readonly aud: string
}

/** Null for anything that is not an ID token of the issuer. */
export async function readIdToken(
  token: string,
  ring: RingView,
  issuer: string,
  nowSeconds: number,
): Promise<IdTokenClaims | null> {
  const payload = await verifyOwnToken(token, ring, issuer, [undefined], nowSeconds)
  if (payload === null) return null
  const { jti, sub, aud } = payload
  const isIdToken =
    jti?.startsWith('ID.') === true && typeof sub === 'string' && typeof aud === 'string'
  return isIdToken ? (payload as IdTokenClaims) : null
}
