/**
 * Which apps are still to be told that sessions of one user have ended, inside the user's object. An attempt is written
 * down before it is made and tried again until it succeeded or was tried often enough; nobody waits for any of it.
 */
import type { Dismissed } from '../domain/session.ts'
import { nowMillis } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { logFault } from '../platform/log.ts'
import type { SubjectTables } from './subject-tables.ts'

/** An app that is told of the end of a session. */
export interface Logout extends Dismissed {
  /** Which attempt this is, from 1. */
  readonly attempt: number
}

/** Tells apps, each on its own. `settle` says of one that it was told, or has nowhere to be told. */
export type TellLogouts = (
  logouts: readonly Logout[],
  settle: (logout: Logout) => void,
) => Promise<void>

interface Row extends Record<string, SqlStorageValue> {
  sid: string
  server_id: string
  client_id: string
  user_id: string
  attempts: number
}

const logoutFromRow = (row: Row): Logout => ({
  sid: row.sid,
  serverId: row.server_id,
  clientId: row.client_id,
  userId: row.user_id,
  attempt: row.attempts,
})

/** How long after an attempt the next one is due, in milliseconds. */
const pauseAfter = (attempt: number): number =>
  limits.logoutRetrySeconds * 1000 * limits.logoutRetryFactor ** (attempt - 1)

const nameOf = ({ sid, serverId, clientId }: Logout): string => `${sid} ${serverId} ${clientId}`

export class SubjectLogouts {
  readonly #tables: SubjectTables
  readonly #tell: TellLogouts
  /** Being told just now. */
  readonly #underWay = new Set<string>()
  /** Undefined: not known in memory. */
  #due: number | null | undefined = undefined

  constructor(tables: SubjectTables, tell: TellLogouts) {
    this.#tables = tables
    this.#tell = tell
  }

  /** When the next attempt is due, in milliseconds; null: nobody has to be told. */
  get due(): number | null {
    if (this.#due === undefined) this.#due = this.#soonest()
    return this.#due
  }

  /** They are told from now on. Of too many, those that were tried most often are not tried again. */
  add(dismissed: readonly Dismissed[]): void {
    if (dismissed.length === 0) return
    const sql = this.#tables.open()
    for (const { sid, serverId, clientId, userId } of dismissed)
      sql.exec(
        `INSERT OR REPLACE INTO logouts (sid, server_id, client_id, user_id, attempts, due)
         VALUES (?, ?, ?, ?, 0, ?)`,
        sid,
        serverId,
        clientId,
        userId,
        nowMillis(),
      )
    sql.exec(
      `DELETE FROM logouts WHERE (sid, server_id, client_id) IN (SELECT sid, server_id, client_id FROM logouts
       ORDER BY attempts, sid LIMIT -1 OFFSET ?)`,
      limits.logoutsPerUserMax,
    )
    this.#due = undefined
  }

  /** Tells whom it is time to tell. Null: nobody. What is due next is known as soon as it returns. */
  tell(): Promise<void> | null {
    if (this.due === null || this.due > nowMillis()) return null
    const begun = this.#begun()
    return begun.length === 0 ? null : this.#tellAll(begun)
  }

  /** Everything was deleted. */
  forget(): void {
    this.#due = undefined
  }

  async #tellAll(first: readonly Logout[]): Promise<void> {
    for (let logouts = first; logouts.length > 0; logouts = this.#begun()) {
      try {
        await this.#tell(logouts, (logout) => this.#settle(logout))
      } catch (cause) {
        logFault('subject.logout', {}, cause)
      }
      for (const logout of logouts) {
        this.#underWay.delete(nameOf(logout))
        if (logout.attempt >= limits.logoutAttemptsMax) this.#settle(logout)
      }
    }
  }

  /** Begins an attempt for each that is due, so that it is counted whatever becomes of it. */
  #begun(): readonly Logout[] {
    const sql = this.#tables.existing()
    if (sql === null) return []
    const due = sql
      .exec<Row>(
        'SELECT sid, server_id, client_id, user_id, attempts FROM logouts WHERE due <= ? ORDER BY due, sid LIMIT ?',
        nowMillis(),
        limits.logoutBatchMax + this.#underWay.size,
      )
      .toArray()
    const begun = due
      .map((row) => logoutFromRow({ ...row, attempts: row.attempts + 1 }))
      .filter((logout) => !this.#underWay.has(nameOf(logout)))
      .slice(0, limits.logoutBatchMax)
    for (const logout of begun) {
      this.#underWay.add(nameOf(logout))
      sql.exec(
        'UPDATE logouts SET attempts = ?4, due = ?5 WHERE sid = ?1 AND server_id = ?2 AND client_id = ?3',
        logout.sid,
        logout.serverId,
        logout.clientId,
        logout.attempt,
        nowMillis() + pauseAfter(logout.attempt),
      )
    }
    this.#due = undefined
    return begun
  }

  #settle({ sid, serverId, clientId }: Logout): void {
    this.#tables
      .existing()
      ?.exec(
        'DELETE FROM logouts WHERE sid = ? AND server_id = ? AND client_id = ?',
        sid,
        serverId,
        clientId,
      )
    this.#due = undefined
  }

  #soonest(): number | null {
    const soonest = 'SELECT min(due) AS due FROM logouts'
    return this.#tables.existing()?.exec<{ due: number | null }>(soonest).one().due ?? null
  }
}
