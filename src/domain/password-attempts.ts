/**
 * Consecutive wrong passwords of one user, and when they lock the user out. The object counts, the database says who is
 * locked out: what administrators see and undo. Pure.
 */
import { limits } from '../platform/limits.ts'

export interface Attempts {
  readonly failures: number
  /** The database was told of the lockout: from then on its word counts. */
  readonly recorded: boolean
}

export const NO_ATTEMPTS: Attempts = { failures: 0, recorded: false }

/** What an attempt came to. */
export type PasswordOutcome = 'correct' | 'wrong' | 'locked'

/** Passwords as other rooms see them: the work is done in the object of the user. Both throw StorageUnavailable. */
export interface Passwords {
  /** The hash to store of a new password. */
  readonly hash: (userId: string, password: string) => Promise<string>
  /** One attempt, with the same work for a user who has no password or does not exist. */
  readonly verify: (userId: string, password: string, now: number) => Promise<PasswordOutcome>
}

export const LOCKED_OUT = 'LOCKED_OUT'

/**
 * The statuses of a user who can be locked out. A password that an administrator took out of use (RECOVERY) is nothing
 * to keep anybody from, and the end of a lockout would bring it back.
 */
export const LOCKABLE: readonly string[] = ['ACTIVE', 'PASSWORD_EXPIRED']

export const isExhausted = ({ failures }: Attempts): boolean =>
  failures >= limits.passwordAttemptsMax

export const counted = ({ failures, recorded }: Attempts): Attempts => ({
  failures: failures + 1,
  recorded,
})

/** An attempt that came to nothing, neither right nor wrong. */
export const givenBack = ({ failures, recorded }: Attempts): Attempts => ({
  failures: Math.max(0, failures - 1),
  recorded,
})

export type Standing =
  | { readonly kind: 'open'; readonly attempts: Attempts }
  /** `unrecorded`: the database can be told, and was not. */
  | { readonly kind: 'locked'; readonly attempts: Attempts; readonly unrecorded: boolean }

/** Whether the next password is looked at, from what was counted and the user's status in the database. */
export function standing(attempts: Attempts, status: string): Standing {
  if (status === LOCKED_OUT)
    return { kind: 'locked', attempts: { ...attempts, recorded: true }, unrecorded: false }
  // Recorded, and the status is another one: an administrator has let the user in again.
  if (attempts.recorded) return { kind: 'open', attempts: NO_ATTEMPTS }
  return isExhausted(attempts)
    ? { kind: 'locked', attempts, unrecorded: LOCKABLE.includes(status) }
    : { kind: 'open', attempts }
}
