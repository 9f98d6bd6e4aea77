/** The credentials that a request sets: checked against the policy and hashed in the user's object. */
import { answerText } from '../passwords/answer.ts'
import { passwordFaults, type PasswordContext } from '../passwords/policy.ts'
import { invalid } from '../protocol/api-errors.ts'
import type { SetCredentials } from '../store/user-credentials.ts'
import type { ManagementContext } from './context.ts'
import type { CredentialsInput } from './user-input.ts'

/** Throws E0000001 for a new password that misses the policy. */
export function checkPassword(password: string, context: PasswordContext): void {
  const faults = passwordFaults(password, context)
  if (faults.length > 0) throw invalid('password', ...faults.map((fault) => `password: ${fault}`))
}

/** What a request says of the password; nothing when it says nothing. */
export const givenPassword = (input: CredentialsInput | null | undefined) =>
  input?.password ?? ({ kind: 'absent' } as const)

/** What to store for a user. Hashing takes long: it comes after everything else has been found right. */
export async function plannedCredentials(
  input: CredentialsInput | null | undefined,
  user: { readonly id: string; readonly login: string },
  { ports }: ManagementContext,
): Promise<SetCredentials> {
  const password = givenPassword(input)
  if (password.kind === 'plain') checkPassword(password.value, user)
  const recovery = input?.recovery_question ?? null
  return {
    passwordHash: await hashOf(password, (value) => ports.passwords.hash(user.id, value)),
    recovery: recovery && {
      question: recovery.question,
      answerHash: await ports.passwords.hash(user.id, answerText(recovery.answer)),
    },
  }
}

async function hashOf(
  password: ReturnType<typeof givenPassword>,
  hash: (value: string) => Promise<string>,
): Promise<string | null> {
  if (password.kind === 'absent') return null
  return password.kind === 'plain' ? hash(password.value) : password.stored
}
