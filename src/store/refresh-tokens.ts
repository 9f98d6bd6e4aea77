/** Table refresh_tokens: one row a family, for lists. What has expired is not shown, and the cron trigger sweeps it. */
import type { Parties, RefreshToken } from '../domain/refresh-token.ts'
import { limits } from '../platform/limits.ts'
import { commit, json, readAll, readFirst, storageError } from './database.ts'
import {
  belonging,
  joinParties,
  partiesOf,
  partyColumns,
  serverExists,
  type Belonging,
  type PartyRow,
} from './parties.ts'

export type ListedToken = RefreshToken & Parties

interface TokenRow extends PartyRow {
  id: string
  client_id: string
  user_id: string
  scopes: string
  created: number
  last_updated: number
  expires: number
}

const select = `SELECT t.id, t.server_id, t.client_id, t.user_id, t.scopes, t.created, t.last_updated, t.expires,
  ${partyColumns} FROM refresh_tokens t ${joinParties('t')} WHERE ${serverExists('t')}`

const fromRow = (row: TokenRow): ListedToken => ({
  id: row.id,
  serverId: row.server_id,
  clientId: row.client_id,
  userId: row.user_id,
  scopes: json<string[]>(row.scopes),
  created: row.created,
  lastUpdated: row.last_updated,
  expires: row.expires,
  ...partiesOf(row),
})

/** A page of what has not expired, in id order. */
export async function listRefreshTokens(
  db: D1Database,
  of: Belonging,
  page: { readonly after: string; readonly limit: number },
  now: number,
): Promise<readonly ListedToken[]> {
  const { condition, values } = belonging(of, 't', 4)
  const statement = db.prepare(
    `${select} AND ${condition} AND t.id > ?1 AND t.expires > ?2 ORDER BY t.id LIMIT ?3`,
  )
  const rows = await readAll<TokenRow>(statement.bind(page.after, now, page.limit, ...values))
  return rows.map(fromRow)
}

export async function findRefreshToken(
  db: D1Database,
  of: Belonging,
  id: string,
  now: number,
): Promise<ListedToken | null> {
  const { condition, values } = belonging(of, 't', 3)
  const statement = db.prepare(`${select} AND t.id = ?1 AND t.expires > ?2 AND ${condition}`)
  const row = await readFirst<TokenRow>(statement.bind(id, now, ...values))
  return row === null ? null : fromRow(row)
}

/** What the object of a user tells lists of its families: rows to write, and ids of families that are no more. */
export interface TokenListing {
  readonly written: readonly RefreshToken[]
  readonly removed: readonly string[]
}

/** Safe to repeat. Throws ForeignKeyViolation when the user is gone. */
export async function listTokens(
  db: D1Database,
  { written, removed }: TokenListing,
): Promise<void> {
  const upsert = (token: RefreshToken): D1PreparedStatement =>
    db
      .prepare(
        `INSERT INTO refresh_tokens (id, server_id, client_id, user_id, scopes, created, last_updated, expires)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (id) DO UPDATE SET last_updated = excluded.last_updated, expires = excluded.expires`,
      )
      .bind(
        token.id,
        token.serverId,
        token.clientId,
        token.userId,
        JSON.stringify(token.scopes),
        token.created,
        token.lastUpdated,
        token.expires,
      )
  await commit(db, [...written.map(upsert), ...removed.map((id) => deleteRefreshToken(db, id))])
}

export const deleteRefreshToken = (db: D1Database, id: string): D1PreparedStatement =>
  db.prepare('DELETE FROM refresh_tokens WHERE id = ?1').bind(id)

/** Removes the rows of what was ended as a whole; also as the first of what follows from a change that happened. */
export function deleteRefreshTokens(
  db: D1Database,
  of: Belonging,
  when: 'always' | 'changed' = 'always',
): D1PreparedStatement {
  const { condition, values } = belonging(of, 't', 1)
  const changed = when === 'changed' ? ' AND changes() > 0' : ''
  return db.prepare(`DELETE FROM refresh_tokens AS t WHERE ${condition}${changed}`).bind(...values)
}

const selectConsented = `SELECT t.id FROM consents c JOIN refresh_tokens t
  ON t.user_id = c.user_id AND t.client_id = c.client_id AND t.server_id = c.server_id`

/** Removes the rows of tokens that depend on what a user consented to. Stands before the consents go. */
export function deleteConsentedTokens(db: D1Database, of: Belonging): D1PreparedStatement {
  const { condition, values } = belonging(of, 'c', 1)
  return db
    .prepare(`DELETE FROM refresh_tokens WHERE id IN (${selectConsented} WHERE ${condition})`)
    .bind(...values)
}

/** The same for the consents to a scope, while no scope of that name is there. */
export const deleteTokensConsentedTo = (
  db: D1Database,
  serverId: string,
  scope: string,
): D1PreparedStatement =>
  db
    .prepare(
      `DELETE FROM refresh_tokens WHERE id IN (${selectConsented} WHERE c.server_id = ?1 AND c.scope = ?2
       AND NOT EXISTS (SELECT 1 FROM scopes WHERE server_id = ?1 AND name = ?2))`,
    )
    .bind(serverId, scope)

/** Removes rows of what has expired, oldest first, in a bounded number of batches. */
export async function sweepRefreshTokens(db: D1Database, now: number): Promise<void> {
  const statement = db
    .prepare(
      `DELETE FROM refresh_tokens WHERE id IN
       (SELECT id FROM refresh_tokens WHERE expires <= ?1 ORDER BY expires LIMIT ?2)`,
    )
    .bind(now, limits.expiredBatchMax)
  for (let batch = 0; batch < limits.expiredBatchesPerRunMax; batch++) {
    try {
      const { meta } = await statement.run()
      if ((meta.changes ?? 0) < limits.expiredBatchMax) return
    } catch (cause) {
      throw storageError(cause)
    }
  }
}
