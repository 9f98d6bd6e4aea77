/** What the policies of a server said of a request: each policy and each rule, in the order in which they are asked. */
import type { Policy, Rule } from '../domain/policy.ts'
import type { ConditionName } from '../policy/conditions.ts'
import { inForce, type Decision, type Miss } from '../policy/evaluate.ts'

/** `condition` is the first that missed. */
export type Standing =
  | { readonly result: 'MATCHED' }
  | { readonly result: 'MISSED'; readonly condition: ConditionName }
  /** Another one decided before, or the request did not come so far. */
  | { readonly result: 'NOT_REACHED' }
  | { readonly result: 'INACTIVE' }

export interface RuleStanding {
  readonly rule: Rule
  readonly standing: Standing
}

export interface PolicyStanding {
  readonly policy: Policy
  readonly standing: Standing
  readonly rules: readonly RuleStanding[]
}

const INACTIVE: Standing = { result: 'INACTIVE' }
const NOT_REACHED: Standing = { result: 'NOT_REACHED' }

/** Those in force in their order, then the inactive ones. `decision` null: the policies were not asked. */
export function policyTrail(
  policies: readonly Policy[],
  decision: Decision | null,
): readonly PolicyStanding[] {
  const order = inForce(policies).map(({ id }) => id)
  const asked = order.flatMap((id) => policies.filter((policy) => policy.id === id))
  return [...asked, ...inactive(policies)].map((policy) => {
    const rules = rulesInOrder(policy).map((rule) => ({
      rule,
      standing: ruleStanding(policy, rule, decision),
    }))
    return { policy, standing: standingOf(policy, rules, decision), rules }
  })
}

const inactive = <Kind extends { readonly status: string }>(all: readonly Kind[]) =>
  all.filter(({ status }) => status !== 'ACTIVE')

const rulesInOrder = (policy: Policy): readonly Rule[] => [
  ...(inForce([{ ...policy, status: 'ACTIVE' }])[0]?.rules ?? []),
  ...inactive(policy.rules),
]

const missOf = (
  decision: Decision | null,
  policyId: string,
  ruleId: string | null,
): Miss | undefined =>
  decision?.trail.find((miss) => miss.policyId === policyId && miss.ruleId === ruleId)

function ruleStanding({ id }: Policy, rule: Rule, decision: Decision | null): Standing {
  if (rule.status !== 'ACTIVE') return INACTIVE
  if (decision?.effect === 'allow' && decision.rule.id === rule.id) return { result: 'MATCHED' }
  const miss = missOf(decision, id, rule.id)
  return miss === undefined ? NOT_REACHED : { result: 'MISSED', condition: miss.condition }
}

/** A policy whose clients match was asked, also when none of its rules matched. */
function standingOf(
  { id, status }: Policy,
  rules: readonly RuleStanding[],
  decision: Decision | null,
): Standing {
  if (status !== 'ACTIVE') return INACTIVE
  const miss = missOf(decision, id, null)
  if (miss !== undefined) return { result: 'MISSED', condition: miss.condition }
  const wasAsked = rules.some(
    ({ standing }) => standing.result === 'MATCHED' || standing.result === 'MISSED',
  )
  return wasAsked ? { result: 'MATCHED' } : NOT_REACHED
}
