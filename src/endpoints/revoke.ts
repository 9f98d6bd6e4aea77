/**
 * Revocation endpoint, RFC 7009. A token that is unknown, expired or another client's is answered 200 as well (§2.2).
 * A refresh token takes everything with it that came of its authorization; an access token goes alone.
 * The answer is empty and has no content type: Okta's browser SDK takes an empty JSON body for a failure.
 */
import type { Artefact } from '../domain/artefact.ts'
import type { Client } from '../domain/client.ts'
import { revokeAccessToken, type AccessTokenClaims } from '../issuer/access-token.ts'
import { authorizationOf } from '../mint/access-token.ts'
import { nowSeconds } from '../platform/clock.ts'
import type { SystemLogEntity } from '../domain/system-log.ts'
import type { ProtocolContext } from './context.ts'
import { refreshTokenEntity, tokenEntity } from './log-entities.ts'
import { presentedToken, type ReadToken } from './presented-token.ts'
import { emptyAnswer } from './responses.ts'
import { Revoked } from './token-log.ts'

export async function revoke(request: Request, context: ProtocolContext): Promise<Response> {
  const { client, token } = await presentedToken(request, 'revoke', context)
  const revoked = await revokedOf(token, client, context)
  if (revoked !== null)
    context.log.push(new Revoked(context.serverId, client, revoked), context, context.waitUntil)
  return emptyAnswer(context.origin)
}

/** Null: it is nothing that the client could revoke. An ID token gives access to nothing. */
async function revokedOf(
  token: ReadToken,
  client: Client,
  context: ProtocolContext,
): Promise<SystemLogEntity | null> {
  if (token?.type === 'access_token') return revokeAccess(token.claims, client, context)
  if (token?.type === 'refresh_token') return revokeRefresh(token.handle, client, context)
  return null
}

/** Null: it is not the client's. */
async function revokeAccess(
  claims: AccessTokenClaims,
  { clientId }: Client,
  { serverId, ledgers, feeds, subjects }: ProtocolContext,
): Promise<SystemLogEntity | null> {
  const { cid, uid: userId, jti, exp: expires } = claims
  if (cid !== clientId) return null
  const authorizationId = authorizationOf(jti)
  if (userId === undefined || authorizationId === null)
    await revokeAccessToken(claims, serverId, { ledgers, feeds })
  else await subjects.revokeAccessToken({ userId, authorizationId, jti, expires })
  return tokenEntity(jti)
}

/** Null: it is not the client's, or dead. */
async function revokeRefresh(
  { userId, id, generation, secret }: Artefact,
  { clientId }: Client,
  { subjects }: ProtocolContext,
): Promise<SystemLogEntity | null> {
  const shown = { userId, authorizationId: id, generation, secret, clientId, now: nowSeconds() }
  return (await subjects.revokeRefreshToken(shown)) ? refreshTokenEntity({ id }) : null
}
