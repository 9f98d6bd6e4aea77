/**
 * Introspection endpoint, RFC 7662. A token that is invalid, expired, revoked or another server's is `active: false`
 * with status 200 (§2.2), and nothing else is said about it.
 */
import { isClientAlive, isRevoked, type AccessTokenClaims } from '../issuer/access-token.ts'
import { formatScope } from '../protocol/scope.ts'
import type { ProtocolContext } from './context.ts'
import { clientOfToken, presentedToken } from './presented-token.ts'
import { jsonAnswer } from './responses.ts'

export async function introspect(request: Request, context: ProtocolContext): Promise<Response> {
  const { claims } = await presentedToken(request, 'introspect', context)
  const alive = claims !== null && (await isAlive(claims, context))
  return jsonAnswer(context.origin, alive ? activeAnswer(claims) : { active: false })
}

async function isAlive(claims: AccessTokenClaims, context: ProtocolContext): Promise<boolean> {
  const client = await clientOfToken(claims.cid, context)
  if (!isClientAlive(client, claims)) return false
  return !(await isRevoked(claims, context.serverId, context.ledgers))
}

/** §2.2, with Okta's additions: the token's own claims, its scopes as `scope`, its client as `client_id`. */
function activeAnswer({ scp, cid, ver: _, ...claims }: AccessTokenClaims): Record<string, unknown> {
  return {
    ...claims,
    active: true,
    scope: formatScope(scp),
    client_id: cid,
    username: claims.sub,
    token_type: 'Bearer',
  }
}
