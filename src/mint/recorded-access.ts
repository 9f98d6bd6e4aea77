/** What a token may say that comes of an authorization: what was decided then, with the claims of now. */
import { evaluateClaims } from '../claims/evaluate.ts'
import type { AuthorizingUser } from '../domain/authorization.ts'
import type { AuthorizationRecord, DecidedAccess } from '../domain/authorization-record.ts'
import type { Client } from '../domain/client.ts'
import type { Assignment, Person } from '../domain/person.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { OAuthError } from '../protocol/errors.ts'
import { ORG_OIDC_SCOPES } from '../protocol/scope.ts'
import type { Access } from './access.ts'
import { settled, situationOf, type Authenticated } from './claims.ts'

/** A person and what the app calls them. */
export interface Holder {
  readonly person: Person
  readonly assignment: Assignment
}

/** Throws OAuthError when a claim cannot be evaluated. */
function claimsOf(
  server: CompiledServer,
  client: Client,
  { person, assignment }: Holder,
  authenticated: Authenticated,
  scopes: readonly string[],
  nowMillis: number,
): Pick<Access, 'subject' | 'claims'> {
  const isOrg = server.server.kind === 'org'
  const called = isOrg ? { userName: String(person.profile['login']) } : assignment
  const situation = situationOf(client, person, called, authenticated, scopes, nowMillis)
  return settled(evaluateClaims(server.claims, situation))
}

/** Whether a scope that was granted once can be had still: a server may have lost it, and an app at the org server. */
const isStanding = (
  { server, scopes }: CompiledServer,
  { orgScopes }: Client,
  name: string,
): boolean =>
  server.kind === 'org'
    ? ORG_OIDC_SCOPES.includes(name) || orgScopes.includes(name)
    : scopes.has(name)

/** Throws OAuthError when nothing is left of the scopes, or a claim cannot be evaluated. */
export function recordedAccess(
  server: CompiledServer,
  client: Client,
  record: AuthorizationRecord,
  holder: Holder,
  granted: readonly string[],
  nowMillis: number,
): Access {
  const scopes = granted.filter((name) => isStanding(server, client, name))
  if (scopes.length === 0) throw new OAuthError('unknown_scope')
  const { subject, claims } = claimsOf(server, client, holder, record, scopes, nowMillis)
  return {
    scopes,
    lifetimeSeconds: record.access.accessTokenSeconds,
    subject,
    claims,
    refreshTokenSeconds: record.access.refreshTokenSeconds,
    refreshWindowSeconds: record.access.refreshWindowSeconds,
    decision: null,
  }
}

/** An access with those of its scopes that the person gives, and the claims that these carry. */
export function givenAccess(
  server: CompiledServer,
  client: Client,
  access: Access,
  holder: Holder,
  authenticated: Authenticated,
  scopes: readonly string[],
  nowMillis: number,
): Access {
  if (scopes.length === access.scopes.length) return access
  const { subject, claims } = claimsOf(server, client, holder, authenticated, scopes, nowMillis)
  return { ...access, scopes, subject, claims }
}

/** What of a decision an authorization keeps. */
export function decidedOf(access: Access, { hooks }: Pick<CompiledServer, 'hooks'>): DecidedAccess {
  const { decision, lifetimeSeconds, refreshTokenSeconds, refreshWindowSeconds } = access
  const allowed = decision?.effect === 'allow' ? decision : null
  const ruleId = allowed?.rule.id ?? null
  return {
    policyId: allowed?.policyId ?? null,
    ruleId,
    accessTokenSeconds: lifetimeSeconds,
    refreshTokenSeconds,
    refreshWindowSeconds,
    ...(ruleId !== null && hooks.has(ruleId) && { isHooked: true }),
  }
}

/** The person as the policies ask. Administrator roles matter at the org server only. */
export const authorizingUser = (
  { person, assignment }: Holder,
  amr: readonly string[],
  roles: readonly string[],
): AuthorizingUser => ({
  id: person.id,
  status: person.status,
  profile: person.profile,
  groupIds: person.groupIds,
  ...(person.groups && { groups: person.groups }),
  ...(person.linked && { linked: person.linked }),
  login: String(person.profile['login']),
  userName: assignment.userName,
  ...(assignment.profile && { appProfile: assignment.profile }),
  amr,
  roles,
})
