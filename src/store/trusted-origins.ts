/** Table trusted_origins. It is bounded, so that the active ones can be kept in memory as a whole. */
import type { Status } from '../domain/authorization-server.ts'
import type {
  TrustedOrigin,
  TrustedOriginInput,
  TrustedOrigins,
  TrustedOriginScope,
} from '../domain/trusted-origin.ts'
import { limits } from '../platform/limits.ts'
import { json, readAll, readFirst } from './database.ts'

const columns =
  'id, name, origin, scopes, status, created, created_by, last_updated, last_updated_by'

interface TrustedOriginRow {
  id: string
  name: string
  origin: string
  scopes: string
  status: Status
  created: number
  created_by: string
  last_updated: number
  last_updated_by: string
}

const fromRow = (row: TrustedOriginRow): TrustedOrigin => ({
  id: row.id,
  name: row.name,
  origin: row.origin,
  scopes: json<TrustedOriginScope[]>(row.scopes),
  status: row.status,
  created: row.created,
  createdBy: row.created_by,
  lastUpdated: row.last_updated,
  lastUpdatedBy: row.last_updated_by,
})

export async function listTrustedOrigins(
  db: D1Database,
  after: string,
  limit: number,
): Promise<readonly TrustedOrigin[]> {
  const statement = db.prepare(
    `SELECT ${columns} FROM trusted_origins WHERE id > ?1 ORDER BY id LIMIT ?2`,
  )
  return (await readAll<TrustedOriginRow>(statement.bind(after, limit))).map(fromRow)
}

export async function findTrustedOrigin(db: D1Database, id: string): Promise<TrustedOrigin | null> {
  const row = await readFirst<TrustedOriginRow>(
    db.prepare(`SELECT ${columns} FROM trusted_origins WHERE id = ?1`).bind(id),
  )
  return row === null ? null : fromRow(row)
}

/** All active origins by what they are trusted for. */
export async function activeTrustedOrigins(db: D1Database): Promise<TrustedOrigins> {
  const statement = db
    .prepare(`SELECT origin, scopes FROM trusted_origins WHERE status = 'ACTIVE' LIMIT ?1`)
    .bind(limits.trustedOriginsMax)
  const rows = await readAll<{ origin: string; scopes: string }>(statement)
  return new Map(
    rows.map(({ origin, scopes }) => [
      origin,
      json<TrustedOriginScope[]>(scopes).map(({ type }) => type),
    ]),
  )
}

/** Inserts nothing once there are as many as there may be. */
export const insertTrustedOrigin = (db: D1Database, one: TrustedOrigin): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO trusted_origins (${columns}) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6, ?7
       WHERE (SELECT count(*) FROM trusted_origins) < ?8`,
    )
    .bind(
      one.id,
      one.name,
      one.origin,
      JSON.stringify(one.scopes),
      one.status,
      one.created,
      one.createdBy,
      limits.trustedOriginsMax,
    )

export const updateTrustedOrigin = (
  db: D1Database,
  id: string,
  input: TrustedOriginInput,
  now: number,
  by: string,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE trusted_origins SET name = ?2, origin = ?3, scopes = ?4, last_updated = ?5, last_updated_by = ?6
       WHERE id = ?1`,
    )
    .bind(id, input.name, input.origin, JSON.stringify(input.scopes), now, by)

/** Changes nothing when the origin has the status already. */
export const setTrustedOriginStatus = (
  db: D1Database,
  id: string,
  status: Status,
  now: number,
  by: string,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE trusted_origins SET status = ?2, last_updated = ?3, last_updated_by = ?4
       WHERE id = ?1 AND status <> ?2`,
    )
    .bind(id, status, now, by)

export const deleteTrustedOrigin = (db: D1Database, id: string): D1PreparedStatement =>
  db.prepare('DELETE FROM trusted_origins WHERE id = ?1').bind(id)
