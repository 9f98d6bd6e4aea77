/**
 * The secrets a deployment needs: how each one is made, and what one that the operator brings must look
 * like. Values are never part of a message; a caller that prints decides that itself.
 */
import { randomBytes } from 'node:crypto'
import { couldBeLogin } from '../domain/user-profile.ts'
import { KeyEncryption } from '../platform/key-encryption.ts'

export type Secrets = Readonly<Record<string, string>>

interface Recipe {
  readonly make: (origin: string) => string
  readonly valid: (value: string) => boolean
  readonly shape: string
}

/** Okta's default password policy asks for these classes; random text may lack one of them. */
function makePassword(): string {
  for (;;) {
    const password = randomBytes(18).toString('base64url')
    if (/[a-z]/.test(password) && /[A-Z]/.test(password) && /\d/.test(password)) return password
  }
}

const RECIPES: ReadonlyMap<string, Recipe> = new Map<string, Recipe>([
  [
    'KEY_ENCRYPTION_KEY',
    {
      make: () => randomBytes(32).toString('base64'),
      valid: (value) => KeyEncryption.parse(value) !== null,
      shape: '32 random bytes in base64, or a key set {"current":"2","keys":{"1":"…","2":"…"}}',
    },
  ],
  [
    'BOOTSTRAP_API_TOKEN',
    {
      make: () => `00${randomBytes(30).toString('base64url')}`,
      valid: (value) => /^00[\w-]{40}$/.test(value),
      shape: '00 followed by 40 characters out of 0-9 A-Z a-z _ -',
    },
  ],
  [
    'BOOTSTRAP_ADMIN_LOGIN',
    {
      make: (origin) =>
        [`admin@${new URL(origin).hostname}`, 'admin@localhost'].find(couldBeLogin)!,
      valid: couldBeLogin,
      shape: 'an e-mail address of 5 to 100 characters',
    },
  ],
  [
    'BOOTSTRAP_ADMIN_PASSWORD',
    {
      make: makePassword,
      valid: (value) => value.length >= 8 && value.length <= 72,
      shape: '8 to 72 characters',
    },
  ],
])

/** The login is a name, not a credential, and hiding it could hide ordinary words of a message. */
export const isConfidential = (name: string): boolean => name !== 'BOOTSTRAP_ADMIN_LOGIN'

export const missingSecrets = (required: readonly string[], present: readonly string[]): string[] =>
  required.filter((name) => !present.includes(name))

/** Null when the value will do, else what it must look like (never the value itself). */
export function problemWithSecret(name: string, value: string): string | null {
  const recipe = RECIPES.get(name)
  if (recipe === undefined || recipe.valid(value)) return null
  return `${name} in the environment must be ${recipe.shape}`
}

/** Null for a secret that only the operator can know. */
export const makeSecret = (name: string, origin: string): string | null =>
  RECIPES.get(name)?.make(origin) ?? null

export interface SecretChoice {
  /** Everything that has to be set now. */
  readonly values: Secrets
  /** The part of it that nobody but this tool knows. */
  readonly generated: Secrets
  readonly problems: readonly string[]
}

/**
 * Where each missing secret comes from: the environment first, then what an earlier run generated and may
 * not have got set, then a new one.
 */
export function chooseSecrets(
  missing: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  earlier: Secrets,
  origin: string,
): SecretChoice {
  const values: Record<string, string> = {}
  const generated: Record<string, string> = {}
  const problems: string[] = []
  for (const name of missing) {
    const given = environment[name] ?? ''
    const problem = given === '' ? null : problemWithSecret(name, given)
    if (problem !== null) problems.push(problem)
    if (given !== '') {
      values[name] = given
      continue
    }
    const made = earlier[name] ?? makeSecret(name, origin)
    if (made === null) {
      problems.push(`${name} must be in the environment, because it cannot be generated`)
      continue
    }
    values[name] = made
    generated[name] = made
  }
  return { values, generated, problems }
}
