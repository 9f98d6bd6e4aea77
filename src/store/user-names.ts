/** Table users, as far as others need to name one. */
import { readFirst } from './database.ts'

export interface UserName {
  readonly id: string
  readonly login: string
}

export const findUserName = (db: D1Database, id: string): Promise<UserName | null> =>
  readFirst<UserName>(db.prepare('SELECT id, login FROM users WHERE id = ?1').bind(id))
