/**
 * Sign-ins that wait for another password: what was proved, sealed, with whoever proved it. One is good for minutes and
 * for one new password, and for none when the old one is gone or an ending came; all of that the person's object knows.
 */
import type { PasswordProof } from '../domain/password-replacement.ts'
import { limits } from '../platform/limits.ts'
import { randomToken } from '../platform/random.ts'
import type { ProtocolContext } from './context.ts'
import { readSealed, writeSealed } from './sealed.ts'
import { transactionLedger } from './transaction.ts'

export interface ExpiredSignIn {
  readonly id: string
  readonly proof: PasswordProof
  /** At the authentication API: comes back with every answer. */
  readonly relayState: string | null
  /** At the page: the id of the sign-in transaction that it belongs to, and to no other. */
  readonly transactionId: string | null
  /** Milliseconds. */
  readonly expires: number
}

/** Where it can be brought, and nowhere else. */
type Door = 'authn' | 'page'

const PURPOSE = 'state-token'

export const newExpiredSignIn = (
  proof: PasswordProof,
  { relayState = null, transactionId = null }: Partial<ExpiredSignIn>,
): ExpiredSignIn => {
  const expires = proof.provenAt + limits.expiredSignInSeconds * 1000
  return { id: randomToken(), proof, relayState, transactionId, expires }
}

export const sealExpiredSignIn = (
  door: Door,
  signIn: ExpiredSignIn,
  { settings }: Pick<ProtocolContext, 'settings'>,
): Promise<string> => writeSealed(PURPOSE, door, signIn, settings.keyEncryption)

/** Null for anything that was not sealed here for that door, is over, or was cancelled. */
export async function openExpiredSignIn(
  door: Door,
  text: string,
  { settings, ledgers }: Pick<ProtocolContext, 'settings' | 'ledgers'>,
  now: number,
): Promise<ExpiredSignIn | null> {
  const signIn = await readSealed<ExpiredSignIn>(PURPOSE, door, text, settings.keyEncryption)
  if (signIn === null || now >= signIn.expires) return null
  return (await ledgers.has(transactionLedger(signIn), signIn.id)) ? null : signIn
}

export async function cancelExpiredSignIn(
  signIn: ExpiredSignIn,
  { ledgers }: Pick<ProtocolContext, 'ledgers'>,
): Promise<void> {
  await ledgers.enter(transactionLedger(signIn), signIn.id, Math.ceil(signIn.expires / 1000))
}
