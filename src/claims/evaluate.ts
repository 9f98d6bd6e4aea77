/**
 * Which custom claims go out and with what value: into access tokens, and into ID tokens and userinfo. Claims are
 * compiled once a snapshot; evaluation is pure. A claim whose value is null is left out; reserved names never go out,
 * whatever is stored.
 */
import { utf8 } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { RESERVED_CLAIM_NAMES, SUBJECT_EXPRESSION, type Claim } from '../domain/claim.ts'
import type { Client } from '../domain/client.ts'
import type { Person } from '../domain/person.ts'
import {
  evaluateExpression,
  type Evaluated,
  type ExpressionScope,
  type Surroundings,
} from './expression/evaluate.ts'
import { parseExpression } from './expression/parser.ts'
import type { Expression, Value } from './expression/tree.ts'

interface CompiledClaim {
  readonly name: string
  readonly scopes: readonly string[]
  /** In every ID token; the others only where userinfo cannot tell them. */
  readonly isAlways: boolean
  /** Null: it is stored but cannot be compiled, which makes issuance fail, as in Okta. */
  readonly expression: Expression | null
}

export interface CompiledClaims {
  /** The host's first label. */
  readonly subDomain: string
  /** Null: the system expression, evaluated natively. */
  readonly subject: CompiledClaim | null
  readonly accessToken: readonly CompiledClaim[]
  /** Of ID tokens and userinfo. */
  readonly identity: readonly CompiledClaim[]
}

function compileClaim({ name, scopes, alwaysIncludeInToken, value }: Claim): CompiledClaim {
  const parsed = parseExpression(value ?? '')
  const expression = parsed.outcome === 'parsed' ? parsed.expression : null
  return { name, scopes, isAlways: alwaysIncludeInToken, expression }
}

/** Compiles the claims of a server. Group filters select among groups, which are not looked at. */
export function compileClaims(claims: readonly Claim[], origin: string): CompiledClaims {
  const active = claims.filter(
    ({ status, valueType }) => status === 'ACTIVE' && valueType === 'EXPRESSION',
  )
  const custom = active.filter(({ system, name }) => !system && !RESERVED_CLAIM_NAMES.has(name))
  const subject = active.find(({ system, value }) => system && value !== SUBJECT_EXPRESSION)
  const of = (type: Claim['claimType']): readonly CompiledClaim[] =>
    custom.filter(({ claimType }) => claimType === type).map(compileClaim)
  return {
    subDomain: new URL(origin).hostname.split('.')[0]!,
    subject: subject === undefined ? null : compileClaim(subject),
    accessToken: of('RESOURCE'),
    identity: of('IDENTITY'),
  }
}

/** The person that a token is of, and what the app calls them. */
export interface ClaimUser extends Pick<Person, 'id' | 'status' | 'profile'> {
  readonly userName: string
}

/** What claims are evaluated for. `user` is null when the client acts for itself. */
export interface ClaimSituation {
  readonly client: Client
  readonly grantedScopes: readonly string[]
  readonly user: ClaimUser | null
  readonly nowMillis: number
}

type Named = readonly (readonly [string, Value])[]

export type ClaimsOutcome<Given> =
  | ({ readonly outcome: 'evaluated' } & Given)
  | { readonly outcome: 'failed'; readonly claim: string }

const NO_CLAIMS: Named = []

/** An expression in its situation. */
type Evaluate = (expression: Expression | null) => Evaluated

function evaluator(
  { subDomain }: CompiledClaims,
  { client, grantedScopes, user, nowMillis }: ClaimSituation,
): Evaluate {
  const { id, clientId, label, profile } = client
  const scope: ExpressionScope = {
    app: { id, clientId, label, profile },
    access: { scope: grantedScopes },
    org: { subDomain },
    user: user && user.profile,
    appuser: user && { userName: user.userName },
  }
  const internal = user && { id: user.id, status: user.status }
  const surroundings: Surroundings = { internal, nowMillis }
  return (expression) =>
    expression === null
      ? { outcome: 'failed' }
      : evaluateExpression(expression, scope, surroundings)
}

/** The subject and the custom claims of an access token. */
export function evaluateClaims(
  compiled: CompiledClaims,
  situation: ClaimSituation,
): ClaimsOutcome<{ readonly subject: string; readonly claims: Named }> {
  const usual = situation.user?.userName ?? situation.client.clientId
  const { subject: claim, accessToken } = compiled
  if (claim === null && accessToken.length === 0)
    return { outcome: 'evaluated', subject: usual, claims: NO_CLAIMS }

  const broken = [claim, ...accessToken].find((one) => one?.expression === null)
  if (broken != null) return { outcome: 'failed', claim: broken.name }
  const evaluate = evaluator(compiled, situation)
  const subject = claim === null ? usual : textOf(evaluate(claim.expression))
  if (subject === '') return { outcome: 'failed', claim: 'sub' }
  const found = evaluateAll(accessToken, situation.grantedScopes, evaluate)
  return found.outcome === 'failed' ? found : { ...found, subject }
}

const textOf = (found: Evaluated): string =>
  found.outcome === 'value' && typeof found.value === 'string' ? found.value : ''

/** The custom claims of an ID token or of userinfo. `isThin`: only those that are in every ID token. */
export function evaluateIdentity(
  compiled: CompiledClaims,
  situation: ClaimSituation,
  isThin: boolean,
): ClaimsOutcome<{ readonly claims: Named }> {
  const { identity } = compiled
  if (identity.length === 0) return { outcome: 'evaluated', claims: NO_CLAIMS }
  const here = identity.filter(({ isAlways }) => isAlways || !isThin)
  return evaluateAll(here, situation.grantedScopes, evaluator(compiled, situation))
}

function evaluateAll(
  compiled: readonly CompiledClaim[],
  grantedScopes: readonly string[],
  evaluate: Evaluate,
): ClaimsOutcome<{ readonly claims: Named }> {
  const claims: (readonly [string, Value])[] = []
  for (const { name, scopes, expression } of compiled) {
    if (scopes.length > 0 && !scopes.some((one) => grantedScopes.includes(one))) continue
    const found = evaluate(expression)
    if (found.outcome === 'failed') return { outcome: 'failed', claim: name }
    if (found.value === null) continue
    if (utf8(JSON.stringify(found.value)).length > limits.claimValueBytesMax)
      return { outcome: 'failed', claim: name }
    claims.push([name, found.value])
  }
  return { outcome: 'evaluated', claims }
}
