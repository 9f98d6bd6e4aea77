/**
 * One attempt to sign in with a password, wherever it is typed: counted by address and by user, with the same work
 * whether the user exists or not. The one place that passwords of people pass through on their way to their objects.
 */
import type { Directory, Throttle } from '../domain/directory.ts'
import type { SignInOutcome } from '../domain/session.ts'
import type { AskedApp, Subjects } from '../domain/subjects.ts'
import { limits } from '../platform/limits.ts'

export interface PasswordAttempt {
  readonly login: string
  readonly password: string
  readonly app: AskedApp | null
  /** Where it comes from. */
  readonly address: string
  /** Milliseconds. */
  readonly now: number
}

/** `throttled`: too many attempts came from the address; this one was not looked at. */
export type AttemptOutcome = (SignInOutcome | { readonly outcome: 'throttled' }) & {
  /** Whether somebody has the login; false where nobody looked. */
  readonly isKnown: boolean
}

export interface AttemptPorts {
  readonly subjects: Subjects
  readonly directory: Directory
  readonly throttle: Throttle
}

export async function attemptPassword(
  { login, password, app, address, now }: PasswordAttempt,
  { subjects, directory, throttle }: AttemptPorts,
): Promise<AttemptOutcome> {
  if (!(await throttle.take(address, now))) return { outcome: 'throttled', isKnown: false }
  // Nobody has such a login or password, which is plain to see, so that no work would hide anything.
  const isPossible =
    [...login].length <= limits.loginCharactersMax &&
    password.length <= limits.passwordTextCharactersMax
  if (!isPossible) return { outcome: 'wrong', isKnown: false }
  const userId = await directory.userIdOf(login)
  const outcome = await subjects.verifyPassword({ userId, login, password, app, now })
  if (outcome.outcome === 'correct' || outcome.outcome === 'expired')
    await throttle.giveBack(address)
  return { ...outcome, isKnown: userId !== null }
}
