/**
 * Durable Object: everything about one user that must have one writer, addressed by the user's id. It holds what ended
 * of what was issued to the user, which bites at the next request. An object that was never used stores nothing.
 */
import { DurableObject } from 'cloudflare:workers'
import { reaches, type Ending, type Issued } from '../domain/ending.ts'
import type { PasswordOutcome } from '../domain/password-attempts.ts'
import { hashPassword } from '../passwords/verify.ts'
import { limits } from '../platform/limits.ts'
import { logFault } from '../platform/log.ts'
import { recordLockout } from './lockout.ts'
import { SubjectPassword } from './subject-password.ts'

interface EndingRow extends Record<string, SqlStorageValue> {
  kind: Ending['of']
  server_id: string
  client_id: string
  authorization_id: string
  at: number
}

const fromRow = (row: EndingRow): Ending => ({
  of: row.kind,
  serverId: row.server_id || null,
  clientId: row.client_id || null,
  authorizationId: row.authorization_id || null,
  at: row.at,
})

export class Subject extends DurableObject {
  #ready = false
  readonly #password = new SubjectPassword(this.ctx.storage, this.env.DB, (userId, login, now) =>
    recordLockout(this.env, userId, login, now),
  )

  // The tables come with the first thing to remember.
  #open(): SqlStorage {
    const { sql } = this.ctx.storage
    if (!this.#ready) {
      sql.exec('CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY) WITHOUT ROWID')
      sql.exec('INSERT OR IGNORE INTO migrations (version) VALUES (1)')
      sql.exec(
        `CREATE TABLE IF NOT EXISTS endings (kind TEXT, server_id TEXT, client_id TEXT, authorization_id TEXT,
         at INTEGER NOT NULL, PRIMARY KEY (kind, server_id, client_id, authorization_id)) WITHOUT ROWID`,
      )
      this.#ready = true
    }
    return sql
  }

  /** An administrator changed the user: what the object keeps of the user is read anew before it is next used. */
  markStale(): void {
    this.#password.markStale()
  }

  /** Forgets the wrong passwords, and with them a lockout. */
  unlock(): void {
    this.#password.unlock()
  }

  /** The hash to store of a new password. The work is done here, apart from where tokens are minted. */
  hashPassword(password: string): string {
    return hashPassword(password)
  }

  /** One attempt. Unavailable: storage was away, which says nothing about the password. */
  async verifyPassword(
    userId: string,
    password: string,
    now: number,
  ): Promise<PasswordOutcome | 'unavailable'> {
    try {
      return await this.#password.verify({ userId, password, now })
    } catch (cause) {
      logFault('subject.verify', { userId }, cause)
      return 'unavailable'
    }
  }

  /** Ends what was issued until now. Durable before it returns, and safe to repeat. */
  end({ of, serverId, clientId, authorizationId, at }: Ending): void {
    const sql = this.#open()
    sql.exec(
      `INSERT INTO endings (kind, server_id, client_id, authorization_id, at) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT DO UPDATE SET at = max(at, ?5)`,
      of,
      serverId ?? '',
      clientId ?? '',
      authorizationId ?? '',
      at,
    )
    // An authorization that ended is refreshed no more, so that only its last access token can outlive it.
    sql.exec(
      `DELETE FROM endings WHERE authorization_id <> '' AND at < ?`,
      at - limits.accessTokenSecondsMax,
    )
  }

  /** Whether something that was issued to the user has been ended since. */
  hasEnded(issued: Issued): boolean {
    if (!this.#isUsed()) return false
    const rows = this.#open()
      .exec<EndingRow>('SELECT kind, server_id, client_id, authorization_id, at FROM endings')
      .toArray()
    return rows.some((row) => reaches(fromRow(row), issued))
  }

  /** Forgets the person. */
  async erase(): Promise<void> {
    this.#ready = false
    this.#password.unlock()
    await this.ctx.storage.deleteAlarm()
    await this.ctx.storage.deleteAll()
  }

  #isUsed(): boolean {
    const found = this.ctx.storage.sql.exec(
      "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'endings'",
    )
    return found.toArray().length === 1
  }
}
