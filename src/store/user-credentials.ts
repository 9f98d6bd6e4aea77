/** Table user_credentials: what a person proves to be themselves with. Its hashes are read by the person's object. */
import { LOCKABLE, LOCKED_OUT } from '../domain/password-attempts.ts'
import type { UserStatus } from '../domain/user-status.ts'
import { commit, readFirst } from './database.ts'

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

/** A password in the place of another one, or of none. */
export interface PasswordInPlace {
  readonly userId: string
  /** The hash that the user must still have; null: none. */
  readonly outdated: string | null
  /** The statuses that the user may be in. */
  readonly from: readonly UserStatus[]
}

/** Lets in whoever chose a password. Changes nothing when the password before it or the status is another one. */
export const putInPlace = (
  db: D1Database,
  { userId, outdated, from }: PasswordInPlace,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE users SET status = 'ACTIVE', password_changed = ?3, last_updated = ?3, version = version + 1,
       status_changed = CASE status WHEN 'ACTIVE' THEN status_changed ELSE ?3 END
       WHERE id = ?1 AND status IN (SELECT value FROM json_each(?4))
       AND (SELECT password_hash FROM user_credentials WHERE user_id = ?1) IS ?2`,
    )
    .bind(userId, outdated, now, JSON.stringify(from))

/** Changes nothing unless the user is locked out. */
export const unlock = (db: D1Database, userId: string, now: number): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE users SET status = 'ACTIVE', status_changed = ?3, last_updated = ?3, version = version + 1
       WHERE id = ?1 AND status = ?2`,
    )
    .bind(userId, LOCKED_OUT, now)

/** The question that somebody may be asked, and the hash of its answer; null: there is none. */
export async function readRecoveryQuestion(
  db: D1Database,
  userId: string,
): Promise<SetCredentials['recovery']> {
  const row = await readFirst<{ question: string | null; hash: string | null }>(
    db
      .prepare(
        `SELECT recovery_question AS question, recovery_answer_hash AS hash FROM user_credentials
         WHERE user_id = ?1`,
      )
      .bind(userId),
  )
  if (row === null || row.question === null || row.hash === null) return null
  return { question: row.question, answerHash: row.hash }
}

/** Changes nothing when the user's status has become one that cannot be locked out. */
export const lockOut = (db: D1Database, userId: string, now: number): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE users SET status = ?2, status_changed = ?3, last_updated = ?3, version = version + 1
       WHERE id = ?1 AND status IN (SELECT value FROM json_each(?4))`,
    )
    .bind(userId, LOCKED_OUT, now, JSON.stringify(LOCKABLE))
