/** People with a role and an API token, put into the database as they are. */
import { env } from 'cloudflare:workers'
import { KeyEncryption } from '../../src/platform/key-encryption.ts'
import { randomId } from '../../src/platform/random.ts'
import { testBindings } from '../bindings.ts'
import { api, unique } from './support.ts'

export interface Person {
  readonly id: string
  readonly tokenId: string
  readonly authorization: string
}

/** A person with these roles, and an API token of theirs that does not expire. */
export async function aPerson(...roles: readonly string[]): Promise<Person> {
  // The org must exist before anybody is in it.
  await api('GET', '/api/v1/authorizationServers')
  const person = { id: randomId('00u'), tokenId: randomId('00T'), value: unique('00token') }
  const keys = KeyEncryption.parse(testBindings.KEY_ENCRYPTION_KEY)!
  const mac = await keys.mac(person.value, 'api-token-mac')
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO users (id, login, status, profile, created, last_updated) VALUES (?1, ?2, 'ACTIVE', '{}', 1, 1)`,
    ).bind(person.id, `${person.id}@example.com`),
    ...roles.map((role) =>
      env.DB.prepare(
        `INSERT INTO role_assignments (id, principal_type, principal_id, role, created, last_updated)
         VALUES (?1, 'USER', ?2, ?3, 1, 1)`,
      ).bind(randomId('ra1'), person.id, role),
    ),
    env.DB.prepare(
      `INSERT INTO api_tokens (id, name, user_id, mac, created, last_updated) VALUES (?1, 'test', ?2, ?3, 1, 1)`,
    ).bind(person.tokenId, person.id, mac),
  ])
  return { ...person, authorization: `SSWS ${person.value}` }
}

export const setUserStatus = (id: string, status: string): Promise<unknown> =>
  env.DB.prepare('UPDATE users SET status = ?2 WHERE id = ?1').bind(id, status).run()
