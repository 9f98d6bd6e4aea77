/**
 * The one place where requested scopes become granted scopes, on both kinds of server.
 * Pure: returns the refusal instead of throwing it, with the names that caused it.
 */
import type { Scope } from '../domain/scope.ts'
import { needsOpenid, OIDC_SCOPES, ORG_OIDC_SCOPES } from '../protocol/scope.ts'
import type { ReasonName } from '../protocol/errors.ts'
import { allowsScope } from './conditions.ts'
import type { Decision } from './evaluate.ts'
import { rolesUse } from './roles.ts'

export interface ScopeRefusal {
  readonly outcome: 'refused'
  readonly reason: ReasonName
  readonly scopes: readonly string[]
}

export type ScopeOutcome =
  { readonly outcome: 'granted'; readonly scopes: readonly string[] } | ScopeRefusal

const refused = (reason: ReasonName, scopes: readonly string[] = []): ScopeRefusal => ({
  outcome: 'refused',
  reason,
  scopes,
})

type ScopeIndex = ReadonlyMap<string, Scope>

/** Checks a request without a user against the server's scopes, before any policy is asked. Null: nothing wrong. */
export function refuseForClient(
  requested: readonly string[],
  configured: ScopeIndex,
): ScopeRefusal | null {
  const unknown = requested.filter((name) => !configured.has(name))
  if (unknown.length > 0) return refused('unknown_scope', unknown)
  const openid = requested.filter((name) => OIDC_SCOPES.includes(name))
  if (openid.length > 0) return refused('openid_scope_not_allowed', openid)
  const needConsent = requested.filter((name) => configured.get(name)?.consent === 'REQUIRED')
  return needConsent.length > 0 ? refused('consent_required', needConsent) : null
}

/** The same for a request of a person: OIDC scopes are theirs to ask, and what needs consent is asked later. */
export function refuseForUser(
  requested: readonly string[],
  configured: ScopeIndex,
): ScopeRefusal | null {
  const unknown = requested.filter((name) => !configured.has(name))
  if (unknown.length > 0) return refused('unknown_scope', unknown)
  return needsOpenid(requested) ? refused('openid_scope_required', requested) : null
}

/** The default scopes that a person can have: all of them. */
export const userDefaults = (configured: ScopeIndex): readonly string[] =>
  [...configured.values()].filter((scope) => scope.default).map((scope) => scope.name)

/** The default scopes that a client can have for itself: OIDC scopes and those that need consent are not among them. */
export const clientDefaults = (configured: ScopeIndex): readonly string[] =>
  [...configured.values()]
    .filter((scope) => scope.default && !scope.system && scope.consent !== 'REQUIRED')
    .map((scope) => scope.name)

/** What a policy decision grants. The whole request is refused when a part of it is. */
export function grantScopes(
  decision: Decision,
  requested: readonly string[],
  defaults: readonly string[],
): ScopeOutcome {
  if (decision.effect === 'deny') {
    const rule = decision.scopesOnly
    if (rule === null) return refused('no_matching_policy')
    const denied = requested.filter((scope) => !allowsScope(rule, scope))
    return denied.length === requested.length
      ? refused('no_scope_allowed')
      : refused('scope_denied', denied)
  }
  if (requested.length > 0) return { outcome: 'granted', scopes: requested }
  if (defaults.length === 0) return refused('no_default_scopes')
  const allowed = defaults.filter((scope) => allowsScope(decision.rule, scope))
  return allowed.length === 0
    ? refused('no_scope_allowed')
    : { outcome: 'granted', scopes: allowed }
}

/** On the org server there are no policies: a service app has the okta.* scopes an administrator granted it. */
export function grantOrgScopes(
  requested: readonly string[],
  grantedToApp: readonly string[],
  known: ReadonlySet<string>,
): ScopeOutcome {
  if (requested.length === 0) return refused('missing_scopes')
  const self = requested.filter((name) => name.endsWith('.self'))
  if (self.length > 0) return refused('self_scope_requested', self)
  const openid = requested.filter((name) => OIDC_SCOPES.includes(name) || name === 'groups')
  if (openid.length > 0) return refused('openid_scope_not_allowed', openid)
  const unknown = requested.filter((name) => !known.has(name))
  if (unknown.length > 0) return refused('unknown_scope', unknown)
  const missing = requested.filter((name) => !grantedToApp.includes(name))
  return missing.length > 0
    ? refused('org_scopes_not_granted', missing)
    : { outcome: 'granted', scopes: requested }
}

/** A person's request at the org server, before it is known who the person is. */
export function refuseForOrgUser(
  requested: readonly string[],
  grantedToApp: readonly string[],
  known: ReadonlySet<string>,
): ScopeRefusal | null {
  if (requested.length === 0) return refused('no_default_scopes')
  const management = requested.filter((name) => !ORG_OIDC_SCOPES.includes(name))
  const unknown = management.filter((name) => !known.has(name))
  if (unknown.length > 0) return refused('unknown_scope', unknown)
  if (!requested.includes('openid') && (needsOpenid(requested) || requested.includes('groups')))
    return refused('openid_scope_required', requested)
  const missing = management.filter((name) => !grantedToApp.includes(name))
  return missing.length > 0 ? refused('org_scopes_not_granted', missing) : null
}

/**
 * What a person's app has at the org server: scope ∩ role. A scope that the app was not granted is a fault of the app
 * and refuses the request. A scope that the person's roles give no use for is no fault of anybody's: one app serves
 * administrators of every kind, and each gets what is of use to them. What was granted is said in the answer.
 */
export function grantOrgUserScopes(
  requested: readonly string[],
  grantedToApp: readonly string[],
  known: ReadonlySet<string>,
  roles: readonly string[],
): ScopeOutcome {
  const refusal = refuseForOrgUser(requested, grantedToApp, known)
  if (refusal !== null) return refusal
  const usable = requested.filter((name) => ORG_OIDC_SCOPES.includes(name) || rolesUse(roles, name))
  return usable.some((name) => name !== 'offline_access')
    ? { outcome: 'granted', scopes: usable }
    : refused('org_scopes_not_granted', requested)
}
