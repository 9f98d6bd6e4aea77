/** `credentials.password` of a user in a request: a password to hash, a hash of another system, or nothing said. */
import * as z from 'zod'
import { limits } from '../platform/limits.ts'
import { ImportedHash } from './imported.ts'

/** What a request says about the password. */
export type GivenPassword =
  | { readonly kind: 'absent' }
  | { readonly kind: 'plain'; readonly value: string }
  /** Goes into the database as it is. */
  | { readonly kind: 'imported'; readonly stored: string }

/** A password as text. The policy bounds a new one further; a current one may be older than the policy. */
export const PasswordText = z.string().min(1).max(limits.passwordTextCharactersMax)

/** Clients send a user back as they read it, with `password: {}`: that says nothing about the password. */
export const PasswordInput = z
  .object({
    value: PasswordText.nullish(),
    hash: ImportedHash.nullish(),
    hook: z.unknown().optional(),
  })
  .superRefine(({ value, hash, hook }, context) => {
    const fault = (member: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [member], message })
    if (hook != null) fault('hook', 'password import hooks are not supported')
    if (value != null && hash != null)
      fault('hash', 'a password is given as a value or as a hash, not as both')
  })
  .transform(({ value, hash }): GivenPassword => {
    if (value != null) return { kind: 'plain', value }
    return hash == null ? { kind: 'absent' } : { kind: 'imported', stored: hash }
  })
  .meta({ id: 'PasswordInput' })
