/**
 * Revocation endpoint, RFC 7009. A token that is unknown, expired or another client's is answered 200 as well (§2.2).
 * The answer is empty and has no content type: Okta's browser SDK takes an empty JSON body for a failure.
 */
import { nowSeconds } from '../platform/clock.ts'
import { OAuthError } from '../protocol/errors.ts'
import { readForm } from '../protocol/form.ts'
import { accessTokenRing } from '../issuer/rings.ts'
import { revokeAccessToken } from '../issuer/access-token.ts'
import { authenticate, presentedBy, spend } from './client-authentication.ts'
import { confirmed } from './confirm.ts'
import type { ProtocolContext } from './context.ts'
import { readPresentedToken } from './presented-token.ts'
import { emptyAnswer } from './responses.ts'

export async function revoke(request: Request, context: ProtocolContext): Promise<Response> {
  const form = await readForm(request)
  const presented = presentedBy(request, form)
  const wanted = {
    serverId: context.serverId,
    clientId: presented.clientId,
    ring: accessTokenRing(context.serverId),
  }
  const now = nowSeconds()
  const { client, assertion, server, ring } = await confirmed(
    context,
    wanted,
    async (snapshot) => ({
      ...snapshot,
      ...(await authenticate(presented, snapshot, 'revoke', context, now)),
    }),
  )
  const token = form.get('token')
  if (token === undefined) throw new OAuthError('missing_token')
  if (ring === null) throw new OAuthError('temporarily_unavailable')
  await spend(assertion, client.clientId, context)

  const claims = await readPresentedToken(token, server, ring, now, context)
  if (claims !== null && claims.cid === client.clientId)
    await revokeAccessToken(claims, context.serverId, context.ledgers)
  return emptyAnswer(request)
}
