/** Table app_users, and who has an app through app_groups: pages in the order of the users' ids. */
import type { AssignmentProfile } from '../domain/app-group.ts'
import type { AppUser, AppUserUpdate } from '../domain/app-user.ts'
import type { User } from '../domain/user.ts'
import { json, readAll } from './database.ts'
import { userColumns, userFromRow, type UserRow } from './users.ts'

/** An assignment with its user. */
export interface AssignedUser extends AppUser {
  readonly user: User
}

interface AppUserRow extends UserRow {
  app_id: string
  is_direct: 0 | 1
  group_id: string | null
  user_name: string | null
  assignment_profile: string
  assignment_created: number
  assignment_last_updated: number
}

const fromRow = (row: AppUserRow): AssignedUser => ({
  appId: row.app_id,
  userId: row.id,
  scope: row.is_direct === 1 ? 'USER' : 'GROUP',
  groupId: row.group_id,
  userName: row.user_name,
  profile: json<AssignmentProfile>(row.assignment_profile),
  created: row.assignment_created,
  lastUpdated: row.assignment_last_updated,
  user: userFromRow(row),
})

/** The group of the lowest priority through which a user has an app. */
const groupOf = (appId: string, userId: string): string =>
  `(SELECT a.group_id FROM app_groups a JOIN group_members m ON m.group_id = a.group_id AND m.user_id = ${userId}
    WHERE a.app_id = ${appId} ORDER BY a.priority, a.group_id LIMIT 1)`

/** What a user has of an app, one by one or through a group. */
export interface StoredAssignment {
  /** Null: as the user's profile calls the user. */
  readonly userName: string | null
  readonly profile: AssignmentProfile
}

interface AssignmentRow {
  user_name: string | null
  /** Null: the user does not have the app. */
  profile: string | null
}

/** One row, whether or not the user has the app. */
export const selectAssignment = (
  db: D1Database,
  appId: string,
  userId: string,
): D1PreparedStatement =>
  db
    .prepare(
      `SELECT x.user_name, coalesce(x.profile,
         (SELECT profile FROM app_groups WHERE app_id = ?1 AND group_id = ${groupOf('?1', '?2')})) AS profile
       FROM (SELECT 1) LEFT JOIN app_users x ON x.app_id = ?1 AND x.user_id = ?2`,
    )
    .bind(appId, userId)

export function assignmentFromResult(result: D1Result | undefined): StoredAssignment | null {
  const row = result?.results[0] as AssignmentRow | undefined
  if (row?.profile == null) return null
  return { userName: row.user_name, profile: json<AssignmentProfile>(row.profile) }
}

/** Assignments of the apps to the users that a query pairs, without those who turn out to have none. */
const assignmentsOf = (pairs: string): string =>
  `SELECT ${userColumns}, found_app AS app_id, x.user_id IS NOT NULL AS is_direct, g.group_id, x.user_name,
     coalesce(x.profile, g.profile) AS assignment_profile, coalesce(x.created, g.created) AS assignment_created,
     coalesce(x.last_updated, g.last_updated) AS assignment_last_updated
   FROM (${pairs}) JOIN users u ON u.id = found_user
   LEFT JOIN app_users x ON x.app_id = found_app AND x.user_id = u.id
   LEFT JOIN app_groups g ON g.app_id = found_app AND g.group_id = ${groupOf('found_app', 'u.id')}
   WHERE x.user_id IS NOT NULL OR g.group_id IS NOT NULL`

export async function findAppUser(
  db: D1Database,
  appId: string,
  userId: string,
): Promise<AssignedUser | null> {
  return (await assignmentsToUser(db, userId, [appId])).get(appId) ?? null
}

/** The assignments of some apps to one user, by the apps' ids. */
export async function assignmentsToUser(
  db: D1Database,
  userId: string,
  appIds: readonly string[],
): Promise<ReadonlyMap<string, AssignedUser>> {
  const statement = db.prepare(
    assignmentsOf('SELECT value AS found_app, ?2 AS found_user FROM json_each(?1)'),
  )
  const rows = await readAll<AppUserRow>(statement.bind(JSON.stringify(appIds), userId))
  return new Map(rows.map((row) => [row.app_id, fromRow(row)]))
}

/** A page of everybody who has an app. Of each of its groups no more members are read than the page holds. */
export async function listAppUsers(
  db: D1Database,
  appId: string,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly AssignedUser[]> {
  const few = (from: string): string =>
    `SELECT user_id FROM ${from} AND user_id > ?2 ORDER BY user_id LIMIT ?3`
  const members = `SELECT json_group_array(user_id) FROM (${few('group_members WHERE group_id = held.group_id')})`
  const statement = db.prepare(
    `${assignmentsOf(
      `SELECT ?1 AS found_app, user_id AS found_user FROM (SELECT user_id FROM (${few('app_users WHERE app_id = ?1')})
       UNION SELECT j.value FROM app_groups held, json_each((${members})) j WHERE held.app_id = ?1)
       ORDER BY user_id LIMIT ?3`,
    )} ORDER BY u.id`,
  )
  const rows = await readAll<AppUserRow>(statement.bind(appId, page.after, page.limit))
  return rows.map(fromRow)
}

/**
 * Assigns an app to a user, or replaces of the assignment what is given. With `onlyIf: 'assigned'` it changes nothing
 * for a user who has the app in no way; who had it through a group has it one by one from then on. An app or user that
 * is gone is a ForeignKeyViolation; nothing changes for a user who is deactivated.
 */
export const saveAppUser = (
  db: D1Database,
  { appId, userId }: Pick<AppUser, 'appId' | 'userId'>,
  { credentials, profile }: AppUserUpdate,
  now: number,
  onlyIf: 'assigned' | 'whatever',
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO app_users (app_id, user_id, user_name, profile, created, last_updated)
       SELECT ?1, ?2, ?3, coalesce(?4,
         (SELECT profile FROM app_groups WHERE app_id = ?1 AND group_id = ${groupOf('?1', '?2')}), '{}'), ?5, ?5
       WHERE (?6 = 'whatever' OR EXISTS (SELECT 1 FROM app_users WHERE app_id = ?1 AND user_id = ?2)
         OR ${groupOf('?1', '?2')} IS NOT NULL)
       AND NOT EXISTS (SELECT 1 FROM users WHERE id = ?2 AND status = 'DEPROVISIONED')
       ON CONFLICT (app_id, user_id) DO UPDATE SET user_name = coalesce(?3, user_name),
         profile = coalesce(?4, profile), last_updated = ?5`,
    )
    .bind(
      appId,
      userId,
      credentials?.userName ?? null,
      profile == null ? null : JSON.stringify(profile),
      now,
      onlyIf,
    )

export const deleteAppUser = (
  db: D1Database,
  { appId, userId }: Pick<AppUser, 'appId' | 'userId'>,
): D1PreparedStatement =>
  db.prepare('DELETE FROM app_users WHERE app_id = ?1 AND user_id = ?2').bind(appId, userId)
