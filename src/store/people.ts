/** Which of some users and groups do not exist. */
import { readBatch } from './database.ts'

export interface PeopleIds {
  readonly users: readonly string[]
  readonly groups: readonly string[]
}

const missing = (db: D1Database, table: keyof PeopleIds, ids: readonly string[]) =>
  db
    .prepare(
      `SELECT j.value AS id FROM json_each(?1) j WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE id = j.value)`,
    )
    .bind(JSON.stringify(ids))

/** One round trip. */
export async function unknownPeople(
  db: D1Database,
  { users, groups }: PeopleIds,
): Promise<PeopleIds> {
  const results = await readBatch(db, [missing(db, 'users', users), missing(db, 'groups', groups)])
  const [unknownUsers, unknownGroups] = results.map((result) =>
    (result.results as { id: string }[]).map(({ id }) => id),
  )
  return { users: unknownUsers ?? [], groups: unknownGroups ?? [] }
}
