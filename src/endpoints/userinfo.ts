/**
 * UserInfo endpoint, OpenID Connect Core §5.3: claims of the person by the scopes of the token, which comes in the
 * header or in a form (RFC 6750 §2). Refusals are told by the challenge of RFC 6750 §3 alone.
 */
import { accessTokenRing } from '../issuer/rings.ts'
import type { Snapshot } from '../issuer/snapshots.ts'
import { signJwt } from '../keys/sign.ts'
import { userinfoClaims } from '../mint/claims.ts'
import { nowSeconds } from '../platform/clock.ts'
import { parseScheme } from '../protocol/authorization-header.ts'
import { OAuthError } from '../protocol/errors.ts'
import { isFormContentType, readForm } from '../protocol/form.ts'
import { ServerNotFound } from './confirm.ts'
import type { ProtocolContext } from './context.ts'
import { livingToken } from './living-token.ts'
import { clientNamedBy, confirmedClaims } from './presented-token.ts'
import { idTokenSigner } from './issue.ts'
import { jsonAnswer, jwtAnswer } from './responses.ts'

export async function userinfo(request: Request, context: ProtocolContext): Promise<Response> {
  const token = await bearerToken(request)
  const { server, ring } = await snapshotFor(token, context)
  if (server?.server.status !== 'ACTIVE') throw new ServerNotFound()
  if (ring === null) throw new OAuthError('temporarily_unavailable')
  const now = nowSeconds()
  const claims = await confirmedClaims(token, server, ring, now, context)
  if (claims === null) throw new OAuthError('invalid_token')
  const living = await livingToken(claims, context)
  if (living === null) throw new OAuthError('invalid_token')
  const { client, person, record } = living
  if (person === null || record === null || !claims.scp.includes('openid'))
    throw new OAuthError('insufficient_scope')
  const assignment = living.assignment ?? { userName: String(person.profile['login']) }
  const disclosing = { server, client, record, person, assignment }
  const content = userinfoClaims(disclosing, claims.scp, now * 1000)
  const { userinfoAlgorithm: algorithm } = client.flows
  if (algorithm === null) return jsonAnswer(context.origin, content)
  const signer = await idTokenSigner(server, ring, context)
  if (signer.header.alg !== algorithm) throw new OAuthError('userinfo_key_missing')
  const claimsOfIssuer = { iss: server.urls.issuer, aud: client.clientId }
  const signed = await signJwt({ ...content, ...claimsOfIssuer }, signer)
  return jwtAnswer(context.origin, signed)
}

/**
 * What it takes to tell whether a token is genuine. Where storage has to be asked for that, the client that the token
 * names is asked for at once; where not, nobody makes anything be asked with a token that is none.
 */
async function snapshotFor(token: string, context: ProtocolContext): Promise<Snapshot> {
  const { serverId, snapshots, waitUntil } = context
  const wanted = { serverId, clientId: null, ring: accessTokenRing(serverId) }
  return snapshots.has(wanted)
    ? snapshots.get(wanted, waitUntil)
    : snapshots.get({ ...wanted, clientId: clientNamedBy(token) }, waitUntil)
}

/** The token of a request that presents exactly one. */
async function bearerToken(request: Request): Promise<string> {
  if (new URL(request.url).searchParams.has('access_token'))
    throw new OAuthError('access_token_in_query')
  const header = request.headers.get('authorization')
  const scheme = header === null ? null : parseScheme(header)
  if (header !== null && scheme?.scheme !== 'bearer') throw new OAuthError('invalid_token')
  const inForm = await formToken(request)
  if (scheme !== null && inForm !== undefined) throw new OAuthError('access_token_duplicate')
  const token = scheme?.value ?? inForm
  if (token === undefined) throw new OAuthError('access_token_missing')
  return token
}

/** A request without a body needs no content type. */
async function formToken(request: Request): Promise<string | undefined> {
  if (request.method !== 'POST') return undefined
  const hasForm = isFormContentType(request.headers.get('content-type'))
  return hasForm ? (await readForm(request)).get('access_token') : undefined
}
