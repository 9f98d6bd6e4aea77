/**
 * The authorizations of one user, inside the user's object: one row each, with the record as it was made, what happened
 * to it since, and what lists have to be told of it. Secrets are kept as digests. Seconds.
 */
import type { AuthorizationRecord } from '../domain/authorization-record.ts'
import type { AuthorizationState } from '../domain/authorization-state.ts'
import { reach, type Ending } from '../domain/ending.ts'
import type { RefreshFamily } from '../domain/refresh-family.ts'
import { limits } from '../platform/limits.ts'
import type { SubjectMarks } from './subject-marks.ts'
import type { SubjectTables } from './subject-tables.ts'

/** An authorization as it is stored. */
export interface StoredAuthorization {
  readonly state: AuthorizationState
  /** Digest of the secret of its refresh tokens; null without a family. */
  readonly secretHash: string | null
  /** The redemption or refresh that gave something last, as far as it has a name; null: that has arrived. */
  readonly attempt: string | null
}

interface Row extends Record<string, SqlStorageValue> {
  record: string
  redeemed_at: number | null
  ended: number
  alive_until: number
  tokens_until: number | null
  secret_hash: string | null
  attempt: string | null
  generation: number | null
  rotated_at: number | null
  leeway_seconds: number | null
  idle_expires: number | null
  absolute_expires: number | null
}

const SELECT = `SELECT record, redeemed_at, ended, alive_until, tokens_until, secret_hash, attempt, generation,
  rotated_at, leeway_seconds, idle_expires, absolute_expires FROM authorizations`

const familyFromRow = (row: Row): RefreshFamily | null =>
  row.generation === null
    ? null
    : {
        generation: row.generation,
        rotatedAt: row.rotated_at,
        leewaySeconds: row.leeway_seconds ?? 0,
        idleExpires: row.idle_expires ?? 0,
        absoluteExpires: row.absolute_expires,
      }

const fromRow = (row: Row): StoredAuthorization => ({
  state: {
    record: JSON.parse(row.record) as AuthorizationRecord,
    redeemedAt: row.redeemed_at,
    family: familyFromRow(row),
    ended: row.ended === 1,
    aliveUntil: row.alive_until,
    tokensUntil: row.tokens_until ?? row.alive_until,
  },
  secretHash: row.secret_hash,
  attempt: row.attempt,
})

export class SubjectAuthorizations {
  readonly #tables: SubjectTables
  readonly #marks: SubjectMarks
  /** There are no more than so many; null: they were not counted yet. */
  #most: number | null = null

  constructor(tables: SubjectTables, marks: SubjectMarks) {
    this.#tables = tables
    this.#marks = marks
  }

  /** Null: there is none, or it has ended. */
  find(id: string): StoredAuthorization | null {
    const rows = this.#tables.existing()?.exec<Row>(`${SELECT} WHERE id = ? AND ended = 0`, id)
    const row = rows?.toArray()[0]
    return row === undefined ? null : fromRow(row)
  }

  /**
   * Stores a new one. Where there are too many then, the oldest that is over goes, or else the oldest without refresh
   * tokens: any page can make a browser ask for codes, and must not end what people gave their apps for long.
   */
  insert(stored: StoredAuthorization, sid: string | null): void {
    const { state } = stored
    const { record } = state
    this.#tables.open().exec(
      `INSERT INTO authorizations (id, server_id, client_id, sid, created, record, ended, alive_until, tokens_until)
       VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)`,
      record.id,
      record.serverId,
      record.clientId,
      sid,
      record.created,
      JSON.stringify(record),
      state.aliveUntil,
      state.tokensUntil,
    )
    if (state.redeemedAt !== null) this.write(stored, state.redeemedAt)
    this.#crowdOut(record)
  }

  // Counting looks at every row, so that it is done only when there may be too many.
  #crowdOut(record: AuthorizationRecord): void {
    this.#most = this.#most === null ? this.#count() : this.#most + 1
    if (this.#most <= limits.authorizationsPerUserMax) return
    this.#end(
      `id IN (SELECT id FROM authorizations WHERE ended = 0 AND id <> ?
       ORDER BY alive_until <= ?, generation IS NULL, created DESC, id LIMIT -1 OFFSET ?)`,
      record.id,
      record.created,
      limits.authorizationsPerUserMax - 1,
    )
    this.#most = this.#count()
  }

  #count(): number {
    const count = 'SELECT count(*) AS count FROM authorizations WHERE ended = 0'
    return this.#tables.open().exec<{ count: number }>(count).one().count
  }

  /** Writes down what became of an authorization, and what lists have to learn of it. */
  write({ state, secretHash, attempt }: StoredAuthorization, now: number): void {
    const { record, family } = state
    if (state.ended) {
      this.end(record.id)
      return
    }
    this.#tables.open().exec(
      `UPDATE authorizations SET redeemed_at = ?2, alive_until = ?3, secret_hash = ?4, generation = ?5, rotated_at = ?6,
       leeway_seconds = ?7, idle_expires = ?8, absolute_expires = ?9, used_at = ?10, tokens_until = ?12, attempt = ?13,
       listing = CASE WHEN ?5 IS NULL THEN NULL WHEN ?10 >= coalesce(listed_at + ?11, 0) THEN 'write' ELSE listing END
       WHERE id = ?1`,
      record.id,
      state.redeemedAt,
      state.aliveUntil,
      secretHash,
      family?.generation ?? null,
      family?.rotatedAt ?? null,
      family?.leewaySeconds ?? null,
      family?.idleExpires ?? null,
      family?.absoluteExpires ?? null,
      now,
      Math.ceil(record.access.refreshWindowSeconds / 8),
      state.tokensUntil,
      attempt,
    )
  }

  end(id: string): void {
    this.#end('id = ?', id)
  }

  /** Ends what an ending names. */
  endMatching(ending: Ending): void {
    const { serverId, clientId, authorizationId } = ending
    this.#end(
      `created <= ?1 AND server_id = coalesce(?2, server_id) AND client_id = coalesce(?3, client_id)
       AND id = coalesce(?4, id)`,
      reach(ending),
      serverId,
      clientId,
      authorizationId,
    )
  }

  /** Sessions ended: codes that were given in them are not redeemed any more. */
  endUnredeemed(sids: readonly string[]): void {
    for (const sid of sids) this.#end('sid = ? AND redeemed_at IS NULL', sid)
  }

  /** Remembers that an access token of an authorization was revoked, for as long as it would have lived. */
  revoke(id: string, jti: string, expires: number): void {
    this.#tables
      .open()
      .exec('INSERT OR REPLACE INTO revocations (jti, expires) VALUES (?, ?)', jti, expires)
    this.#marks.add('id = ?', id)
  }

  isRevoked(jti: string): boolean {
    const rows = this.#tables.existing()?.exec('SELECT 1 FROM revocations WHERE jti = ?', jti)
    return rows !== undefined && rows.toArray().length > 0
  }

  // What lists may show is kept, ended, until they have been told.
  #end(condition: string, ...values: SqlStorageValue[]): void {
    const sql = this.#tables.existing()
    if (sql === null) return
    this.#marks.add(condition, ...values)
    sql.exec(
      `UPDATE authorizations SET ended = 1, listing = 'remove'
       WHERE generation IS NOT NULL AND ended = 0 AND ${condition}`,
      ...values,
    )
    sql.exec(`DELETE FROM authorizations WHERE generation IS NULL AND ${condition}`, ...values)
  }
}
