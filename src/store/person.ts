/**
 * What a user's object knows of its user, in one round trip: the user, what proves them, their groups, whom they are
 * linked to, and what they have of the app that is asked about.
 */
import type { Assignment, GroupOfPerson, Person } from '../domain/person.ts'
import type { AskedApp } from '../domain/subjects.ts'
import type { ProfileValues } from '../domain/user-profile.ts'
import type { UserStatus } from '../domain/user-status.ts'
import { assignmentFromResult, selectAssignment, type StoredAssignment } from './app-users.ts'
import { json, readBatch } from './database.ts'
import { primariesFromResult, selectPrimaries } from './linked-objects.ts'

export interface StoredPerson {
  readonly person: Person
  readonly login: string
  readonly passwordHash: string | null
}

export interface PersonRead {
  readonly user: StoredPerson
  /** Null: the user does not have the app, or no app was asked about. */
  readonly assignment: StoredAssignment | null
}

interface UserRow {
  login: string
  status: UserStatus
  profile: string
  last_updated: number
  password_hash: string | null
}

/** Null when there is no such user. */
export async function readPerson(
  db: D1Database,
  userId: string,
  appId: string | null,
): Promise<PersonRead | null> {
  const [users, groups, primaries, assignment] = await readBatch(db, [
    db
      .prepare(
        `SELECT u.login, u.status, u.profile, u.last_updated, c.password_hash FROM users u
         LEFT JOIN user_credentials c ON c.user_id = u.id WHERE u.id = ?1`,
      )
      .bind(userId),
    db
      .prepare(
        `SELECT g.id, g.name, g.description, g.type FROM group_members m JOIN groups g ON g.id = m.group_id
         WHERE m.user_id = ?1 ORDER BY m.group_id`,
      )
      .bind(userId),
    selectPrimaries(db, userId),
    ...(appId === null ? [] : [selectAssignment(db, appId, userId)]),
  ])
  const user = users?.results[0] as UserRow | undefined
  if (user === undefined) return null
  const groupsOfPerson = (groups?.results ?? []) as unknown as readonly GroupOfPerson[]
  return {
    user: {
      person: {
        id: userId,
        status: user.status,
        profile: json<ProfileValues>(user.profile),
        groupIds: groupsOfPerson.map(({ id }) => id),
        groups: groupsOfPerson,
        linked: primariesFromResult(primaries),
        lastUpdated: user.last_updated,
      },
      login: user.login,
      passwordHash: user.password_hash,
    },
    assignment: assignmentFromResult(assignment),
  }
}

/** The assignment of an app as it is known, if the user has the app. */
export function assignmentOf(
  { person, login }: StoredPerson,
  stored: StoredAssignment | null,
  { isImplicit }: AskedApp,
): Assignment | null {
  if (stored === null && !isImplicit) return null
  const userName = stored?.userName ?? person.profile['login'] ?? login
  return { userName: String(userName), profile: stored?.profile ?? {} }
}
