/**
 * Table users. Every write to a user, their credentials or their roles counts in the user's version, so that a write
 * which was decided on what was read, the caller's right to it included, holds only if nobody wrote since.
 */
import { isHiddenFromSelf } from '../domain/profile-schema.ts'
import { loginKey, loginReservedUntil, type GuardedUser, type User } from '../domain/user.ts'
import type { AttributeKind, ProfileValues } from '../domain/user-profile.ts'
import { STATUSES_IN_USE, type UserStatus } from '../domain/user-status.ts'
import { json, readAll, readBatch, readFirst } from './database.ts'
import { customAttributes, kindOf } from './profile-attributes.ts'
import { forgetAttributes, indexAttributes } from './user-attributes.ts'

/** Of `users u`, whatever else is joined. */
export const userColumns = `u.id, u.login, u.status, u.profile, u.created, u.last_updated, u.activated,
  u.status_changed, u.last_login, u.password_changed, u.version,
  EXISTS (SELECT 1 FROM user_credentials c WHERE c.user_id = u.id AND c.password_hash IS NOT NULL) AS has_password,
  (SELECT c.recovery_question FROM user_credentials c WHERE c.user_id = u.id) AS recovery_question`

const IN_USE = STATUSES_IN_USE.map((status) => `'${status}'`).join(', ')

const isSuperAdmin = (userId: string): string =>
  `EXISTS (SELECT 1 FROM role_assignments r WHERE r.principal_type = 'USER' AND r.principal_id = ${userId}
  AND r.role = 'SUPER_ADMIN')`

/** Whether somebody else is left who can do everything. */
export const otherSuperAdmin = (userId: string): string =>
  `EXISTS (SELECT 1 FROM role_assignments r JOIN users o ON o.id = r.principal_id
  WHERE r.principal_type = 'USER' AND r.role = 'SUPER_ADMIN' AND r.principal_id <> ${userId}
  AND o.status IN (${IN_USE}))`

const guardedColumns = `${userColumns},
  EXISTS (SELECT 1 FROM role_assignments r WHERE r.principal_type = 'USER' AND r.principal_id = u.id) AS is_privileged,
  (${isSuperAdmin('u.id')} AND NOT ${otherSuperAdmin('u.id')}) AS is_last_super_admin`

export interface UserRow {
  id: string
  login: string
  status: UserStatus
  profile: string
  created: number
  last_updated: number
  activated: number | null
  status_changed: number | null
  last_login: number | null
  password_changed: number | null
  version: number
  has_password: number
  recovery_question: string | null
}

interface GuardedRow extends UserRow {
  is_privileged: number
  is_last_super_admin: number
}

export const userFromRow = (row: UserRow): User => ({
  id: row.id,
  login: row.login,
  status: row.status,
  profile: json<ProfileValues>(row.profile),
  hasPassword: row.has_password === 1,
  recoveryQuestion: row.recovery_question,
  created: row.created,
  lastUpdated: row.last_updated,
  activated: row.activated,
  statusChanged: row.status_changed,
  lastLogin: row.last_login,
  passwordChanged: row.password_changed,
  version: row.version,
})

/** Null: nobody has it. */
export async function userIdOfLogin(db: D1Database, login: string): Promise<string | null> {
  const statement = db.prepare('SELECT id FROM users WHERE login = ?1').bind(loginKey(login))
  return (await readFirst<{ id: string }>(statement))?.id ?? null
}

/** That a user signed in, which is no change of the user. */
export const touchLogin = (db: D1Database, userId: string, now: number): D1PreparedStatement =>
  db.prepare('UPDATE users SET last_login = ?2 WHERE id = ?1').bind(userId, now)

/**
 * The user that a path means: by id, by login, or by what stands before the `@` of a login if it is the only one of
 * that kind.
 */
export async function findUser(db: D1Database, name: string): Promise<GuardedUser | null> {
  const login = loginKey(name)
  const select = `SELECT ${guardedColumns} FROM users u WHERE`
  const results = await readBatch(db, [
    db.prepare(`${select} u.id = ?1`).bind(name),
    db.prepare(`${select} u.login = ?1`).bind(login),
    db
      .prepare(`${select} u.login > ?1 AND u.login < ?2 LIMIT 2`)
      .bind(`${login}@`, `${login}@\u{10ffff}`),
  ])
  const [byId, byLogin, byShortname] = results.map(
    ({ results: rows }) => rows as unknown as GuardedRow[],
  )
  const row = byId?.[0] ?? byLogin?.[0] ?? (byShortname?.length === 1 ? byShortname[0] : undefined)
  if (row === undefined) return null
  return {
    ...userFromRow(row),
    isPrivileged: row.is_privileged === 1,
    isLastSuperAdmin: row.is_last_super_admin === 1,
  }
}

/** A user by id, as they may see themselves: without the attributes that the schema hides from them. */
export async function readOwnUser(db: D1Database, userId: string): Promise<User | null> {
  const select = db.prepare(`SELECT ${userColumns} FROM users u WHERE u.id = ?1`).bind(userId)
  const [row, attributes] = await Promise.all([readFirst<UserRow>(select), customAttributes(db)])
  if (row === null) return null
  const user = userFromRow(row)
  const hidden = new Set(
    attributes.filter(({ definition }) => isHiddenFromSelf(definition)).map(({ name }) => name),
  )
  const shown = Object.entries(user.profile).filter(([name]) => !hidden.has(name))
  return { ...user, profile: Object.fromEntries(shown) }
}

/** Which of some ids are groups that people can be put into. */
export async function openGroups(
  db: D1Database,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const statement = db.prepare(
    `SELECT g.id FROM json_each(?1) j JOIN groups g ON g.id = j.value WHERE g.type = 'OKTA_GROUP'`,
  )
  const rows = await readAll<{ id: string }>(statement.bind(JSON.stringify(ids)))
  return new Set(rows.map(({ id }) => id))
}

export type NewUser = Omit<User, 'hasPassword' | 'recoveryQuestion' | 'lastLogin' | 'version'>

/** What must still be so of the profile's custom attributes: their names with their kinds. */
type CustomKinds = Readonly<Record<string, AttributeKind>>

const stillDefined = (place: string): string =>
  `(SELECT count(*) FROM json_each(${place}) j JOIN profile_attributes p ON p.name = j.key
  AND ${kindOf('p.definition')} = j.value) = (SELECT count(*) FROM json_each(${place}))`

/** Inserts nobody while the login is reserved, one of the groups is none, or an attribute is no longer defined. */
export const insertUser = (
  db: D1Database,
  user: NewUser,
  groupIds: readonly string[] = [],
  kinds: CustomKinds = {},
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO users (id, login, status, profile, created, last_updated, activated, status_changed,
       password_changed) SELECT ?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8
       WHERE NOT EXISTS (SELECT 1 FROM reserved_logins WHERE login = ?2 AND until > ?5)
       AND (SELECT count(*) FROM json_each(?9) j JOIN groups g ON g.id = j.value WHERE g.type = 'OKTA_GROUP')
       = json_array_length(?9) AND ${stillDefined('?10')}`,
    )
    .bind(
      user.id,
      user.login,
      user.status,
      JSON.stringify(user.profile),
      user.created,
      user.activated,
      user.statusChanged,
      user.passwordChanged,
      JSON.stringify(groupIds),
      JSON.stringify(kinds),
    )

/** What follows {@link insertUser} in its batch: the index of the profile, membership in Everyone and in the groups. */
export const settleUser = (
  db: D1Database,
  userId: string,
  now: number,
  groupIds: readonly string[] = [],
): readonly D1PreparedStatement[] => [
  indexAttributes(db, userId),
  db
    .prepare(
      `INSERT INTO group_members (group_id, user_id, created)
       SELECT g.id, u.id, ?2 FROM users u JOIN groups g ON g.name = 'Everyone' WHERE u.id = ?1 AND g.type = 'BUILT_IN'
       UNION SELECT g.id, u.id, ?2 FROM users u, json_each(?3) j JOIN groups g ON g.id = j.value WHERE u.id = ?1`,
    )
    .bind(userId, now, JSON.stringify(groupIds)),
  db
    .prepare(
      `UPDATE groups SET last_membership_updated = ?2
       WHERE id IN (SELECT group_id FROM group_members WHERE user_id = ?1)`,
    )
    .bind(userId, now),
]

/** What an administrative write can change of the row. */
export type UserFields = Pick<
  User,
  'login' | 'status' | 'profile' | 'activated' | 'statusChanged' | 'passwordChanged'
>

export interface AtVersion {
  readonly id: string
  readonly version: number
}

/**
 * Changes nothing unless the user still has the version it was read with, the login is free, the custom attributes
 * are still defined, and somebody else is left who can do everything if this one no longer can.
 */
export const updateUserAt = (
  db: D1Database,
  { id, version }: AtVersion,
  fields: UserFields,
  now: number,
  kinds: CustomKinds = {},
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE users SET login = ?3, status = ?4, profile = ?5, activated = ?6, status_changed = ?7,
       password_changed = ?8, last_updated = ?9, version = version + 1 WHERE id = ?1 AND version = ?2
       AND NOT EXISTS (SELECT 1 FROM reserved_logins WHERE login = ?3 AND until > ?9 AND user_id <> ?1)
       AND ${stillDefined('?10')}
       AND (?4 IN (${IN_USE}) OR NOT ${isSuperAdmin('?1')} OR ${otherSuperAdmin('?1')})`,
    )
    .bind(
      id,
      version,
      fields.login,
      fields.status,
      JSON.stringify(fields.profile),
      fields.activated,
      fields.statusChanged,
      fields.passwordChanged,
      now,
      JSON.stringify(kinds),
    )

/** Follows a change of the profile. Where nothing changed, the index is made of what is there. */
export const reindexUser = (db: D1Database, userId: string): readonly D1PreparedStatement[] => [
  forgetAttributes(db, userId),
  indexAttributes(db, userId),
]

/** Stands right behind the change that gives a login up, and reserves nothing when that changed nothing. */
export const reserveLogin = (
  db: D1Database,
  login: string,
  userId: string,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO reserved_logins (login, until, user_id) SELECT ?1, ?2, ?3 WHERE changes() > 0
       ON CONFLICT (login) DO UPDATE SET until = ?2, user_id = ?3`,
    )
    .bind(login, loginReservedUntil(now), userId)

export const forgetReservations = (db: D1Database, now: number): D1PreparedStatement =>
  db.prepare('DELETE FROM reserved_logins WHERE until <= ?1').bind(now)

export const deleteUserAt = (db: D1Database, { id, version }: AtVersion): D1PreparedStatement =>
  db
    .prepare(`DELETE FROM users WHERE id = ?1 AND version = ?2 AND status = 'DEPROVISIONED'`)
    .bind(id, version)

/** Stands behind a write to something that hangs on the user, and counts nothing when that changed nothing. */
export const bumpUser = (db: D1Database, id: string): D1PreparedStatement =>
  db.prepare('UPDATE users SET version = version + 1 WHERE id = ?1 AND changes() > 0').bind(id)

/** Whether somebody has a login, or it is reserved for somebody else than a user. */
export async function isLoginTaken(
  db: D1Database,
  login: string,
  userId: string | null,
  now: number,
): Promise<boolean> {
  const results = await readBatch(db, [
    db.prepare('SELECT id FROM users WHERE login = ?1 AND id <> ?2').bind(login, userId ?? ''),
    db
      .prepare(
        'SELECT login FROM reserved_logins WHERE login = ?1 AND until > ?2 AND user_id <> ?3',
      )
      .bind(login, now, userId ?? ''),
  ])
  return results.some(({ results: rows }) => rows.length > 0)
}
