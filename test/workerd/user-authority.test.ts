/**
 * Who may change whom: an administrator is changed only by who could make one, and the last super administrator in use
 * stays one, also when two of them turn against each other at the same time.
 */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { managementRoutes } from '../../src/management/routes.ts'
import { anAdministrator } from './app-support.ts'
import { aPerson, type Person } from './principals.ts'
import { answered, api, type Json } from './support.ts'
import { aUser, USERS } from './user-support.ts'

const { DB } = env

/** Status and code, whatever was answered. */
async function outcome(
  method: string,
  path: string,
  authorization: string,
  body?: Json,
): Promise<readonly [number, unknown]> {
  const response = await api(method, path, body, authorization)
  if (response.status === 204) return [204, undefined]
  const [status, error] = await answered(response)
  return [status, error['errorCode']]
}

const PASSWORD = 'Correct-horse-battery-2'

/** A body that is valid wherever one is read. */
const BODIES: Readonly<Record<string, Json>> = {
  '': { profile: { nickName: 'Other' }, credentials: { password: { value: PASSWORD } } },
  '/credentials/change_password': { oldPassword: { value: 'x' }, newPassword: { value: PASSWORD } },
  '/credentials/forgot_password_recovery_question': {
    password: { value: PASSWORD },
    recovery_question: { answer: 'nobody' },
  },
  '/credentials/change_recovery_question': {
    password: { value: 'x' },
    recovery_question: { question: 'Who?', answer: 'nobody' },
  },
}

/** What changes a user, their credentials or their status. What somebody gave away is ended by whoever may. */
const CHANGES = managementRoutes
  .filter(
    ({ method, path }) =>
      method !== 'GET' && /^\/api\/v1\/users\/:userId($|\/lifecycle|\/credentials)/.test(path),
  ) // prettier-ignore
  .map(({ method, path, permission }) => ({
    method,
    below: path.replace('/api/v1/users/:userId', ''),
    isOfCredentials: permission === 'okta.users.credentials.manage',
  }))

const QUERY = '?sendEmail=false'

const row = (id: string): Promise<unknown> =>
  DB.prepare('SELECT * FROM users WHERE id = ?1').bind(id).first()

async function refusedAll(who: string, target: string, changes = CHANGES): Promise<void> {
  const before = await row(target)
  for (const { method, below } of changes)
    expect([below, await outcome(method, `${USERS}/${target}${below}${QUERY}`, who, BODIES[below])]).toEqual([below, [403, 'E0000006']]) // prettier-ignore
  expect(await row(target)).toEqual(before)
}

describe('an administrator', () => {
  it('is not changed by who administers people, in any way there is', async () => {
    expect(CHANGES).toHaveLength(17)
    const { authorization } = await aPerson('USER_ADMIN', 'ORG_ADMIN')
    for (const role of ['SUPER_ADMIN', 'READ_ONLY_ADMIN', 'REPORT_ADMIN'])
      await refusedAll(authorization, (await aPerson(role)).id)
  })

  it('is not given a password or unlocked by a help desk', async () => {
    const { authorization } = await aPerson('HELP_DESK_ADMIN')
    const changes = CHANGES.filter((one) => one.isOfCredentials)
    expect(changes).toHaveLength(9)
    await refusedAll(authorization, (await aPerson('APP_ADMIN')).id, changes)
  })

  it('is not changed by a super administrator’s app that may not give roles', async () => {
    const app = await anAdministrator('SUPER_ADMIN', 'okta.users.manage')
    await refusedAll(app, (await aPerson('ORG_ADMIN')).id)
    const both = await anAdministrator('SUPER_ADMIN', 'okta.users.manage', 'okta.roles.manage')
    const { id } = await aPerson('ORG_ADMIN')
    expect(await outcome('POST', `${USERS}/${id}/lifecycle/suspend`, both)).toEqual([200, undefined]) // prettier-ignore
  })

  it('is one from the moment that the role is given, also for a change that began before', async () => {
    const { authorization } = await aPerson('USER_ADMIN')
    for (let round = 0; round < 10; round++) {
      const user = await aUser()
      const path = `${USERS}/${user['id']}`
      const [changed] = await Promise.all([
        outcome('POST', path, authorization, { profile: { nickName: 'Climber' } }),
        api('POST', `${path}/roles`, { type: 'SUPER_ADMIN' }),
      ])
      expect([200, 403]).toContain(changed[0])
      expect(await outcome('POST', path, authorization, { profile: {} })).toEqual([403, 'E0000006'])
    }
  })

  it('keeps others from the API tokens of super administrators', async () => {
    const { tokenId } = await aPerson('SUPER_ADMIN')
    const { authorization } = await aPerson('ORG_ADMIN')
    const path = `/api/v1/api-tokens/${tokenId}`
    for (const method of ['PUT', 'DELETE'])
      expect(await outcome(method, path, authorization, method === 'PUT' ? { name: 'mine' } : undefined)).toEqual([403, 'E0000006']) // prettier-ignore
  })

  it('gives no role to anybody without being a super administrator', async () => {
    const user = await aUser()
    for (const role of ['ORG_ADMIN', 'USER_ADMIN', 'READ_ONLY_ADMIN']) {
      const { authorization, id } = await aPerson(role)
      for (const target of [user['id'], id, 'me'])
        expect(await outcome('POST', `${USERS}/${target}/roles`, authorization, { type: role })).toEqual([403, 'E0000006']) // prettier-ignore
    }
  })
})

describe('people without a role', () => {
  it('are changed by who administers people', async () => {
    const { authorization } = await aPerson('USER_ADMIN')
    for (const { method, below } of CHANGES) {
      const user = await aUser()
      const path = `${USERS}/${user['id']}${below}${QUERY}`
      const [status, code] = await outcome(method, path, authorization, BODIES[below])
      expect([below, code === 'E0000006', status < 500]).toEqual([below, false, true])
    }
  })
})

describe('the last super administrator in use', () => {
  const LEFT = [400, 'E0000001']

  const roleOf = async (id: string): Promise<string> =>
    (await DB.prepare('SELECT id FROM role_assignments WHERE principal_id = ?1').bind(id).first<{ id: string }>())!.id // prettier-ignore

  const remaining = async (): Promise<number> =>
    (await DB.prepare(
      `SELECT count(*) AS n FROM role_assignments r JOIN users u ON u.id = r.principal_id
       WHERE r.role = 'SUPER_ADMIN' AND u.status = 'ACTIVE'`,
    ).first<{ n: number }>())!.n // prettier-ignore

  /** Each way in which somebody stops being a super administrator in use. */
  const WAYS: Readonly<Record<string, (id: string) => Promise<readonly [string, string]>>> = {
    'loses the role': async (id) => ['DELETE', `${USERS}/${id}/roles/${await roleOf(id)}`],
    'is deactivated': async (id) => ['POST', `${USERS}/${id}/lifecycle/deactivate`],
    'is suspended': async (id) => ['POST', `${USERS}/${id}/lifecycle/suspend`],
    'is deleted': async (id) => ['DELETE', `${USERS}/${id}`],
  }

  beforeEach(async () => {
    await aPerson('SUPER_ADMIN')
    await DB.prepare(`DELETE FROM role_assignments WHERE role = 'SUPER_ADMIN'`).run()
  })

  it.each(Object.keys(WAYS))('refuses whatever by which nobody would be left: %s', async (way) => {
    const { id, authorization } = await aPerson('SUPER_ADMIN')
    await aPerson('ORG_ADMIN')
    const [method, path] = await WAYS[way]!(id)
    expect(await outcome(method, path, authorization)).toEqual(LEFT)
    expect(await remaining()).toBe(1)
    const other = await aPerson('SUPER_ADMIN')
    expect((await outcome(method, path, other.authorization))[0]).toBeLessThan(300)
    expect(await remaining()).toBe(1)
  })

  it.each(Object.keys(WAYS))('is left when two act against each other at once: %s', async (way) => {
    for (let round = 0; round < 6; round++) {
      await DB.prepare(`DELETE FROM role_assignments WHERE role = 'SUPER_ADMIN'`).run()
      const [one, other] = [await aPerson('SUPER_ADMIN'), await aPerson('SUPER_ADMIN')]
      const against = async (from: Person, to: Person) => {
        const [method, path] = await WAYS[way]!(to.id)
        return outcome(method, path, from.authorization)
      }
      const outcomes = await Promise.all([against(one, other), against(other, one)])
      expect(outcomes.filter(([status]) => status < 300)).toHaveLength(1)
      expect(await remaining()).toBe(1)
    }
  })
})
