/**
 * Durable Object: everything about one user that must have one writer, addressed by the user's id. Every answer is
 * durable before it is given, a fault of storage is an answer of its own, and an object never used stores nothing.
 */
import { DurableObject } from 'cloudflare:workers'
import type { AuthorizationRecord } from '../domain/authorization-record.ts'
import { ALL_SESSIONS, type Ending, type Epoch } from '../domain/ending.ts'
import type { PasswordOutcome } from '../domain/password-attempts.ts'
import type {
  PasswordProof,
  PasswordReplacement,
  ReplacementOutcome,
} from '../domain/password-replacement.ts'
import type { Person } from '../domain/person.ts'
import { carriedOut, type Recoveries } from '../domain/recovery.ts'
import type {
  Dismissed,
  NamedSession,
  Session,
  SessionKey,
  SignedIn,
  SignInOutcome,
  StandingSession,
} from '../domain/session.ts'
import type {
  AskedApp,
  GrantOutcome,
  Inspected,
  Inspection,
  PasswordAttempt,
  Redemption,
  Refresh,
  RefreshHandle,
  RefreshTokenRevocation,
  SessionBeginning,
  Undelivered,
} from '../domain/subjects.ts'
import { hashPassword } from '../passwords/verify.ts'
import { logFault } from '../platform/log.ts'
import { tellLogouts } from './logout-delivery.ts'
import { revocationFeedsOf } from './feeds.ts'
import { SubjectAlarm } from './subject-alarm.ts'
import { SubjectAuthorizations } from './subject-authorizations.ts'
import { SubjectEndings } from './subject-endings.ts'
import { SubjectGrants } from './subject-grants.ts'
import { SubjectListing } from './subject-listing.ts'
import { SubjectLogouts } from './subject-logouts.ts'
import { SubjectMarks } from './subject-marks.ts'
import { passwordPartsOf } from './subject-password-parts.ts'
import { SubjectPerson } from './subject-person.ts'
import { presented, SubjectSessions, type EndedSession } from './subject-sessions.ts'
import { signInWith } from './subject-sign-in.ts'
import { SubjectTables } from './subject-tables.ts'
import { SubjectVisits } from './subject-visits.ts'
import { together } from './telling.ts'

/** Storage was away, which says nothing about what was asked. */
type Answer<Given> = Promise<Given | 'unavailable'>

export class Subject extends DurableObject {
  readonly #tables = new SubjectTables(this.ctx.storage)
  readonly #person = new SubjectPerson(this.ctx.storage, this.env.DB)
  readonly #endings = new SubjectEndings(this.ctx.storage)
  readonly #endSessions = (at: number): Promise<void> => this.end({ ...ALL_SESSIONS, at })
  readonly #passwords = passwordPartsOf(
    this.ctx.storage,
    this.env,
    this.#person,
    this.#endings,
    this.#endSessions,
  )
  readonly #sessions = new SubjectSessions(this.#tables)
  readonly #visits = new SubjectVisits(this.#tables, this.#sessions, this.#person, this.#endings)
  readonly #marks = new SubjectMarks(this.#tables, revocationFeedsOf(this.env))
  readonly #authorizations = new SubjectAuthorizations(this.#tables, this.#marks)
  readonly #others = together(new SubjectListing(this.#tables, this.env.DB), this.#marks)
  readonly #logouts = new SubjectLogouts(this.#tables, tellLogouts.bind(null, this.env))
  readonly #alarm = new SubjectAlarm(
    this.ctx.storage,
    this.#tables,
    this.#others,
    this.#logouts,
    this.#person,
    this.#endings,
    this.#passwords.recovery,
  )
  readonly #grants = new SubjectGrants(
    this.#tables,
    this.#authorizations,
    this.#sessions,
    this.#endings,
    this.#person,
  )

  /** An administrator changed the user: what the object keeps of the user is read anew before it is next used. */
  async markStale(): Promise<void> {
    this.#person.markStale()
    await this.#endedOrMay()
  }

  /** Forgets the wrong passwords, and with them a lockout. */
  unlock(): void {
    this.#passwords.password.unlock()
  }

  /** The hash to store of a new password. The work is done here, apart from where tokens are minted. */
  hashPassword(password: string): string {
    return hashPassword(password)
  }

  /** One attempt, whatever the user may do with it. */
  async verifyPassword(userId: string, password: string, now: number): Answer<PasswordOutcome> {
    const attempt = { userId, app: null, password, now }
    return this.#answered(
      'verify',
      async () => (await this.#passwords.password.verify(attempt)).outcome,
    )
  }

  async signIn(attempt: PasswordAttempt): Answer<SignInOutcome> {
    return this.#answered('signIn', () => signInWith(attempt, this.#passwords))
  }

  async holderOfProof(proof: PasswordProof): Answer<Person | null> {
    return this.#answered('holderOfProof', () => this.#passwords.replacement.standing(proof))
  }

  async replacePassword(replacement: PasswordReplacement): Answer<ReplacementOutcome> {
    return this.#answered('replacePassword', () =>
      this.#passwords.replacement.replace(replacement, this.#endSessions),
    )
  }

  /** Whoever was given a token to recover the account has none any more. */
  forgetRecovery(): void {
    this.#passwords.recovery.forget()
  }

  /** One call of a recovery. */
  async recover<Call extends keyof Recoveries>(
    call: Call,
    ...asked: Parameters<Recoveries[Call]>
  ): Answer<unknown> {
    return this.#answered(`recover.${call}`, () =>
      carriedOut(this.#passwords.recovery, call, asked),
    )
  }

  async startSession(begin: SessionBeginning): Answer<Session | null> {
    return this.#answered('startSession', () =>
      this.#visits.begin(begin, (sessions) => this.#ended(sessions)),
    )
  }

  async findSession(key: SessionKey, app: AskedApp | null, now: number): Answer<SignedIn | null> {
    return this.#answered('findSession', () => this.#visits.find(key, app, now))
  }

  async standingSession(
    named: NamedSession,
    purpose: 'read' | 'use',
    now: number,
  ): Answer<StandingSession | null> {
    return this.#answered('standingSession', () => this.#visits.standing(named, purpose, now))
  }

  async endSession(named: NamedSession): Answer<readonly Dismissed[] | null> {
    return this.#answered('endSession', async () => {
      const shown = await presented(named)
      return this.#tables.atomically(() => {
        const ended = this.#sessions.end(shown)
        return ended.length === 0 ? null : this.#ended(ended)
      })
    })
  }

  async authorize(record: AuthorizationRecord, app: AskedApp, epoch?: Epoch): Answer<boolean> {
    return this.#answered('authorize', () => this.#grants.authorize(record, app, epoch))
  }

  async authorizeDirectly(
    record: AuthorizationRecord,
    app: AskedApp,
    mayRefresh: boolean,
    epoch?: Epoch,
  ): Answer<{ readonly refresh: RefreshHandle | null } | null> {
    return this.#answered('authorizeDirectly', () =>
      this.#grants.authorizeDirectly(record, app, mayRefresh, epoch),
    )
  }

  async redeem(redemption: Redemption): Answer<GrantOutcome> {
    return this.#answered('redeem', () => this.#grants.redeem(redemption))
  }

  async refresh(asked: Refresh): Answer<GrantOutcome> {
    return this.#answered('refresh', () => this.#grants.refresh(asked))
  }

  async undelivered(one: Undelivered): Answer<void> {
    return this.#answered('undelivered', async () => this.#grants.undelivered(one))
  }

  async inspect(asked: Inspected, now: number): Answer<Inspection> {
    return this.#answered('inspect', () => this.#grants.inspect(asked, now))
  }

  async revokeRefreshToken(asked: RefreshTokenRevocation): Answer<boolean> {
    return this.#heard('revokeRefreshToken', () => this.#grants.revokeRefreshToken(asked))
  }

  async revokeAccessToken(authorizationId: string, jti: string, expires: number): Answer<void> {
    return this.#heard('revoke', async () => this.#grants.revoke(authorizationId, jti, expires))
  }

  /**
   * Ends what was issued until then, or proved and not stored yet. Durable before it returns, and safe to repeat. What
   * is proved from now on is proved of the person as they are since the change that the ending came with.
   */
  async end(ending: Ending): Promise<void> {
    this.#person.markStale()
    this.#tables.atomically(() => {
      if (ending.of === 'tokens') this.#authorizations.endMatching(ending)
      else this.#ended(this.#sessions.endMatching(ending))
      this.#endings.remember(ending)
    })
    await this.#remembered()
    if (ending.of === 'tokens') await this.#marks.heard()
  }

  /** Forgets the person. What apps still have to be told goes when they were, or could not be. */
  async erase(): Promise<void> {
    this.#passwords.password.unlock()
    this.#passwords.recovery.forget()
    await this.#endedOrMay()
    if (this.#logouts.due === null) return this.#forget()
    this.#person.markStale()
    this.#endings.forget()
    this.#tables.empty()
    await this.#remembered()
  }

  override async alarm(): Promise<void> {
    if (!(await this.#alarm.rang())) return
    this.#person.markStale()
    if (!this.#passwords.password.hasAttempts) await this.#forget()
  }

  async #forget(): Promise<void> {
    this.#tables.forget()
    this.#logouts.forget()
    this.#alarm.forget()
    await this.ctx.storage.deleteAlarm()
    await this.ctx.storage.deleteAll()
  }

  /** What follows from the end of sessions; who took part in them, and is told from now on. */
  #ended(sessions: readonly EndedSession[]): readonly Dismissed[] {
    this.#authorizations.endUnredeemed(sessions.map(({ sid }) => sid))
    const dismissed = sessions.flatMap((session) => this.#sessions.dismiss(session))
    this.#logouts.add(dismissed)
    return dismissed
  }

  /** Whatever was issued until now has ended, or whoever meets it has to ask. */
  async #endedOrMay(): Promise<void> {
    this.#marks.add('true')
    await this.#remembered()
    await this.#marks.heard()
  }

  /** Wakes again for what was remembered, and tells lists, verifiers and apps of it after the answer. */
  async #remembered(): Promise<void> {
    const isBehind = this.#others.isBehind()
    const apps = this.#logouts.tell()
    await this.#alarm.remembered(isBehind)
    for (const telling of [isBehind ? this.#others.tell() : null, apps])
      if (telling !== null) this.ctx.waitUntil(telling.then(() => this.#alarm.told()))
  }

  /** Answered once verifiers can hear of it. */
  #heard<Given>(what: string, work: () => Promise<Given>): Answer<Given> {
    return this.#answered(what, work, () => this.#marks.heard())
  }

  async #answered<T>(what: string, work: () => Promise<T>, then?: () => Promise<void>): Answer<T> {
    try {
      const given = await work()
      await this.#remembered()
      await then?.()
      return given
    } catch (cause) {
      logFault(`subject.${what}`, {}, cause)
      return 'unavailable'
    }
  }
}
