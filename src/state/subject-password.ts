/**
 * The password of one user, inside the user's object: one attempt at a time, each counted before the password is
 * looked at, so that however many come at once no more than the limit are tried. A verdict about a user who was changed
 * while the attempt was under way is not given.
 */
import type { Epoch } from '../domain/ending.ts'
import {
  counted,
  givenBack,
  isExhausted,
  NO_ATTEMPTS,
  standing,
  type Attempts,
  type PasswordOutcome,
} from '../domain/password-attempts.ts'
import type { AskedApp } from '../domain/subjects.ts'
import { hashPassword, verifyNothing, verifyPassword } from '../passwords/verify.ts'
import { limits } from '../platform/limits.ts'
import { logFault } from '../platform/log.ts'
import { StorageUnavailable } from '../platform/storage-errors.ts'
import { replaceHash } from '../store/user-credentials.ts'
import type { SubjectEndings } from './subject-endings.ts'
import type { KnownUser, SubjectPerson } from './subject-person.ts'

/** Tells the database and the log that the user is locked out. */
export type RecordLockout = (userId: string, login: string, now: number) => Promise<boolean>

/** An outcome, with the user whose password was right, as it is stored from now on, and when that was. */
export type Attempted =
  | { readonly outcome: 'correct'; readonly user: KnownUser; readonly epoch: Epoch }
  | { readonly outcome: Exclude<PasswordOutcome, 'correct'> }

interface Attempt {
  readonly userId: string
  /** That the user wants to get into. */
  readonly app: AskedApp | null
  readonly password: string
  /** The hash of what is tried in the place of the password, and counted as one. */
  readonly against?: string
  readonly now: number
}

export class SubjectPassword {
  readonly #storage: DurableObjectStorage
  readonly #db: D1Database
  readonly #person: SubjectPerson
  readonly #endings: SubjectEndings
  readonly #recordLockout: RecordLockout
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(
    storage: DurableObjectStorage,
    db: D1Database,
    person: SubjectPerson,
    endings: SubjectEndings,
    recordLockout: RecordLockout,
  ) {
    this.#storage = storage
    this.#db = db
    this.#person = person
    this.#endings = endings
    this.#recordLockout = recordLockout
  }

  /** Whether wrong passwords are remembered. */
  get hasAttempts(): boolean {
    return this.#storage.kv.get('attempts') !== undefined
  }

  /** Forgets the wrong passwords, and with them a lockout. */
  unlock(): void {
    this.#storage.kv.delete('attempts')
    this.#person.markStale()
  }

  /** Throws StorageUnavailable also when more attempts are waiting than are worth waiting for. */
  async verify(attempt: Attempt): Promise<Attempted> {
    if (this.#waiting >= limits.passwordAttemptsWaitingMax)
      throw new StorageUnavailable('too many attempts are waiting')
    this.#waiting++
    const outcome = this.#last.then(() => this.#attempt(attempt))
    this.#last = outcome.catch(() => undefined)
    try {
      return await outcome
    } finally {
      this.#waiting--
    }
  }

  async #attempt(attempt: Attempt): Promise<Attempted> {
    for (let time = 0; time < limits.projectionReadsMax; time++) {
      const { user, marks } = await this.#person.decide(attempt.userId, attempt.app, (user) => ({
        user,
        marks: this.#person.staleMarks,
      }))
      const isCurrent = (): boolean => marks === this.#person.staleMarks
      const attempted = await this.#tried(user, attempt, isCurrent)
      if (attempted !== null) return attempted
    }
    throw new StorageUnavailable('the user is being changed')
  }

  /** Null: the user was changed meanwhile, so that the verdict is about what is no longer true. */
  async #tried(
    user: KnownUser | null,
    attempt: Attempt,
    isCurrent: () => boolean,
  ): Promise<Attempted | null> {
    if (user === null) {
      verifyNothing(attempt.password)
      return { outcome: 'wrong' }
    }
    const stands = standing(this.#attempts, user.person.status)
    if (stands.kind === 'locked') return this.#locked(user, attempt, isCurrent)
    const stored = attempt.against ?? user.passwordHash
    if (stored === null) {
      verifyNothing(attempt.password)
      return { outcome: 'wrong' }
    }
    this.#attempts = counted(stands.attempts)
    const verdict = await this.#verdict(stored, attempt.password)
    if (!isCurrent()) {
      this.#attempts = givenBack(this.#attempts)
      return null
    }
    if (!verdict.matches) {
      if (isExhausted(this.#attempts)) await this.#lock(user, attempt)
      return { outcome: 'wrong' }
    }
    this.#storage.kv.delete('attempts')
    // An ending may come while the hash is replaced, behind this proof.
    const epoch = this.#endings.current()
    const isOutdated = verdict.outdated && attempt.against === undefined
    const passwordHash = isOutdated ? await this.#renewed(stored, attempt) : user.passwordHash
    return { outcome: 'correct', user: { ...user, passwordHash }, epoch }
  }

  /** The password is worked on as ever, so that nobody can time that it does not count. */
  async #locked(
    user: KnownUser,
    attempt: Attempt,
    isCurrent: () => boolean,
  ): Promise<Attempted | null> {
    if (user.passwordHash === null) verifyNothing(attempt.password)
    else await verifyPassword(user.passwordHash, attempt.password)
    if (!isCurrent()) return null
    const stands = standing(this.#attempts, user.person.status)
    if (stands.kind === 'open') return null
    if (stands.attempts.recorded && !this.#attempts.recorded) this.#attempts = stands.attempts
    if (stands.unrecorded) await this.#lock(user, attempt)
    return { outcome: 'locked' }
  }

  async #verdict(stored: string, password: string): ReturnType<typeof verifyPassword> {
    try {
      return await verifyPassword(stored, password)
    } catch (error) {
      this.#attempts = givenBack(this.#attempts)
      throw error
    }
  }

  async #lock({ login }: KnownUser, { userId, now }: Attempt): Promise<void> {
    try {
      if (await this.#recordLockout(userId, login, now))
        this.#attempts = { ...this.#attempts, recorded: true }
    } finally {
      // Also after a failure: a batch whose answer was lost may have been committed.
      this.#person.markStale()
    }
  }

  /** The hash from now on. The password is right; that its hash could not be replaced is no reason to say otherwise. */
  async #renewed(outdated: string, { userId, password }: Attempt): Promise<string> {
    const renewed = hashPassword(password)
    try {
      return (await replaceHash(this.#db, userId, outdated, renewed)) ? renewed : outdated
    } catch (cause) {
      logFault('subject.renew', { userId }, cause)
      return outdated
    } finally {
      this.#person.markStale()
    }
  }

  get #attempts(): Attempts {
    return this.#storage.kv.get<Attempts>('attempts') ?? NO_ATTEMPTS
  }

  set #attempts(attempts: Attempts) {
    if (attempts.failures === 0) this.#storage.kv.delete('attempts')
    else this.#storage.kv.put<Attempts>('attempts', attempts)
  }
}
