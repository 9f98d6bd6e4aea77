/**
 * Access policy evaluation: the first (policy, rule) pair that matches in priority order decides, and a policy whose
 * rules all miss falls through to the next. Pure: a decision carries the trail of what missed and why.
 */
import type { Policy, Rule } from '../domain/policy.ts'
import { matchesClient, ruleConditions, type ConditionName } from './conditions.ts'

/** What is asked: who, by which grant, for which scopes. */
export interface AccessRequest {
  readonly clientId: string
  readonly grantType: string
  /** Tokens also come from the authorization endpoint. */
  readonly isHybrid?: boolean | undefined
  /** Null when no user takes part (client_credentials): people conditions do not apply then. */
  readonly user: { readonly id: string; readonly groupIds: readonly string[] } | null
  /** Scope names as requested; empty when the request named none. */
  readonly scopes: readonly string[]
}

/** One thing that was looked at and did not match. */
export interface Miss {
  readonly policyId: string
  readonly ruleId: string | null
  readonly condition: ConditionName
}

export type Decision =
  | {
      readonly effect: 'allow'
      readonly policyId: string
      readonly rule: Rule
      readonly trail: readonly Miss[]
    }
  /** `scopesOnly` is the first rule that would have matched but for the scopes. */
  | { readonly effect: 'deny'; readonly scopesOnly: Rule | null; readonly trail: readonly Miss[] }

/** Policies and rules that can decide anything: active ones in priority order, ties broken as lists show them. */
export function inForce(policies: readonly Policy[]): readonly Policy[] {
  return ordered(policies).map((policy) => ({ ...policy, rules: ordered(policy.rules) }))
}

const ordered = <T extends { priority: number; created: number; id: string; status: string }>(
  entries: readonly T[],
): readonly T[] =>
  entries
    .filter((entry) => entry.status === 'ACTIVE')
    .toSorted((a, b) => a.priority - b.priority || a.created - b.created || (a.id < b.id ? -1 : 1))

/** Decides over policies as {@link inForce} returns them. */
export function evaluatePolicies(policies: readonly Policy[], asked: AccessRequest): Decision {
  const trail: Miss[] = []
  let scopesOnly: Rule | null = null
  for (const policy of policies) {
    if (!matchesClient(policy, asked)) {
      trail.push({ policyId: policy.id, ruleId: null, condition: 'clients' })
      continue
    }
    for (const rule of policy.rules) {
      const missed = ruleConditions.find(({ matches }) => !matches(rule, asked))
      if (missed === undefined) return { effect: 'allow', policyId: policy.id, rule, trail }
      trail.push({ policyId: policy.id, ruleId: rule.id, condition: missed.name })
      // Scopes are the last condition, so a rule that missed on them matched everything else.
      if (missed.name === 'scopes') scopesOnly ??= rule
    }
  }
  return { effect: 'deny', scopesOnly, trail }
}
