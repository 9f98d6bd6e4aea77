/** Groups and people for tests, made through the door where there is one. */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { made, unique, type Json } from './support.ts'

export const GROUPS = '/api/v1/groups'

export const aGroup = (name = unique('group'), description: string | null = null): Promise<Json> =>
  made(200, 'POST', GROUPS, { profile: { name, description } })

/** Rows of users, in the built-in group like everybody. */
export async function users(count: number, prefix = unique('u')): Promise<readonly string[]> {
  const ids = Array.from({ length: count }, (_, at) => `00u${prefix}${String(at).padStart(5, '0')}`)
  const all = JSON.stringify(ids)
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO users (id, login, status, profile, created, last_updated)
       SELECT value, value || '@example.com', 'ACTIVE', json_object('login', value || '@example.com', 'email', value ||
       '@example.com', 'firstName', 'First' || key, 'lastName', 'Last' || key), 1, 1 FROM json_each(?1)`,
    ).bind(all),
    env.DB.prepare(
      `INSERT INTO user_attributes (attribute, value, user_id) SELECT p.key, p.atom, u.id
       FROM json_each(?1) l JOIN users u ON u.id = l.value, json_each(u.profile) p`,
    ).bind(all),
    env.DB.prepare(
      `INSERT INTO group_members (group_id, user_id, created) SELECT g.id, value, 1
       FROM json_each(?1), groups g WHERE g.type = 'BUILT_IN'`,
    ).bind(all),
  ])
  return ids
}

export async function aUser(): Promise<string> {
  return (await users(1))[0]!
}

/** Puts many users into a group at once, behind the door. */
export async function fill(groupId: string, ids: readonly string[]): Promise<void> {
  await env.DB.prepare(
    'INSERT INTO group_members (group_id, user_id, created) SELECT ?1, value, 1 FROM json_each(?2)',
  )
    .bind(groupId, JSON.stringify(ids))
    .run()
}

export const everyone = async (): Promise<Json> =>
  (await made(200, 'GET', `${GROUPS}?q=Everyone`))[0] as Json

/** Rows that wait to be told, of those users. */
export async function waiting(kind: string): Promise<readonly string[]> {
  const { results } = await env.DB.prepare('SELECT subject FROM outbox WHERE kind = ?1')
    .bind(kind)
    .all<{ subject: string }>()
  return results.map(({ subject }) => subject)
}

const subject = (userId: string) => env.SUBJECT.getByName(userId)

/** Lets a person's object keep something of the person, as its first use would. */
export const rememberProjection = (userId: string): Promise<void> =>
  runInDurableObject(subject(userId), (_, state) => state.storage.kv.put('projection', { kept: 1 }))

export const keepsProjection = (userId: string): Promise<boolean> =>
  runInDurableObject(
    subject(userId),
    (_, state) => state.storage.kv.get('projection') !== undefined,
  )
