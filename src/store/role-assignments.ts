/** Table role_assignments, for the clients of service apps. */
import { readAll } from './database.ts'

export interface RoleAssignment {
  readonly id: string
  readonly role: string
  readonly created: number
  readonly lastUpdated: number
}

interface RoleRow {
  id: string
  role: string
  created: number
  last_updated: number
}

export async function clientRoles(
  db: D1Database,
  clientId: string,
): Promise<readonly RoleAssignment[]> {
  const statement = db.prepare(
    `SELECT id, role, created, last_updated FROM role_assignments
     WHERE principal_type = 'CLIENT' AND principal_id = ?1 ORDER BY created, id`,
  )
  return (await readAll<RoleRow>(statement.bind(clientId))).map((row) => ({
    id: row.id,
    role: row.role,
    created: row.created,
    lastUpdated: row.last_updated,
  }))
}

/** Assigns a role to the client of a service app that exists; one it has already is a UniqueViolation. */
export const insertClientRole = (
  db: D1Database,
  clientId: string,
  assignment: RoleAssignment,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO role_assignments (id, principal_type, principal_id, role, created, last_updated)
       SELECT ?2, 'CLIENT', client_id, ?3, ?4, ?4 FROM apps WHERE client_id = ?1 AND application_type = 'service'`,
    )
    .bind(clientId, assignment.id, assignment.role, assignment.created)

export const deleteClientRole = (
  db: D1Database,
  clientId: string,
  id: string,
): D1PreparedStatement =>
  db
    .prepare(
      `DELETE FROM role_assignments WHERE principal_type = 'CLIENT' AND principal_id = ?1 AND id = ?2`,
    )
    .bind(clientId, id)
