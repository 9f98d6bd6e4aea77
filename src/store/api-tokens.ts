/** Table api_tokens, with the creator's state and roles, which are what a token may do. */
import { readBatch } from './database.ts'

export interface ApiToken {
  readonly id: string
  readonly mac: string
  readonly userId: string
  readonly userStatus: string
  readonly login: string
  readonly roles: readonly string[]
}

/** Finds a token by any of the MACs that its value can have (one a version of the key). */
export async function findApiToken(
  db: D1Database,
  macs: readonly string[],
): Promise<ApiToken | null> {
  const marks = macs.map((_, index) => `?${index + 1}`).join(', ')
  const [tokens, roles] = await readBatch(db, [
    db
      .prepare(
        `SELECT t.id, t.mac, t.user_id, u.status, u.login FROM api_tokens t JOIN users u ON u.id = t.user_id
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
  const row = tokens?.results[0] as
    { id: string; mac: string; user_id: string; status: string; login: string } | undefined
  if (row === undefined) return null
  return {
    id: row.id,
    mac: row.mac,
    userId: row.user_id,
    userStatus: row.status,
    login: row.login,
    roles: ((roles?.results ?? []) as { role: string }[]).map(({ role }) => role),
  }
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
