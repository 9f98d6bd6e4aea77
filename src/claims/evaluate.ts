/**
 * Which custom claims go into an access token and with what value. Claims are compiled once a snapshot; evaluation
 * is pure. A claim whose value is null is left out; reserved names never reach a token, whatever is stored.
 */
import { utf8 } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { RESERVED_CLAIM_NAMES, SUBJECT_EXPRESSION, type Claim } from '../domain/claim.ts'
import type { Client } from '../domain/client.ts'
import { evaluateExpression, type ExpressionScope, type Value } from './expression/evaluate.ts'
import { parseExpression, type Expression } from './expression/parser.ts'

interface CompiledClaim {
  readonly name: string
  readonly scopes: readonly string[]
  /** Null: a group filter, which selects among a user's groups and so yields nothing without a user. */
  readonly expression: Expression | null
}

export interface CompiledClaims {
  /** Null: the system expression, evaluated natively. */
  readonly subject: Expression | null
  readonly accessToken: readonly CompiledClaim[]
  /** Names of claims that are stored but cannot be compiled: each makes issuance fail, as in Okta. */
  readonly broken: readonly string[]
}

/** Compiles the claims of a server. */
export function compileClaims(claims: readonly Claim[]): CompiledClaims {
  let subject: Expression | null = null
  const accessToken: CompiledClaim[] = []
  const broken: string[] = []
  for (const claim of claims) {
    if (claim.claimType !== 'RESOURCE' || claim.status !== 'ACTIVE') continue
    if (claim.system && claim.value === SUBJECT_EXPRESSION) continue
    if (!claim.system && RESERVED_CLAIM_NAMES.has(claim.name)) continue
    if (claim.valueType !== 'EXPRESSION') {
      accessToken.push({ name: claim.name, scopes: claim.scopes, expression: null })
      continue
    }
    const parsed = parseExpression(claim.value ?? '')
    if (parsed.outcome === 'error') broken.push(claim.name)
    else if (claim.system) subject = parsed.expression
    else accessToken.push({ name: claim.name, scopes: claim.scopes, expression: parsed.expression })
  }
  return { subject, accessToken, broken }
}

export type ClaimsOutcome =
  | {
      readonly outcome: 'evaluated'
      readonly subject: string
      readonly claims: readonly (readonly [string, Value])[]
    }
  | { readonly outcome: 'failed'; readonly claim: string }

const NO_CLAIMS: readonly (readonly [string, Value])[] = []

/** The subject and the custom claims of an access token. `userName` is what the app calls the user; null: no user. */
export function evaluateClaims(
  compiled: CompiledClaims,
  client: Client,
  grantedScopes: readonly string[],
  userName: string | null = null,
): ClaimsOutcome {
  if (compiled.broken.length > 0) return { outcome: 'failed', claim: compiled.broken[0]! }
  const usual = userName ?? client.clientId
  if (compiled.subject === null && compiled.accessToken.length === 0)
    return { outcome: 'evaluated', subject: usual, claims: NO_CLAIMS }

  const scope: ExpressionScope = {
    app: {
      id: client.id,
      clientId: client.clientId,
      label: client.label,
      profile: client.profile,
    },
    access: { scope: grantedScopes },
  }
  const subject = compiled.subject === null ? usual : evaluateExpression(compiled.subject, scope)
  if (typeof subject !== 'string' || subject === '') return { outcome: 'failed', claim: 'sub' }

  const claims: (readonly [string, Value])[] = []
  for (const { name, scopes, expression } of compiled.accessToken) {
    if (
      expression === null ||
      (scopes.length > 0 && !scopes.some((s) => grantedScopes.includes(s)))
    )
      continue
    const value = evaluateExpression(expression, scope)
    if (value === null) continue
    if (utf8(JSON.stringify(value)).length > limits.claimValueBytesMax)
      return { outcome: 'failed', claim: name }
    claims.push([name, value])
  }
  return { outcome: 'evaluated', subject, claims }
}
