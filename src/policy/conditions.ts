/** The condition table of access policies: what each condition means for a request. Pure. */
import { ALL_CLIENTS, EVERYONE, type Policy, type Rule } from '../domain/policy.ts'
import { OIDC_SCOPES } from '../protocol/scope.ts'
import type { AccessRequest } from './evaluate.ts'

export type ConditionName = 'clients' | 'grantTypes' | 'people' | 'scopes'

interface RuleCondition {
  readonly name: ConditionName
  readonly matches: (rule: Rule, asked: AccessRequest) => boolean
}

export const matchesClient = (policy: Policy, asked: AccessRequest): boolean =>
  policy.clients.includes(ALL_CLIENTS) || policy.clients.includes(asked.clientId)

/** One rule decides both halves of a hybrid request, so that must allow both: the code and the tokens beside it. */
function matchesGrantTypes(rule: Rule, { grantType, isHybrid }: AccessRequest): boolean {
  const listed: readonly string[] = rule.conditions.grantTypes.include
  return listed.includes(grantType) && (isHybrid !== true || listed.includes('implicit'))
}

/** The people condition of a rule. Without a user it does not apply. */
function matchesPeople(rule: Rule, { user }: AccessRequest): boolean {
  if (user === null) return true
  const { users, groups } = rule.conditions.people
  if (users.exclude.includes(user.id)) return false
  if (groups?.exclude?.some((group) => user.groupIds.includes(group))) return false
  if (users.include?.includes(user.id)) return true
  return (
    groups?.include?.some((group) => group === EVERYONE || user.groupIds.includes(group)) ?? false
  )
}

/** Whether a rule lets one scope pass. OIDC scopes pass until the rule lists one of them. */
export function allowsScope(rule: Rule, scope: string): boolean {
  const listed = rule.conditions.scopes.include
  if (listed.includes('*') || listed.includes(scope)) return true
  return OIDC_SCOPES.includes(scope) && !listed.some((name) => OIDC_SCOPES.includes(name))
}

/** In the order in which they are looked at; scopes last, so that a miss on them means all else matched. */
export const ruleConditions: readonly RuleCondition[] = [
  {
    name: 'grantTypes',
    matches: matchesGrantTypes,
  },
  { name: 'people', matches: matchesPeople },
  {
    name: 'scopes',
    matches: (rule, asked) => asked.scopes.every((scope) => allowsScope(rule, scope)),
  },
]
