/**
 * The end of an authorization request, RFC 6749 §4.1.2 and §4.2.2, OpenID Connect Core §3.1.2.5, §3.2.2.5 and §3.3.2.5:
 * the authorization is stored with the person, and what the response type names goes to the client.
 */
import { scopeOfClaim } from '../claims/identity.ts'
import type { AuthorizationRequest } from '../authorize/request.ts'
import { targetOf } from '../authorize/request.ts'
import { metAcr } from '../domain/acr.ts'
import { writeArtefact } from '../domain/artefact.ts'
import type {
  AuthorizationRecord,
  CodeBinding,
  RequestedClaims,
} from '../domain/authorization-record.ts'
import type { Epoch } from '../domain/ending.ts'
import type { SignedIn } from '../domain/session.ts'
import { askedApp } from '../grants/grant.ts'
import type { Access } from '../mint/access.ts'
import { decidedOf, recordedAccess, type Holder } from '../mint/recorded-access.ts'
import { limits } from '../platform/limits.ts'
import { randomId, randomToken } from '../platform/random.ts'
import { allowsScope } from '../policy/conditions.ts'
import { OAuthError } from '../protocol/errors.ts'
import { answerClient } from './authorization-answer.ts'
import { Authorized } from './authorize-log.ts'
import { issueTokens, type Grantee } from './issue.ts'
import type { UnderWay } from './under-way.ts'
import type { Visit } from './visit.ts'

/** Who is signed in and has the app. */
export interface Authorizing extends Holder {
  readonly session: SignedIn['session']
  /** In which they were found signed in. */
  readonly epoch: Epoch | undefined
}

/** `access` holds the scopes that are granted in the end. */
export async function completed(
  underWay: UnderWay,
  authorizing: Authorizing,
  access: Access,
  visit: Visit,
): Promise<Response> {
  const { server, client, ring, request } = underWay
  const { context, now } = visit
  const record = recordOf(underWay, authorizing, access, now)
  if (!(await context.subjects.authorize(record, askedApp(client), authorizing.epoch)))
    throw new OAuthError('login_required')
  const grantee: Grantee = { ...authorizing, server, client, record, ring }
  const { decision } = access
  const { settings } = context
  const code =
    record.code === null
      ? null
      : await writeArtefact(
          'code',
          {
            userId: record.userId,
            id: record.id,
            serverId: record.serverId,
            generation: 0,
            secret: record.code.secret,
          },
          settings.keyEncryption,
        )
  const tokens = await frontChannelTokens(grantee, request, code, visit)
  const given = GIVEN.filter((one) => one in tokens || (one === 'code' && code !== null))
  context.log.push(new Authorized(grantee, decision, given), context, context.waitUntil)
  const parameters = { ...tokens, ...(code !== null && { code }) }
  return answerClient(targetOf(request), parameters, server.urls.issuer, visit)
}

const GIVEN = ['code', 'access_token', 'id_token'] as const

function recordOf(
  { server, client, request }: UnderWay,
  { session, person }: Authorizing,
  access: Access,
  now: number,
): AuthorizationRecord {
  const created = Math.floor(now / 1000)
  return {
    format: 1,
    id: randomId('oar'),
    userId: person.id,
    serverId: server.server.id,
    clientId: client.clientId,
    sessionId: session.id,
    sid: session.sid,
    grantType: request.responseTypes.includes('code') ? 'authorization_code' : 'implicit',
    scopes: access.scopes,
    access: decidedOf(access),
    code: codeOf(request, created),
    nonce: request.nonce,
    claims: allowedClaims(server, request.claims, access),
    acr: metAcr(request.acrValues),
    amr: session.amr,
    authTime: Math.floor(session.authenticatedAt / 1000),
    created,
  }
}

const codeOf = (request: AuthorizationRequest, created: number): CodeBinding | null =>
  request.responseTypes.includes('code')
    ? {
        secret: randomToken(),
        expires: created + limits.codeSeconds,
        redirectUri: request.redirectUri,
        isRedirectUriImplied: request.isRedirectUriImplied,
        codeChallenge: request.codeChallenge,
      }
    : null

/**
 * Claims that were asked for one by one (OpenID Connect Core §5.5), as far as the client could have had the scope that
 * carries them without asking anybody: the policy lets it pass, and it needs no consent.
 */
function allowedClaims(
  { server, identity, scopes }: UnderWay['server'],
  { userinfo, idToken }: RequestedClaims,
  { scopes: granted, decision }: Access,
): RequestedClaims {
  const isAllowed = (name: string): boolean => {
    const scope = scopeOfClaim(identity, name)
    if (scope === null) return false
    if (granted.includes(scope) || server.kind === 'org') return true
    const isFree = scopes.get(scope)?.consent === 'IMPLICIT'
    return isFree && decision?.effect === 'allow' && allowsScope(decision.rule, scope)
  }
  return { userinfo: userinfo.filter(isAllowed), idToken: idToken.filter(isAllowed) }
}

/** The tokens that go through the browser, with the parameters around them. */
async function frontChannelTokens(
  grantee: Grantee,
  { responseTypes, nonce }: AuthorizationRequest,
  code: string | null,
  { context, now }: Visit,
): Promise<Readonly<Record<string, string>>> {
  const { server, client, record } = grantee
  const access = recordedAccess(server, client, record, grantee, record.scopes, now)
  const seconds = Math.floor(now / 1000)
  const hasToken = responseTypes.includes('token')
  const asked = {
    hasAccessToken: hasToken,
    idToken: responseTypes.includes('id_token') ? { nonce, isThin: hasToken } : null,
  }
  const issued = await issueTokens(grantee, access, asked, code, context, seconds)
  const { access: minted, idToken } = issued
  return {
    ...(minted !== null && {
      access_token: minted.response.access_token,
      token_type: minted.response.token_type,
      expires_in: String(minted.response.expires_in),
      scope: minted.response.scope,
    }),
    ...(idToken !== null && { id_token: idToken }),
  }
}
