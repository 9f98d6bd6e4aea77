/** Table profile_attributes: the custom attributes of user profiles. A deleted one takes its values with it. */
import type { AttributeDefinition } from '../domain/profile-schema.ts'
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
