/** What an attempt to sign in comes to inside the object of the user, beyond whether the password is right. */
import { maySignIn, mustChangePassword } from '../domain/person.ts'
import type { SignInOutcome } from '../domain/session.ts'
import type { PasswordAttempt } from '../domain/subjects.ts'
import { verifyNothing } from '../passwords/verify.ts'
import type { PasswordParts } from './subject-password-parts.ts'

/** Without a user: the work of one attempt, of which nothing is kept. */
export async function signInWith(
  { userId, password, app, now }: PasswordAttempt,
  { password: passwords, replacement }: Pick<PasswordParts, 'password' | 'replacement'>,
): Promise<SignInOutcome> {
  if (userId === null) {
    verifyNothing(password)
    return { outcome: 'wrong' }
  }
  const attempt = { userId, app, password, now: Math.floor(now / 1000) }
  const attempted = await passwords.verify(attempt)
  if (attempted.outcome !== 'correct') return attempted
  const { user, epoch } = attempted
  if (mustChangePassword(user.person)) {
    const replaceable = await replacement.proof(attempted, now)
    return { outcome: 'expired', ...(replaceable !== null && { replaceable }) }
  }
  if (!maySignIn(user.person)) return { outcome: 'wrong' }
  return { outcome: 'correct', person: user.person, assignment: user.assignment, epoch }
}
