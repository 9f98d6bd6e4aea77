/**
 * What is asked of the authorizations of one user, inside the user's object. Each question is decided, and the decision
 * written, in one turn: once the person is known, nobody comes between the checks and their consequences. Unless the
 * object knows the person, the database is asked only when everything else is right.
 */
import type { AuthorizationRecord } from '../domain/authorization-record.ts'
import {
  givenDirectly,
  promised,
  redeem,
  refresh,
  undelivered,
  type AuthorizationState,
  type Holder,
  type Step,
} from '../domain/authorization-state.ts'
import { endsAuthorization, type Epoch } from '../domain/ending.ts'
import { keepsAccess } from '../domain/person.ts'
import { familyExpires, isAlive } from '../domain/refresh-family.ts'
import type {
  AskedApp,
  GrantOutcome,
  Inspected,
  Inspection,
  Redemption,
  Refresh,
  RefreshHandle,
  RefreshTokenRevocation,
  ShownToken,
  Undelivered,
} from '../domain/subjects.ts'
import { digest, equalText } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { LruMap } from '../platform/lru.ts'
import { randomToken } from '../platform/random.ts'
import type { SubjectAuthorizations, StoredAuthorization } from './subject-authorizations.ts'
import type { SubjectEndings } from './subject-endings.ts'
import type { KnownUser, SubjectPerson } from './subject-person.ts'
import type { SubjectSessions } from './subject-sessions.ts'
import type { SubjectTables } from './subject-tables.ts'

/** The secret of a family's tokens: one for all generations, since what is signed with it names the generation. */
interface FamilySecret {
  readonly secret: string
  readonly secretHash: string
}

const refused = (reason: 'unknown'): GrantOutcome => ({ outcome: 'refused', reason, ended: false })

const handleOf = ({ family }: AuthorizationState, secret: string): RefreshHandle | null =>
  family && { generation: family.generation, secret }

/** `of` is what no storage has as it is; the same again gives the same. */
async function familySecret(of = randomToken()): Promise<FamilySecret> {
  const secret = await digest(`family ${of}`)
  return { secret, secretHash: await digest(secret) }
}

/** Whoever asks again under the name of the last attempt never heard what it gave. */
const stateBefore = (
  stored: StoredAuthorization,
  attempt: string | undefined,
): AuthorizationState =>
  attempt !== undefined && stored.attempt === attempt ? undelivered(stored.state) : stored.state

/** The holder when there is no such user. */
const NOBODY: Holder = { person: null, assignment: null }

const DEAD: Inspection = { alive: false }

export class SubjectGrants {
  readonly #tables: SubjectTables
  readonly #authorizations: SubjectAuthorizations
  readonly #sessions: SubjectSessions
  readonly #endings: SubjectEndings
  readonly #person: SubjectPerson
  /** Attempts that were taken back, perhaps before their call came to its turn: none gives anything any more. */
  readonly #withdrawn = new LruMap<string, true>(limits.withdrawnAttemptsMax)

  constructor(
    tables: SubjectTables,
    authorizations: SubjectAuthorizations,
    sessions: SubjectSessions,
    endings: SubjectEndings,
    person: SubjectPerson,
  ) {
    this.#tables = tables
    this.#authorizations = authorizations
    this.#sessions = sessions
    this.#endings = endings
    this.#person = person
  }

  async authorize(
    record: AuthorizationRecord,
    app: AskedApp,
    epoch: Epoch | undefined,
  ): Promise<boolean> {
    const secretHash = record.code && (await digest(record.code.secret))
    const code = record.code && { ...record.code, secret: secretHash ?? '' }
    const state = promised({ ...record, code })
    return this.#insert({ state, secretHash: null, attempt: null }, app, epoch)
  }

  async authorizeDirectly(
    record: AuthorizationRecord,
    app: AskedApp,
    mayRefresh: boolean,
    epoch: Epoch | undefined,
  ): Promise<{ readonly refresh: RefreshHandle | null } | null> {
    const { secret, secretHash } = await familySecret()
    const state = givenDirectly({ ...record, code: null }, mayRefresh)
    const isGiven = await this.#insert({ state, secretHash, attempt: null }, app, epoch)
    return isGiven ? { refresh: handleOf(state, secret) } : null
  }

  async redeem(redemption: Redemption): Promise<GrantOutcome> {
    const { secret, attempt } = redemption
    const presented = await digest(secret)
    const family = await familySecret(attempt === undefined ? attempt : `${attempt} ${secret}`)
    const stepWith = (holder: Holder | null): Step | null => {
      const stored = this.#authorizations.find(redemption.authorizationId)
      if (!equalText(stored?.state.record.code?.secret ?? '', presented)) return null
      if (this.#isWithdrawn(attempt)) return null
      return stored && redeem(stateBefore(stored, attempt), redemption, holder)
    }
    return this.#settled(redemption, stepWith, family)
  }

  async refresh(asked: Refresh): Promise<GrantOutcome> {
    const { secret, attempt } = asked
    const secretHash = await digest(secret)
    const stepWith = (holder: Holder | null): Step | null => {
      const stored = this.#authorizations.find(asked.authorizationId)
      if (!equalText(stored?.secretHash ?? '', secretHash)) return null
      if (this.#isWithdrawn(attempt)) return null
      return stored && refresh(stateBefore(stored, attempt), asked, holder)
    }
    return this.#settled(asked, stepWith, { secret, secretHash })
  }

  /** Nothing happens when others have gone on since. */
  undelivered(given: Undelivered): void {
    const { authorizationId, generation, attempt, now } = given
    const stored = this.#authorizations.find(authorizationId)
    if (stored === null) return
    if (attempt !== undefined) this.#withdrawn.set(attempt, true)
    const isLast =
      attempt === undefined
        ? stored.state.family?.generation === generation
        : stored.attempt === attempt
    if (!isLast) return
    const isRefused = attempt === undefined || given.refused === true
    const before = undelivered(stored.state)
    const isOver = (isRefused && generation === 0) || this.#isOutlived(before)
    const state = isOver ? { ...stored.state, ended: true } : before
    this.#tables.atomically(() =>
      this.#authorizations.write({ ...stored, state, attempt: null }, now),
    )
  }

  /** Whether a code has no session any more: had it waited all the time, it would have ended with it. */
  #isOutlived({ record: { sid, sessionId }, redeemedAt }: AuthorizationState): boolean {
    if (redeemedAt !== null || sid === null || sessionId === null) return false
    return !this.#sessions.has(sid)
  }

  #isWithdrawn(attempt: string | undefined): boolean {
    return attempt !== undefined && this.#withdrawn.get(attempt) === true
  }

  async inspect(asked: Inspected, now: number): Promise<Inspection> {
    const presented = 'secret' in asked ? await digest(asked.secret) : ''
    // Older Workers do not say which app asks.
    const app = asked.app ?? null
    const inspected = (user: KnownUser | null): Inspection => {
      const { person, assignment } = user ?? NOBODY
      const stored = this.#authorizations.find(asked.authorizationId)
      const expires = stored && this.#expiry(stored, asked, presented, now)
      if (stored === null || expires === null || person === null || !keepsAccess(person))
        return DEAD
      if (app !== null && assignment === null) return DEAD
      return { alive: true, record: stored.state.record, person, assignment, ...expires }
    }
    if (!this.#person.knows(app)) {
      const stored = this.#authorizations.find(asked.authorizationId)
      if (stored === null || this.#expiry(stored, asked, presented, now) === null) return DEAD
    }
    return this.#person.decide(asked.userId, app, inspected)
  }

  /** Ends the authorization of a refresh token that is alive, whatever became of the person. */
  async revokeRefreshToken(asked: RefreshTokenRevocation): Promise<boolean> {
    const { authorizationId, clientId, now } = asked
    const presented = await digest(asked.secret)
    const stored = this.#authorizations.find(authorizationId)
    if (stored?.state.record.clientId !== clientId) return false
    if (this.#expiry(stored, asked, presented, now) === null) return false
    this.#tables.atomically(() => this.#authorizations.end(authorizationId))
    return true
  }

  /** Ends an access token, as far as it is alive at all. */
  revoke(authorizationId: string, jti: string, expires: number): void {
    if (this.#authorizations.find(authorizationId) === null) return
    if (this.#authorizations.isRevoked(jti)) return
    this.#tables.atomically(() => this.#authorizations.revoke(authorizationId, jti, expires))
  }

  /** Null: the token is dead. */
  #expiry(
    { state: { family }, secretHash }: StoredAuthorization,
    asked: ShownToken,
    presented: string,
    now: number,
  ): { readonly expires: number | null } | null {
    if (!('secret' in asked))
      return this.#authorizations.isRevoked(asked.jti) ? null : { expires: null }
    if (family === null || !equalText(secretHash ?? '', presented)) return null
    return isAlive(family, asked.generation, now) ? { expires: familyExpires(family) } : null
  }

  async #insert(
    stored: StoredAuthorization,
    app: AskedApp,
    epoch: Epoch | undefined,
  ): Promise<boolean> {
    const { record } = stored.state
    const { userId, sessionId, sid, created } = record
    const session = () =>
      sessionId === null ? { sid } : this.#sessions.standing(sessionId, created * 1000)
    if (!this.#person.knows(app) && session() === null) return false
    return this.#person.decide(userId, app, (user) => {
      const { person, assignment } = user ?? NOBODY
      const begunIn = session()
      if (begunIn === null || assignment === null || person === null || !keepsAccess(person))
        return false
      if (this.#endings.hasEnded(epoch, (ending) => endsAuthorization(ending, record))) return false
      this.#tables.atomically(() => {
        this.#authorizations.insert(stored, begunIn.sid)
        if (begunIn.sid !== null) this.#sessions.join(begunIn.sid, record)
      })
      return true
    })
  }

  /** Takes the step, without the person as far as that goes. `stepWith` gives null for what is unknown. */
  async #settled(
    asked: Redemption | Refresh,
    stepWith: (holder: Holder | null) => Step | null,
    family: FamilySecret,
  ): Promise<GrantOutcome> {
    const { userId, app } = asked
    const early = this.#person.knows(app) ? null : this.#taken(stepWith(null), family, asked)
    if (early !== null) return early
    return this.#person.decide(userId, app, (user) => {
      const outcome = this.#taken(stepWith(user ?? NOBODY), family, asked)
      return outcome ?? refused('unknown')
    })
  }

  /** What a step comes to, once it is written; null when it needs the holder. */
  #taken(
    step: Step | null,
    { secret, secretHash }: FamilySecret,
    { attempt, now }: Pick<Redemption, 'attempt' | 'now'>,
  ): GrantOutcome | null {
    if (step === null) return refused('unknown')
    if (step.kind === 'holder-needed') return null
    const { state } = step
    const write = (given: string | null): void => {
      const stored = { state, secretHash: state.family && secretHash, attempt: given }
      this.#tables.atomically(() => this.#authorizations.write(stored, now))
    }
    if (step.kind === 'refused') {
      if (step.ended) write(null)
      return { outcome: 'refused', reason: step.reason, ended: step.ended }
    }
    const { person, assignment, isNew } = step
    // What is used gives nothing that could get lost, unless it is a code.
    write(isNew || state.family === null ? (attempt ?? null) : null)
    return {
      outcome: 'granted',
      record: state.record,
      person,
      assignment,
      refresh: handleOf(state, secret),
      isNew,
    }
  }
}
