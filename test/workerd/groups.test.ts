/** Groups and who is in them, through the management API. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { anAdministrator, refusal, statuses } from './app-support.ts'
import {
  aGroup,
  aUser,
  everyone,
  fill,
  GROUPS,
  keepsProjection,
  rememberProjection,
  users,
  waiting,
} from './group-support.ts'
import {
  answered,
  aPolicy,
  api,
  aRule,
  aServer,
  made,
  ORIGIN,
  unique,
  type Json,
} from './support.ts'

const { DB } = env
const members = (groupId: string): string => `${GROUPS}/${groupId}/users`

beforeAll(() => api('GET', GROUPS))

const memberIds = async (groupId: string): Promise<readonly string[]> => {
  const { results } = await DB.prepare(
    'SELECT user_id FROM group_members WHERE group_id = ?1 ORDER BY user_id',
  )
    .bind(groupId)
    .all<{ user_id: string }>()
  return results.map((row) => row.user_id)
}

/** What the log says happened to the memberships of a user. */
async function membershipEvents(userId: string): Promise<readonly string[]> {
  const { results } = await env.LOG_DB.prepare(
    `SELECT event_type FROM events WHERE event_type LIKE 'group.user_membership.%' AND instr(document, ?1) > 0`,
  )
    .bind(userId)
    .all<{ event_type: string }>()
  return results.map(({ event_type }) => event_type.split('.').at(-1)!)
}

describe('a group', () => {
  it('is created, read, replaced and deleted', async () => {
    const name = unique('group')
    const group = await made(200, 'POST', GROUPS, { profile: { name, description: 'of tests' } })
    expect(group).toEqual({
      id: expect.stringMatching(/^00g/),
      created: expect.stringMatching(/\.000Z$/),
      lastUpdated: group['created'],
      lastMembershipUpdated: group['created'],
      objectClass: ['okta:user_group'],
      type: 'OKTA_GROUP',
      profile: { name, description: 'of tests' },
      _links: {
        self: { href: `${ORIGIN}${GROUPS}/${group['id']}` },
        users: { href: `${ORIGIN}${GROUPS}/${group['id']}/users` },
        apps: { href: `${ORIGIN}${GROUPS}/${group['id']}/apps` },
      },
    })
    expect(Object.keys(group).slice(0, 7)).toEqual(
      'id created lastUpdated lastMembershipUpdated objectClass type profile'.split(' '),
    )
    const path = `${GROUPS}/${group['id']}`
    expect(await made(200, 'GET', path)).toEqual(group)
    const renamed = await made(200, 'PUT', path, { ...group, profile: { name: `${name}-2` } })
    expect(renamed['profile']).toEqual({ name: `${name}-2`, description: null })
    expect((await api('DELETE', path)).status).toBe(204)
    const [status, gone] = await answered(await api('GET', path))
    expect([status, gone['errorCode'], gone['errorSummary']]).toEqual([
      404,
      'E0000007',
      `Not found: Resource not found: ${group['id']} (UserGroup)`,
    ])
    for (const method of ['PUT', 'DELETE'])
      expect((await api(method, path, { profile: { name } })).status).toBe(404)
  })

  it('keeps the bytes of its name', async () => {
    const name = ` ${unique('Ünïcode 组')} \\"; DROP TABLE groups; -- `
    expect((await aGroup(name))['profile']['name']).toBe(name)
  })

  it.each([
    ['profile: The field is missing', {}],
    ['profile.name: The field is missing', { profile: {} }],
    ['profile.name: ', { profile: { name: '' } }],
    ['profile.name: The field cannot be left blank', { profile: { name: '  ' } }],
    ['profile.name: ', { profile: { name: 'x'.repeat(256) } }],
    ['profile.name: ', { profile: { name: 7 } }],
    ['profile.description: ', { profile: { name: 'x', description: 'x'.repeat(1025) } }],
    ["profile: Property name 'color' is not", { profile: { name: 'x', color: 'red' } }],
  ])('is refused with the cause %s', async (cause, body) => {
    expect(await refusal('POST', GROUPS, body)).toContain(cause)
  })

  it('has a name of its own, also when two ask for it at the same time', async () => {
    const cause = 'name: An object with this field already exists in the current organization'
    const { profile } = await aGroup()
    expect(await refusal('POST', GROUPS, { profile })).toBe(cause)
    const other = await aGroup()
    expect(await refusal('PUT', `${GROUPS}/${other['id']}`, { profile })).toBe(cause)
    const body = { profile: { name: unique('raced') } }
    const raced = ['POST', 'POST', 'POST'].map((method) => api(method, GROUPS, body))
    expect(await statuses(raced)).toEqual([200, 400, 400])
    expect(await made(200, 'GET', `${GROUPS}?q=${body.profile.name}`)).toHaveLength(1)
  })

  it('of everybody is neither edited nor deleted, nor its members changed', async () => {
    const { id, type, profile } = (await everyone()) as Json
    expect([type, profile]).toEqual([
      'BUILT_IN',
      { name: 'Everyone', description: 'All users in your organization' },
    ])
    const user = await aUser()
    for (const [method, path, body] of [
      ['PUT', `${GROUPS}/${id}`, { profile: { name: 'Nobody' } }],
      ['DELETE', `${GROUPS}/${id}`, undefined],
      ['PUT', `${members(id)}/${user}`, undefined],
      ['DELETE', `${members(id)}/${user}`, undefined],
    ] as const) {
      const [status, error] = await answered(await api(method, path, body))
      expect([status, error['errorCode']]).toEqual([403, 'E0000006'])
    }
    expect(await memberIds(id)).toContain(user)
  })
})

describe('a list of groups', () => {
  it('is read over several pages without a gap or a repetition', async () => {
    const own = await Promise.all(Array.from({ length: 5 }, () => aGroup()))
    const seen = await pagesOf(`${GROUPS}?limit=2`)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual(expect.arrayContaining(own.map((group) => group['id'])))
  })

  it('finds by the beginning of the name, upper and lower case alike', async () => {
    const name = unique('West Coast')
    await aGroup(`${name} b`)
    await aGroup(`${name.toUpperCase()} A`)
    await aGroup(`x${name}`)
    const found = await made(200, 'GET', `${GROUPS}?q=${encodeURIComponent(name.toLowerCase())}`)
    expect(found.map((group: Json) => group['profile']['name'])).toEqual([
      `${name.toUpperCase()} A`,
      `${name} b`,
    ])
    expect(await made(200, 'GET', `${GROUPS}?q=%25`)).toEqual([])
  })

  it('counts members and apps where statistics are asked for', async () => {
    const { id, profile } = (await aGroup()) as Json
    await fill(id, await users(3))
    const groups = await made(200, 'GET', `${GROUPS}?q=${profile.name}&expand=stats`)
    expect(groups[0]['_embedded']['stats']).toMatchObject({ usersCount: 3, appsCount: 0 })
  })

  it.each(['limit=0', 'limit=-1', 'limit=x', `q=${'x'.repeat(1025)}`])(
    'refuses %s',
    async (query) => {
      const [status, error] = await answered(await api('GET', `${GROUPS}?${query}`))
      expect([status, error['errorCode']]).toEqual([400, 'E0000054'])
    },
  )
})

/** Ids of every page of a list, of as many items each as are asked for. */
async function pagesOf(path: string): Promise<readonly string[]> {
  const seen: string[] = []
  let next: string | undefined = path
  while (next !== undefined) {
    const response: Response = await api('GET', next)
    expect(response.status).toBe(200)
    seen.push(...((await response.json()) as Json[]).map((item) => item['id']))
    next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
  }
  return seen
}

describe('a search of groups', () => {
  const name = unique('searched')
  const at = (path: string, criterion: string, rest = ''): string =>
    `${GROUPS}?${path}=${encodeURIComponent(criterion)}${rest}`

  it('finds by the attributes that Okta names, over several pages and in an order', async () => {
    const [a, b, c] = await Promise.all(
      ['b', 'a', 'C'].map((letter, n) => aGroup(`${name} ${letter}`, `number ${n}`)),
    )
    const [first, second, third] = [a!['id'], b!['id'], c!['id']]
    await DB.batch(
      [first, second, third].map((id, n) =>
        DB.prepare(
          'UPDATE groups SET last_updated = ?2, last_membership_updated = ?2 WHERE id = ?1',
        ).bind(id, 1000 + n),
      ),
    )
    const begins = `profile.name sw "${name.toUpperCase()}"`
    const all = [first, second, third].sort()
    expect(await pagesOf(at('search', begins, '&limit=1'))).toEqual(all)
    expect(await pagesOf(at('search', begins, '&limit=1&sortBy=profile.name'))).toEqual([second, first, third]) // prettier-ignore
    expect(await pagesOf(at('search', begins, '&limit=2&sortBy=lastUpdated&sortOrder=desc'))).toEqual([third, second, first]) // prettier-ignore
    const later = 'lastUpdated ge "1970-01-01T00:16:41.000Z"'
    expect(await pagesOf(at('search', `${begins} and ${later}`))).toEqual([second, third].sort())
    expect(await pagesOf(at('search', `${begins} and not (profile.description eq "Number 1")`))).toEqual([first, third].sort()) // prettier-ignore
    expect(await pagesOf(at('search', `id eq "${first}" or profile.name eq "${name} A"`))).toEqual([first, second].sort()) // prettier-ignore
    const early =
      'type eq "OKTA_GROUP" and (lastUpdated lt "1970-01-01T00:16:42.000Z" or lastMembershipUpdated lt "1970-01-01T00:16:41Z")'
    const found = await pagesOf(at('filter', early))
    expect([found.includes(first), found.includes(second), found.includes(third)]).toEqual([true, true, false]) // prettier-ignore
    expect(await pagesOf(at('filter', 'type eq "BUILT_IN"'))).toEqual([(await everyone())['id']])
    expect(await pagesOf(at('filter', 'type eq "APP_GROUP"'))).toEqual([])
  })

  it.each([
    ['filter', 'profile.name eq "x"', 'E0000053'],
    ['filter', 'type like "x"', 'E0000053'],
    ['search', 'profile.color eq "x"', 'E0000031'],
    ['search', 'source.id eq "x"', 'E0000031'],
    ['search', 'profile.name', 'E0000031'],
    ['search', 'lastUpdated gt "yesterday"', 'E0000031'],
    ['search', "profile.name eq 'x' or 1=1", 'E0000031'],
  ])('refuses %s=%s with %s', async (parameter, criterion, code) => {
    const [status, error] = await answered(await api('GET', at(parameter, criterion)))
    expect([status, error['errorCode']]).toEqual([400, code])
  })

  it('refuses several criteria, and an order that is none', async () => {
    const several = await api('GET', at('search', 'id pr', '&q=x'))
    expect((await answered(several))[1]['errorCode']).toBe('E0000033')
    const byColor = await api('GET', at('search', 'id pr', '&sortBy=color'))
    expect((await answered(byColor))[1]['errorCode']).toBe('E0000031')
  })
})

describe('the members of a group', () => {
  it('are listed as users over several pages, and each has their groups', async () => {
    const { id } = (await aGroup()) as Json
    const ids = await users(5)
    await fill(id, ids)
    expect(await pagesOf(`${members(id)}?limit=2`)).toEqual([...ids].sort())
    const [user] = (await made(200, 'GET', `${members(id)}?limit=1`)) as never as Json[]
    expect(user).toMatchObject({ id: ids[0], status: 'ACTIVE', profile: { firstName: 'First0' } })
    const { id: everybody } = (await everyone()) as Json
    const groups = await made(200, 'GET', `/api/v1/users/${ids[0]}/groups`)
    expect(groups.map((group: Json) => group['id'])).toEqual([everybody, id].sort())
    const byLogin = await made(200, 'GET', `/api/v1/users/${user!['profile']['login']}/groups`)
    expect(byLogin).toEqual(groups)
    expect((await made(200, 'GET', '/api/v1/users/me/groups'))[0]['id']).toBe(everybody)
    for (const path of [members('00gnothing'), '/api/v1/users/00unobody/groups'])
      expect((await api('GET', path)).status).toBe(404)
  })
})

describe('a member', () => {
  it('is added once and removed once, and asking again changes nothing', async () => {
    const { id } = (await aGroup()) as Json
    const user = await aUser()
    await DB.prepare('UPDATE groups SET last_membership_updated = 5 WHERE id = ?1').bind(id).run()
    const path = `${members(id)}/${user}`
    for (let time = 0; time < 2; time++) expect((await api('PUT', path)).status).toBe(204)
    expect(await memberIds(id)).toEqual([user])
    const group = await made(200, 'GET', `${GROUPS}/${id}`)
    expect(group['lastMembershipUpdated']).not.toBe('1970-01-01T00:00:05.000Z')
    for (let time = 0; time < 2; time++) expect((await api('DELETE', path)).status).toBe(204)
    expect(await memberIds(id)).toEqual([])
    expect([...(await membershipEvents(user))].sort()).toEqual(['add', 'remove'])
  })

  it('and the group must exist', async () => {
    const { id } = (await aGroup()) as Json
    const user = await aUser()
    for (const method of ['PUT', 'DELETE'])
      for (const [path, missing] of [
        [`${members(id)}/00unobody`, '00unobody (User)'],
        [`${members('00gnothing')}/${user}`, '00gnothing (UserGroup)'],
        [`${members(id)}/${id}`, `${id} (User)`],
      ]) {
        const [status, error] = await answered(await api(method, path!))
        expect([status, error['errorSummary']]).toEqual([
          404,
          `Not found: Resource not found: ${missing}`,
        ])
      }
  })

  it('is told before the answer that what is kept of them is no longer true', async () => {
    const { id } = (await aGroup()) as Json
    const user = await aUser()
    for (const method of ['PUT', 'DELETE']) {
      await rememberProjection(user)
      expect((await api(method, `${members(id)}/${user}`)).status).toBe(204)
      expect(await keepsProjection(user)).toBe(false)
    }
  })

  it('that is added and removed at the same time is one of both, and the log agrees', async () => {
    const { id } = (await aGroup()) as Json
    const user = await aUser()
    const path = `${members(id)}/${user}`
    const calls = ['PUT', 'DELETE', 'PUT', 'DELETE', 'PUT'].map((method) => api(method, path))
    expect(await statuses(calls)).toEqual([204, 204, 204, 204, 204])
    const events = await membershipEvents(user)
    const count = (verb: string): number => events.filter((one) => one === verb).length
    expect(await memberIds(id)).toHaveLength(count('add') - count('remove'))
  })

  it('is in at most 1,000 groups', async () => {
    const user = await aUser()
    await DB.batch([
      DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 998)
         INSERT INTO groups (id, type, name, created, last_updated)
         SELECT '00gfull' || i, 'OKTA_GROUP', 'full' || i, 1, 1 FROM n`,
      ),
      DB.prepare(
        `INSERT INTO group_members (group_id, user_id) SELECT id, ?1 FROM groups WHERE id LIKE '00gfull%'`,
      ).bind(user),
    ])
    const [last, over] = [await aGroup(), await aGroup()]
    expect((await api('PUT', `${members(last['id'])}/${user}`)).status).toBe(204)
    expect(await refusal('PUT', `${members(over['id'])}/${user}`)).toContain('userId: ')
    expect((await api('PUT', `${members(last['id'])}/${user}`)).status).toBe(204)
    await DB.prepare(`DELETE FROM groups WHERE id LIKE '00gfull%'`).run()
  })

  it('is managed by whoever may manage members, who may not manage groups', async () => {
    const { id } = (await aGroup()) as Json
    const user = await aUser()
    const admin = await anAdministrator('GROUP_MEMBERSHIP_ADMIN', 'okta.groups.manage')
    expect((await api('PUT', `${members(id)}/${user}`, undefined, admin)).status).toBe(204)
    expect((await api('DELETE', `${members(id)}/${user}`, undefined, admin)).status).toBe(204)
    expect((await api('DELETE', `${GROUPS}/${id}`, undefined, admin)).status).toBe(403)
    expect((await api('GET', GROUPS, undefined, admin)).status).toBe(200)
    const reader = await anAdministrator('READ_ONLY_ADMIN', 'okta.groups.read')
    expect((await api('PUT', `${members(id)}/${user}`, undefined, reader)).status).toBe(403)
  })
})

describe('the end of a group', () => {
  it('takes its memberships along and tells every member', async () => {
    const { id } = (await aGroup()) as Json
    const ids = await users(60)
    await fill(id, ids)
    const [one, other] = [ids[0]!, ids.at(-1)!]
    await rememberProjection(one)
    await rememberProjection(other)
    expect((await api('DELETE', `${GROUPS}/${id}`)).status).toBe(204)
    expect(await memberIds(id)).toEqual([])
    expect([await keepsProjection(one), await keepsProjection(other)]).toEqual([false, false])
    expect(await waiting('subject.stale')).toEqual([])
  })

  it('takes its places in rules along, which never widens a rule', async () => {
    const [gone, kept] = [await aGroup(), await aGroup()]
    const server = await aServer()
    const policies = `/api/v1/authorizationServers/${server.id}/policies`
    const policy = await made(201, 'POST', policies, aPolicy())
    const rules = `${policies}/${policy['id']}/rules`
    const people = (include: readonly string[], exclude?: readonly string[]): Json => ({
      ...aRule(),
      conditions: {
        ...aRule()['conditions'],
        people: { users: {}, groups: { include, ...(exclude && { exclude }) } },
      },
    })
    const both = await made(201, 'POST', rules, people([kept['id'], gone['id']], [gone['id']]))
    const only = await made(201, 'POST', rules, people([gone['id']]))
    const other = await made(201, 'POST', rules, people([kept['id']]))
    const version = async (): Promise<number> =>
      (await DB.prepare('SELECT version FROM authorization_servers WHERE id = ?1')
        .bind(server.id)
        .first<number>('version'))!
    const before = await version()
    expect((await api('DELETE', `${GROUPS}/${gone['id']}`)).status).toBe(204)
    const groupsOf = async (rule: Json): Promise<unknown> =>
      (await made(200, 'GET', `${rules}/${rule['id']}`))['conditions']['people']['groups']
    expect(await groupsOf(both)).toEqual({ include: [kept['id']], exclude: [] })
    expect(await groupsOf(only)).toEqual({ include: [] })
    expect(await groupsOf(other)).toEqual({ include: [kept['id']] })
    expect(await version()).toBe(before + 1)
  })
})
