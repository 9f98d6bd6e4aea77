/**
 * Table profile_attributes: the custom attributes of user profiles. A deleted one takes its values with it, some users
 * at a time, and goes once nobody has one.
 */
import type { AttributeDefinition } from '../domain/profile-schema.ts'
import { limits } from '../platform/limits.ts'
import { json, readAll } from './database.ts'

export interface CustomAttribute {
  readonly name: string
  readonly definition: AttributeDefinition
  readonly created: number
  readonly lastUpdated: number
}

interface AttributeRow {
  name: string
  definition: string
  created: number
  last_updated: number
}

export async function customAttributes(db: D1Database): Promise<readonly CustomAttribute[]> {
  const rows = await readAll<AttributeRow>(
    db.prepare(
      `SELECT name, definition, created, last_updated FROM profile_attributes ORDER BY name`,
    ),
  )
  return rows.map((row) => ({
    name: row.name,
    definition: json<AttributeDefinition>(row.definition),
    created: row.created,
    lastUpdated: row.last_updated,
  }))
}

/** An `AttributeKind` of a stored definition, as SQL. */
export const kindOf = (definition: string): string =>
  `coalesce(${definition} ->> '$.type', '') || ':' || coalesce(${definition} ->> '$.items.type', '')`

/**
 * Adds and replaces attributes, each as a whole. Changes nothing when one of them has come to be of another type or of
 * a name that differs by case only, or when there would be too many.
 */
export const saveAttributes = (
  db: D1Database,
  attributes: Readonly<Record<string, AttributeDefinition>>,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO profile_attributes (name, definition, created, last_updated)
       SELECT key, value, ?2, ?2 FROM json_each(?1)
       WHERE NOT EXISTS (SELECT 1 FROM profile_attributes, json_each(?1) j WHERE lower(name) = lower(j.key)
         AND (name <> j.key OR ${kindOf('definition')} <> ${kindOf('j.value')}))
       AND (SELECT count(*) FROM profile_attributes WHERE name NOT IN (SELECT key FROM json_each(?1)))
         + (SELECT count(*) FROM json_each(?1)) <= ?3
       ON CONFLICT (name) DO UPDATE SET definition = excluded.definition, last_updated = excluded.last_updated`,
    )
    .bind(JSON.stringify(attributes), now, limits.profileAttributesMax)

/** Some of those who have a value, the same ones for every statement of a batch until their values are gone. */
export const someHolders = (name: string): string =>
  `SELECT user_id FROM user_attributes WHERE attribute = ${name} ORDER BY value, user_id
   LIMIT ${limits.attributeValuesRemovedMax}`

/** Takes the values of an attribute from some users; the last statement changes nothing when nobody has one. */
export const forgetValues = (
  db: D1Database,
  name: string,
  now: number,
): readonly D1PreparedStatement[] => [
  db
    .prepare(
      `UPDATE users SET profile = json_remove(profile, '$."' || ?1 || '"'), last_updated = ?2, version = version + 1
       WHERE id IN (${someHolders('?1')})`,
    )
    .bind(name, now),
  db
    .prepare(
      `DELETE FROM user_attributes WHERE attribute = ?1 AND user_id IN (${someHolders('?1')})`,
    )
    .bind(name),
]

/** Changes nothing as long as somebody has a value. */
export const deleteAttribute = (db: D1Database, name: string): D1PreparedStatement =>
  db
    .prepare(
      `DELETE FROM profile_attributes WHERE name = ?1
       AND NOT EXISTS (SELECT 1 FROM user_attributes WHERE attribute = ?1)`,
    )
    .bind(name)
