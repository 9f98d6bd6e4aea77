/** Table consents: the scopes that people consented to, with how the scope is called at its server. */
import type { ConsentKey } from '../domain/directory.ts'
import type { Consent, Parties } from '../domain/refresh-token.ts'
import { readAll, readFirst } from './database.ts'
import {
  belonging,
  joinParties,
  partiesOf,
  partyColumns,
  serverExists,
  type Belonging,
  type PartyRow,
} from './parties.ts'

/** `storedScope` is null where the scope is no row: of the org server, or a system scope nobody changed. */
export type ListedConsent = Consent &
  Parties & {
    readonly storedScope: {
      readonly id: string
      readonly displayName: string | null
      readonly description: string | null
    } | null
  }

interface ConsentRow extends PartyRow {
  id: string
  client_id: string
  user_id: string
  scope: string
  created: number
  last_updated: number
  scope_id: string | null
  display_name: string | null
  description: string | null
}

const select = `SELECT c.id, c.server_id, c.client_id, c.user_id, c.scope, c.created, c.last_updated,
  p.id AS scope_id, p.display_name, p.description, ${partyColumns} FROM consents c ${joinParties('c')}
  LEFT JOIN scopes p ON p.server_id = c.server_id AND p.name = c.scope WHERE ${serverExists('c')}`

const fromRow = (row: ConsentRow): ListedConsent => ({
  id: row.id,
  serverId: row.server_id,
  clientId: row.client_id,
  userId: row.user_id,
  scope: row.scope,
  created: row.created,
  lastUpdated: row.last_updated,
  storedScope:
    row.scope_id === null
      ? null
      : { id: row.scope_id, displayName: row.display_name, description: row.description },
  ...partiesOf(row),
})

/** A page in id order. `scopeId` is the id or the name of the scope. */
export async function listConsents(
  db: D1Database,
  of: Belonging,
  page: { readonly after: string; readonly limit: number },
  scopeId: string | null,
): Promise<readonly ListedConsent[]> {
  const { condition, values } = belonging(of, 'c', 4)
  // One person has few consents, a client has many: of the two indexes in id order, the person's.
  const searched = 'userId' in of ? condition.replace('c.client_id', '+c.client_id') : condition
  const statement = db.prepare(
    `${select} AND ${searched} AND c.id > ?1 AND (?3 IS NULL OR p.id = ?3 OR c.scope = ?3) ORDER BY c.id LIMIT ?2`,
  )
  const rows = await readAll<ConsentRow>(statement.bind(page.after, page.limit, scopeId, ...values))
  return rows.map(fromRow)
}

export async function findConsent(
  db: D1Database,
  of: Belonging,
  id: string,
): Promise<ListedConsent | null> {
  const { condition, values } = belonging(of, 'c', 2)
  const statement = db.prepare(`${select} AND c.id = ?1 AND ${condition}`)
  const row = await readFirst<ConsentRow>(statement.bind(id, ...values))
  return row === null ? null : fromRow(row)
}

/** Consents to scopes, each with the id it gets if it is new. Changes nothing when the app is gone. */
export const saveConsents = (
  db: D1Database,
  { userId, clientId, serverId }: ConsentKey,
  scopes: readonly (readonly [id: string, scope: string])[],
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO consents (id, user_id, client_id, server_id, scope, created, last_updated)
       SELECT j.value ->> 0, ?1, ?2, ?3, j.value ->> 1, ?5, ?5 FROM json_each(?4) j
       WHERE EXISTS (SELECT 1 FROM apps WHERE client_id = ?2)
       ON CONFLICT (user_id, client_id, server_id, scope) DO UPDATE SET last_updated = ?5`,
    )
    .bind(userId, clientId, serverId, JSON.stringify(scopes), now)

export const deleteConsent = (db: D1Database, id: string): D1PreparedStatement =>
  db.prepare('DELETE FROM consents WHERE id = ?1').bind(id)

/** Removes all consents of a user, to a client or at a server. */
export function deleteConsents(db: D1Database, of: Belonging): D1PreparedStatement {
  const { condition, values } = belonging(of, 'c', 1)
  return db.prepare(`DELETE FROM consents AS c WHERE ${condition}`).bind(...values)
}

/** Whether anybody consented to a scope of a server. */
export async function hasConsentsToScope(
  db: D1Database,
  serverId: string,
  scope: string,
): Promise<boolean> {
  const statement = db.prepare(
    'SELECT id FROM consents WHERE server_id = ?1 AND scope = ?2 LIMIT 1',
  )
  return (await readFirst(statement.bind(serverId, scope))) !== null
}

/** Stands behind what removed or renamed the scope: while one of that name is there, nothing goes. */
export const deleteConsentsToScope = (
  db: D1Database,
  serverId: string,
  scope: string,
): D1PreparedStatement =>
  db
    .prepare(
      `DELETE FROM consents WHERE server_id = ?1 AND scope = ?2
       AND NOT EXISTS (SELECT 1 FROM scopes WHERE server_id = ?1 AND name = ?2)`,
    )
    .bind(serverId, scope)
