/** People for tests of their objects: rows of the database, changed behind the door, and a database that is away. */
import { env } from 'cloudflare:workers'
import type { UserStatus } from '../../src/domain/user-status.ts'
import { subject } from './subject-support.ts'
import { unique } from './support.ts'

const run = (sql: string, ...values: (string | null)[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run()

/** An active person, with a stored password or without any. */
export async function aPerson(passwordHash: string | null = null): Promise<string> {
  const id = unique('00u')
  const login = `${id}@example.com`
  await run(
    `INSERT INTO users (id, login, status, profile, created, last_updated)
     VALUES (?1, ?2, 'ACTIVE', json_object('login', ?2), 1, 1)`,
    id,
    login,
  )
  await run(
    'INSERT INTO user_credentials (user_id, password_hash) VALUES (?1, ?2)',
    id,
    passwordHash,
  )
  return id
}

export async function anApp(): Promise<string> {
  const id = unique('0oa')
  await run(
    `INSERT INTO apps (id, client_id, label, status, grant_types, token_endpoint_auth_method, profile, document,
     tokens_not_before, version, created, last_updated)
     VALUES (?1, ?1, 'app', 'ACTIVE', '[]', 'none', '{}', '{}', 0, 1, 1, 1)`,
    id,
  )
  return id
}

/** An app that is assigned to a person; null: without a name of its own for them. */
export async function anAppOf(userId: string, userName: string | null): Promise<string> {
  const id = await anApp()
  await run(
    `INSERT INTO app_users (app_id, user_id, user_name, profile, created, last_updated)
     VALUES (?1, ?2, ?3, '{}', 1, 1)`,
    id,
    userId,
    userName,
  )
  return id
}

/** A group of a person that has an app. */
export async function aGroupWith(userId: string, appId: string): Promise<string> {
  const id = unique('00g')
  await run(
    "INSERT INTO groups (id, type, name, created, last_updated) VALUES (?1, 'OKTA_GROUP', ?1, 1, 1)",
    id,
  )
  await run('INSERT INTO group_members (group_id, user_id) VALUES (?1, ?2)', id, userId)
  await run(
    `INSERT INTO app_groups (app_id, group_id, priority, profile, created, last_updated)
     VALUES (?1, ?2, 0, '{}', 1, 1)`,
    appId,
    id,
  )
  return id
}

/** Changes a person and tells their object, as the management API does. */
export async function setStatus(userId: string, status: UserStatus): Promise<void> {
  await run('UPDATE users SET status = ?2 WHERE id = ?1', userId, status)
  await subject(userId).markStale()
}

/** Runs while a table of the configuration database does not answer. */
export async function withoutTable<Result>(
  table: string,
  work: () => Promise<Result>,
): Promise<Result> {
  await env.DB.prepare(`ALTER TABLE ${table} RENAME TO away`).run()
  try {
    return await work()
  } finally {
    await env.DB.prepare(`ALTER TABLE away RENAME TO ${table}`).run()
  }
}
