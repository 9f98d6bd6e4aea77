/** Table role_assignments: the administrator roles of users and of the clients of service apps. */
import { readAll } from './database.ts'
import { otherSuperAdmin } from './users.ts'

export type PrincipalType = 'USER' | 'CLIENT'

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

export async function rolesOf(
  db: D1Database,
  type: PrincipalType,
  principalId: string,
): Promise<readonly RoleAssignment[]> {
  const statement = db.prepare(
    `SELECT id, role, created, last_updated FROM role_assignments
     WHERE principal_type = ?1 AND principal_id = ?2 ORDER BY created, id`,
  )
  return (await readAll<RoleRow>(statement.bind(type, principalId))).map((row) => ({
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

/** Assigns a role to a user who exists; one they have already is a UniqueViolation. */
export const insertUserRole = (
  db: D1Database,
  userId: string,
  assignment: RoleAssignment,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO role_assignments (id, principal_type, principal_id, role, created, last_updated)
       SELECT ?2, 'USER', id, ?3, ?4, ?4 FROM users WHERE id = ?1`,
    )
    .bind(userId, assignment.id, assignment.role, assignment.created)

/** Takes nothing from the last one in use who is a SUPER_ADMIN. */
export const deleteUserRole = (db: D1Database, userId: string, id: string): D1PreparedStatement =>
  db
    .prepare(
      `DELETE FROM role_assignments WHERE principal_type = 'USER' AND principal_id = ?1 AND id = ?2
       AND (role <> 'SUPER_ADMIN' OR ${otherSuperAdmin('?1')})`,
    )
    .bind(userId, id)

/** What follows the deletion of a user in its batch. */
export const forgetUserRoles = (db: D1Database, userId: string): D1PreparedStatement =>
  db
    .prepare(
      `DELETE FROM role_assignments WHERE principal_type = 'USER' AND principal_id = ?1
       AND NOT EXISTS (SELECT 1 FROM users WHERE id = ?1)`,
    )
    .bind(userId)
