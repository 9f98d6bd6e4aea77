/** Table groups. */
import type { Group, GroupType } from '../domain/group.ts'
import { readAll, readFirst } from './database.ts'

export const groupColumns =
  'g.id, g.type, g.name, g.description, g.created, g.last_updated, g.last_membership_updated'

export interface GroupRow {
  id: string
  type: GroupType
  name: string
  description: string | null
  created: number
  last_updated: number
  last_membership_updated: number | null
}

export const groupFromRow = (row: GroupRow): Group => ({
  id: row.id,
  type: row.type,
  name: row.name,
  description: row.description,
  created: row.created,
  lastUpdated: row.last_updated,
  lastMembershipUpdated: row.last_membership_updated,
})

export async function findGroup(db: D1Database, id: string): Promise<Group | null> {
  const statement = db.prepare(`SELECT ${groupColumns} FROM groups g WHERE g.id = ?1`)
  const row = await readFirst<GroupRow>(statement.bind(id))
  return row === null ? null : groupFromRow(row)
}

/** A page in id order. */
export async function listGroups(
  db: D1Database,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly Group[]> {
  const statement = db.prepare(
    `SELECT ${groupColumns} FROM groups g WHERE g.id > ?1 ORDER BY g.id LIMIT ?2`,
  )
  return (await readAll<GroupRow>(statement.bind(page.after, page.limit))).map(groupFromRow)
}

/** Groups whose names begin with a text, upper and lower case alike, in the order of the names. */
export async function groupsNamed(
  db: D1Database,
  beginning: string,
  limit: number,
): Promise<readonly Group[]> {
  const statement = db.prepare(
    `SELECT ${groupColumns} FROM groups g
     WHERE g.name >= ?1 COLLATE NOCASE AND g.name < ?1 || char(1114111) COLLATE NOCASE
     ORDER BY g.name COLLATE NOCASE, g.id LIMIT ?2`,
  )
  return (await readAll<GroupRow>(statement.bind(beginning, limit))).map(groupFromRow)
}

/** Every group of a user. */
export async function groupsOfUser(db: D1Database, userId: string): Promise<readonly Group[]> {
  const statement = db.prepare(
    `SELECT ${groupColumns} FROM group_members m JOIN groups g ON g.id = m.group_id WHERE m.user_id = ?1 ORDER BY g.id`,
  )
  return (await readAll<GroupRow>(statement.bind(userId))).map(groupFromRow)
}

export interface GroupStatistics {
  readonly users: number
  readonly apps: number
}

/** How many users and apps each of some groups has. All members of a group are counted for it. */
export async function groupStatistics(
  db: D1Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, GroupStatistics>> {
  const statement = db.prepare(
    `SELECT value AS id, (SELECT count(*) FROM group_members WHERE group_id = value) AS users,
     (SELECT count(*) FROM app_groups WHERE group_id = value) AS apps FROM json_each(?1)`,
  )
  const rows = await readAll<{ id: string } & GroupStatistics>(statement.bind(JSON.stringify(ids)))
  return new Map(rows.map(({ id, users, apps }) => [id, { users, apps }]))
}

export const insertGroup = (db: D1Database, group: Group): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO groups (id, type, name, description, created, last_updated, last_membership_updated)
       VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5)`,
    )
    .bind(group.id, group.type, group.name, group.description, group.created)

export const updateGroup = (
  db: D1Database,
  group: Pick<Group, 'id' | 'name' | 'description'>,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE groups SET name = ?2, description = ?3, last_updated = ?4, version = version + 1
       WHERE id = ?1 AND type = 'OKTA_GROUP'`,
    )
    .bind(group.id, group.name, group.description, now)

export const deleteGroup = (db: D1Database, id: string): D1PreparedStatement =>
  db.prepare(`DELETE FROM groups WHERE id = ?1 AND type = 'OKTA_GROUP'`).bind(id)
