/**
 * Which custom claims go out and with what value: into access tokens, and into ID tokens and userinfo. Evaluation is
 * pure. A claim whose value is null is left out, and so is one that names groups when there are none to name. One that
 * has no value fails the whole, and so do claims that take too many steps or bytes together. What decides about a token
 * explains it, too.
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
import { Steps } from './expression/steps.ts'
import type { Value } from './expression/tree.ts'
import { filteredNames, type GroupFilter } from './group-filter.ts'
import { Room } from './value-size.ts'

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
  /** Only asked for where an expression tells the time. */
  readonly nowMillis: number
}

/** Why a claim has no value: it has none, it is too large, it names too many groups, or it cannot be read. */
export type ClaimFault = 'no-value' | 'too-large' | 'too-many-groups' | 'unreadable'

/** What becomes of one claim. */
export type ClaimVerdict =
  | { readonly is: 'in'; readonly value: Value }
  | { readonly is: 'out'; readonly because: 'scope' | 'null' | 'userinfo-only' }
  | { readonly is: 'failed'; readonly because: ClaimFault }

/** Custom claims by their names; null: there are none. */
export type CustomClaims = Readonly<Record<string, Value>> | null

export type ClaimsOutcome<Given> =
  | ({ readonly outcome: 'evaluated' } & Given)
  | { readonly outcome: 'failed'; readonly claim: string; readonly fault: ClaimFault }

const NONE = { outcome: 'evaluated', claims: null } as const

const failed = (because: ClaimFault): ClaimVerdict => ({ is: 'failed', because })

const NULL: ClaimVerdict = { is: 'out', because: 'null' }

/** The claims of one token or answer, which share the steps that they may take and the room that there is. */
class Evaluator {
  readonly #granted: ReadonlySet<string>
  readonly #scope: ExpressionScope
  readonly #surroundings: Surroundings
  readonly #steps = new Steps()
  readonly #room: Room

  constructor({ org }: Pick<CompiledClaims, 'org'>, situation: ClaimSituation, room: Room) {
    const { client, grantedScopes, grantType, user, amr } = situation
    const { id, clientId, label, profile } = client
    this.#granted = new Set(grantedScopes)
    this.#room = room
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
      get nowMillis() {
        return situation.nowMillis
      },
    }
  }

  /** `isThin`: userinfo tells what is not in every ID token. */
  verdict({ scopes, source, isAlways, nameBytes }: CompiledClaim, isThin: boolean): ClaimVerdict {
    if (isThin && !isAlways) return { is: 'out', because: 'userinfo-only' }
    if (scopes.length > 0 && !scopes.some((one) => this.#granted.has(one)))
      return { is: 'out', because: 'scope' }
    const found = this.#value(source)
    if (found.is !== 'in') return found
    if (found.value === null) return NULL
    return this.#room.take(found.value, nameBytes) ? found : failed('too-large')
  }

  #value(source: ClaimSource): ClaimVerdict {
    if (source.by === 'nothing') return failed('unreadable')
    if (source.by === 'groups') return this.#groups(source.filter)
    const found = evaluateExpression(source.evaluable, this.#scope, this.#surroundings, this.#steps)
    return found.outcome === 'value' ? { is: 'in', value: found.value } : failed('no-value')
  }

  #groups(filter: GroupFilter): ClaimVerdict {
    const { groups } = this.#surroundings
    if (groups === null) return NULL
    const names = groups === undefined ? null : filteredNames(filter, groups, this.#steps)
    if (names === null) return failed('no-value')
    if (names.length > limits.groupsInClaimMax) return failed('too-many-groups')
    return names.length === 0 ? NULL : { is: 'in', value: names }
  }
}

/** The subject and the custom claims of an access token. */
export function evaluateClaims(
  compiled: CompiledClaims,
  situation: ClaimSituation,
): ClaimsOutcome<{ readonly subject: string; readonly claims: CustomClaims }> {
  const { subject: claim, accessToken } = compiled
  if (claim === null && accessToken.length === 0)
    return { ...NONE, subject: usualSubject(situation) }

  const subject = explainSubject(compiled, situation)
  if (subject === null) return { outcome: 'failed', claim: 'sub', fault: 'no-value' }
  const found = evaluateAll(accessToken, ofToken(compiled, situation), false)
  return found.outcome === 'failed' ? found : { ...found, subject }
}

const usualSubject = ({ user, client }: ClaimSituation): string => user?.userName ?? client.clientId

/** Beside the scopes. */
function ofToken(org: Pick<CompiledClaims, 'org'>, situation: ClaimSituation): Evaluator {
  const room = new Room(limits.customClaimsBytesMax)
  room.take(situation.grantedScopes, 0)
  return new Evaluator(org, situation, room)
}

/** The subject of an access token, which is text and not empty; null: it has no value. */
export function explainSubject(compiled: CompiledClaims, situation: ClaimSituation): string | null {
  const { subject: claim } = compiled
  if (claim === null) return usualSubject(situation)
  const evaluator = new Evaluator(compiled, situation, new Room(limits.subjectBytesMax))
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
): ClaimsOutcome<{ readonly claims: CustomClaims }> {
  if (identity.length === 0) return NONE
  return evaluateAll(identity, ofToken(org, situation), isThin)
}

/** What becomes of each claim, also of those after one that fails, which have its share. */
export function explainClaims(
  org: Pick<CompiledClaims, 'org'>,
  claims: readonly CompiledClaim[],
  situation: ClaimSituation,
  isThin: boolean,
): readonly (readonly [name: string, verdict: ClaimVerdict])[] {
  let evaluator = ofToken(org, situation)
  return claims.map((claim) => {
    const verdict = evaluator.verdict(claim, isThin)
    if (verdict.is === 'failed') evaluator = ofToken(org, situation)
    return [claim.name, verdict]
  })
}

function evaluateAll(
  compiled: readonly CompiledClaim[],
  evaluator: Evaluator,
  isThin: boolean,
): ClaimsOutcome<{ readonly claims: CustomClaims }> {
  const claims: (readonly [string, Value])[] = []
  for (const claim of compiled) {
    const verdict = evaluator.verdict(claim, isThin)
    if (verdict.is === 'failed')
      return { outcome: 'failed', claim: claim.name, fault: verdict.because }
    if (verdict.is === 'in') claims.push([claim.name, verdict.value])
  }
  // An object that is made at once is cheaper to write than one that grows name by name.
  const all = claims.length === 0 ? null : Object.fromEntries(claims)
  return { outcome: 'evaluated', claims: all }
}
