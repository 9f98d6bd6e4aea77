/** Table user_credentials, and what of a user decides about a sign-in. Read by the user's own object only. */
import { LOCKABLE, LOCKED_OUT } from '../domain/password-attempts.ts'
import { commit, readFirst } from './database.ts'

export interface Credential {
  readonly login: string
  readonly status: string
  readonly passwordHash: string | null
}

interface Row {
  login: string
  status: string
  password_hash: string | null
}

/** Null when there is no such user. */
export async function findCredential(db: D1Database, userId: string): Promise<Credential | null> {
  const statement = db.prepare(
    `SELECT u.login, u.status, c.password_hash FROM users u
     LEFT JOIN user_credentials c ON c.user_id = u.id WHERE u.id = ?1`,
  )
  const row = await readFirst<Row>(statement.bind(userId))
  return row && { login: row.login, status: row.status, passwordHash: row.password_hash }
}

/** The password of a user who was just made. */
export const insertPassword = (
  db: D1Database,
  userId: string,
  passwordHash: string,
): D1PreparedStatement =>
  db
    .prepare('INSERT INTO user_credentials (user_id, password_hash) VALUES (?1, ?2)')
    .bind(userId, passwordHash)

/** What a write sets of somebody's credentials; null leaves it as it is. */
export interface SetCredentials {
  readonly passwordHash: string | null
  readonly recovery: { readonly question: string; readonly answerHash: string } | null
}

/** Stands right behind the change it belongs to, and sets nothing when that changed nothing. */
export const setCredentials = (
  db: D1Database,
  userId: string,
  { passwordHash, recovery }: SetCredentials,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO user_credentials (user_id, password_hash, recovery_question, recovery_answer_hash)
       SELECT ?1, ?2, ?3, ?4 WHERE changes() > 0 ON CONFLICT (user_id) DO UPDATE SET
       password_hash = coalesce(?2, password_hash), recovery_question = coalesce(?3, recovery_question),
       recovery_answer_hash = coalesce(?4, recovery_answer_hash)`,
    )
    .bind(userId, passwordHash, recovery?.question ?? null, recovery?.answerHash ?? null)

/** A better hash of the same password: false when the password has been changed since. */
export const replaceHash = (
  db: D1Database,
  userId: string,
  outdated: string,
  passwordHash: string,
): Promise<boolean> =>
  commit(db, [
    db
      .prepare(
        'UPDATE user_credentials SET password_hash = ?3 WHERE user_id = ?1 AND password_hash = ?2',
      )
      .bind(userId, outdated, passwordHash),
  ])

/** Changes nothing when the user's status has become one that cannot be locked out. */
export const lockOut = (db: D1Database, userId: string, now: number): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE users SET status = ?2, status_changed = ?3, last_updated = ?3, version = version + 1
       WHERE id = ?1 AND status IN (SELECT value FROM json_each(?4))`,
    )
    .bind(userId, LOCKED_OUT, now, JSON.stringify(LOCKABLE))
