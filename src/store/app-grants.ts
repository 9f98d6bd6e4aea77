/** Table app_grants: the okta.* scopes that administrators granted to apps. */
import { readAll } from './database.ts'

export interface AppGrant {
  readonly id: string
  readonly scope: string
  /** Who granted it: a user's id, or the client_id of a service app. */
  readonly createdBy: string
  readonly createdByClient: boolean
  readonly created: number
  readonly lastUpdated: number
}

interface GrantRow {
  id: string
  scope: string
  created_by: string
  by_client: number
  created: number
  last_updated: number
}

export async function grantsOf(db: D1Database, appId: string): Promise<readonly AppGrant[]> {
  const statement = db.prepare(
    `SELECT id, scope, created_by, EXISTS (SELECT 1 FROM apps a WHERE a.client_id = created_by) AS by_client,
     created, last_updated FROM app_grants WHERE app_id = ?1 ORDER BY scope`,
  )
  return (await readAll<GrantRow>(statement.bind(appId))).map((row) => ({
    id: row.id,
    scope: row.scope,
    createdBy: row.created_by,
    createdByClient: row.by_client === 1,
    created: row.created,
    lastUpdated: row.last_updated,
  }))
}

/** Grants a scope to an app that exists; a scope it has already is a UniqueViolation. */
export const insertGrant = (db: D1Database, appId: string, grant: AppGrant): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO app_grants (id, app_id, scope, created_by, created, last_updated)
       SELECT ?2, id, ?3, ?4, ?5, ?5 FROM apps WHERE id = ?1`,
    )
    .bind(appId, grant.id, grant.scope, grant.createdBy, grant.created)

export const deleteGrant = (db: D1Database, appId: string, id: string): D1PreparedStatement =>
  db.prepare('DELETE FROM app_grants WHERE app_id = ?1 AND id = ?2').bind(appId, id)
