/**
 * Replacing an expired password inside the object of its user. The proof names the password that was known; whatever
 * comes between, another password, another status or an ending, leaves nothing to replace. The database takes the new
 * one in place of the one that was named, or not at all, so that a proof replaces once.
 */
import type {
  ExpiredPassword,
  PasswordProof,
  PasswordReplacement,
  ReplacementOutcome,
} from '../domain/password-replacement.ts'
import { mayReplacePassword, type Person } from '../domain/person.ts'
import { digest } from '../platform/encoding.ts'
import type { SubjectEndings } from './subject-endings.ts'
import type { SubjectNewPassword } from './subject-new-password.ts'
import type { Attempted, SubjectPassword } from './subject-password.ts'
import type { KnownUser, SubjectPerson } from './subject-person.ts'

/** Somebody whose password can be replaced. */
type Replacing = KnownUser & { readonly passwordHash: string }

export class SubjectReplacement {
  readonly #person: SubjectPerson
  readonly #password: SubjectPassword
  readonly #newPassword: SubjectNewPassword
  readonly #endings: SubjectEndings

  constructor(
    person: SubjectPerson,
    password: SubjectPassword,
    newPassword: SubjectNewPassword,
    endings: SubjectEndings,
  ) {
    this.#person = person
    this.#password = password
    this.#newPassword = newPassword
    this.#endings = endings
  }

  /** What a right password is worth that has expired; null: nobody but an administrator replaces it. */
  async proof(
    { user: { person, passwordHash }, epoch }: Extract<Attempted, { readonly outcome: 'correct' }>,
    provenAt: number,
  ): Promise<ExpiredPassword | null> {
    if (passwordHash === null || !mayReplacePassword(person)) return null
    const mark = await digest(passwordHash)
    return { person, proof: { userId: person.id, epoch, mark, provenAt } }
  }

  /** Whose proof it is, while it is worth something. */
  async standing(proof: PasswordProof): Promise<Person | null> {
    return (await this.#replacing(proof))?.person ?? null
  }

  /** `endSessions` (at a second) is called once, when nothing but the database stands in the way. */
  async replace(
    { proof, oldPassword, newPassword, revokeSessions, event, now }: PasswordReplacement,
    endSessions: (at: number) => Promise<void>,
  ): Promise<ReplacementOutcome> {
    const user = await this.#replacing(proof)
    if (user === null) return { outcome: 'over' }
    const passwordHash = await this.#shown(user, oldPassword, now)
    if (typeof passwordHash === 'object') return passwordHash
    const { epoch, provenAt } = proof
    const from = ['PASSWORD_EXPIRED'] as const
    return this.#newPassword.put(
      {
        user: { ...user, passwordHash },
        current: oldPassword,
        newPassword,
        from,
        epoch,
        provenAt,
        revokeSessions,
        event,
        now,
      },
      endSessions,
    )
  }

  /** Null: the proof is worth nothing any more. */
  async #replacing(proof: PasswordProof): Promise<Replacing | null> {
    const user = await this.#person.decide(proof.userId, null, (known) =>
      known !== null && mayReplacePassword(known.person) && !this.#hasEnded(proof) ? known : null,
    )
    const passwordHash = user?.passwordHash ?? null
    if (user === null || passwordHash === null) return null
    return (await digest(passwordHash)) === proof.mark ? { ...user, passwordHash } : null
  }

  #hasEnded({ epoch, provenAt }: PasswordProof): boolean {
    return this.#endings.hasEndedSession(epoch, provenAt)
  }

  /** The hash of the password that was shown, as it is stored; or what came of a wrong one. */
  async #shown(
    user: Replacing,
    oldPassword: string | null,
    now: number,
  ): Promise<string | { readonly outcome: 'wrong' | 'locked' | 'over' }> {
    if (oldPassword === null) return user.passwordHash
    const attempt = { userId: user.person.id, app: null, password: oldPassword }
    const attempted = await this.#password.verify({ ...attempt, now: Math.floor(now / 1000) })
    if (attempted.outcome !== 'correct') return attempted
    return attempted.user.passwordHash ?? { outcome: 'over' }
  }
}
