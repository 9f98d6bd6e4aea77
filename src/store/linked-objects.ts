/** Tables linked_object_definitions and linked_objects: relations between users, and who is linked to whom. */
import type { LinkedObjectDefinition } from '../domain/linked-object.ts'
import type { ProfileValues } from '../domain/user-profile.ts'
import { limits } from '../platform/limits.ts'
import { json, readAll } from './database.ts'
import type { AtVersion } from './users.ts'

/** All of them; there are few. */
export async function linkedObjectDefinitions(
  db: D1Database,
): Promise<readonly LinkedObjectDefinition[]> {
  const rows = await readAll<{ definition: string }>(
    db.prepare('SELECT definition FROM linked_object_definitions ORDER BY primary_name'),
  )
  return rows.map(({ definition }) => json<LinkedObjectDefinition>(definition))
}

/** Inserts nothing when one of the names is taken, on either side, or when there are as many as there may be. */
export const insertLinkedObjectDefinition = (
  db: D1Database,
  definition: LinkedObjectDefinition,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO linked_object_definitions (primary_name, associated_name, definition, created)
       SELECT ?1, ?2, ?3, ?4 WHERE (SELECT count(*) FROM linked_object_definitions) < ?5
       AND NOT EXISTS (SELECT 1 FROM linked_object_definitions
       WHERE primary_name IN (?1, ?2) OR associated_name IN (?1, ?2))`,
    )
    .bind(
      definition.primary.name,
      definition.associated.name,
      JSON.stringify(definition),
      now,
      limits.linkedObjectDefinitionsMax,
    )

/** Takes its links along. */
export const deleteLinkedObjectDefinition = (
  db: D1Database,
  primaryName: string,
): D1PreparedStatement =>
  db.prepare('DELETE FROM linked_object_definitions WHERE primary_name = ?1').bind(primaryName)

/** The primary of a user in a relation; null: the user has none. */
export async function primaryOf(
  db: D1Database,
  userId: string,
  primaryName: string,
): Promise<string | null> {
  const statement = db.prepare(
    'SELECT primary_user_id AS id FROM linked_objects WHERE associated_user_id = ?1 AND primary_name = ?2',
  )
  const [row] = await readAll<{ id: string }>(statement.bind(userId, primaryName))
  return row?.id ?? null
}

/** The profile of each primary of a user, with the name of the relation. */
export const selectPrimaries = (db: D1Database, userId: string): D1PreparedStatement =>
  db
    .prepare(
      `SELECT l.primary_name AS name, p.profile FROM linked_objects l JOIN users p ON p.id = l.primary_user_id
       WHERE l.associated_user_id = ?1`,
    )
    .bind(userId)

export function primariesFromResult(
  result: D1Result | undefined,
): Readonly<Record<string, ProfileValues>> {
  const rows = (result?.results ?? []) as { name: string; profile: string }[]
  return Object.fromEntries(rows.map(({ name, profile }) => [name, json<ProfileValues>(profile)]))
}

/** A page of the users whose primary somebody is in a relation, in the order of ids. */
export async function associatedWith(
  db: D1Database,
  userId: string,
  primaryName: string,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly { readonly id: string }[]> {
  const statement = db.prepare(
    `SELECT associated_user_id AS id FROM linked_objects
     WHERE primary_user_id = ?1 AND primary_name = ?2 AND associated_user_id > ?3
     ORDER BY associated_user_id LIMIT ?4`,
  )
  return readAll(statement.bind(userId, primaryName, page.after, page.limit))
}

const atVersion = `EXISTS (SELECT 1 FROM users WHERE id = ?1 AND version = ?2)`

/** Takes the place of another primary. Changes nothing unless the associated user has the version it was read with. */
export const saveLinkAt = (
  db: D1Database,
  { id, version }: AtVersion,
  primaryName: string,
  primaryUserId: string,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO linked_objects (associated_user_id, primary_name, primary_user_id, created)
       SELECT ?1, ?3, ?4, ?5 WHERE ${atVersion}
       ON CONFLICT (associated_user_id, primary_name) DO UPDATE
       SET primary_user_id = excluded.primary_user_id, created = excluded.created`,
    )
    .bind(id, version, primaryName, primaryUserId, now)

/** Changes nothing unless there is a link, and the associated user has the version it was read with. */
export const deleteLinkAt = (
  db: D1Database,
  { id, version }: AtVersion,
  primaryName: string,
): D1PreparedStatement =>
  db
    .prepare(
      `DELETE FROM linked_objects WHERE associated_user_id = ?1 AND primary_name = ?3 AND ${atVersion}`,
    )
    .bind(id, version, primaryName)
