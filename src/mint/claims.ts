/** Custom claims as minting needs them: one that cannot be evaluated refuses the request, and is named. */
import { compiledGroupsClaim } from '../claims/compile.ts'
import {
  evaluateIdentity,
  type ClaimFault,
  type ClaimSituation,
  type ClaimsOutcome,
} from '../claims/evaluate.ts'
import { identityClaims, type Disclosure } from '../claims/identity.ts'
import type { AuthorizationRecord } from '../domain/authorization-record.ts'
import type { Client } from '../domain/client.ts'
import type { Assignment, Person } from '../domain/person.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { OAuthError, printable, type ReasonName } from '../protocol/errors.ts'

/** What is said of a fault that is not the expression's own. */
const FAULTS: Partial<Readonly<Record<ClaimFault, ReasonName>>> = {
  'too-many-groups': 'too_many_groups',
}

/** Throws OAuthError. */
export function settled<Given>(
  outcome: ClaimsOutcome<Given>,
): { readonly outcome: 'evaluated' } & Given {
  if (outcome.outcome === 'evaluated') return outcome
  const reason = FAULTS[outcome.fault]
  if (reason !== undefined) throw new OAuthError(reason)
  const kind = outcome.claim === 'sub' ? 'system' : 'user'
  const description = printable(`The '${outcome.claim}' ${kind} claim could not be evaluated.`)
  throw new OAuthError('claim_failed', description)
}

/** How the person behind an authorization came to it. */
export type Authenticated = Pick<AuthorizationRecord, 'grantType' | 'amr'>

/** In what claims about a person are evaluated. */
export const situationOf = (
  client: Client,
  { id, status, profile, groups, linked }: Person,
  { userName, profile: appProfile }: Assignment,
  { grantType, amr }: Authenticated,
  grantedScopes: readonly string[],
  nowMillis: number,
): ClaimSituation => ({
  client,
  grantedScopes,
  grantType,
  user: {
    id,
    status,
    profile,
    userName,
    ...(groups && { groups }),
    ...(linked && { linked }),
    ...(appProfile && { appProfile }),
  },
  amr,
  nowMillis,
})

/** Of whom claims tell, and what they gave. */
export interface Disclosing {
  readonly server: CompiledServer
  readonly client: Client
  readonly record: Authenticated
  readonly person: Person
  readonly assignment: Assignment
}

/** The org server has no claims of its own; each app says what of groups is in its ID tokens. */
export const customIdentity = (
  { server, claims }: CompiledServer,
  { flows }: Client,
): CompiledServer['claims']['identity'] =>
  server.kind === 'org' ? compiledGroupsClaim(flows.groupsClaim) : claims.identity

/** What ID tokens and userinfo say of a person. Custom claims never stand before those of the standard. */
export function disclosedClaims(
  { server, client, record, person, assignment }: Disclosing,
  disclosure: Disclosure,
  nowMillis: number,
): Readonly<Record<string, unknown>> {
  const { scopes, isThin } = disclosure
  const situation = situationOf(client, person, assignment, record, scopes, nowMillis)
  const identity = customIdentity(server, client)
  const custom = settled(evaluateIdentity(server.claims, identity, situation, isThin)).claims
  return { ...custom, ...identityClaims(person, server.identity, disclosure) }
}

/** What userinfo tells for an access token with these scopes, OpenID Connect Core §5.3.2. */
export const userinfoClaims = (
  disclosing: Disclosing & { readonly record: Pick<AuthorizationRecord, 'claims'> },
  scopes: readonly string[],
  nowMillis: number,
): Readonly<Record<string, unknown>> => {
  const { record, person } = disclosing
  const disclosure = { scopes, names: record.claims.userinfo, isThin: false }
  return { ...disclosedClaims(disclosing, disclosure, nowMillis), sub: person.id }
}
