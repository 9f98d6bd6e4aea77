/**
 * What happens to an authorization: redeemed once, refreshed in its family, ended (RFC 6749 §4.1.2, §6; RFC 7636 §4.6).
 * The checks stand in the order in which they are made, and nothing but success and a replay changes anything. Pure:
 * secrets are compared, and states stored, by the object of the user.
 */
import type {
  AuthorizationRecord,
  CodeBinding,
  DecidedAccess,
  GrantRefusal,
} from './authorization-record.ts'
import { limits } from '../platform/limits.ts'
import { keepsAccess, type Assignment, type Person } from './person.ts'
import {
  begunFamily,
  familyExpires,
  isTurned,
  owedFamily,
  standingOf,
  usedFamily,
  type RefreshFamily,
} from './refresh-family.ts'
import type { Redemption, Refresh } from './subjects.ts'

export interface AuthorizationState {
  readonly record: AuthorizationRecord
  /** Seconds. Null while the code was not redeemed; without a code, when the authorization was made. */
  readonly redeemedAt: number | null
  readonly family: RefreshFamily | null
  readonly ended: boolean
  /** Seconds. Nothing that came of it outlives this. */
  readonly aliveUntil: number
  /** Seconds. No access token that came of it outlives this. */
  readonly tokensUntil: number
}

/** Whom an authorization is of, and whether that person has the app. Read only when everything else is right. */
export interface Holder {
  readonly person: Person | null
  readonly assignment: Assignment | null
}

export type Step =
  | {
      readonly kind: 'granted'
      readonly state: AuthorizationState
      /** A refresh token is given that nobody had before. */
      readonly isNew: boolean
      readonly person: Person
      readonly assignment: Assignment
    }
  | {
      readonly kind: 'refused'
      readonly state: AuthorizationState
      readonly reason: GrantRefusal
      readonly ended: boolean
    }
  /** All is right so far, and the holder decides. */
  | { readonly kind: 'holder-needed' }

/** Checks in their order: what is said when one applies. */
type Checks<Asked> = readonly (readonly [
  reason: GrantRefusal,
  applies: (state: AuthorizationState, asked: Asked) => boolean,
])[]

type Presented = Pick<Redemption, 'clientId' | 'notBefore' | 'serverId' | 'ruleIds'>

const PARTIES: Checks<Presented> = [
  ['other-client', ({ record }, { clientId }) => record.clientId !== clientId],
  ['other-server', ({ record }, { serverId }) => record.serverId !== serverId],
  ['expired', ({ record }, { notBefore }) => record.created < notBefore],
]

const RULE: Checks<Presented> = [
  [
    'rule-gone',
    ({ record: { access } }, { ruleIds }) =>
      ruleIds !== null && !ruleIds.includes(access.ruleId ?? ''),
  ],
]

/** A code of a state that has one. */
const codeOf = ({ record }: AuthorizationState): CodeBinding => record.code!

const REDEMPTION: Checks<Redemption> = [
  ...PARTIES,
  ['replayed', ({ redeemedAt }) => redeemedAt !== null],
  ['expired', (state, { now }) => now >= codeOf(state).expires],
  // Dated by a clock that went back since, it would live for longer.
  ['expired', ({ record }, { now }) => record.created > now + limits.clockSkewSeconds],
  [
    'redirect-uri',
    (state, { redirectUri }) => {
      const code = codeOf(state)
      return redirectUri === null ? !code.isRedirectUriImplied : redirectUri !== code.redirectUri
    },
  ],
  [
    'verifier-missing',
    (state, { verifierChallenge }) =>
      codeOf(state).codeChallenge !== null && verifierChallenge === null,
  ],
  [
    'challenge-missing',
    (state, { verifierChallenge }) =>
      codeOf(state).codeChallenge === null && verifierChallenge !== null,
  ],
  [
    'verifier-wrong',
    (state, { verifierChallenge }) => codeOf(state).codeChallenge !== verifierChallenge,
  ],
  ...RULE,
]

const familyStanding = ({ family }: AuthorizationState, asked: Refresh) =>
  standingOf(family!, asked.generation, asked, asked.now)

const REFRESH: Checks<Refresh> = [
  ...PARTIES,
  ['expired', (state, asked) => familyStanding(state, asked) === 'expired'],
  ['replayed', (state, asked) => familyStanding(state, asked) === 'replayed'],
  [
    'scope',
    ({ record }, { scopes }) =>
      scopes !== null && scopes.some((scope) => !record.scopes.includes(scope)),
  ],
  ...RULE,
]

function step<Asked>(
  state: AuthorizationState,
  asked: Asked,
  checks: Checks<Asked>,
  holder: Holder | null,
  next: () => AuthorizationState,
): Step {
  const reason = checks.find(([, applies]) => applies(state, asked))?.[0]
  if (reason !== undefined) {
    const ended = reason === 'replayed'
    return { kind: 'refused', reason, ended, state: ended ? { ...state, ended } : state }
  }
  if (holder === null) return { kind: 'holder-needed' }
  const { person, assignment } = holder
  if (person === null || !keepsAccess(person))
    return { kind: 'refused', reason: 'user-inactive', ended: false, state }
  if (assignment === null) return { kind: 'refused', reason: 'not-assigned', ended: false, state }
  const after = next()
  return { kind: 'granted', state: after, isNew: givesNew(state, after), person, assignment }
}

const givesNew = ({ family: before }: AuthorizationState, { family: after }: AuthorizationState) =>
  after !== null && (before === null || isTurned(before, after))

const UNKNOWN = { kind: 'refused', reason: 'unknown', ended: false } as const

/** What says whether a hook is asked about the tokens that are given. */
type Hooked = Pick<Redemption, 'hookedRuleIds'>

/** How long tokens may live that are given at once: the access token, and the ID token where there is one. */
const tokenSeconds = ({ scopes, access }: AuthorizationRecord, hooked: Hooked): number =>
  Math.max(
    access.accessTokenSeconds,
    scopes.includes('openid') ? limits.idTokenSeconds : 0,
    isHooked(access, hooked) ? limits.hookTokenSecondsMax : 0,
  )

const isHooked = ({ ruleId, isHooked }: DecidedAccess, { hookedRuleIds = [] }: Hooked): boolean =>
  isHooked === true || hookedRuleIds.includes(ruleId ?? '')

/** The state in which tokens were given now, and until when they and what gives others live. */
function living(state: AuthorizationState, hooked: Hooked, now: number): AuthorizationState {
  const tokensUntil = Math.max(state.tokensUntil, now + tokenSeconds(state.record, hooked))
  const familyUntil = state.family === null ? 0 : familyExpires(state.family)
  return { ...state, tokensUntil, aliveUntil: Math.max(state.aliveUntil, tokensUntil, familyUntil) }
}

/** A client may refresh what it was given offline. */
export const beginsFamily = (
  { scopes }: Pick<AuthorizationRecord, 'scopes'>,
  mayRefresh: boolean,
): boolean => mayRefresh && scopes.includes('offline_access')

function given(
  state: AuthorizationState,
  { mayRefresh, now, ...hooked }: Pick<Redemption, 'mayRefresh' | 'now'> & Hooked,
): AuthorizationState {
  const { record } = state
  const family = beginsFamily(record, mayRefresh) ? begunFamily(record.access, now) : null
  return living({ ...state, redeemedAt: now, family }, hooked, now)
}

/** An authorization whose code waits to be redeemed, as far as it has one. Tokens may have been given beside it. */
export const promised = (record: AuthorizationRecord): AuthorizationState => {
  const tokensUntil = record.created + tokenSeconds(record, {})
  return {
    record,
    redeemedAt: record.code === null ? record.created : null,
    family: null,
    ended: false,
    aliveUntil: Math.max(record.code?.expires ?? 0, tokensUntil),
    tokensUntil,
  }
}

/** An authorization without a code. */
export const givenDirectly = (
  record: AuthorizationRecord,
  mayRefresh: boolean,
): AuthorizationState => given(promised(record), { mayRefresh, now: record.created })

/** A code is presented, whose secret is right. `holder` null: not read yet. */
export const redeem = (
  state: AuthorizationState,
  redemption: Redemption,
  holder: Holder | null,
): Step =>
  state.ended || state.record.code === null
    ? { ...UNKNOWN, state }
    : step(state, redemption, REDEMPTION, holder, () => given(state, redemption))

/** A refresh token is presented, whose secret is right. `holder` null: not read yet. */
export const refresh = (state: AuthorizationState, asked: Refresh, holder: Holder | null): Step =>
  state.ended || state.family === null
    ? { ...UNKNOWN, state }
    : step(state, asked, REFRESH, holder, () => {
        const { refreshWindowSeconds } = state.record.access
        const { generation, now } = asked
        const family = usedFamily(state.family!, generation, asked, refreshWindowSeconds, now)
        return living({ ...state, family }, asked, now)
      })

/**
 * What was given last reached nobody: the code or the refresh token that was presented is good still, and where none
 * was, nothing came of the authorization.
 */
export function undelivered(state: AuthorizationState): AuthorizationState {
  const { record, family } = state
  if (family !== null && family.generation > 0) return { ...state, family: owedFamily(family) }
  return record.code === null
    ? { ...state, ended: true }
    : { ...state, redeemedAt: null, family: null }
}
