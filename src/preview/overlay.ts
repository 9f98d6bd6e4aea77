/** A server's configuration with something that is not saved, as it would be once it was. Pure. */
import type { Claim } from '../domain/claim.ts'
import type { Policy, Rule } from '../domain/policy.ts'
import type { ServerConfiguration } from '../domain/snapshot.ts'

/** What takes the place of what has its id, or comes in addition. */
export interface Unsaved {
  readonly claim: Claim | null
  /** Without its rules, which it keeps. */
  readonly policy: Omit<Policy, 'rules'> | null
  readonly rule: Rule | null
}

type Of<Kind> = Kind & { readonly id: string }

const replacing = <Kind>(all: readonly Of<Kind>[], one: Of<Kind>): readonly Of<Kind>[] =>
  all.some(({ id }) => id === one.id)
    ? all.map((other) => (other.id === one.id ? one : other))
    : [...all, one]

/** What cannot be saved: another one has its name already. */
export type Unnameable = 'claim' | 'policy' | 'rule'

/** Null: everything can be saved as it is called. */
export function unnameable(
  { claims, policies }: ServerConfiguration,
  { claim, policy, rule }: Unsaved,
): Unnameable | null {
  const others = claims.filter(({ claimType }) => claimType === claim?.claimType)
  const rules = policies.find(({ id }) => id === rule?.policyId)?.rules ?? []
  const checked = [
    ['claim', claim, others],
    ['policy', policy, policies],
    ['rule', rule, rules],
  ] as const
  return checked.find(([, one, all]) => one !== null && isTaken(one, all))?.[0] ?? null
}

interface Named {
  readonly id: string
  readonly name: string
}

const isTaken = (one: Named, all: readonly Named[]): boolean =>
  all.some(({ id, name }) => id !== one.id && name === one.name)

/** Saving moves whoever has the same priority behind it; being older than everybody does the same. */
const inFront = <Kind extends { readonly created: number }>(one: Kind): Kind => ({
  ...one,
  created: -1,
})

export function withUnsaved(
  configuration: ServerConfiguration,
  { claim, policy, rule }: Unsaved,
): ServerConfiguration {
  const claims =
    claim === null ? configuration.claims : replacing<Claim>(configuration.claims, claim)
  let { policies } = configuration
  if (policy !== null) {
    const rules = policies.find(({ id }) => id === policy.id)?.rules ?? []
    policies = replacing<Policy>(policies, inFront({ ...policy, rules }))
  }
  if (rule !== null)
    policies = policies.map((one) =>
      one.id === rule.policyId ? { ...one, rules: replacing<Rule>(one.rules, inFront(rule)) } : one,
    )
  return { ...configuration, claims, policies }
}
