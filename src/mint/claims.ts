/** Custom claims as minting needs them: one that cannot be evaluated refuses the request, and is named. */
import { evaluateIdentity, type ClaimsOutcome, type ClaimUser } from '../claims/evaluate.ts'
import type { Value } from '../claims/expression/tree.ts'
import { identityClaims, type Disclosure } from '../claims/identity.ts'
import type { Client } from '../domain/client.ts'
import type { Assignment, Person } from '../domain/person.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { OAuthError, printable } from '../protocol/errors.ts'

/** Throws OAuthError. */
export function settled<Given>(
  outcome: ClaimsOutcome<Given>,
): { readonly outcome: 'evaluated' } & Given {
  if (outcome.outcome === 'evaluated') return outcome
  const description = printable(`The '${outcome.claim}' claim could not be evaluated.`)
  throw new OAuthError('claim_failed', description)
}

/** A person as expressions see them. */
export const claimUserOf = (
  { id, status, profile }: Person,
  { userName }: Assignment,
): ClaimUser => ({ id, status, profile, userName })

/** What ID tokens and userinfo say of a person. Custom claims never stand before those of the standard. */
export function disclosedClaims(
  { claims, identity }: CompiledServer,
  client: Client,
  person: Person,
  assignment: Assignment,
  disclosure: Disclosure,
  nowMillis: number,
): Readonly<Record<string, unknown>> {
  const user = claimUserOf(person, assignment)
  const situation = { client, grantedScopes: disclosure.scopes, user, nowMillis }
  const custom = settled(evaluateIdentity(claims, situation, disclosure.isThin)).claims
  const values: Readonly<Record<string, Value>> = Object.fromEntries(custom)
  return { ...values, ...identityClaims(person, identity, disclosure) }
}
