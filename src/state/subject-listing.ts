/**
 * What lists are told of a user's refresh token families: a row of the database each, written after the answer and
 * tried again until it succeeded, and removed when the family ended. Nothing is decided by those rows.
 */
import type { AuthorizationRecord } from '../domain/authorization-record.ts'
import type { RefreshToken } from '../domain/refresh-token.ts'
import { limits } from '../platform/limits.ts'
import { logFault } from '../platform/log.ts'
import { listTokens } from '../store/refresh-tokens.ts'
import type { SubjectTables } from './subject-tables.ts'

interface Row extends Record<string, SqlStorageValue> {
  id: string
  listing: 'write' | 'remove'
  record: string
  used_at: number
  expires: number
}

function tokenFromRow(row: Row): RefreshToken {
  const record = JSON.parse(row.record) as AuthorizationRecord
  const { id, serverId, clientId, userId, scopes, created } = record
  return {
    id,
    serverId,
    clientId,
    userId,
    scopes,
    created,
    lastUpdated: row.used_at,
    expires: row.expires,
  }
}

export class SubjectListing {
  readonly #tables: SubjectTables
  readonly #db: D1Database
  #telling: Promise<void> | null = null

  constructor(tables: SubjectTables, db: D1Database) {
    this.#tables = tables
    this.#db = db
  }

  /** Whether lists have something to learn. */
  isBehind(): boolean {
    const one = 'SELECT 1 FROM authorizations WHERE listing IS NOT NULL LIMIT 1'
    return (this.#tables.existing()?.exec(one).toArray().length ?? 0) > 0
  }

  /** Tells lists what they do not know yet. One at a time, so that what is told last is what is true. */
  tell(): Promise<void> {
    this.#telling ??= this.#tellAll().finally(() => {
      this.#telling = null
    })
    return this.#telling
  }

  async #tellAll(): Promise<void> {
    try {
      for (let due = this.#due(); due.length > 0; due = this.#due()) {
        const written = due.filter(({ listing }) => listing === 'write')
        const removed = due.filter(({ listing }) => listing === 'remove')
        await listTokens(this.#db, {
          written: written.map(tokenFromRow),
          removed: removed.map(({ id }) => id),
        })
        this.#told(written, removed)
      }
    } catch (cause) {
      logFault('subject.list', {}, cause)
    }
  }

  // What ended meanwhile is not `write` any more, and is told next.
  #told(written: readonly Row[], removed: readonly Row[]): void {
    const sql = this.#tables.existing()
    if (sql === null) return
    for (const { id, used_at } of written)
      sql.exec(
        `UPDATE authorizations SET listed_at = ?2, listing = NULL WHERE id = ?1 AND listing = 'write'`,
        id,
        used_at,
      )
    for (const { id } of removed)
      sql.exec(`DELETE FROM authorizations WHERE id = ? AND listing = 'remove'`, id)
  }

  #due(): readonly Row[] {
    const rows = this.#tables.existing()?.exec<Row>(
      `SELECT id, listing, record, used_at, min(idle_expires, coalesce(absolute_expires, idle_expires)) AS expires
       FROM authorizations WHERE listing IS NOT NULL LIMIT ?`,
      limits.listingBatchMax,
    )
    return rows?.toArray() ?? []
  }
}
