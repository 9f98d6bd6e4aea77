/**
 * Table apps. Every write to an app or to anything below it counts in the app's version, so that a write which
 * was decided on what was read, the caller's right to it included, can be bound to nobody having written since.
 */
import type { App, AppDocument, AppFields, ApplicationType } from '../domain/app.ts'
import type { Status } from '../domain/authorization-server.ts'
import type { TokenEndpointAuthMethod } from '../domain/client.ts'
import { json, readAll, readFirst } from './database.ts'

export const appColumns = `a.id, a.client_id, a.label, a.status, a.application_type, a.grant_types,
  a.token_endpoint_auth_method, a.jwks_uri, a.profile, a.document, a.tokens_not_before, a.version, a.created,
  a.last_updated,
  (SELECT org_id FROM meta WHERE id = 1) AS org_id,
  (EXISTS (SELECT 1 FROM role_assignments r WHERE r.principal_type = 'CLIENT' AND r.principal_id = a.client_id)
  OR EXISTS (SELECT 1 FROM app_grants g WHERE g.app_id = a.id)) AS is_privileged`

export interface AppRow {
  id: string
  client_id: string
  label: string
  status: Status
  application_type: ApplicationType | null
  grant_types: string
  token_endpoint_auth_method: TokenEndpointAuthMethod
  jwks_uri: string | null
  profile: string
  document: string
  tokens_not_before: number
  version: number
  created: number
  last_updated: number
  org_id: string | null
  is_privileged: number
}

export const appFromRow = (row: AppRow): App => ({
  id: row.id,
  clientId: row.client_id,
  orgId: row.org_id ?? '',
  label: row.label,
  status: row.status,
  applicationType: row.application_type,
  grantTypes: json<string[]>(row.grant_types),
  authMethod: row.token_endpoint_auth_method,
  jwksUri: row.jwks_uri,
  profile: json<Record<string, unknown>>(row.profile),
  document: json<AppDocument>(row.document),
  isPrivileged: row.is_privileged === 1,
  tokensNotBefore: row.tokens_not_before,
  version: row.version,
  created: row.created,
  lastUpdated: row.last_updated,
})

async function findBy(
  db: D1Database,
  column: 'id' | 'client_id',
  value: string,
): Promise<App | null> {
  const row = await readFirst<AppRow>(
    db.prepare(`SELECT ${appColumns} FROM apps a WHERE a.${column} = ?1`).bind(value),
  )
  return row === null ? null : appFromRow(row)
}

export const findApp = (db: D1Database, id: string): Promise<App | null> => findBy(db, 'id', id)

export const findAppByClientId = (db: D1Database, clientId: string): Promise<App | null> =>
  findBy(db, 'client_id', clientId)

/** The org's id, which app names (`orn`) hold. */
export async function orgId(db: D1Database): Promise<string> {
  const row = await readFirst<{ org_id: string }>(db.prepare('SELECT org_id FROM meta'))
  return row?.org_id ?? ''
}

/** What an app must be like for a write that was decided on what was read of it. */
export interface AtVersion {
  readonly id: string
  readonly version: number
}

const fieldValues = (fields: AppFields): readonly (string | null)[] => [
  fields.label,
  fields.applicationType,
  JSON.stringify(fields.grantTypes),
  fields.authMethod,
  fields.jwksUri,
  JSON.stringify(fields.profile),
  JSON.stringify(fields.document),
]

/**
 * A client_id that belonged to an app before starts after that app's end: its tokens stay dead. One that never did can
 * be used within the second.
 */
export const insertApp = (db: D1Database, app: App): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO apps (id, client_id, status, tokens_not_before, version, created, last_updated, label,
       application_type, grant_types, token_endpoint_auth_method, jwks_uri, profile, document)
       VALUES (?1, ?2, ?3, max(?4, coalesce((SELECT deleted + 1 FROM deleted_clients WHERE client_id = ?2), 0)),
       ?5, ?6, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)`,
    )
    .bind(
      app.id,
      app.clientId,
      app.status,
      app.tokensNotBefore,
      app.version,
      app.created,
      ...fieldValues(app),
    )

/** Changes nothing unless the app still has the version it was read with. */
export const updateApp = (
  db: D1Database,
  { id, version }: AtVersion,
  fields: AppFields,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE apps SET version = version + 1, last_updated = ?3, label = ?4, application_type = ?5, grant_types = ?6,
       token_endpoint_auth_method = ?7, jwks_uri = ?8, profile = ?9, document = ?10 WHERE id = ?1 AND version = ?2`,
    )
    .bind(id, version, now, ...fieldValues(fields))

/**
 * Tokens issued before are dead for good: those of this very second when the app is deactivated, and whatever an
 * isolate with an older snapshot issued while it was inactive when it is activated.
 */
export const setAppStatusAt = (
  db: D1Database,
  { id, version }: AtVersion,
  status: Status,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE apps SET status = ?3, last_updated = ?4, version = version + 1,
       tokens_not_before = max(tokens_not_before, ?5) WHERE id = ?1 AND version = ?2`,
    )
    .bind(id, version, status, now, status === 'INACTIVE' ? now + 1 : now)

/** Servers with a policy that names a client. */
export async function serversNaming(db: D1Database, clientId: string): Promise<readonly string[]> {
  const statement = db.prepare(
    `SELECT DISTINCT server_id FROM policies WHERE instr(clients, ?1) > 0
     AND EXISTS (SELECT 1 FROM json_each(clients) WHERE value = ?1)`,
  )
  const rows = await readAll<{ server_id: string }>(statement.bind(clientId))
  return rows.map((row) => row.server_id)
}

export const deleteAppAt = (db: D1Database, { id, version }: AtVersion): D1PreparedStatement =>
  db
    .prepare(`DELETE FROM apps WHERE id = ?1 AND version = ?2 AND status = 'INACTIVE'`)
    .bind(id, version)

/**
 * What follows {@link deleteAppAt} in its batch. Nothing that named the client may speak for a later one of that
 * client_id: it is remembered with its last second, and its roles, its places in policies, what people consented to
 * for it and the tokens that they gave it go. A policy that named nobody else matches nobody then. All policies are
 * looked through for it, which only deletions pay for.
 */
export const forgetClient = (
  db: D1Database,
  clientId: string,
  now: number,
): readonly D1PreparedStatement[] => [
  db
    .prepare(
      `INSERT INTO deleted_clients (client_id, deleted) SELECT ?1, ?2 WHERE changes() > 0
       ON CONFLICT (client_id) DO UPDATE SET deleted = max(deleted, ?2)`,
    )
    .bind(clientId, now),
  db
    .prepare(
      `DELETE FROM role_assignments WHERE principal_type = 'CLIENT' AND principal_id = ?1
       AND NOT EXISTS (SELECT 1 FROM apps WHERE client_id = ?1)`,
    )
    .bind(clientId),
  db
    .prepare(
      `UPDATE authorization_servers SET version = version + 1
       WHERE NOT EXISTS (SELECT 1 FROM apps WHERE client_id = ?1)
       AND id IN (SELECT server_id FROM policies WHERE instr(clients, ?1) > 0
       AND EXISTS (SELECT 1 FROM json_each(clients) WHERE value = ?1))`,
    )
    .bind(clientId),
  db
    .prepare(
      `UPDATE policies SET last_updated = ?2,
       clients = (SELECT json_group_array(value) FROM json_each(policies.clients) WHERE value <> ?1)
       WHERE NOT EXISTS (SELECT 1 FROM apps WHERE client_id = ?1) AND instr(clients, ?1) > 0
       AND EXISTS (SELECT 1 FROM json_each(clients) WHERE value = ?1)`,
    )
    .bind(clientId, now),
  ...['consents', 'refresh_tokens'].map((table) =>
    db
      .prepare(
        `DELETE FROM ${table} WHERE client_id = ?1 AND NOT EXISTS (SELECT 1 FROM apps WHERE client_id = ?1)`,
      )
      .bind(clientId),
  ),
]

/** Stands behind a write to something below the app, and counts nothing when that changed nothing. */
export const bumpApp = (db: D1Database, id: string): D1PreparedStatement =>
  db.prepare('UPDATE apps SET version = version + 1 WHERE id = ?1 AND changes() > 0').bind(id)
