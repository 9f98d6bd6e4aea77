/**
 * Whether a password is the one that a stored hash was made of, whatever made it, and whether the hash should be
 * replaced by one of today's. It costs tens of milliseconds of CPU: it runs in the user's object, never where tokens
 * are minted.
 */
import { StorageUnavailable } from '../platform/storage-errors.ts'
import { ARGON2ID_NAME, hashArgon2id, verifyArgon2id } from './argon2id.ts'
import { verifyImported } from './imported.ts'
import { parsePhc } from './phc.ts'

export interface Verdict {
  readonly matches: boolean
  /** Not Argon2id with the parameters of today: worth replacing when the password is known. */
  readonly outdated: boolean
}

/** Throws StorageUnavailable when what is stored cannot be read: that says nothing about the password. */
export async function verifyPassword(stored: string, password: string): Promise<Verdict> {
  const phc = parsePhc(stored)
  const verdict = phc === null ? null : await verdictOf(phc, password)
  if (verdict === null) throw new StorageUnavailable('a stored password cannot be read')
  return verdict
}

async function verdictOf(
  phc: NonNullable<ReturnType<typeof parsePhc>>,
  password: string,
): Promise<Verdict | null> {
  if (phc.name === ARGON2ID_NAME) return verifyArgon2id(phc, password)
  const matches = await verifyImported(phc, password)
  return matches === null ? null : { matches, outdated: true }
}

/** The hash to store of a new password. */
export const hashPassword = (password: string): string => hashArgon2id(password)

/** The work of {@link verifyPassword} where there is no hash, so that its absence cannot be timed. Never matches. */
export function verifyNothing(password: string): Verdict {
  hashArgon2id(password)
  return { matches: false, outdated: false }
}
