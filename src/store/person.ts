/**
 * What a user's object keeps of its user, in one round trip: the user, what proves them, their groups, and the apps
 * that they have one by one or through a group.
 */
import type { Person } from '../domain/person.ts'
import type { ProfileValues } from '../domain/user-profile.ts'
import type { UserStatus } from '../domain/user-status.ts'
import { json, readBatch } from './database.ts'

export interface StoredPerson {
  readonly person: Person
  readonly login: string
  readonly passwordHash: string | null
  /** How each app that the user has calls the user; null: as the user's profile does. */
  readonly apps: ReadonlyMap<string, string | null>
}

interface UserRow {
  login: string
  status: UserStatus
  profile: string
  last_updated: number
  password_hash: string | null
}

interface AppRow {
  app_id: string
  user_name: string | null
}

/** Null when there is no such user. */
export async function readPerson(db: D1Database, userId: string): Promise<StoredPerson | null> {
  const [users, groups, throughGroups, direct] = await readBatch(db, [
    db
      .prepare(
        `SELECT u.login, u.status, u.profile, u.last_updated, c.password_hash FROM users u
         LEFT JOIN user_credentials c ON c.user_id = u.id WHERE u.id = ?1`,
      )
      .bind(userId),
    db
      .prepare('SELECT group_id FROM group_members WHERE user_id = ?1 ORDER BY group_id')
      .bind(userId),
    db
      .prepare(
        `SELECT DISTINCT a.app_id, NULL AS user_name FROM group_members m
         JOIN app_groups a ON a.group_id = m.group_id WHERE m.user_id = ?1`,
      )
      .bind(userId),
    db.prepare('SELECT app_id, user_name FROM app_users WHERE user_id = ?1').bind(userId),
  ])
  const user = users?.results[0] as UserRow | undefined
  if (user === undefined) return null
  const groupIds = ((groups?.results ?? []) as { group_id: string }[]).map((row) => row.group_id)
  const apps = [...(throughGroups?.results ?? []), ...(direct?.results ?? [])] as AppRow[]
  return {
    person: {
      id: userId,
      status: user.status,
      profile: json<ProfileValues>(user.profile),
      groupIds,
      lastUpdated: user.last_updated,
    },
    login: user.login,
    passwordHash: user.password_hash,
    // What is assigned one by one comes last, and counts.
    apps: new Map(apps.map((row) => [row.app_id, row.user_name])),
  }
}
