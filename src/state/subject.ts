/**
 * Durable Object: everything about one user that must have one writer, addressed by the user's id: sessions,
 * authorizations, wrong passwords, the recovery of an account. Every answer is durable before it is given, and a fault
 * of storage is an answer of its own. An object that was never used stores nothing.
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
import { recordLockout } from './lockout.ts'
import { tellLogouts } from './logout-delivery.ts'
import { SubjectAlarm } from './subject-alarm.ts'
import { SubjectAuthorizations } from './subject-authorizations.ts'
import { SubjectEndings } from './subject-endings.ts'
import { SubjectGrants } from './subject-grants.ts'
import { SubjectListing } from './subject-listing.ts'
import { SubjectLogouts } from './subject-logouts.ts'
import { SubjectPassword } from './subject-password.ts'
import { SubjectNewPassword } from './subject-new-password.ts'
import { SubjectPerson } from './subject-person.ts'
import { SubjectRecovery } from './subject-recovery.ts'
import { SubjectReplacement } from './subject-replacement.ts'
import { presented, SubjectSessions, type EndedSession } from './subject-sessions.ts'
import { signInWith } from './subject-sign-in.ts'
import { SubjectTables } from './subject-tables.ts'
import { SubjectVisits } from './subject-visits.ts'

/** Storage was away, which says nothing about what was asked. */
type Answer<Given> = Promise<Given | 'unavailable'>

export class Subject extends DurableObject {
  readonly #tables = new SubjectTables(this.ctx.storage)
  readonly #person = new SubjectPerson(this.ctx.storage, this.env.DB)
  readonly #endings = new SubjectEndings(this.ctx.storage)
  readonly #password = new SubjectPassword(
    this.ctx.storage,
    this.env.DB,
    this.#person,
    this.#endings,
    (userId, login, now) => recordLockout(this.env, userId, login, now),
  )
  readonly #newPassword = new SubjectNewPassword(this.env, this.#person, this.#endings)
  readonly #replacement = new SubjectReplacement(
    this.#person,
    this.#password,
    this.#newPassword,
    this.#endings,
  )
  readonly #recovery = new SubjectRecovery(
    this.ctx.storage,
    this.env,
    this.#person,
    this.#password,
    this.#newPassword,
    this.#endings,
    (at) => this.end({ ...ALL_SESSIONS, at }),
  )
  readonly #sessions = new SubjectSessions(this.#tables)
  readonly #visits = new SubjectVisits(this.#tables, this.#sessions, this.#person, this.#endings)
  readonly #authorizations = new SubjectAuthorizations(this.#tables)
  readonly #listing = new SubjectListing(this.#tables, this.env.DB)
  readonly #logouts = new SubjectLogouts(this.#tables, (logouts, settle) =>
    tellLogouts(this.env, logouts, settle),
  )
  readonly #alarm = new SubjectAlarm(
    this.ctx.storage,
    this.#tables,
    this.#listing,
    this.#logouts,
    this.#person,
    this.#endings,
    this.#recovery,
  )
  readonly #grants = new SubjectGrants(
    this.#tables,
    this.#authorizations,
    this.#sessions,
    this.#endings,
    this.#person,
  )

  /** An administrator changed the user: what the object keeps of the user is read anew before it is next used. */
  markStale(): void {
    this.#person.markStale()
  }

  /** Forgets the wrong passwords, and with them a lockout. */
  unlock(): void {
    this.#password.unlock()
  }

  /** The hash to store of a new password. The work is done here, apart from where tokens are minted. */
  hashPassword(password: string): string {
    return hashPassword(password)
  }

  /** One attempt, whatever the user may do with it. */
  async verifyPassword(userId: string, password: string, now: number): Answer<PasswordOutcome> {
    const attempt = { userId, app: null, password, now }
    return this.#answered('verify', async () => (await this.#password.verify(attempt)).outcome)
  }

  async signIn(attempt: PasswordAttempt): Answer<SignInOutcome> {
    return this.#answered('signIn', () => signInWith(attempt, this.#password, this.#replacement))
  }

  async holderOfProof(proof: PasswordProof): Answer<Person | null> {
    return this.#answered('holderOfProof', () => this.#replacement.standing(proof))
  }

  async replacePassword(replacement: PasswordReplacement): Answer<ReplacementOutcome> {
    return this.#answered('replacePassword', () =>
      this.#replacement.replace(replacement, (at) => this.end({ ...ALL_SESSIONS, at })),
    )
  }

  /** Whoever was given a token to recover the account has none any more. */
  forgetRecovery(): void {
    this.#recovery.forget()
  }

  /** One call of a recovery. */
  async recover<Call extends keyof Recoveries>(
    call: Call,
    ...asked: Parameters<Recoveries[Call]>
  ): Answer<unknown> {
    return this.#answered(`recover.${call}`, () => carriedOut(this.#recovery, call, asked))
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
    return this.#answered('revokeRefreshToken', () => this.#grants.revokeRefreshToken(asked))
  }

  async revokeAccessToken(authorizationId: string, jti: string, expires: number): Answer<void> {
    return this.#answered('revokeAccessToken', async () =>
      this.#grants.revoke(authorizationId, jti, expires),
    )
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
  }

  /** Forgets the person. What apps still have to be told goes when they were, or could not be. */
  async erase(): Promise<void> {
    this.#password.unlock()
    this.#recovery.forget()
    if (this.#logouts.due === null) return this.#forget()
    this.#person.markStale()
    this.#endings.forget()
    this.#tables.empty()
    await this.#remembered()
  }

  override async alarm(): Promise<void> {
    if (!(await this.#alarm.rang())) return
    this.#person.markStale()
    if (!this.#password.hasAttempts) await this.#forget()
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

  /** Wakes again for what was remembered, and tells lists and apps of it after the answer. */
  async #remembered(): Promise<void> {
    const isBehind = this.#listing.isBehind()
    const apps = this.#logouts.tell()
    await this.#alarm.remembered(isBehind)
    for (const telling of [isBehind ? this.#listing.tell() : null, apps])
      if (telling !== null) this.ctx.waitUntil(telling.then(() => this.#alarm.told()))
  }

  async #answered<Given>(what: string, work: () => Promise<Given>): Answer<Given> {
    try {
      const given = await work()
      await this.#remembered()
      return given
    } catch (cause) {
      logFault(`subject.${what}`, {}, cause)
      return 'unavailable'
    }
  }
}
