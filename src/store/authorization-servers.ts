/** Table authorization_servers. */
import type {
  AccessTokenProfile,
  AuthorizationServer,
  IssuerMode,
  RotationMode,
  SigningAlgorithm,
  Status,
} from '../domain/authorization-server.ts'
import type { EncryptionAlgorithm, ResourceServerKey } from '../domain/resource-server-key.ts'
import { flag, json, readFirst, written } from './database.ts'

/** With the server's few encryption keys, so that a list of servers asks for theirs in the same breath. */
export const serverColumns = `s.id, s.name, s.description, s.audience, s.issuer_mode, s.status, s.is_default,
  s.rotation_mode, s.signing_alg, s.signing_kid, s.signing_last_rotated, s.signing_next_rotation, s.version, s.created,
  s.last_updated, s.access_token_profile, s.access_token_encryption, s.jwks_uri,
  (SELECT json_group_array(json_object('id', k.id, 'kid', k.kid, 'status', k.status, 'jwk', json(k.jwk),
  'created', k.created, 'lastUpdated', k.last_updated)) FROM resource_server_keys k WHERE k.server_id = s.id) AS keys`

/** What a write decided on what was read of a server is bound to: nobody wrote to it, or below it, since. */
export interface AtVersion {
  readonly id: string
  readonly version: number
}

export interface StoredServer extends AuthorizationServer, AtVersion {}

export interface ServerRow {
  id: string
  name: string
  description: string | null
  audience: string
  issuer_mode: IssuerMode
  status: Status
  is_default: number
  rotation_mode: RotationMode
  signing_alg: SigningAlgorithm
  signing_kid: string | null
  signing_last_rotated: number | null
  signing_next_rotation: number | null
  version: number
  created: number
  last_updated: number
  access_token_profile: AccessTokenProfile
  access_token_encryption: EncryptionAlgorithm | null
  jwks_uri: string | null
  keys: string
}

/** Oldest first; those of one second by kid. */
const keysFromColumn = (text: string): readonly ResourceServerKey[] =>
  json<ResourceServerKey[]>(text).toSorted(
    (a, b) => a.created - b.created || ((a.kid ?? '') < (b.kid ?? '') ? -1 : 1),
  )

export const serverFromRow = (row: ServerRow): StoredServer => ({
  id: row.id,
  kind: 'custom',
  name: row.name,
  description: row.description,
  audience: row.audience,
  issuerMode: row.issuer_mode,
  status: row.status,
  isDefault: row.is_default === 1,
  rotationMode: row.rotation_mode,
  signingAlgorithm: row.signing_alg,
  signingKid: row.signing_kid,
  lastRotated: row.signing_last_rotated,
  nextRotation: row.signing_next_rotation,
  accessTokenProfile: row.access_token_profile,
  tokenEncryption: {
    algorithm: row.access_token_encryption,
    jwksUri: row.jwks_uri,
    keys: keysFromColumn(row.keys),
  },
  version: row.version,
  created: row.created,
  lastUpdated: row.last_updated,
})

export const selectServer = (db: D1Database, id: string): D1PreparedStatement =>
  db.prepare(`SELECT ${serverColumns} FROM authorization_servers s WHERE s.id = ?1`).bind(id)

export async function findServer(db: D1Database, id: string): Promise<StoredServer | null> {
  const row = await readFirst<ServerRow>(selectServer(db, id))
  return row === null ? null : serverFromRow(row)
}

export const insertServer = (db: D1Database, server: AuthorizationServer): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO authorization_servers (id, name, description, audience, issuer_mode, status, is_default,
       rotation_mode, signing_alg, version, created, last_updated, access_token_encryption, jwks_uri,
       access_token_profile) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, ?10, ?10, ?11, ?12, ?13)`,
    )
    .bind(
      server.id,
      server.name,
      server.description,
      server.audience,
      server.issuerMode,
      server.status,
      flag(server.isDefault),
      server.rotationMode,
      server.signingAlgorithm,
      server.created,
      server.tokenEncryption.algorithm,
      server.tokenEncryption.jwksUri,
      server.accessTokenProfile,
    )

/** Changes nothing unless the server still has the version it was read with. */
export const updateServerAt = (
  db: D1Database,
  server: StoredServer,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE authorization_servers SET name = ?2, description = ?3, audience = ?4, issuer_mode = ?5,
       rotation_mode = ?6, signing_alg = ?7, last_updated = ?8, access_token_encryption = ?9, jwks_uri = ?10,
       access_token_profile = ?11, version = version + 1 WHERE id = ?1 AND version = ?12`,
    )
    .bind(
      server.id,
      server.name,
      server.description,
      server.audience,
      server.issuerMode,
      server.rotationMode,
      server.signingAlgorithm,
      now,
      server.tokenEncryption.algorithm,
      server.tokenEncryption.jwksUri,
      server.accessTokenProfile,
      server.version,
    )

export const setServerStatus = (
  db: D1Database,
  id: string,
  status: Status,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE authorization_servers SET status = ?2, last_updated = ?3, version = version + 1
       WHERE id = ?1 AND status <> ?2`,
    )
    .bind(id, status, now)

export const deleteServer = (db: D1Database, id: string): D1PreparedStatement =>
  db.prepare('DELETE FROM authorization_servers WHERE id = ?1 AND is_default = 0').bind(id)

/**
 * Every write to something below a server counts in the server's version. Stands behind the write in its batch and
 * counts nothing when the write changed nothing.
 */
export const bumpServer = (db: D1Database, id: string): D1PreparedStatement =>
  db
    .prepare(
      'UPDATE authorization_servers SET version = version + 1 WHERE id = ?1 AND changes() > 0',
    )
    .bind(id)

/** Repeats what the server's key ring says, for lists. Touches no version: snapshots read the ring itself. */
export async function saveSigningState(
  db: D1Database,
  id: string,
  state: {
    readonly kid: string | null
    readonly lastRotated: number
    readonly nextRotation: number | null
  },
): Promise<void> {
  const saving = db
    .prepare(
      `UPDATE authorization_servers SET signing_kid = ?2, signing_last_rotated = ?3, signing_next_rotation = ?4
       WHERE id = ?1`,
    )
    .bind(id, state.kid, state.lastRotated, state.nextRotation)
  await written(db, [saving])
}
