/**
 * What a caller sent, as the system log repeats it: a token in the wrong parameter, or a password where the login
 * belongs, is a secret all the same, and whoever reads the log is no holder of it.
 */
import { couldBeLogin } from '../domain/user-profile.ts'

/** A JWT, and the value of a parameter that strayed into another one. */
const SECRETS = /eyJ[\w.-]{8,}|(?<==)[^\s&]+/g

/** As long as anything random that we make. */
const LONG = /[\w-]{40,}/g

/** Words of one case: nothing random that long has one case alone and no digit. */
const isName = (run: string): boolean => /^([a-z_-]*|[A-Z_-]*)$/.test(run)

/** The text without what has the shape of a token, a code or a secret of ours. */
export const withoutTokens = (text: string): string =>
  text.replaceAll(SECRETS, '…').replaceAll(LONG, (run) => (isName(run) ? run : '…'))

/** Who tried to sign in: what was typed, and whether somebody is known to be called so. */
export interface Attempted {
  readonly login: string
  readonly isKnown: boolean
}

/** Null: what nobody is called is told only where it is an address of some domain, and not what a password may be. */
export const typedLogin = ({ login, isKnown }: Attempted): string | null =>
  isKnown || (couldBeLogin(login) && /@.*\./.test(login)) ? login : null
