/**
 * Revocation endpoint, RFC 7009. A token that is unknown, expired or another client's is answered 200 as well (§2.2).
 * The answer is empty and has no content type: Okta's browser SDK takes an empty JSON body for a failure.
 */
import { revokeAccessToken } from '../issuer/access-token.ts'
import type { ProtocolContext } from './context.ts'
import { presentedToken } from './presented-token.ts'
import { emptyAnswer } from './responses.ts'
import { Revoked } from './token-log.ts'

export async function revoke(request: Request, context: ProtocolContext): Promise<Response> {
  const { client, claims } = await presentedToken(request, 'revoke', context)
  if (claims !== null && claims.cid === client.clientId) {
    await revokeAccessToken(claims, context.serverId, context.ledgers)
    context.log.push(new Revoked(context.serverId, client, claims), context, context.waitUntil)
  }
  return emptyAnswer(context.origin)
}
