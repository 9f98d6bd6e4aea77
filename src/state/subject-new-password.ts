/**
 * A new password inside the object of its user, on whatever strength it comes: it has to be fit, and the database takes
 * it in the place of the one that it was decided on, or not at all, so that of many that come at once one is stored.
 */
import type { ReplacementOutcome } from '../domain/password-replacement.ts'
import { maySignIn } from '../domain/person.ts'
import type { Epoch } from '../domain/ending.ts'
import type { SystemLogEvent } from '../domain/system-log.ts'
import type { UserStatus } from '../domain/user-status.ts'
import { missedRequirements } from '../passwords/policy.ts'
import { hashPassword, verifyPassword } from '../passwords/verify.ts'
import { storePassword, type ReplacedPassword } from './own-change.ts'
import type { SubjectEndings } from './subject-endings.ts'
import type { KnownUser, SubjectPerson } from './subject-person.ts'

export interface NewPassword {
  /** With the hash that the database must still have. */
  readonly user: KnownUser
  /** The password that was shown; null: none was, and the new one is compared with the hash. */
  readonly current: string | null
  readonly newPassword: string
  /** The statuses in which it is taken. */
  readonly from: readonly UserStatus[]
  /** When its giver proved to be the user: in an epoch, and at a millisecond. */
  readonly epoch: Epoch
  readonly provenAt: number
  readonly revokeSessions: boolean
  readonly event: SystemLogEvent
  readonly now: number
}

export type NewPasswordOutcome =
  | Extract<ReplacementOutcome, { readonly outcome: 'replaced' | 'unfit' }>
  | { readonly outcome: 'over' }

export class SubjectNewPassword {
  readonly #env: Cloudflare.Env
  readonly #person: SubjectPerson
  readonly #endings: SubjectEndings

  constructor(env: Cloudflare.Env, person: SubjectPerson, endings: SubjectEndings) {
    this.#env = env
    this.#person = person
    this.#endings = endings
  }

  /** `endSessions` (at a second) is called once, when nothing but the database stands in the way. */
  async put(
    { user, current, newPassword, from, epoch, provenAt, revokeSessions, event, now }: NewPassword,
    endSessions: (at: number) => Promise<void>,
  ): Promise<NewPasswordOutcome> {
    const { login, passwordHash: outdated } = user
    const context = { login, ...(current !== null && { current }) }
    const missed = missedRequirements(newPassword, context)
    if (missed.length > 0) return { outcome: 'unfit', missed }
    const isSame =
      current === null && outdated !== null && (await verifyPassword(outdated, newPassword)).matches
    if (isSame) return { outcome: 'unfit', missed: ['differs'] }
    const passwordHash = hashPassword(newPassword)
    if (this.#endings.hasEndedSession(epoch, provenAt)) return { outcome: 'over' }
    const at = Math.floor(now / 1000)
    if (revokeSessions) await endSessions(at)
    const since = revokeSessions ? this.#endings.current() : epoch
    const { id: userId } = user.person
    if (!(await this.#stored({ userId, outdated, from, passwordHash, at }, event)))
      return { outcome: 'over' }
    return this.#person.decide(userId, null, (changed) =>
      changed === null || !maySignIn(changed.person)
        ? { outcome: 'over' }
        : { outcome: 'replaced', person: changed.person, assignment: null, epoch: since },
    )
  }

  async #stored(replaced: ReplacedPassword, event: SystemLogEvent): Promise<boolean> {
    try {
      return await storePassword(this.#env, replaced, event)
    } finally {
      // Also after a failure: a batch whose answer was lost may have been committed.
      this.#person.markStale()
    }
  }
}
