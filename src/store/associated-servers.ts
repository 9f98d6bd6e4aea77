/** Table associated_servers: whose tokens a server trusts as subjects of a token exchange. */
import { limits } from '../platform/limits.ts'
import {
  serverColumns,
  serverFromRow,
  type ServerRow,
  type StoredServer,
} from './authorization-servers.ts'
import { readAll } from './database.ts'

/** A page of those that a server trusts, in id order; they are few, so that what begins with a text is looked for. */
export async function listAssociatedServers(
  db: D1Database,
  serverId: string,
  page: { readonly query: string | null; readonly after: string; readonly limit: number },
): Promise<readonly StoredServer[]> {
  const statement = db.prepare(
    `SELECT ${serverColumns} FROM associated_servers a JOIN authorization_servers s ON s.id = a.associated_id
     WHERE a.server_id = ?1 AND a.associated_id > ?2
     AND (?4 IS NULL OR substr(s.name, 1, length(?4)) = ?4 COLLATE NOCASE
     OR substr(s.audience, 1, length(?4)) = ?4 COLLATE NOCASE) ORDER BY a.associated_id LIMIT ?3`,
  )
  const rows = await readAll<ServerRow>(
    statement.bind(serverId, page.after, page.limit, page.query),
  )
  return rows.map(serverFromRow)
}

/** Those of some servers that exist. */
export async function serversNamed(
  db: D1Database,
  ids: readonly string[],
): Promise<readonly StoredServer[]> {
  const statement = db.prepare(
    `SELECT ${serverColumns} FROM authorization_servers s WHERE s.id IN (SELECT value FROM json_each(?1)) ORDER BY s.id`,
  )
  return (await readAll<ServerRow>(statement.bind(JSON.stringify(ids)))).map(serverFromRow)
}

/**
 * All or none: one that is associated already is a UniqueViolation, one that is gone a ForeignKeyViolation; more than a
 * server can have change nothing.
 */
export const insertAssociations = (
  db: D1Database,
  serverId: string,
  ids: readonly string[],
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO associated_servers (server_id, associated_id, created) SELECT ?1, value, ?3 FROM json_each(?2)
       WHERE (SELECT count(*) FROM associated_servers WHERE server_id = ?1) + json_array_length(?2) <= ?4`,
    )
    .bind(serverId, JSON.stringify(ids), now, limits.associatedServersMax)

export const deleteAssociation = (
  db: D1Database,
  serverId: string,
  id: string,
): D1PreparedStatement =>
  db
    .prepare('DELETE FROM associated_servers WHERE server_id = ?1 AND associated_id = ?2')
    .bind(serverId, id)
