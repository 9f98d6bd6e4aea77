/** Custom claims, compiled once a snapshot: parsed, filtered and sorted by where they go. */
import { isReservedName, SUBJECT_EXPRESSION, type Claim } from '../domain/claim.ts'
import type { GroupsClaim } from '../domain/id-token-settings.ts'
import { utf8 } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { compileExpression } from './expression/compile.ts'
import { parseExpression } from './expression/parser.ts'
import { PatternMemory } from './expression/pattern/matcher.ts'
import type { Evaluable } from './expression/run.ts'
import { compileGroupFilter, type GroupFilter } from './group-filter.ts'

/** What a claim says: the value of an expression, or names of groups. */
export type ClaimSource =
  | { readonly by: 'expression'; readonly evaluable: Evaluable }
  | { readonly by: 'groups'; readonly filter: GroupFilter }
  /** It is stored but cannot be compiled, which makes issuance fail, as in Okta. */
  | { readonly by: 'nothing' }

export interface CompiledClaim {
  readonly name: string
  /** Of the name and what stands around it in JSON. */
  readonly nameBytes: number
  /** Empty: whatever the scopes. */
  readonly scopes: readonly string[]
  /** In every ID token; the others only where userinfo cannot tell them. */
  readonly isAlways: boolean
  readonly source: ClaimSource
}

/** What expressions read of the org. */
export interface ClaimOrg {
  readonly name: string | null
  /** The host's first label. */
  readonly subDomain: string
}

export interface CompiledClaims {
  readonly org: ClaimOrg
  /** Null: the system expression, evaluated natively. */
  readonly subject: CompiledClaim | null
  readonly accessToken: readonly CompiledClaim[]
  /** Of ID tokens and userinfo. */
  readonly identity: readonly CompiledClaim[]
  /** What their patterns keep. */
  readonly patterns: PatternMemory
}

type Source = Pick<Claim, 'valueType' | 'groupFilterType'> & { readonly value: string | null }

function compileSource(
  { valueType, groupFilterType, value }: Source,
  memory: PatternMemory,
): ClaimSource {
  if (valueType === 'GROUPS') {
    const filter = compileGroupFilter(groupFilterType, value ?? '', memory)
    return filter === null ? { by: 'nothing' } : { by: 'groups', filter }
  }
  const parsed = parseExpression(value ?? '')
  return parsed.outcome === 'parsed'
    ? { by: 'expression', evaluable: compileExpression(parsed.expression, memory) }
    : { by: 'nothing' }
}

const bytesOfName = (name: string): number => utf8(`${JSON.stringify(name)}:,`).length

const compileClaim = (claim: Claim, memory: PatternMemory): CompiledClaim => ({
  name: claim.name,
  nameBytes: bytesOfName(claim.name),
  scopes: claim.scopes,
  isAlways: claim.alwaysIncludeInToken,
  source: compileSource(claim, memory),
})

/** Whether a claim can be in a token at all. Reserved names never are, whatever is stored. */
export const isCustom = ({ system, valueType, name, claimType }: Claim): boolean =>
  !system && valueType !== 'SYSTEM' && !isReservedName(name, claimType)

/** Compiles the claims of a server. */
export function compileClaims(
  claims: readonly Claim[],
  { origin, orgName }: { readonly origin: string; readonly orgName: string | null },
): CompiledClaims {
  const active = claims.filter(({ status }) => status === 'ACTIVE')
  const custom = active.filter(isCustom)
  const subject = active.find(
    ({ system, valueType, value }) =>
      system && valueType === 'EXPRESSION' && value !== SUBJECT_EXPRESSION,
  )
  const memory = new PatternMemory(limits.patternsKeptMax)
  const of = (type: Claim['claimType']): readonly CompiledClaim[] =>
    custom.filter(({ claimType }) => claimType === type).map((claim) => compileClaim(claim, memory))
  return {
    org: { name: orgName, subDomain: new URL(origin).hostname.split('.')[0]! },
    subject: subject === undefined ? null : compileClaim(subject, memory),
    accessToken: of('RESOURCE'),
    identity: of('IDENTITY'),
    patterns: memory,
  }
}

const ofApps = new WeakMap<GroupsClaim, readonly CompiledClaim[]>()

/** What an app's ID tokens of the org server say of groups. Compiled once for each record of the app in memory. */
export function compiledGroupsClaim(claim: GroupsClaim | null): readonly CompiledClaim[] {
  if (claim === null || isReservedName(claim.name, 'IDENTITY')) return []
  const known = ofApps.get(claim)
  if (known !== undefined) return known
  const { name } = claim
  const compiled = [
    {
      name,
      nameBytes: bytesOfName(name),
      scopes: ['groups'],
      isAlways: false,
      source: compileSource(claim, new PatternMemory(limits.appPatternsKeptMax)),
    },
  ]
  ofApps.set(claim, compiled)
  return compiled
}
