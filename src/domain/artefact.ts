/**
 * The one format of everything opaque that is handed out and comes back: authorization codes, refresh tokens, session
 * cookies, ids of sessions, tokens of recoveries. It says where its record is, and a MAC under a subkey of its kind is
 * checked before anything is asked, so that junk wakes nobody. A server is named by its id.
 */
import { base64url, base64urlDecode, parseJson, utf8, utf8Decode } from '../platform/encoding.ts'
import type { KeyEncryption } from '../platform/key-encryption.ts'
import { limits } from '../platform/limits.ts'

export type ArtefactKind =
  | 'code'
  | 'interaction-code'
  | 'refresh-token'
  | 'session'
  | 'session-id'
  | 'recovery-token'
  | 'activation-token'
  | 'recovery-state'

export interface Artefact {
  /** The user whose object has the record. */
  readonly userId: string
  /** Of the record: an authorization or a session. */
  readonly id: string
  /** Empty for what belongs to no server. */
  readonly serverId: string
  /** Of refresh tokens: how often the family was rotated. */
  readonly generation: number
  /** Known to the record, and to whoever holds the artefact. */
  readonly secret: string
}

const FORMAT = 1
/** Where the record lives, as far as the address does not say: room for jurisdictions. */
const PLACEMENT = ''

const purposeOf = <Kind extends ArtefactKind>(kind: Kind) => `${kind}-mac` as const

/** The text of an artefact, of the characters that a cookie and a query take as they are. */
export async function writeArtefact(
  kind: ArtefactKind,
  { userId, id, serverId, generation, secret }: Artefact,
  keys: KeyEncryption,
): Promise<string> {
  const fields = [FORMAT, PLACEMENT, userId, id, serverId, generation, secret]
  const content = base64url(utf8(JSON.stringify(fields)))
  return `${content}.${await keys.mac(content, purposeOf(kind))}`
}

/** Null for anything that was not made here as that kind. */
export async function readArtefact(
  kind: ArtefactKind,
  text: string,
  keys: KeyEncryption,
): Promise<Artefact | null> {
  if (text.length > limits.artefactCharactersMax) return null
  const [content, version, mac, ...more] = text.split('.')
  if (content === undefined || version === undefined || mac === undefined || more.length > 0)
    return null
  if (!keys.versions.includes(version)) return null
  if (!(await keys.macMatches(content, purposeOf(kind), `${version}.${mac}`))) return null
  const bytes = base64urlDecode(content)
  const fields = parseJson((bytes && utf8Decode(bytes)) ?? '')
  // What the MAC covers was written above; another format is not read by this version.
  if (!Array.isArray(fields) || fields[0] !== FORMAT) return null
  const [, , userId, id, serverId, generation, secret] = fields as [
    number,
    string,
    string,
    string,
    string,
    number,
    string,
  ]
  return { userId, id, serverId, generation, secret }
}
