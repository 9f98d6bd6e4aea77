/**
 * Which custom claims go out and with what value: into access tokens, and into ID tokens and userinfo. Evaluation is
 * pure. A claim whose value is null is left out, and so is one that names groups when there are none to name. One that
 * has no value fails the whole. What decides about a token explains it, too.
 */
import { limits } from '../platform/limits.ts'
import type { Client } from '../domain/client.ts'
import type { Assignment, Person } from '../domain/person.ts'
import type { ClaimSource, CompiledClaim, CompiledClaims } from './compile.ts'
import {
  evaluateExpression,
  type ExpressionScope,
  type Surroundings,
} from './expression/evaluate.ts'
import type { Value } from './expression/tree.ts'
import { filteredNames, type GroupFilter } from './group-filter.ts'
import { fitsInto } from './value-size.ts'

/** The person that a token is of, and what the app is told of them. */
export interface ClaimUser extends Pick<Person, 'id' | 'status' | 'profile' | 'groups' | 'linked'> {
  readonly userName: string
  readonly appProfile?: Assignment['profile']
}

/** What claims are evaluated for. `user` and `amr` are null when the client acts for itself. */
export interface ClaimSituation {
  readonly client: Client
  readonly grantedScopes: readonly string[]
  readonly grantType: string
  readonly user: ClaimUser | null
  readonly amr: readonly string[] | null
  readonly nowMillis: number
}

/** Why a claim has no value: it has none, it is too large, it names too many groups, or it cannot be read. */
export type ClaimFault = 'no-value' | 'too-large' | 'too-many-groups' | 'unreadable'

/** What becomes of one claim. */
export type ClaimVerdict =
  | { readonly is: 'in'; readonly value: Value }
  | { readonly is: 'out'; readonly because: 'scope' | 'null' | 'userinfo-only' }
  | { readonly is: 'failed'; readonly because: ClaimFault }

type Named = readonly (readonly [string, Value])[]

export type ClaimsOutcome<Given> =
  | ({ readonly outcome: 'evaluated' } & Given)
  | { readonly outcome: 'failed'; readonly claim: string; readonly fault: ClaimFault }

const NO_CLAIMS: Named = []

const failed = (because: ClaimFault): ClaimVerdict => ({ is: 'failed', because })

const NULL: ClaimVerdict = { is: 'out', because: 'null' }

/** Claims in one situation. */
class Evaluator {
  readonly #situation: ClaimSituation
  readonly #scope: ExpressionScope
  readonly #surroundings: Surroundings

  constructor({ org }: Pick<CompiledClaims, 'org'>, situation: ClaimSituation) {
    const { client, grantedScopes, grantType, user, amr, nowMillis } = situation
    const { id, clientId, label, profile } = client
    this.#situation = situation
    this.#scope = {
      app: { id, clientId, label, profile },
      access: { scope: grantedScopes },
      org,
      user: user && user.profile,
      appuser: user && { ...user.appProfile, userName: user.userName },
      session: amr && { amr },
    }
    this.#surroundings = {
      internal: user && { id: user.id, status: user.status },
      groups: user && user.groups,
      linked: user && user.linked,
      isCodeFlow: grantType === 'authorization_code',
      nowMillis,
    }
  }

  /** `isThin`: userinfo tells what is not in every ID token. */
  verdict({ scopes, source, isAlways }: CompiledClaim, isThin: boolean): ClaimVerdict {
    const { grantedScopes } = this.#situation
    if (isThin && !isAlways) return { is: 'out', because: 'userinfo-only' }
    if (scopes.length > 0 && !scopes.some((one) => grantedScopes.includes(one)))
      return { is: 'out', because: 'scope' }
    const found = this.#value(source)
    if (found.is !== 'in') return found
    if (found.value === null) return NULL
    return fitsInto(limits.claimValueBytesMax, found.value) ? found : failed('too-large')
  }

  #value(source: ClaimSource): ClaimVerdict {
    if (source.by === 'nothing') return failed('unreadable')
    if (source.by === 'groups') return this.#groups(source.filter)
    const found = evaluateExpression(source.evaluable, this.#scope, this.#surroundings)
    return found.outcome === 'value' ? { is: 'in', value: found.value } : failed('no-value')
  }

  #groups(filter: GroupFilter): ClaimVerdict {
    const { groups } = this.#surroundings
    if (groups === null) return NULL
    const names = groups === undefined ? null : filteredNames(filter, groups)
    if (names === null) return failed('no-value')
    if (names.length > limits.groupsInClaimMax) return failed('too-many-groups')
    return names.length === 0 ? NULL : { is: 'in', value: names }
  }
}

/** The subject and the custom claims of an access token. */
export function evaluateClaims(
  compiled: CompiledClaims,
  situation: ClaimSituation,
): ClaimsOutcome<{ readonly subject: string; readonly claims: Named }> {
  const { subject: claim, accessToken } = compiled
  if (claim === null && accessToken.length === 0)
    return { outcome: 'evaluated', subject: usualSubject(situation), claims: NO_CLAIMS }

  const evaluator = new Evaluator(compiled, situation)
  const subject = subjectOf(claim, situation, evaluator)
  if (subject === null) return { outcome: 'failed', claim: 'sub', fault: 'no-value' }
  const found = evaluateAll(accessToken, evaluator, false)
  return found.outcome === 'failed' ? found : { ...found, subject }
}

const usualSubject = ({ user, client }: ClaimSituation): string => user?.userName ?? client.clientId

/** Text that is not empty; null: there is none. */
function subjectOf(
  claim: CompiledClaim | null,
  situation: ClaimSituation,
  evaluator: Evaluator,
): string | null {
  if (claim === null) return usualSubject(situation)
  const verdict = evaluator.verdict(claim, false)
  const isText = verdict.is === 'in' && typeof verdict.value === 'string' && verdict.value !== ''
  return isText ? (verdict.value as string) : null
}

/** The custom claims of an ID token or of userinfo. `isThin`: only those that are in every ID token. */
export function evaluateIdentity(
  org: Pick<CompiledClaims, 'org'>,
  identity: readonly CompiledClaim[],
  situation: ClaimSituation,
  isThin: boolean,
): ClaimsOutcome<{ readonly claims: Named }> {
  if (identity.length === 0) return { outcome: 'evaluated', claims: NO_CLAIMS }
  return evaluateAll(identity, new Evaluator(org, situation), isThin)
}

/** What becomes of each claim, also of those after one that fails. */
export function explainClaims(
  org: Pick<CompiledClaims, 'org'>,
  claims: readonly CompiledClaim[],
  situation: ClaimSituation,
  isThin: boolean,
): readonly (readonly [name: string, verdict: ClaimVerdict])[] {
  const evaluator = new Evaluator(org, situation)
  return claims.map((claim) => [claim.name, evaluator.verdict(claim, isThin)])
}

/** The subject of an access token; null: it has no value. */
export const explainSubject = (
  compiled: CompiledClaims,
  situation: ClaimSituation,
): string | null => subjectOf(compiled.subject, situation, new Evaluator(compiled, situation))

function evaluateAll(
  compiled: readonly CompiledClaim[],
  evaluator: Evaluator,
  isThin: boolean,
): ClaimsOutcome<{ readonly claims: Named }> {
  const claims: (readonly [string, Value])[] = []
  for (const claim of compiled) {
    const verdict = evaluator.verdict(claim, isThin)
    if (verdict.is === 'failed')
      return { outcome: 'failed', claim: claim.name, fault: verdict.because }
    if (verdict.is === 'in') claims.push([claim.name, verdict.value])
  }
  return { outcome: 'evaluated', claims }
}
