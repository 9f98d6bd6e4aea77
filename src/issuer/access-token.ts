/**
 * Whether an access token of a server is alive: the one predicate that introspection, revocation and the management
 * API share. Signature and time by the server's ring, then the client's epoch, then the revocation ledger.
 */
import type { JWTPayload } from 'jose'
import type { Client } from '../domain/client.ts'
import { ORG_SERVER_ID } from '../domain/authorization-server.ts'
import type { RevocationFeeds } from '../domain/revocation-feed.ts'
import type { Ledgers } from '../domain/snapshot.ts'
import type { CompiledServer } from './compile.ts'
import { revocationLedger } from './ledger-names.ts'
import type { RingView } from '../domain/key-rotation.ts'
import { verifyOwnToken } from '../keys/verify.ts'
import { OAuthError } from '../protocol/errors.ts'
import { limits } from '../platform/limits.ts'
import { logFault } from '../platform/log.ts'

/** An access token whose signature, issuer, audience and time are good. */
export interface AccessTokenClaims extends JWTPayload {
  readonly jti: string
  readonly exp: number
  readonly iat: number
  readonly sub: string
  readonly cid: string
  /** The user's id; absent when the client acts for itself. */
  readonly uid?: string
  readonly scp: readonly string[]
}

/** RFC 9068 §2.1. */
export const ACCESS_TOKEN_TYPE = 'at+jwt'

/** Tokens that are out keep the form that their server had. */
const TYPES = [undefined, ACCESS_TOKEN_TYPE]

/** Null for anything that is not an access token of this server. */
export async function readAccessToken(
  token: string,
  server: CompiledServer,
  ring: RingView,
  nowSeconds: number,
): Promise<AccessTokenClaims | null> {
  const payload = await verifyOwnToken(token, ring, server.urls.issuer, TYPES, nowSeconds)
  // Ring and issuer bind a token to its server; its audience may have been renamed since.
  if (payload === null) return null
  const { jti, cid, scp, sub } = payload
  const isAccessToken =
    typeof jti === 'string' &&
    jti.startsWith('AT.') &&
    typeof cid === 'string' &&
    typeof sub === 'string' &&
    Array.isArray(scp)
  return isAccessToken ? (payload as AccessTokenClaims) : null
}

/** Whether the client a token was issued to still stands behind it. */
export const isClientAlive = (
  client: Client | null,
  claims: Pick<AccessTokenClaims, 'iat'>,
): boolean => client !== null && client.status === 'ACTIVE' && claims.iat >= client.tokensNotBefore

export async function isRevoked(
  claims: Pick<AccessTokenClaims, 'cid' | 'jti'>,
  serverId: string,
  ledgers: Ledgers,
): Promise<boolean> {
  try {
    return await ledgers.has(revocationLedger(serverId, claims.cid, claims.jti), claims.jti)
  } catch (cause) {
    logFault('revocation.read', { serverId }, cause)
    throw new OAuthError('temporarily_unavailable')
  }
}

/** A token that no user stands behind. Durable before it returns, and verifiers can hear of it. */
export async function revokeAccessToken(
  { jti, cid, iat: at, exp: until }: AccessTokenClaims,
  serverId: string,
  { ledgers, feeds }: { readonly ledgers: Ledgers; readonly feeds: RevocationFeeds },
): Promise<void> {
  // Of all the client's own tokens, so that one which revokes many has one mark and troubles nobody else.
  const mark = { holder: cid, at, until }
  const isVerifiable = serverId !== ORG_SERVER_ID
  try {
    await Promise.all([
      ledgers.enter(revocationLedger(serverId, cid, jti), jti, until + limits.clockSkewSeconds),
      isVerifiable && feeds.mark(serverId, [mark]),
    ])
  } catch (cause) {
    logFault('revocation.write', { serverId }, cause)
    throw new OAuthError('temporarily_unavailable')
  }
}
