/** The parts of a user's object where passwords are concerned: proving one, replacing one, recovering without one. */
import { recordLockout } from './lockout.ts'
import type { SubjectEndings } from './subject-endings.ts'
import { SubjectNewPassword } from './subject-new-password.ts'
import { SubjectPassword } from './subject-password.ts'
import type { SubjectPerson } from './subject-person.ts'
import { SubjectRecovery } from './subject-recovery.ts'
import { SubjectReplacement } from './subject-replacement.ts'

export interface PasswordParts {
  readonly password: SubjectPassword
  readonly replacement: SubjectReplacement
  readonly recovery: SubjectRecovery
}

/** `endSessions` ends what began up to a second. */
export function passwordPartsOf(
  storage: DurableObjectStorage,
  env: Cloudflare.Env,
  person: SubjectPerson,
  endings: SubjectEndings,
  endSessions: (at: number) => Promise<void>,
): PasswordParts {
  const lockedOut = (userId: string, login: string, now: number) =>
    recordLockout(env, userId, login, now)
  const password = new SubjectPassword(storage, env.DB, person, endings, lockedOut)
  const newPassword = new SubjectNewPassword(env, person, endings)
  return {
    password,
    replacement: new SubjectReplacement(person, password, newPassword, endings),
    recovery: new SubjectRecovery(
      storage,
      env,
      person,
      password,
      newPassword,
      endings,
      endSessions,
    ),
  }
}
