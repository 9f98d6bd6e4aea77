/**
 * Table inline_hooks. It is bounded, so that a list is one read. A write that was decided on what was read (a secret
 * stays as long as the channel leads to the same place) holds only while the row is as it was.
 */
import type { Status } from '../domain/authorization-server.ts'
import type { HookChannel, InlineHook } from '../domain/inline-hook.ts'
import type { Envelope } from '../platform/key-encryption.ts'
import { limits } from '../platform/limits.ts'
import { json, readAll, readFirst } from './database.ts'

const columns = 'id, name, type, version, status, channel, secret, created, last_updated'

export interface InlineHookRow {
  id: string
  name: string
  type: InlineHook['type']
  version: InlineHook['version']
  status: Status
  channel: string
  secret: string | null
  created: number
  last_updated: number
}

export const hookFromRow = (row: InlineHookRow): InlineHook => ({
  id: row.id,
  name: row.name,
  type: row.type,
  version: row.version,
  status: row.status,
  channel: json<HookChannel>(row.channel),
  secret: row.secret === null ? null : json<Envelope>(row.secret),
  created: row.created,
  lastUpdated: row.last_updated,
})

const secretColumn = ({ secret }: InlineHook): string | null =>
  secret === null ? null : JSON.stringify(secret)

/** Of one type; null: all. */
export async function listInlineHooks(
  db: D1Database,
  type: string | null,
): Promise<readonly InlineHook[]> {
  const statement = db.prepare(
    `SELECT ${columns} FROM inline_hooks WHERE ?1 IS NULL OR type = ?1 ORDER BY id LIMIT ?2`,
  )
  const rows = await readAll<InlineHookRow>(statement.bind(type, limits.inlineHooksMax))
  return rows.map(hookFromRow)
}

export async function findInlineHook(db: D1Database, id: string): Promise<InlineHook | null> {
  const row = await readFirst<InlineHookRow>(
    db.prepare(`SELECT ${columns} FROM inline_hooks WHERE id = ?1`).bind(id),
  )
  return row === null ? null : hookFromRow(row)
}

/** The active hooks that rules of a server name. */
export const selectServerHooks = (db: D1Database, serverId: string): D1PreparedStatement =>
  db
    .prepare(
      `SELECT ${columns} FROM inline_hooks WHERE status = 'ACTIVE'
       AND id IN (SELECT hook_id FROM policy_rules WHERE server_id = ?1)`,
    )
    .bind(serverId)

/** Servers with a rule that names the hook. */
export async function serversUsingHook(db: D1Database, id: string): Promise<readonly string[]> {
  const statement = db
    .prepare('SELECT DISTINCT server_id FROM policy_rules WHERE hook_id = ?1')
    .bind(id)
  return (await readAll<{ server_id: string }>(statement)).map((row) => row.server_id)
}

/** A change of a hook is a write to every server that uses it. Stands behind the change in its batch. */
export const bumpServersUsingHook = (db: D1Database, id: string): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE authorization_servers SET version = version + 1 WHERE changes() > 0
       AND id IN (SELECT server_id FROM policy_rules WHERE hook_id = ?1)`,
    )
    .bind(id)

/** Inserts nothing once there are as many as there may be. */
export const insertInlineHook = (db: D1Database, hook: InlineHook): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO inline_hooks (${columns}) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
       WHERE (SELECT count(*) FROM inline_hooks) < ?10`,
    )
    .bind(
      hook.id,
      hook.name,
      hook.type,
      hook.version,
      hook.status,
      JSON.stringify(hook.channel),
      secretColumn(hook),
      hook.created,
      hook.lastUpdated,
      limits.inlineHooksMax,
    )

/** Changes nothing unless the hook still is what was read. */
export const updateInlineHookFrom = (
  db: D1Database,
  before: InlineHook,
  hook: InlineHook,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE inline_hooks SET name = ?2, version = ?3, channel = ?4, secret = ?5, last_updated = ?6
       WHERE id = ?1 AND name = ?7 AND version = ?8 AND channel = ?9 AND secret IS ?10`,
    )
    .bind(
      hook.id,
      hook.name,
      hook.version,
      JSON.stringify(hook.channel),
      secretColumn(hook),
      hook.lastUpdated,
      before.name,
      before.version,
      JSON.stringify(before.channel),
      secretColumn(before),
    )

/** Changes nothing when the hook has the status already. */
export const setInlineHookStatus = (
  db: D1Database,
  id: string,
  status: Status,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      'UPDATE inline_hooks SET status = ?2, last_updated = ?3 WHERE id = ?1 AND status <> ?2',
    )
    .bind(id, status, now)

/** Deletes inactive hooks only. One that a rule names is a ForeignKeyViolation. */
export const deleteInlineHook = (db: D1Database, id: string): D1PreparedStatement =>
  db.prepare(`DELETE FROM inline_hooks WHERE id = ?1 AND status = 'INACTIVE'`).bind(id)
