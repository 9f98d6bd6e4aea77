/** What an authorization request comes to once a person has authorized it: the record that everything given names. */
import { scopeOfClaim } from '../claims/identity.ts'
import { metAcr } from '../domain/acr.ts'
import type {
  AuthorizationRecord,
  CodeBinding,
  RequestedClaims,
} from '../domain/authorization-record.ts'
import type { Client } from '../domain/client.ts'
import type { Person } from '../domain/person.ts'
import type { Session } from '../domain/session.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import type { Access } from '../mint/access.ts'
import { recordOf } from '../mint/record.ts'
import { limits } from '../platform/limits.ts'
import { randomToken } from '../platform/random.ts'
import { allowsScope } from '../policy/conditions.ts'
import { grantTypeOf, type AuthorizationRequest } from './request.ts'

/** What is authorized. */
interface Asked {
  readonly server: CompiledServer
  readonly client: Client
  readonly request: AuthorizationRequest
}

/** By whom. */
interface Authorizing {
  readonly session: Pick<Session, 'id' | 'sid' | 'amr' | 'authenticatedAt'>
  readonly person: Person
}

/** `access` holds the scopes that are granted in the end; `now` in milliseconds. */
export function authorizationRecord(
  { server, client, request }: Asked,
  { session, person }: Authorizing,
  access: Access,
  now: number,
): AuthorizationRecord {
  const created = Math.floor(now / 1000)
  return recordOf(server, client, person, access, {
    sessionId: session.id,
    sid: session.sid,
    grantType: grantTypeOf(request),
    code: codeOf(request, created),
    nonce: request.nonce,
    claims: allowedClaims(server, request.claims, access),
    acr: metAcr(request.acrValues),
    amr: session.amr,
    authTime: Math.floor(session.authenticatedAt / 1000),
    created,
  })
}

const codeOf = (request: AuthorizationRequest, created: number): CodeBinding | null =>
  request.responseTypes.includes('code')
    ? {
        secret: randomToken(),
        expires: created + limits.codeSeconds,
        redirectUri: request.redirectUri,
        // The answer that an interaction code comes in goes to no redirect URI.
        isRedirectUriImplied: request.isRedirectUriImplied || request.endpoint === 'interact',
        codeChallenge: request.codeChallenge,
      }
    : null

/**
 * Claims that were asked for one by one (OpenID Connect Core §5.5), as far as the client could have had the scope that
 * carries them without asking anybody: the policy lets it pass, and it needs no consent.
 */
function allowedClaims(
  { server, identity, scopes }: CompiledServer,
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
