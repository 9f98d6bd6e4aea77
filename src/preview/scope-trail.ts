/** What became of each scope that was asked for, or that is given for want of a request. */
import type { CompiledServer } from '../issuer/compile.ts'
import { allowsScope } from '../policy/conditions.ts'
import type { Decision } from '../policy/evaluate.ts'

export type ScopeResult =
  | 'GRANTED'
  /** The server has no such scope. */
  | 'UNKNOWN'
  /** The rule that would have decided does not let it pass. */
  | 'DENIED'
  /** Optional, and the person chose not to give it. */
  | 'SKIPPED'
  /** The request was refused for another reason. */
  | 'NOT_GRANTED'

export interface ScopeStanding {
  readonly name: string
  readonly result: ScopeResult
}

export interface ScopesSeen {
  readonly server: Pick<CompiledServer, 'scopes'>
  readonly requested: readonly string[]
  /** What policies allow; null: they did not. */
  readonly allowed: readonly string[] | null
  /** What is granted in the end; null: nothing. */
  readonly granted: readonly string[] | null
  readonly decision: Decision | null
}

export const scopeTrail = (seen: ScopesSeen): readonly ScopeStanding[] =>
  [...new Set([...seen.requested, ...(seen.allowed ?? [])])].map((name) => ({
    name,
    result: resultOf(name, seen),
  }))

function resultOf(name: string, { server, allowed, granted, decision }: ScopesSeen): ScopeResult {
  if (granted?.includes(name) === true) return 'GRANTED'
  if (!server.scopes.has(name)) return 'UNKNOWN'
  const rule = decision?.effect === 'deny' ? decision.scopesOnly : null
  if (rule !== null && !allowsScope(rule, name)) return 'DENIED'
  return granted !== null && allowed?.includes(name) === true ? 'SKIPPED' : 'NOT_GRANTED'
}
