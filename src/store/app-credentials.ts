/**
 * Tables app_secrets and app_keys. Whether a write may be (two secrets at most, never without the last active one, and
 * the caller's right to it) is decided on what was read; so every write holds only at the app's version read before.
 */
import type { JWK } from 'jose'
import type { AppKey } from '../domain/client-key.ts'
import type { Status } from '../domain/authorization-server.ts'
import type { ClientSecret } from '../domain/client.ts'
import type { Envelope } from '../platform/key-encryption.ts'
import type { AtVersion } from './apps.ts'
import { json, readAll } from './database.ts'

export interface AppSecret extends ClientSecret {
  readonly hash: string
  readonly created: number
  readonly lastUpdated: number
}

interface SecretRow {
  id: string
  status: Status
  mac: string
  envelope: string
  secret_hash: string
  created: number
  last_updated: number
}

/** Oldest first. */
export async function secretsOf(db: D1Database, appId: string): Promise<readonly AppSecret[]> {
  const statement = db.prepare(
    `SELECT id, status, mac, envelope, secret_hash, created, last_updated FROM app_secrets WHERE app_id = ?1
     ORDER BY created, id`,
  )
  return (await readAll<SecretRow>(statement.bind(appId))).map((row) => ({
    id: row.id,
    status: row.status,
    mac: row.mac,
    envelope: json<Envelope>(row.envelope),
    hash: row.secret_hash,
    created: row.created,
    lastUpdated: row.last_updated,
  }))
}

const SECRET_COLUMNS = 'id, app_id, status, mac, envelope, secret_hash, created, last_updated'

const secretValues = (secret: AppSecret): readonly (string | number)[] => [
  secret.id,
  secret.status,
  secret.mac,
  JSON.stringify(secret.envelope),
  secret.hash,
  secret.created,
]

export const insertSecretAt = (
  db: D1Database,
  { id, version }: AtVersion,
  secret: AppSecret,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO app_secrets (${SECRET_COLUMNS}) SELECT ?2, a.id, ?3, ?4, ?5, ?6, ?7, ?7 FROM apps a
       WHERE a.id = ?1 AND a.version = ?8`,
    )
    .bind(id, ...secretValues(secret), version)

export const setSecretStatusAt = (
  db: D1Database,
  { id, version }: AtVersion,
  secretId: string,
  status: Status,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE app_secrets SET status = ?3, last_updated = ?4 WHERE app_id = ?1 AND id = ?2
       AND EXISTS (SELECT 1 FROM apps WHERE id = ?1 AND version = ?5)`,
    )
    .bind(id, secretId, status, now, version)

export const deleteSecretAt = (
  db: D1Database,
  { id, version }: AtVersion,
  secretId: string,
): D1PreparedStatement =>
  db
    .prepare(
      `DELETE FROM app_secrets WHERE app_id = ?1 AND id = ?2
       AND EXISTS (SELECT 1 FROM apps WHERE id = ?1 AND version = ?3)`,
    )
    .bind(id, secretId, version)

interface KeyRow {
  app_id: string
  id: string
  kid: string | null
  status: Status
  jwk: string
  created: number
  last_updated: number
}

/** The keys of apps, by app and oldest first. The ids go in as one JSON value: a statement takes 100 at most. */
export async function keysOf(
  db: D1Database,
  appIds: readonly string[],
): Promise<ReadonlyMap<string, readonly AppKey[]>> {
  const statement = db.prepare(
    `SELECT app_id, id, kid, status, jwk, created, last_updated FROM app_keys
     WHERE app_id IN (SELECT value FROM json_each(?1)) ORDER BY created, id`,
  )
  const keys = new Map<string, AppKey[]>(appIds.map((id) => [id, []]))
  for (const row of await readAll<KeyRow>(statement.bind(JSON.stringify(appIds))))
    keys.get(row.app_id)?.push({
      id: row.id,
      kid: row.kid,
      status: row.status,
      jwk: json<JWK>(row.jwk),
      created: row.created,
      lastUpdated: row.last_updated,
    })
  return keys
}

export const insertKeyAt = (
  db: D1Database,
  { id, version }: AtVersion,
  key: AppKey,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO app_keys (id, app_id, kid, status, jwk, created, last_updated)
       SELECT ?2, a.id, ?3, ?4, ?5, ?6, ?6 FROM apps a WHERE a.id = ?1 AND a.version = ?7`,
    )
    .bind(id, key.id, key.kid, key.status, JSON.stringify(key.jwk), key.created, version)

export const replaceKeysAt = (
  db: D1Database,
  { id, version }: AtVersion,
  keys: readonly AppKey[],
): readonly D1PreparedStatement[] => [
  db
    .prepare(
      `DELETE FROM app_keys WHERE app_id = ?1
       AND EXISTS (SELECT 1 FROM apps WHERE id = ?1 AND version = ?2)`,
    )
    .bind(id, version),
  db
    .prepare(
      `INSERT INTO app_keys (id, app_id, kid, status, jwk, created, last_updated)
       SELECT k.value ->> 'id', a.id, k.value ->> 'kid', k.value ->> 'status', k.value ->> 'jwk',
       k.value ->> 'created', k.value ->> 'lastUpdated' FROM apps a, json_each(?3) k
       WHERE a.id = ?1 AND a.version = ?2`,
    )
    .bind(id, version, JSON.stringify(keys)),
]

export const setKeyStatusAt = (
  db: D1Database,
  { id, version }: AtVersion,
  keyId: string,
  status: Status,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE app_keys SET status = ?3, last_updated = ?4 WHERE app_id = ?1 AND id = ?2
       AND EXISTS (SELECT 1 FROM apps WHERE id = ?1 AND version = ?5)`,
    )
    .bind(id, keyId, status, now, version)

export const deleteKeyAt = (
  db: D1Database,
  { id, version }: AtVersion,
  keyId: string,
): D1PreparedStatement =>
  db
    .prepare(
      `DELETE FROM app_keys WHERE app_id = ?1 AND id = ?2
       AND EXISTS (SELECT 1 FROM apps WHERE id = ?1 AND version = ?3)`,
    )
    .bind(id, keyId, version)
