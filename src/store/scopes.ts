/** Table scopes: custom scopes, and overrides of system scopes (system = 1). */
import { systemScopes, type Scope } from '../domain/scope.ts'
import { limits } from '../platform/limits.ts'
import { flag } from './database.ts'

const columns =
  'id, name, display_name, description, consent, optional, is_default, metadata_publish, system'

export interface ScopeRow {
  id: string
  name: string
  display_name: string | null
  description: string | null
  consent: Scope['consent']
  optional: number
  is_default: number
  metadata_publish: Scope['metadataPublish']
  system: number
}

const fromRow = (row: ScopeRow): Scope => ({
  id: row.id,
  name: row.name,
  displayName: row.display_name,
  description: row.description,
  consent: row.consent,
  optional: row.optional === 1,
  default: row.is_default === 1,
  metadataPublish: row.metadata_publish,
  system: row.system === 1,
})

/** System scopes first, in their own order and with their overrides, then custom ones by name. */
export function scopesFromRows(serverId: string, rows: readonly ScopeRow[]): readonly Scope[] {
  const stored = new Map(rows.map((row) => [row.id, fromRow(row)]))
  const system = systemScopes(serverId).map((scope) => stored.get(scope.id) ?? scope)
  return [...system, ...[...stored.values()].filter((scope) => !scope.system)]
}

export const selectScopes = (db: D1Database, serverId: string): D1PreparedStatement =>
  db.prepare(`SELECT ${columns} FROM scopes WHERE server_id = ?1 ORDER BY name`).bind(serverId)

/** Of a server's scopes those that are rows, by their names. */
export const selectScopesNamed = (
  db: D1Database,
  serverId: string,
  names: readonly string[],
): D1PreparedStatement =>
  db
    .prepare(
      `SELECT ${columns} FROM scopes WHERE server_id = ?1 AND name IN (SELECT value FROM json_each(?2))`,
    )
    .bind(serverId, JSON.stringify(names))

const values = (serverId: string, scope: Scope): readonly (string | number | null)[] => [
  serverId,
  scope.id,
  scope.name,
  scope.displayName,
  scope.description,
  scope.consent,
  flag(scope.optional),
  flag(scope.default),
  scope.metadataPublish,
]

/** A custom scope, unless the server has as many as it may have. A server that is gone is a ForeignKeyViolation. */
export const insertScope = (db: D1Database, serverId: string, scope: Scope): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO scopes (server_id, ${columns}) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0
       WHERE (SELECT count(*) FROM scopes WHERE server_id = ?1 AND system = 0) < ?10`,
    )
    .bind(...values(serverId, scope), limits.scopesPerServerMax - systemScopes(serverId).length)

/** A custom scope that still has the name it was read with. */
export const updateScope = (
  db: D1Database,
  serverId: string,
  scope: Scope,
  nameRead: string,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE scopes SET name = ?3, display_name = ?4, description = ?5, consent = ?6, optional = ?7, is_default = ?8,
       metadata_publish = ?9 WHERE server_id = ?1 AND id = ?2 AND system = 0 AND name = ?10`,
    )
    .bind(...values(serverId, scope), nameRead)

/** A system scope exists without a row: the first change to it makes one. */
export const overrideScope = (
  db: D1Database,
  serverId: string,
  scope: Scope,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO scopes (server_id, ${columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1)
       ON CONFLICT (server_id, id) DO UPDATE SET display_name = ?4, description = ?5, consent = ?6, optional = ?7,
       is_default = ?8, metadata_publish = ?9 WHERE system = 1`,
    )
    .bind(...values(serverId, scope))

/** Removes nothing once the scope has another name than it was read with. */
export const deleteScope = (
  db: D1Database,
  serverId: string,
  { id, name }: Pick<Scope, 'id' | 'name'>,
): D1PreparedStatement =>
  db
    .prepare('DELETE FROM scopes WHERE server_id = ?1 AND id = ?2 AND name = ?3')
    .bind(serverId, id, name)
