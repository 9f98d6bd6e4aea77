/**
 * The password of one user, inside the user's object: one attempt at a time, each counted before the password is
 * looked at, so that however many come at once no more than the limit are tried. What it keeps of the user is read
 * anew after every stale mark, also after one that comes while an attempt is under way.
 */
import {
  counted,
  givenBack,
  isExhausted,
  NO_ATTEMPTS,
  standing,
  type Attempts,
  type PasswordOutcome,
} from '../domain/password-attempts.ts'
import { hashPassword, verifyNothing, verifyPassword } from '../passwords/verify.ts'
import { limits } from '../platform/limits.ts'
import { logFault } from '../platform/log.ts'
import { StorageUnavailable } from '../platform/storage-errors.ts'
import { findCredential, replaceHash, type Credential } from '../store/user-credentials.ts'

/** Tells the database and the log that the user is locked out. */
export type RecordLockout = (userId: string, login: string, now: number) => Promise<boolean>

/** What the object keeps of its user. */
type Projection = Credential & { readonly format: 1 }

interface Attempt {
  readonly userId: string
  readonly password: string
  readonly now: number
}

export class SubjectPassword {
  readonly #storage: DurableObjectStorage
  readonly #db: D1Database
  readonly #recordLockout: RecordLockout
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #staleMarks = 0

  constructor(storage: DurableObjectStorage, db: D1Database, recordLockout: RecordLockout) {
    this.#storage = storage
    this.#db = db
    this.#recordLockout = recordLockout
  }

  markStale(): void {
    this.#staleMarks++
    this.#storage.kv.delete('projection')
  }

  /** Forgets the wrong passwords, and with them a lockout. */
  unlock(): void {
    this.#storage.kv.delete('attempts')
    this.markStale()
  }

  /** Throws StorageUnavailable also when more attempts are waiting than are worth waiting for. */
  async verify(attempt: Attempt): Promise<PasswordOutcome> {
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

  async #attempt(attempt: Attempt): Promise<PasswordOutcome> {
    for (let time = 0; time < limits.projectionReadsMax; time++) {
      const user = await this.#user(attempt.userId)
      const marks = this.#staleMarks
      const outcome = await this.#tried(user, attempt, () => marks === this.#staleMarks)
      if (outcome !== null) return outcome
    }
    throw new StorageUnavailable('the user is being changed')
  }

  /** Null: the user was changed meanwhile, so that the verdict is about what is no longer true. */
  async #tried(
    user: Projection | null,
    attempt: Attempt,
    isCurrent: () => boolean,
  ): Promise<PasswordOutcome | null> {
    if (user === null) {
      verifyNothing(attempt.password)
      return 'wrong'
    }
    const stands = standing(this.#attempts, user.status)
    if (stands.kind === 'locked') {
      if (stands.attempts.recorded && !this.#attempts.recorded) this.#attempts = stands.attempts
      if (stands.unrecorded) await this.#lock(user, attempt)
      return 'locked'
    }
    if (user.passwordHash === null) {
      verifyNothing(attempt.password)
      return 'wrong'
    }
    this.#attempts = counted(stands.attempts)
    const verdict = await this.#verdict(user.passwordHash, attempt.password)
    if (!isCurrent()) {
      this.#attempts = givenBack(this.#attempts)
      return null
    }
    if (!verdict.matches) {
      if (isExhausted(this.#attempts)) await this.#lock(user, attempt)
      return 'wrong'
    }
    this.#storage.kv.delete('attempts')
    if (verdict.outdated) await this.#renew(user.passwordHash, attempt)
    return 'correct'
  }

  async #verdict(stored: string, password: string): ReturnType<typeof verifyPassword> {
    try {
      return await verifyPassword(stored, password)
    } catch (error) {
      this.#attempts = givenBack(this.#attempts)
      throw error
    }
  }

  async #lock({ login }: Projection, { userId, now }: Attempt): Promise<void> {
    try {
      if (await this.#recordLockout(userId, login, now))
        this.#attempts = { ...this.#attempts, recorded: true }
    } finally {
      // Also after a failure: a batch whose answer was lost may have been committed.
      this.markStale()
    }
  }

  /** The password is right; that its hash could not be replaced is no reason to say otherwise. */
  async #renew(outdated: string, { userId, password }: Attempt): Promise<void> {
    try {
      await replaceHash(this.#db, userId, outdated, hashPassword(password))
    } catch (cause) {
      logFault('subject.renew', { userId }, cause)
    }
    this.markStale()
  }

  /** What is kept of the user, or what the database says; null when there is no such user. */
  async #user(userId: string): Promise<Projection | null> {
    for (let time = 0; time < limits.projectionReadsMax; time++) {
      const kept = this.#storage.kv.get<Projection>('projection')
      if (kept !== undefined) return kept
      const marks = this.#staleMarks
      const found = await findCredential(this.#db, userId)
      if (marks !== this.#staleMarks) continue
      if (found === null) return null
      this.#storage.kv.put<Projection>('projection', { format: 1, ...found })
    }
    throw new StorageUnavailable('the user is being changed')
  }

  get #attempts(): Attempts {
    return this.#storage.kv.get<Attempts>('attempts') ?? NO_ATTEMPTS
  }

  set #attempts(attempts: Attempts) {
    if (attempts.failures === 0) this.#storage.kv.delete('attempts')
    else this.#storage.kv.put<Attempts>('attempts', attempts)
  }
}
