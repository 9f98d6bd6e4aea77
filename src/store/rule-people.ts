/** Whom policy rules name in their conditions: users and groups, by id. Only deletions look through all rules. */
import { readAll } from './database.ts'

/** The table of whom a rule names, which is also the member that names them. */
type Named = 'groups' | 'users'

const names = (what: Named): string =>
  `instr(conditions, ?1) > 0
  AND EXISTS (SELECT 1 FROM json_tree(conditions, '$.people.${what}') WHERE atom = ?1)`

const without = (path: string): string =>
  `json((SELECT json_group_array(value) FROM json_each(policy_rules.conditions, '${path}') WHERE value <> ?1))`

/** Servers with a rule that names somebody. */
export async function serversNamingInRules(
  db: D1Database,
  what: Named,
  id: string,
): Promise<readonly string[]> {
  const statement = db.prepare(`SELECT DISTINCT server_id FROM policy_rules WHERE ${names(what)}`)
  const rows = await readAll<{ server_id: string }>(statement.bind(id))
  return rows.map((row) => row.server_id)
}

/**
 * What follows a deletion in its batch: the deleted one's places in rules go. A rule that named nobody else matches
 * nobody then.
 */
export const forgetInRules = (
  db: D1Database,
  what: Named,
  id: string,
  now: number,
): readonly D1PreparedStatement[] => {
  const [include, exclude] = [`$.people.${what}.include`, `$.people.${what}.exclude`]
  const isGone = `NOT EXISTS (SELECT 1 FROM ${what} WHERE id = ?1)`
  return [
    db
      .prepare(
        `UPDATE authorization_servers SET version = version + 1 WHERE ${isGone}
         AND id IN (SELECT server_id FROM policy_rules WHERE ${names(what)})`,
      )
      .bind(id),
    db
      .prepare(
        `UPDATE policy_rules SET last_updated = ?2,
         conditions = json_replace(conditions, '${include}', ${without(include)}, '${exclude}', ${without(exclude)})
         WHERE ${isGone} AND ${names(what)}`,
      )
      .bind(id, now),
  ]
}
