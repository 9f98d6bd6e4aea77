/**
 * Tables app_secrets and app_keys. What two writers could break between them (two secrets at most, never without the
 * last active one) is a condition of the statement itself; a statement that changed nothing found it broken.
 */
import type { JWK } from 'jose'
import type { AppKey } from '../domain/client-key.ts'
import type { Status } from '../domain/authorization-server.ts'
import type { ClientSecret, TokenEndpointAuthMethod } from '../domain/client.ts'
import type { Envelope } from '../platform/key-encryption.ts'
import { limits } from '../platform/limits.ts'
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

/** Adds a secret to an app that authenticates by `method`, as long as it has fewer than two. */
export const insertSecret = (
  db: D1Database,
  appId: string,
  secret: AppSecret,
  method: TokenEndpointAuthMethod,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO app_secrets (${SECRET_COLUMNS}) SELECT ?2, a.id, ?3, ?4, ?5, ?6, ?7, ?7 FROM apps a
       WHERE a.id = ?1 AND a.token_endpoint_auth_method = ?8
       AND (SELECT count(*) FROM app_secrets WHERE app_id = ?1) < ?9`,
    )
    .bind(appId, ...secretValues(secret), method, limits.secretsPerAppMax)

/** What an app must be like for a part of its creation or replacement to happen. */
export interface AtVersion {
  readonly id: string
  readonly version: number
}

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

export const activateSecretAt = (
  db: D1Database,
  { id, version }: AtVersion,
  secretId: string,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE app_secrets SET status = 'ACTIVE', last_updated = ?3 WHERE app_id = ?1 AND id = ?2
       AND EXISTS (SELECT 1 FROM apps WHERE id = ?1 AND version = ?4)`,
    )
    .bind(id, secretId, now, version)

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

/** Activates a secret of an app that still authenticates by `method`, which it was measured against. */
export const activateSecret = (
  db: D1Database,
  appId: string,
  secretId: string,
  method: TokenEndpointAuthMethod,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE app_secrets SET status = 'ACTIVE', last_updated = ?3 WHERE app_id = ?1 AND id = ?2
       AND EXISTS (SELECT 1 FROM apps WHERE id = ?1 AND token_endpoint_auth_method = ?4)`,
    )
    .bind(appId, secretId, now, method)

/** Deactivates a secret, but not the only active one of a client that authenticates by secret. */
export const deactivateSecret = (
  db: D1Database,
  appId: string,
  secretId: string,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE app_secrets SET status = 'INACTIVE', last_updated = ?3 WHERE app_id = ?1 AND id = ?2
       AND (EXISTS (SELECT 1 FROM app_secrets o WHERE o.app_id = ?1 AND o.id <> ?2 AND o.status = 'ACTIVE')
       OR EXISTS (SELECT 1 FROM apps WHERE id = ?1 AND substr(token_endpoint_auth_method, 1, 14) <> 'client_secret_'))`,
    )
    .bind(appId, secretId, now)

export const deleteSecret = (
  db: D1Database,
  appId: string,
  secretId: string,
): D1PreparedStatement =>
  db
    .prepare(`DELETE FROM app_secrets WHERE app_id = ?1 AND id = ?2 AND status = 'INACTIVE'`)
    .bind(appId, secretId)

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

/** Adds a key unless the app has its keys at a URI or as many as it may; beside others it needs a kid, as they do. */
export const insertKey = (db: D1Database, appId: string, key: AppKey): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO app_keys (id, app_id, kid, status, jwk, created, last_updated)
       SELECT ?2, a.id, ?3, ?4, ?5, ?6, ?6 FROM apps a WHERE a.id = ?1 AND a.jwks_uri IS NULL
       AND (SELECT count(*) FROM app_keys WHERE app_id = ?1) < ?7
       AND NOT EXISTS (SELECT 1 FROM app_keys WHERE app_id = ?1 AND (kid IS NULL OR ?3 IS NULL))`,
    )
    .bind(
      appId,
      key.id,
      key.kid,
      key.status,
      JSON.stringify(key.jwk),
      key.created,
      limits.keysPerAppMax,
    )

/** Replaces all keys of an app that still has the version it was read with. */
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

export const activateKey = (
  db: D1Database,
  appId: string,
  keyId: string,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE app_keys SET status = 'ACTIVE', last_updated = ?3 WHERE app_id = ?1 AND id = ?2`,
    )
    .bind(appId, keyId, now)

/** Deactivates a key, but not the only active one of a client that authenticates by registered keys. */
export const deactivateKey = (
  db: D1Database,
  appId: string,
  keyId: string,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE app_keys SET status = 'INACTIVE', last_updated = ?3 WHERE app_id = ?1 AND id = ?2
       AND (EXISTS (SELECT 1 FROM app_keys o WHERE o.app_id = ?1 AND o.id <> ?2 AND o.status = 'ACTIVE')
       OR EXISTS (SELECT 1 FROM apps WHERE id = ?1
       AND (token_endpoint_auth_method <> 'private_key_jwt' OR jwks_uri IS NOT NULL)))`,
    )
    .bind(appId, keyId, now)

export const deleteKey = (db: D1Database, appId: string, keyId: string): D1PreparedStatement =>
  db
    .prepare(`DELETE FROM app_keys WHERE app_id = ?1 AND id = ?2 AND status = 'INACTIVE'`)
    .bind(appId, keyId)
