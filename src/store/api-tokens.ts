/**
 * Table api_tokens, with the creator's state and roles, which are what a token may do. A token that has expired is as
 * good as gone for everybody who asks, and removed some time later.
 */
import type { ApiToken } from '../domain/api-token.ts'
import { limits } from '../platform/limits.ts'
import { flag, readAll, readBatch, readFirst } from './database.ts'

const columns = 't.id, t.name, t.user_id, t.created, t.last_updated, t.token_window, t.expires'
const ALIVE = '(t.expires IS NULL OR t.expires > ?1)'
const OF_SUPER_ADMIN = `EXISTS (SELECT 1 FROM role_assignments r WHERE r.principal_type = 'USER'
  AND r.principal_id = t.user_id AND r.role = 'SUPER_ADMIN')`

interface ApiTokenRow {
  id: string
  name: string
  user_id: string
  created: number
  last_updated: number
  token_window: number | null
  expires: number | null
}

const fromRow = (row: ApiTokenRow): ApiToken => ({
  id: row.id,
  name: row.name,
  userId: row.user_id,
  created: row.created,
  lastUpdated: row.last_updated,
  windowSeconds: row.token_window,
  expires: row.expires,
})

/** A token as it is presented: itself, the MAC it is stored under, and who made it. */
export interface PresentedToken extends ApiToken {
  readonly mac: string
  readonly userStatus: string
  readonly login: string
  readonly roles: readonly string[]
}

interface PresentedRow extends ApiTokenRow {
  mac: string
  status: string
  login: string
}

/** Finds a token by any of the MACs that its value can have (one a version of the key). */
export async function findApiToken(
  db: D1Database,
  macs: readonly string[],
): Promise<PresentedToken | null> {
  const marks = macs.map((_, index) => `?${index + 1}`).join(', ')
  const [tokens, roles] = await readBatch(db, [
    db
      .prepare(
        `SELECT ${columns}, t.mac, u.status, u.login FROM api_tokens t JOIN users u ON u.id = t.user_id
         WHERE t.mac IN (${marks})`,
      )
      .bind(...macs),
    db
      .prepare(
        `SELECT r.role FROM role_assignments r JOIN api_tokens t ON t.user_id = r.principal_id
         WHERE r.principal_type = 'USER' AND t.mac IN (${marks})`,
      )
      .bind(...macs),
  ])
  const row = tokens?.results[0] as PresentedRow | undefined
  if (row === undefined) return null
  return {
    ...fromRow(row),
    mac: row.mac,
    userStatus: row.status,
    login: row.login,
    roles: ((roles?.results ?? []) as { role: string }[]).map(({ role }) => role),
  }
}

export async function listApiTokens(
  db: D1Database,
  page: { readonly after: string; readonly limit: number },
  now: number,
): Promise<readonly ApiToken[]> {
  const statement = db.prepare(
    `SELECT ${columns} FROM api_tokens t WHERE t.id > ?2 AND ${ALIVE} ORDER BY t.id LIMIT ?3`,
  )
  return (await readAll<ApiTokenRow>(statement.bind(now, page.after, page.limit))).map(fromRow)
}

/** A token by its id, and whether its creator is a super administrator. */
export async function apiTokenOf(
  db: D1Database,
  id: string,
  now: number,
): Promise<{ readonly token: ApiToken; readonly ofSuperAdmin: boolean } | null> {
  const row = await readFirst<ApiTokenRow & { of_super_admin: number }>(
    db
      .prepare(
        `SELECT ${columns}, ${OF_SUPER_ADMIN} AS of_super_admin FROM api_tokens t WHERE t.id = ?2 AND ${ALIVE}`,
      )
      .bind(now, id),
  )
  return row === null ? null : { token: fromRow(row), ofSuperAdmin: row.of_super_admin === 1 }
}

/**
 * Inserts nothing once the creator has as many as one may have, or when the token that this is asked with is gone:
 * whoever holds a stolen one makes no other after it was revoked.
 */
export const insertApiToken = (
  db: D1Database,
  token: ApiToken,
  mac: string,
  askedWith: string,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO api_tokens (id, name, user_id, mac, created, last_updated, token_window, expires)
       SELECT ?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7
       WHERE (SELECT count(*) FROM api_tokens t WHERE t.user_id = ?3 AND (t.expires IS NULL OR t.expires > ?5)) < ?8
       AND EXISTS (SELECT 1 FROM api_tokens WHERE id = ?9 AND user_id = ?3)`,
    )
    .bind(
      token.id,
      token.name,
      token.userId,
      mac,
      token.created,
      token.windowSeconds,
      token.expires,
      limits.apiTokensPerUserMax,
      askedWith,
    )

/** Changes nothing about a super administrator's token unless one asks. */
export const renameApiToken = (
  db: D1Database,
  id: string,
  name: string,
  now: number,
  bySuperAdmin: boolean,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE api_tokens AS t SET name = ?3, last_updated = ?4
       WHERE t.id = ?1 AND (?2 = 1 OR NOT ${OF_SUPER_ADMIN})`,
    )
    .bind(id, flag(bySuperAdmin), name, now)

/** Removes nothing of a super administrator's unless one asks. */
export const deleteApiToken = (
  db: D1Database,
  id: string,
  bySuperAdmin: boolean,
): D1PreparedStatement =>
  db
    .prepare(`DELETE FROM api_tokens AS t WHERE t.id = ?1 AND (?2 = 1 OR NOT ${OF_SUPER_ADMIN})`)
    .bind(id, flag(bySuperAdmin))

/** Puts the end of a token off that has not come yet. */
export async function extendApiToken(
  db: D1Database,
  id: string,
  expires: number,
  now: number,
): Promise<void> {
  await db
    .prepare('UPDATE api_tokens SET expires = ?2 WHERE id = ?1 AND expires > ?3 AND expires < ?2')
    .bind(id, expires, now)
    .run()
}

/** Removes a bounded number of tokens that have expired. */
export async function removeExpiredApiTokens(db: D1Database, now: number): Promise<void> {
  await db
    .prepare(
      `DELETE FROM api_tokens WHERE id IN
       (SELECT id FROM api_tokens WHERE expires <= ?1 ORDER BY expires LIMIT ?2)`,
    )
    .bind(now, limits.expiredApiTokensPerRunMax)
    .run()
}

/** Keeps a token recognisable after the key encryption key changed: its value is known only while it is presented. */
export async function saveApiTokenMac(db: D1Database, id: string, mac: string): Promise<void> {
  await db.prepare('UPDATE api_tokens SET mac = ?2 WHERE id = ?1').bind(id, mac).run()
}

/**
 * Whether a token is stored under a key of none of these versions. MACs begin with `version.`, so that what is under
 * no known one lies between ranges of the index on them, and each gap is one look.
 */
export async function hasTokenUnderOtherKey(
  db: D1Database,
  versions: readonly string[],
): Promise<boolean> {
  const known = versions.map((version) => [`${version}.`, `${version}/`] as const).toSorted()
  const starts = ['', ...known.map(([, end]) => end)]
  const ends = [...known.map(([start]) => start), '\u007f']
  const gaps = starts.map((start, at) =>
    db
      .prepare('SELECT 1 AS found FROM api_tokens WHERE mac >= ?1 AND mac < ?2 LIMIT 1')
      .bind(start, ends[at]),
  )
  return (await readBatch(db, gaps)).some(({ results }) => results.length > 0)
}
