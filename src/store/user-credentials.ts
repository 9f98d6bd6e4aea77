/** Table user_credentials: what a person proves to be themselves with. Its hashes are read by the person's object. */
import { LOCKABLE, LOCKED_OUT } from '../domain/password-attempts.ts'
import { commit } from './database.ts'

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

/** Lets in whoever replaces an expired password. Changes nothing when the password or the status is another one. */
export const replaceExpired = (
  db: D1Database,
  userId: string,
  outdated: string,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE users SET status = 'ACTIVE', status_changed = ?3, password_changed = ?3, last_updated = ?3,
       version = version + 1 WHERE id = ?1 AND status = 'PASSWORD_EXPIRED' AND EXISTS (
       SELECT 1 FROM user_credentials WHERE user_id = ?1 AND password_hash = ?2)`,
    )
    .bind(userId, outdated, now)

/** Changes nothing when the user's status has become one that cannot be locked out. */
export const lockOut = (db: D1Database, userId: string, now: number): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE users SET status = ?2, status_changed = ?3, last_updated = ?3, version = version + 1
       WHERE id = ?1 AND status IN (SELECT value FROM json_each(?4))`,
    )
    .bind(userId, LOCKED_OUT, now, JSON.stringify(LOCKABLE))
