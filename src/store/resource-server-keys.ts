/**
 * Table resource_server_keys. Whether a write may be is decided on what was read of the server and its keys, so every
 * write holds only at the server's version read before; that only one key is ACTIVE, the database holds as well.
 */
import type { ResourceServerKey } from '../domain/resource-server-key.ts'
import type { AtVersion } from './authorization-servers.ts'

const AT = 'EXISTS (SELECT 1 FROM authorization_servers WHERE id = ?1 AND version = ?2)'

export const insertServerKeyAt = (
  db: D1Database,
  { id, version }: AtVersion,
  key: ResourceServerKey,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO resource_server_keys (server_id, id, kid, status, jwk, created, last_updated)
       SELECT ?1, ?3, ?4, ?5, ?6, ?7, ?8 WHERE ${AT}`,
    )
    .bind(
      id,
      version,
      key.id,
      key.kid,
      key.status,
      JSON.stringify(key.jwk),
      key.created,
      key.lastUpdated,
    )

export const replaceServerKeysAt = (
  db: D1Database,
  { id, version }: AtVersion,
  keys: readonly ResourceServerKey[],
): readonly D1PreparedStatement[] => [
  db.prepare(`DELETE FROM resource_server_keys WHERE server_id = ?1 AND ${AT}`).bind(id, version),
  ...keys.map((key) => insertServerKeyAt(db, { id, version }, key)),
]

/** Switches the active key off, then this one on. */
export const activateServerKeyAt = (
  db: D1Database,
  { id, version }: AtVersion,
  keyId: string,
  now: number,
): readonly D1PreparedStatement[] => [
  db
    .prepare(
      `UPDATE resource_server_keys SET status = 'INACTIVE', last_updated = ?3
       WHERE server_id = ?1 AND status = 'ACTIVE' AND id <> ?4 AND ${AT}`,
    )
    .bind(id, version, now, keyId),
  db
    .prepare(
      `UPDATE resource_server_keys SET status = 'ACTIVE', last_updated = ?3
       WHERE server_id = ?1 AND id = ?4 AND ${AT}`,
    )
    .bind(id, version, now, keyId),
]

export const deactivateServerKeyAt = (
  db: D1Database,
  { id, version }: AtVersion,
  keyId: string,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE resource_server_keys SET status = 'INACTIVE', last_updated = ?3
       WHERE server_id = ?1 AND id = ?4 AND ${AT}`,
    )
    .bind(id, version, now, keyId)

export const deleteServerKeyAt = (
  db: D1Database,
  { id, version }: AtVersion,
  keyId: string,
): D1PreparedStatement =>
  db
    .prepare(`DELETE FROM resource_server_keys WHERE server_id = ?1 AND id = ?3 AND ${AT}`)
    .bind(id, version, keyId)
