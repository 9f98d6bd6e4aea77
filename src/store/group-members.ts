/** Table group_members: who is in which group. Everybody is in the built-in one, by a row like any other. */
import type { User } from '../domain/user.ts'
import { limits } from '../platform/limits.ts'
import { readAll, readFirst } from './database.ts'
import { userColumns, userFromRow, type UserRow } from './users.ts'

/** Whether a user cannot come into a group, being in as many others as one can be. */
export async function isKeptOut(db: D1Database, groupId: string, userId: string): Promise<boolean> {
  const statement = db.prepare(
    `SELECT count(*) AS groups, coalesce(max(group_id = ?1), 0) AS member FROM group_members WHERE user_id = ?2`,
  )
  const row = await readFirst<{ groups: number; member: number }>(statement.bind(groupId, userId))
  return row !== null && row.member === 0 && row.groups >= limits.groupsOfUserMax
}

/** A page in the order of ids. */
export async function listMembers(
  db: D1Database,
  groupId: string,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly User[]> {
  const statement = db.prepare(
    `SELECT ${userColumns} FROM group_members m JOIN users u ON u.id = m.user_id
     WHERE m.group_id = ?1 AND m.user_id > ?2 ORDER BY m.user_id LIMIT ?3`,
  )
  return (await readAll<UserRow>(statement.bind(groupId, page.after, page.limit))).map(userFromRow)
}

/**
 * Changes nothing for a member, and for a user who is in as many groups as one can be. A group or user that is gone
 * is a ForeignKeyViolation.
 */
export const insertMember = (
  db: D1Database,
  groupId: string,
  userId: string,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO group_members (group_id, user_id, created) SELECT ?1, ?2, ?3
       WHERE (SELECT count(*) FROM group_members WHERE user_id = ?2) < ?4 ON CONFLICT DO NOTHING`,
    )
    .bind(groupId, userId, now, limits.groupsOfUserMax)

export const deleteMember = (
  db: D1Database,
  groupId: string,
  userId: string,
): D1PreparedStatement =>
  db.prepare('DELETE FROM group_members WHERE group_id = ?1 AND user_id = ?2').bind(groupId, userId)

/** Stands behind a change of the members, and counts nothing when that changed nothing. */
export const touchMembership = (
  db: D1Database,
  groupId: string,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE groups SET last_membership_updated = ?2, version = version + 1 WHERE id = ?1 AND changes() > 0`,
    )
    .bind(groupId, now)
