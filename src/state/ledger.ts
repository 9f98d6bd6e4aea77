/**
 * Durable Object: a set of ids that each expire. Entering an id tells whether it was new, and that answer is durable
 * before it is given. Used for one-time assertion ids (RFC 7523 §3, jti) and for revoked access tokens.
 */
import { DurableObject } from 'cloudflare:workers'
import { nowMillis, nowSeconds } from '../platform/clock.ts'

const SWEEP_SECONDS = 600

export class Ledger extends DurableObject {
  #ready = false

  // An object that only answers questions stores nothing, so the table comes with the first entry.
  #open(): SqlStorage {
    const { sql } = this.ctx.storage
    if (!this.#ready) {
      sql.exec('CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY) WITHOUT ROWID')
      sql.exec('INSERT OR IGNORE INTO migrations (version) VALUES (1)')
      sql.exec(
        'CREATE TABLE IF NOT EXISTS entries (id TEXT PRIMARY KEY, expires INTEGER NOT NULL) WITHOUT ROWID',
      )
      this.#ready = true
    }
    return sql
  }

  /** Enters an id until `expires` (seconds). True when it was not there: exactly one of many callers gets true. */
  async enter(id: string, expires: number): Promise<boolean> {
    const inserted = this.#open().exec(
      'INSERT INTO entries (id, expires) VALUES (?, ?) ON CONFLICT (id) DO NOTHING RETURNING id',
      id,
      expires,
    )
    const isNew = inserted.toArray().length === 1
    if ((await this.ctx.storage.getAlarm()) === null)
      await this.ctx.storage.setAlarm(nowMillis() + SWEEP_SECONDS * 1000)
    return isNew
  }

  /** Whether an id was entered and has not expired. */
  has(id: string): boolean {
    const exists = this.ctx.storage.sql
      .exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'entries'")
      .toArray()
    if (exists.length === 0) return false
    return (
      this.ctx.storage.sql.exec('SELECT 1 FROM entries WHERE id = ?', id).toArray().length === 1
    )
  }

  override async alarm(): Promise<void> {
    const sql = this.#open()
    sql.exec('DELETE FROM entries WHERE expires < ?', nowSeconds())
    const left = sql.exec<{ left: number }>('SELECT count(*) AS left FROM entries').one().left
    if (left === 0) {
      this.#ready = false
      await this.ctx.storage.deleteAll()
    } else {
      await this.ctx.storage.setAlarm(nowMillis() + SWEEP_SECONDS * 1000)
    }
  }
}
