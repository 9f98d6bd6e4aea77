/**
 * How the sessions API names a session: not by what its browser holds, and not by its `sid` alone, of which nobody
 * could say in whose object it is. The id of a session stays the same for as long as tokens call it by the same `sid`.
 */
import type { KeyEncryption } from '../platform/key-encryption.ts'
import { readArtefact, writeArtefact } from './artefact.ts'
import type { SessionName } from './session.ts'

export const writeSessionId = (
  { userId, sid }: SessionName,
  keys: KeyEncryption,
): Promise<string> =>
  writeArtefact('session-id', { userId, id: sid, serverId: '', generation: 0, secret: '' }, keys)

/** Null for what was not made here. */
export async function readSessionId(
  text: string,
  keys: KeyEncryption,
): Promise<SessionName | null> {
  const artefact = await readArtefact('session-id', text, keys)
  return artefact && { userId: artefact.userId, sid: artefact.id }
}
