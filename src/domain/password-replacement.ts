/**
 * Replacing a password that has expired, by whoever knows it. To know it and to replace it are two requests; what ties
 * them together is a proof that goes with the person, and is worth nothing once the password is another one.
 */
import type { Epoch } from './ending.ts'
import type { PasswordRequirement } from './password-requirement.ts'
import type { Person } from './person.ts'
import type { Proven } from './session.ts'
import type { SystemLogEvent } from './system-log.ts'

/** That somebody knew a password which has expired. */
export interface PasswordProof {
  readonly userId: string
  readonly epoch: Epoch
  /** Names the password as it was stored then. */
  readonly mark: string
  /** Milliseconds. */
  readonly provenAt: number
}

/** Who may replace the password, and on the strength of what. */
export interface ExpiredPassword {
  readonly person: Person
  readonly proof: PasswordProof
}

export interface PasswordReplacement {
  readonly proof: PasswordProof
  /** Where it has to be shown once more. */
  readonly oldPassword: string | null
  readonly newPassword: string
  /** The sessions that the person has end first. */
  readonly revokeSessions: boolean
  /** Told with the change. */
  readonly event: SystemLogEvent
  /** Milliseconds. */
  readonly now: number
}

export type ReplacementOutcome =
  | ({ readonly outcome: 'replaced' } & Proven)
  | { readonly outcome: 'unfit'; readonly missed: readonly PasswordRequirement[] }
  /** `over`: the proof is worth nothing any more. */
  | { readonly outcome: 'wrong' | 'locked' | 'over' }
