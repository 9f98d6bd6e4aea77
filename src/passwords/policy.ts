/** Which passwords are good enough (Okta's default policy), and temporary ones that are. */
import type { PasswordRequirement } from '../domain/password-requirement.ts'
import { limits } from '../platform/limits.ts'
import { randomAlphanumeric } from '../platform/random.ts'
import { prepared } from './preparation.ts'

export interface PasswordContext {
  readonly login: string
  /** The password that this one replaces, when it is known. */
  readonly current?: string
}

interface Requirement {
  readonly name: PasswordRequirement
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
    name: 'minLength',
    sentence: `must have at least ${passwordCharactersMin} characters`,
    holds: (password) => characters(password) >= passwordCharactersMin,
  },
  {
    name: 'maxLength',
    sentence: `must have at most ${passwordCharactersMax} characters`,
    holds: (password) => characters(password) <= passwordCharactersMax,
  },
  {
    name: 'lowerCase',
    sentence: 'must hold a lower-case letter',
    holds: (password) => /\p{Ll}/u.test(password),
  },
  {
    name: 'upperCase',
    sentence: 'must hold an upper-case letter',
    holds: (password) => /\p{Lu}/u.test(password),
  },
  { name: 'number', sentence: 'must hold a number', holds: (password) => /\p{Nd}/u.test(password) },
  {
    name: 'wellFormed',
    sentence: 'must be text without broken characters',
    holds: (password) => password.isWellFormed(),
  },
  {
    name: 'excludesLogin',
    sentence: 'must not hold a part of the login',
    holds: (password, { login }) => {
      const lower = password.toLowerCase()
      return partsOf(login).every((part) => !lower.includes(part))
    },
  },
  {
    name: 'differs',
    sentence: 'must differ from the current password',
    holds: (password, { current }) => current === undefined || password !== prepared(current),
  },
]

const missed = (password: string, context: PasswordContext): readonly Requirement[] => {
  const text = prepared(password)
  return requirements.filter(({ holds }) => !holds(text, context))
}

/** Every requirement that a new password misses. */
export const missedRequirements = (
  password: string,
  context: PasswordContext,
): readonly PasswordRequirement[] => missed(password, context).map(({ name }) => name)

/** The same, each as a sentence that begins behind the name of the field. */
export const passwordFaults = (password: string, context: PasswordContext): readonly string[] =>
  missed(password, context).map(({ sentence }) => sentence)

/** The sentence of a requirement. */
export const sentenceOf = (requirement: PasswordRequirement): string =>
  requirements.find(({ name }) => name === requirement)!.sentence

/** The requirements as Okta's authentication API counts them. */
export const COMPLEXITY = {
  minLength: passwordCharactersMin,
  minLowerCase: 1,
  minUpperCase: 1,
  minNumber: 1,
  minSymbol: 0,
  excludeUsername: true,
} as const

/** A password for an administrator to hand on, drawn again while it misses a requirement: about one draw in twelve. */
export function temporaryPassword(login: string): string {
  for (let draw = 0; draw < limits.temporaryPasswordDrawsMax; draw++) {
    const password = randomAlphanumeric(limits.temporaryPasswordCharacters)
    if (passwordFaults(password, { login }).length === 0) return password
  }
  throw new Error('No temporary password satisfies the policy')
}
