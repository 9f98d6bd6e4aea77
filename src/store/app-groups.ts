/** Table app_groups: which groups an app is assigned to. Priorities shift in the batch that writes. */
import type { AppGroup, AssignmentProfile } from '../domain/app-group.ts'
import type { Group } from '../domain/group.ts'
import { limits } from '../platform/limits.ts'
import { json, readAll, readFirst } from './database.ts'
import { groupColumns, groupFromRow, type GroupRow } from './groups.ts'

const columns = `x.app_id, x.group_id, x.priority, x.profile AS assignment_profile, x.created AS assignment_created,
  x.last_updated AS assignment_last_updated`

interface AppGroupRow {
  app_id: string
  group_id: string
  priority: number
  assignment_profile: string
  assignment_created: number
  assignment_last_updated: number
}

const fromRow = (row: AppGroupRow): AppGroup => ({
  appId: row.app_id,
  groupId: row.group_id,
  priority: row.priority,
  profile: json<AssignmentProfile>(row.assignment_profile),
  created: row.assignment_created,
  lastUpdated: row.assignment_last_updated,
})

export async function findAppGroup(
  db: D1Database,
  appId: string,
  groupId: string,
): Promise<AppGroup | null> {
  const statement = db.prepare(
    `SELECT ${columns} FROM app_groups x WHERE x.app_id = ?1 AND x.group_id = ?2`,
  )
  const row = await readFirst<AppGroupRow>(statement.bind(appId, groupId))
  return row === null ? null : fromRow(row)
}

/** An assignment with its group. */
export interface AssignedGroup extends AppGroup {
  readonly group: Group
}

/** A page in the order of the groups' ids. */
export async function listAppGroups(
  db: D1Database,
  appId: string,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly AssignedGroup[]> {
  const statement = db.prepare(
    `SELECT ${columns}, ${groupColumns} FROM app_groups x JOIN groups g ON g.id = x.group_id
     WHERE x.app_id = ?1 AND x.group_id > ?2 ORDER BY x.group_id LIMIT ?3`,
  )
  const rows = await readAll<AppGroupRow & GroupRow>(statement.bind(appId, page.after, page.limit))
  return rows.map((row) => ({ ...fromRow(row), group: groupFromRow(row) }))
}

/**
 * Assigns a group, behind all others unless a priority is given, or replaces the assignment. Changes nothing for a new
 * group of an app that has as many as it can. An app or group that is gone is a ForeignKeyViolation.
 */
export const saveAppGroup = (
  db: D1Database,
  { appId, groupId, profile, lastUpdated }: Omit<AppGroup, 'priority' | 'created'>,
  priority: number | null,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO app_groups (app_id, group_id, priority, profile, created, last_updated)
       SELECT ?1, ?2, coalesce(?3, (SELECT max(priority) + 1 FROM app_groups WHERE app_id = ?1), 0), ?4, ?5, ?5
       WHERE (SELECT count(*) FROM app_groups WHERE app_id = ?1 AND group_id <> ?2) < ?6
       ON CONFLICT DO UPDATE SET priority = coalesce(?3, priority), profile = excluded.profile, last_updated = ?5`,
    )
    .bind(appId, groupId, priority, JSON.stringify(profile), lastUpdated, limits.groupsPerAppMax)

/** Changes nothing unless the assignment still says what was read of it. */
export const updateAppGroupAsRead = (
  db: D1Database,
  read: AppGroup,
  { priority, profile }: Pick<AppGroup, 'priority' | 'profile'>,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE app_groups SET priority = ?5, profile = ?6, last_updated = ?7
       WHERE app_id = ?1 AND group_id = ?2 AND priority = ?3 AND profile = ?4`,
    )
    .bind(
      read.appId,
      read.groupId,
      read.priority,
      JSON.stringify(read.profile),
      priority,
      JSON.stringify(profile),
      now,
    )

/** Makes room at a priority as `shiftPolicies` does: no two groups of an app have the same. */
export const shiftAppGroups = (
  db: D1Database,
  { appId, groupId }: Pick<AppGroup, 'appId' | 'groupId'>,
  priority: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE app_groups SET priority = priority + 1 WHERE app_id = ?1 AND group_id <> ?2 AND priority >= ?3
       AND EXISTS (SELECT 1 FROM app_groups WHERE app_id = ?1 AND group_id <> ?2 AND priority = ?3)
       AND EXISTS (SELECT 1 FROM app_groups WHERE app_id = ?1 AND group_id = ?2 AND priority = ?3)`,
    )
    .bind(appId, groupId, priority)

export const deleteAppGroup = (
  db: D1Database,
  appId: string,
  groupId: string,
): D1PreparedStatement =>
  db.prepare('DELETE FROM app_groups WHERE app_id = ?1 AND group_id = ?2').bind(appId, groupId)
