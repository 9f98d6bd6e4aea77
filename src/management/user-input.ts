/** What requests say of users. */
import * as z from 'zod'
import { PasswordInput, PasswordText } from '../passwords/input.ts'
import { limits } from '../platform/limits.ts'

const Profile = z.record(z.string().max(limits.nameCharactersMax), z.unknown())

const Id = z.string().min(1).max(limits.nameCharactersMax)

const Recovery = z.string().trim().min(1).max(100)

/** A question without an answer is how clients send back what they read: it says nothing. */
const RecoveryInput = z
  .object({ question: Recovery.nullish(), answer: Recovery.nullish() })
  .refine(({ question, answer }) => answer == null || question != null, {
    path: ['question'],
    message: 'The field is missing',
  })
  .transform(({ question, answer }) =>
    question == null || answer == null ? null : { question, answer },
  )

const CredentialsInput = z.object({
  password: PasswordInput.nullish(),
  recovery_question: RecoveryInput.nullish(),
})

export type CredentialsInput = z.output<typeof CredentialsInput>

export const UserInput = z
  .object({
    profile: Profile,
    credentials: CredentialsInput.nullish(),
    groupIds: z.array(Id).max(limits.groupsOfNewUserMax).nullish(),
  })
  .meta({ id: 'CreateUserRequest' })

export type UserInput = z.output<typeof UserInput>

export const UserUpdate = z
  .object({ profile: Profile.nullish(), credentials: CredentialsInput.nullish() })
  .meta({ id: 'UpdateUserRequest' })

export type UserUpdate = z.output<typeof UserUpdate>

const Password = z.object({ value: PasswordText })

export const PasswordChange = z
  .object({
    oldPassword: Password,
    newPassword: Password,
    revokeSessions: z.boolean().nullish(),
  })
  .meta({ id: 'ChangePasswordRequest' })

export type PasswordChange = z.output<typeof PasswordChange>

export const ForgottenPassword = z
  .object({ password: Password, recovery_question: z.object({ answer: Recovery }) })
  .meta({ id: 'ForgotPasswordRecoveryQuestionRequest' })

export type ForgottenPassword = z.output<typeof ForgottenPassword>

export const RecoveryQuestionChange = z
  .object({
    password: Password,
    recovery_question: z.object({ question: Recovery, answer: Recovery }),
  })
  .meta({ id: 'ChangeRecoveryQuestionRequest' })

export type RecoveryQuestionChange = z.output<typeof RecoveryQuestionChange>
