/**
 * Recoveries: somebody who cannot sign in proves to be themselves by a token that reached them, and by the answer to
 * their question where it is asked, and then chooses a password or is not locked out any more. One user has one at a
 * time, which the object of the user keeps; the token is good once, for what carries on from there.
 */
import type { PasswordRequirement } from './password-requirement.ts'
import type { Person } from './person.ts'
import type { Proven } from './session.ts'
import type { SystemLogEvent } from './system-log.ts'
import type { UserStatus } from './user-status.ts'

export type RecoveryType = 'PASSWORD' | 'UNLOCK' | 'ACCOUNT_ACTIVATION'

/** The statuses in which a recovery can be gone on with. A lockout does not take a new password from anybody. */
export const RECOVERABLE: Readonly<Record<RecoveryType, readonly UserStatus[]>> = {
  PASSWORD: ['ACTIVE', 'PASSWORD_EXPIRED', 'RECOVERY', 'LOCKED_OUT'],
  UNLOCK: ['LOCKED_OUT'],
  ACCOUNT_ACTIVATION: ['PROVISIONED', 'RECOVERY'],
}

export interface RecoveryBeginning {
  readonly userId: string
  readonly type: RecoveryType
  /** The question is asked where there is one. */
  readonly asks: boolean
  /** Comes back with every answer. */
  readonly relayState: string | null
  /** Milliseconds. */
  readonly now: number
}

/** What somebody presents who goes on with a recovery, after its MAC was checked. */
export interface RecoveryKey {
  readonly userId: string
  readonly id: string
  readonly secret: string
}

/** What a key is: the token that reached somebody, or what it was exchanged for. */
export type RecoveryKeyKind = 'token' | 'state'

/** What has to be done next. */
export type RecoveryStep = 'answer' | 'reset' | 'unlock'

export interface Recovery {
  readonly person: Person
  readonly type: RecoveryType
  readonly step: RecoveryStep
  /** While it is asked. */
  readonly question: string | null
  readonly relayState: string | null
  /** Milliseconds. */
  readonly expires: number
}

/** A recovery, and what it is gone on with. */
export interface KeyedRecovery {
  readonly key: RecoveryKey
  readonly recovery: Recovery
}

/** `over`: there is no such recovery, or no longer. `misplaced`: something else has to be done next. */
export type RecoveryRefusal = { readonly outcome: 'over' | 'misplaced' }

export interface RecoveryAnswer {
  readonly key: RecoveryKey
  readonly answer: string
  /** Milliseconds. */
  readonly now: number
}

export type AnswerOutcome =
  | { readonly outcome: 'right'; readonly recovery: Recovery }
  | { readonly outcome: 'wrong' }
  | RecoveryRefusal

/** The end of a recovery, told with the change that it comes to. */
export interface RecoveryEnd {
  readonly key: RecoveryKey
  readonly event: SystemLogEvent
  /** Milliseconds. */
  readonly now: number
}

export interface RecoveredPassword extends RecoveryEnd {
  readonly newPassword: string
  /** The sessions that the person has end first. */
  readonly revokeSessions: boolean
}

export type RecoveryOutcome =
  | ({ readonly outcome: 'replaced' } & Proven)
  | { readonly outcome: 'unfit'; readonly missed: readonly PasswordRequirement[] }
  | RecoveryRefusal

export type UnlockOutcome = { readonly outcome: 'unlocked' } | RecoveryRefusal

/** Recoveries as other rooms see them. Everything throws StorageUnavailable. `now` in milliseconds. */
export interface Recoveries {
  /** In the place of any before it. Null: the user's status does not allow it. */
  readonly begin: (beginning: RecoveryBeginning) => Promise<KeyedRecovery | null>
  /** Null: there is no such recovery, or no longer. */
  readonly find: (key: RecoveryKey, kind: RecoveryKeyKind, now: number) => Promise<Recovery | null>
  /** Exchanges the token, once. */
  readonly redeem: (key: RecoveryKey, now: number) => Promise<KeyedRecovery | null>
  readonly answer: (answer: RecoveryAnswer) => Promise<AnswerOutcome>
  readonly reset: (password: RecoveredPassword) => Promise<RecoveryOutcome>
  readonly unlock: (end: RecoveryEnd) => Promise<UnlockOutcome>
  readonly cancel: (key: RecoveryKey, now: number) => Promise<boolean>
}

/** A recovery that a back end asks for on behalf of somebody who uses it. */
export interface AskedRecovery extends Pick<RecoveryBeginning, 'relayState'> {
  readonly login: string
  readonly type: Exclude<RecoveryType, 'ACCOUNT_ACTIVATION'>
}

/** Back ends that administer users. */
export interface TrustedApps {
  /** Begins a recovery, which the log is told of. Throws ApiError for whoever may not, or not of that user. */
  readonly beginRecovery: (asked: AskedRecovery, by: MadeRequest) => Promise<KeyedRecovery>
}

export interface MadeRequest {
  readonly request: Request
  readonly requestId: string
  readonly waitUntil: (work: Promise<unknown>) => void
}

/** One of the calls, by its name, with the answer that {@link Recoveries} says it has. */
export function carriedOut<Call extends keyof Recoveries>(
  recoveries: Recoveries,
  call: Call,
  asked: Parameters<Recoveries[Call]>,
): Promise<unknown> {
  const carryOut = recoveries[call] as (...all: Parameters<Recoveries[Call]>) => Promise<unknown>
  return carryOut.apply(recoveries, asked)
}
