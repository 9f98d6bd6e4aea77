/**
 * The sessions of one user, inside the user's object. A session is over when it was not used for a while, or at the
 * latest some time after its beginning; its secret is kept as a digest. Milliseconds.
 */
import { reach, type Ending } from '../domain/ending.ts'
import type { Dismissed, NamedSession, Participant, Session } from '../domain/session.ts'
import type { SessionBeginning } from '../domain/subjects.ts'
import { digest, equalText } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { randomAlphanumeric, randomId } from '../platform/random.ts'
import type { SubjectTables } from './subject-tables.ts'

interface SessionRow extends Record<string, SqlStorageValue> {
  id: string
  user_id: string
  sid: string
  secret_hash: string
  amr: string
  authenticated_at: number
  used_at: number
}

const COLUMNS = 'id, user_id, sid, secret_hash, amr, authenticated_at, used_at'

const expiresAt = ({ authenticated_at, used_at }: SessionRow): number =>
  Math.min(
    used_at + limits.sessionIdleSeconds * 1000,
    authenticated_at + limits.sessionSeconds * 1000,
  )

/** One that began beyond the skew ahead was dated by a clock that went back since, and would live for longer. */
const stands = (row: SessionRow, now: number): boolean =>
  now < expiresAt(row) && row.authenticated_at <= now + limits.clockSkewSeconds * 1000

/** The end in SQL. */
export const SESSION_END = `min(used_at + ${limits.sessionIdleSeconds * 1000},
  authenticated_at + ${limits.sessionSeconds * 1000})`

/** What is presented of a session, its secret as a digest; or what tokens call it. */
export type PresentedSession =
  { readonly id: string; readonly secretHash: string } | { readonly sid: string }

export const presented = async (named: NamedSession): Promise<PresentedSession> =>
  'sid' in named ? { sid: named.sid } : { id: named.id, secretHash: await digest(named.secret) }

export type EndedSession = Pick<Session, 'sid' | 'userId'>

export interface NewSession extends Omit<SessionBeginning, 'secret'> {
  readonly secretHash: string
  /** Whether one that was proved then, in milliseconds, has ended already. */
  readonly hasEnded: (authenticatedAt: number) => boolean
}

export class SubjectSessions {
  readonly #tables: SubjectTables

  constructor(tables: SubjectTables) {
    this.#tables = tables
  }

  /** Null: there is no such session, or it is over. */
  find(presented: PresentedSession, now: number): Session | null {
    const row = this.#shown(presented)
    return row !== null && stands(row, now) ? this.#session(row) : null
  }

  /** The session by its id alone, for what was begun in it. */
  standing(id: string, now: number): Session | null {
    const row = this.#row(id)
    return row !== null && stands(row, now) ? this.#session(row) : null
  }

  /** Whether a session was not ended. It may be over all the same, which ends nothing that was begun in it. */
  has(sid: string): boolean {
    return this.#row(sid, 'sid') !== null
  }

  /** Writes down that a session is used, once in a while; returns it as it is then. */
  touch(session: Session, now: number): Session {
    const row = this.#row(session.id)
    if (row === null || now - row.used_at < limits.sessionTouchSeconds * 1000) return session
    return this.use(session, now)
  }

  /** Writes down that a session is used now, which it must be alive for; returns it as it is then. */
  use({ id }: Session, now: number): Session {
    const [row] = this.#tables
      .open()
      .exec<SessionRow>(
        `UPDATE sessions SET used_at = max(used_at, ?2) WHERE id = ?1 RETURNING ${COLUMNS}`,
        id,
        now,
      )
    return this.#session(row!)
  }

  /**
   * Begins a session, in place of the one that its browser shows, which gives it the `sid`. Null: there is none whose
   * place it was to take, or what was proved has ended.
   */
  begin(
    { userId, secretHash, amr, onlyInPlace = false, hasEnded, now }: NewSession,
    shown: PresentedSession | null,
  ): Session | null {
    const replaced = shown && this.find(shown, now)
    if (onlyInPlace && replaced === null) return null
    // What takes a session's place without another proof is as old as the proof.
    const authenticatedAt = (onlyInPlace ? replaced?.authenticatedAt : null) ?? now
    if (hasEnded(authenticatedAt)) return null
    const row = {
      id: randomAlphanumeric(20),
      user_id: userId,
      sid: replaced?.sid ?? randomId('102'),
      secret_hash: secretHash,
      amr: JSON.stringify(amr),
      authenticated_at: authenticatedAt,
      used_at: now,
    }
    const sql = this.#tables.open()
    if (replaced !== null) sql.exec('DELETE FROM sessions WHERE id = ?', replaced.id)
    sql.exec(
      `INSERT INTO sessions (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ...Object.values(row),
    )
    return this.#session(row)
  }

  /** A client was given something in a session. */
  join(sid: string, { serverId, clientId }: Participant): void {
    this.#tables.open().exec(
      `INSERT OR IGNORE INTO participants (sid, server_id, client_id) SELECT ?1, ?2, ?3
         WHERE (SELECT count(*) FROM participants WHERE sid = ?1) < ?4`,
      sid,
      serverId,
      clientId,
      limits.participantsPerSessionMax,
    )
  }

  /** Who took part in a session that has ended. */
  dismiss({ sid, userId }: EndedSession): readonly Dismissed[] {
    const rows = this.#tables
      .open()
      .exec<{ server_id: string; client_id: string }>(
        'DELETE FROM participants WHERE sid = ? RETURNING server_id, client_id',
        sid,
      )
    return rows.toArray().map((row) => ({
      serverId: row.server_id,
      clientId: row.client_id,
      userId,
      sid,
    }))
  }

  /** Ends the oldest where there are too many beside a new one; which did. */
  crowdOut({ id }: Session): readonly EndedSession[] {
    return this.#deleted(
      'id IN (SELECT id FROM sessions WHERE id <> ? ORDER BY authenticated_at DESC, id LIMIT -1 OFFSET ?)',
      id,
      limits.sessionsPerUserMax - 1,
    )
  }

  /** Ends a session, also one that is over. */
  end(presented: PresentedSession): readonly EndedSession[] {
    const row = this.#shown(presented)
    return row === null ? [] : this.#deleted('id = ?', row.id)
  }

  /** Ends what an ending reaches. */
  endMatching(ending: Ending): readonly EndedSession[] {
    return this.#deleted('authenticated_at < ?', (reach(ending) + 1) * 1000)
  }

  #deleted(condition: string, ...values: SqlStorageValue[]): readonly EndedSession[] {
    const sql = this.#tables.existing()
    if (sql === null) return []
    const rows = sql.exec<{ sid: string; user_id: string }>(
      `DELETE FROM sessions WHERE ${condition} RETURNING sid, user_id`,
      ...values,
    )
    return rows.toArray().map(({ sid, user_id: userId }) => ({ sid, userId }))
  }

  #shown(presented: PresentedSession): SessionRow | null {
    if ('sid' in presented) return this.#row(presented.sid, 'sid')
    const row = this.#row(presented.id)
    return row !== null && equalText(row.secret_hash, presented.secretHash) ? row : null
  }

  #row(value: string, column: 'id' | 'sid' = 'id'): SessionRow | null {
    const select = `SELECT ${COLUMNS} FROM sessions WHERE ${column} = ?`
    return this.#tables.existing()?.exec<SessionRow>(select, value).toArray()[0] ?? null
  }

  #session(row: SessionRow): Session {
    return {
      id: row.id,
      sid: row.sid,
      userId: row.user_id,
      authenticatedAt: row.authenticated_at,
      amr: JSON.parse(row.amr) as string[],
      expiresAt: expiresAt(row),
    }
  }
}
