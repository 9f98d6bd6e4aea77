/**
 * Introspection answers as JWTs, RFC 9701 §5, signed with the key that a server publishes. One names who asked as its
 * audience and has neither `exp` nor `sub`, so that nobody takes it for a token of what it tells (§8.1).
 */
import { typedHeader } from '../keys/header.ts'
import { signJwt } from '../keys/sign.ts'
import type { Signer } from '../keys/signer.ts'

/** The media type of such an answer; without `application/` it is the type in the JWT's header. */
export const INTROSPECTION_JWT = 'application/token-introspection+jwt'

export const signIntrospection = (
  content: Readonly<Record<string, unknown>>,
  issuer: string,
  audience: string,
  { header, key }: Signer,
  nowSeconds: number,
): Promise<string> =>
  signJwt(
    { iss: issuer, aud: audience, iat: nowSeconds, token_introspection: content },
    { header: typedHeader(header, 'token-introspection+jwt'), key },
  )
