/**
 * Introspection endpoint, RFC 7662, whose answer is a JWT for whoever asks for one (RFC 9701). A token that is invalid,
 * expired, revoked or another server's is `active: false` with status 200 (RFC 7662 §2.2), and nothing else is said
 * about it. Refresh tokens and ID tokens are told to their own client only.
 */
import type { Artefact } from '../domain/artefact.ts'
import type { Client } from '../domain/client.ts'
import { askedApp } from '../grants/grant.ts'
import type { AccessTokenClaims } from '../issuer/access-token.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { INTROSPECTION_JWT, signIntrospection } from '../issuer/introspection-token.ts'
import type { IdTokenClaims } from '../issuer/id-token.ts'
import { nowSeconds } from '../platform/clock.ts'
import { asksFor } from '../protocol/accept.ts'
import { OAuthError } from '../protocol/errors.ts'
import { formatScope } from '../protocol/scope.ts'
import type { ProtocolContext } from './context.ts'
import { idTokenSigner } from './issue.ts'
import { livingToken } from './living-token.ts'
import { presentedToken, type ReadToken } from './presented-token.ts'
import { jsonAnswer, jwtAnswer } from './responses.ts'

const INACTIVE = { active: false }

export async function introspect(request: Request, context: ProtocolContext): Promise<Response> {
  const { client, server, ring, token } = await presentedToken(request, 'introspect', context)
  const { origin } = context
  const isSigned = asksFor(request.headers.get('accept'), INTROSPECTION_JWT, 'application/json')
  if (isSigned && client.authMethod === 'none')
    throw new OAuthError('signed_introspection_unauthenticated')
  const content = token === null ? INACTIVE : await answerOf(token, client, server, context)
  if (!isSigned) return jsonAnswer(origin, content)
  const signer = await idTokenSigner(server, ring, context)
  const { issuer } = server.urls
  const signed = await signIntrospection(content, issuer, client.clientId, signer, nowSeconds())
  return jwtAnswer(origin, signed, INTROSPECTION_JWT)
}

function answerOf(
  token: NonNullable<ReadToken>,
  client: Client,
  server: CompiledServer,
  context: ProtocolContext,
): Promise<Record<string, unknown>> {
  if (token.type === 'access_token') return accessTokenAnswer(token.claims, context)
  return token.type === 'id_token'
    ? idTokenAnswer(token.claims, client, context)
    : refreshTokenAnswer(token.handle, client, server, context)
}

/** RFC 7662 §2.2, with Okta's additions: the token's own claims, its scopes as `scope`, its client as `client_id`. */
async function accessTokenAnswer(
  claims: AccessTokenClaims,
  context: ProtocolContext,
): Promise<Record<string, unknown>> {
  if ((await livingToken(claims, context)) === null) return INACTIVE
  const { scp, cid, ver: _, ...others } = claims
  return {
    ...others,
    active: true,
    scope: formatScope(scp),
    client_id: cid,
    username: claims.sub,
    token_type: 'Bearer',
  }
}

/** As in Okta, whose SDKs ask: the token's own claims. It dies with the authorization that it came of. */
async function idTokenAnswer(
  { ver: _, ...claims }: IdTokenClaims,
  { clientId }: Client,
  context: ProtocolContext,
): Promise<Record<string, unknown>> {
  const { aud: cid, sub: uid, jti, iat } = claims
  const living = cid === clientId ? await livingToken({ cid, uid, jti, iat }, context) : null
  if (living?.person == null) return INACTIVE
  return { ...claims, active: true, client_id: cid, username: living.person.profile['login'] }
}

async function refreshTokenAnswer(
  { userId, id: authorizationId, generation, secret }: Artefact,
  client: Client,
  { server, urls }: CompiledServer,
  { subjects }: ProtocolContext,
): Promise<Record<string, unknown>> {
  const asked = { userId, authorizationId, generation, secret, app: askedApp(client) }
  const inspected = await subjects.inspect(asked, nowSeconds())
  if (!inspected.alive) return INACTIVE
  const { record, person, expires } = inspected
  const { clientId, tokensNotBefore } = client
  if (record.clientId !== clientId || record.created < tokensNotBefore) return INACTIVE
  const login = person.profile['login']
  return {
    active: true,
    token_type: 'Bearer',
    scope: formatScope(record.scopes),
    client_id: record.clientId,
    username: login,
    ...(expires !== null && { exp: expires }),
    iat: record.created,
    sub: login,
    aud: server.audience,
    iss: urls.issuer,
    uid: person.id,
  }
}
