/** The tokens of recoveries as they are handed out and come back, and the pages of ours that take them in a browser. */
import type { KeyEncryption } from '../platform/key-encryption.ts'
import { readArtefact, writeArtefact, type ArtefactKind } from './artefact.ts'
import type { RecoveryKey, RecoveryType } from './recovery.ts'

/** What starts a recovery, what activates an account, and what either is gone on with: none is taken for another. */
export type RecoveryTokenKind = Extract<
  ArtefactKind,
  'recovery-token' | 'activation-token' | 'recovery-state'
>

/** Where a token is taken in a browser. It stands in the query, which no log has. */
export const RECOVERY_PAGE_PATH = '/signin/reset-password'
export const ACTIVATION_PAGE_PATH = '/signin/activate'
export const TOKEN_PARAMETER = 'token'

export const recoveryTokenKind = (type: RecoveryType): RecoveryTokenKind =>
  type === 'ACCOUNT_ACTIVATION' ? 'activation-token' : 'recovery-token'

export const writeRecoveryToken = (
  kind: RecoveryTokenKind,
  key: RecoveryKey,
  keys: KeyEncryption,
): Promise<string> => writeArtefact(kind, { ...key, serverId: '', generation: 0 }, keys)

/** Null for anything that was not made here as that kind. */
export async function readRecoveryToken(
  kind: RecoveryTokenKind,
  text: string,
  keys: KeyEncryption,
): Promise<RecoveryKey | null> {
  const artefact = await readArtefact(kind, text, keys)
  if (artefact === null) return null
  const { userId, id, secret } = artefact
  return { userId, id, secret }
}

/** Where whoever is given it chooses a password. */
export const recoveryUrl = (origin: string, type: RecoveryType, token: string): string => {
  const path = type === 'ACCOUNT_ACTIVATION' ? ACTIVATION_PAGE_PATH : RECOVERY_PAGE_PATH
  return `${origin}${path}?${TOKEN_PARAMETER}=${encodeURIComponent(token)}`
}
