/** Table skipped_scopes: optional scopes that people chose not to give; and all that they decided, both ways. */
import type { ConsentKey, DecidedScopes } from '../domain/directory.ts'
import { readAll } from './database.ts'

interface Row {
  scope: string
  is_skipped: 0 | 1
}

/** What a person decided on the scopes of a server for a client. */
export async function decidedScopes(
  db: D1Database,
  { userId, clientId, serverId }: ConsentKey,
): Promise<DecidedScopes> {
  const of = 'WHERE user_id = ?1 AND client_id = ?2 AND server_id = ?3'
  const statement = db.prepare(
    `SELECT scope, 0 AS is_skipped FROM consents ${of}
     UNION ALL SELECT scope, 1 FROM skipped_scopes ${of}`,
  )
  const rows = await readAll<Row>(statement.bind(userId, clientId, serverId))
  const named = (skipped: Row['is_skipped']): readonly string[] =>
    rows.filter((row) => row.is_skipped === skipped).map(({ scope }) => scope)
  return { consented: named(0), skipped: named(1) }
}

export const saveSkipped = (
  db: D1Database,
  { userId, clientId, serverId }: ConsentKey,
  scopes: readonly string[],
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO skipped_scopes (user_id, client_id, server_id, scope)
       SELECT ?1, ?2, ?3, j.value FROM json_each(?4) j WHERE true ON CONFLICT DO UPDATE SET scope = excluded.scope`,
    )
    .bind(userId, clientId, serverId, JSON.stringify(scopes))

/** The person has given them since. */
export const unskip = (
  db: D1Database,
  { userId, clientId, serverId }: ConsentKey,
  scopes: readonly string[],
): D1PreparedStatement =>
  db
    .prepare(
      `DELETE FROM skipped_scopes WHERE user_id = ?1 AND client_id = ?2 AND server_id = ?3
       AND scope IN (SELECT value FROM json_each(?4))`,
    )
    .bind(userId, clientId, serverId, JSON.stringify(scopes))

/** Stands behind what removed or renamed the scope: while one of that name is there, nothing goes. */
export const deleteSkipsOfScope = (
  db: D1Database,
  serverId: string,
  scope: string,
): D1PreparedStatement =>
  db
    .prepare(
      `DELETE FROM skipped_scopes WHERE server_id = ?1 AND scope = ?2
       AND NOT EXISTS (SELECT 1 FROM scopes WHERE server_id = ?1 AND name = ?2)`,
    )
    .bind(serverId, scope)
