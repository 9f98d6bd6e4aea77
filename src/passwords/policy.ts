/** Which passwords are good enough (Okta's default policy), and temporary ones that are. */
import { limits } from '../platform/limits.ts'
import { randomAlphanumeric } from '../platform/random.ts'
import { prepared } from './preparation.ts'

export interface PasswordContext {
  readonly login: string
  /** The password that this one replaces, when it is known. */
  readonly current?: string
}

interface Requirement {
  readonly sentence: string
  readonly holds: (password: string, context: PasswordContext) => boolean
}

const { passwordCharactersMin, passwordCharactersMax, loginPartCharactersMin } = limits

/** Characters as a person counts them: code points, not the units that a text is stored in. */
const characters = (text: string): number => [...text].length

/** `john.smith@example.com`: john, smith, example. */
const partsOf = (login: string): readonly string[] =>
  prepared(login)
    .toLowerCase()
    .split(/[,._#@-]/)
    .filter((part) => characters(part) >= loginPartCharactersMin)

const requirements: readonly Requirement[] = [
  {
    sentence: `must have at least ${passwordCharactersMin} characters`,
    holds: (password) => characters(password) >= passwordCharactersMin,
  },
  {
    sentence: `must have at most ${passwordCharactersMax} characters`,
    holds: (password) => characters(password) <= passwordCharactersMax,
  },
  { sentence: 'must hold a lower-case letter', holds: (password) => /\p{Ll}/u.test(password) },
  { sentence: 'must hold an upper-case letter', holds: (password) => /\p{Lu}/u.test(password) },
  { sentence: 'must hold a number', holds: (password) => /\p{Nd}/u.test(password) },
  {
    sentence: 'must be text without broken characters',
    holds: (password) => password.isWellFormed(),
  },
  {
    sentence: 'must not hold a part of the login',
    holds: (password, { login }) => {
      const lower = password.toLowerCase()
      return partsOf(login).every((part) => !lower.includes(part))
    },
  },
  {
    sentence: 'must differ from the current password',
    holds: (password, { current }) => current === undefined || password !== prepared(current),
  },
]

/** Every requirement that a new password misses, each as a sentence that begins behind the name of the field. */
export function passwordFaults(password: string, context: PasswordContext): readonly string[] {
  const text = prepared(password)
  return requirements.filter(({ holds }) => !holds(text, context)).map(({ sentence }) => sentence)
}

/** A password for an administrator to hand on, drawn again while it misses a requirement: about one draw in twelve. */
export function temporaryPassword(login: string): string {
  for (let draw = 0; draw < limits.temporaryPasswordDrawsMax; draw++) {
    const password = randomAlphanumeric(limits.temporaryPasswordCharacters)
    if (passwordFaults(password, { login }).length === 0) return password
  }
  throw new Error('No temporary password satisfies the policy')
}
