/** Apps assigned to groups, and apps found by whom they are assigned to. */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { anAdministrator, anApp, APPS, aWebApp, create, refusal, statuses } from './app-support.ts'
import {
  aGroup,
  everyone,
  fill,
  GROUPS,
  keepsProjection,
  rememberProjection,
  users,
  waiting,
} from './group-support.ts'
import { answered, api, made, ORIGIN, unique, type Json } from './support.ts'

const { DB } = env

const path = (app: Json, group?: Json): string =>
  `${APPS}/${app['id']}/groups${group === undefined ? '' : `/${group['id']}`}`

const assign = (app: Json, group: Json, body: Json = {}): Promise<Json> =>
  made(200, 'PUT', path(app, group), body)

const priorities = async (app: Json): Promise<Json> =>
  Object.fromEntries(
    (await made(200, 'GET', path(app))).map((one: Json) => [one['id'], one['priority']]),
  )

const idsOf = (items: Json): readonly string[] => items.map((item: Json) => item['id'])

describe('the assignment of an app to a group', () => {
  it('is made, read, changed and ended', async () => {
    const [app, group] = [await create(aWebApp()), await aGroup()]
    const assignment = await assign(app, group, { profile: { role: 'driver' } })
    const self = `${ORIGIN}${path(app, group)}`
    expect(assignment).toEqual({
      id: group['id'],
      lastUpdated: expect.stringMatching(/\.000Z$/),
      priority: 0,
      profile: { role: 'driver' },
      _links: {
        app: { href: `${ORIGIN}${APPS}/${app['id']}` },
        self: { href: self },
        group: { href: `${ORIGIN}${GROUPS}/${group['id']}` },
      },
    })
    expect(await made(200, 'GET', path(app, group))).toEqual(assignment)
    expect(await made(200, 'GET', path(app))).toEqual([assignment])
    const embedded = await made(200, 'GET', `${path(app, group)}?expand=group`)
    expect(embedded['_embedded']).toEqual({ group })
    const listed = await made(200, 'GET', `${path(app)}?expand=metadata`)
    expect(listed[0]['_embedded']).toEqual({ metadata: { credentials: {} } })
    expect(await assign(app, group)).toMatchObject({ priority: 0, profile: {} })
    expect((await api('DELETE', path(app, group))).status).toBe(204)
    expect(await made(200, 'GET', path(app))).toEqual([])
    for (const method of ['GET', 'DELETE'])
      expect((await api(method, path(app, group))).status).toBe(404)
  })

  it('shows groups to who may read them, and below a group its apps to who may read apps', async () => {
    const [app, group] = [await create(anApp()), await aGroup()]
    await assign(app, group)
    const narrow = await anAdministrator('APP_ADMIN', 'okta.apps.read')
    const wide = await anAdministrator('APP_ADMIN', 'okta.apps.read', 'okta.groups.read')
    const statusFor = async (who: string, at: string): Promise<number> =>
      (await api('GET', at, undefined, who)).status
    for (const at of [path(app), path(app, group)]) {
      expect(await statusFor(narrow, `${at}?expand=metadata`)).toBe(200)
      expect(await statusFor(narrow, `${at}?expand=group`)).toBe(403)
      expect(await statusFor(wide, `${at}?expand=group`)).toBe(200)
    }
    const below = `${GROUPS}/${group['id']}/apps`
    expect(await statusFor(wide, below)).toBe(200)
    for (const role of ['HELP_DESK_ADMIN', 'GROUP_MEMBERSHIP_ADMIN', 'USER_ADMIN']) {
      const who = await anAdministrator(role, 'okta.groups.read')
      expect([role, await statusFor(who, below)]).toEqual([role, 403])
      expect([role, await statusFor(who, `${GROUPS}/${group['id']}`)]).toEqual([role, 200])
    }
  })

  it('takes the last place, or the one that it asks for, and the others move', async () => {
    const app = await create(anApp())
    const [a, b, c] = [await aGroup(), await aGroup(), await aGroup()]
    await assign(app, a)
    await assign(app, b)
    expect(await priorities(app)).toEqual({ [a['id']]: 0, [b['id']]: 1 })
    await assign(app, c, { priority: 0 })
    expect(await priorities(app)).toEqual({ [c['id']]: 0, [a['id']]: 1, [b['id']]: 2 })
    await assign(app, c)
    expect((await priorities(app))[c['id']]).toBe(0)
    await made(200, 'PATCH', path(app, c), [{ op: 'replace', path: '/priority', value: 2 }])
    expect(await priorities(app)).toEqual({ [a['id']]: 1, [c['id']]: 2, [b['id']]: 3 })
  })

  it('has a priority of its own also when many are assigned at the same time', async () => {
    const app = await create(anApp())
    const groups = await Promise.all(Array.from({ length: 8 }, () => aGroup()))
    await Promise.all(groups.map((group, at) => assign(app, group, at % 2 ? { priority: 3 } : {})))
    const taken = Object.values(await priorities(app))
    expect(new Set(taken).size).toBe(8)
  })

  it('is patched member by member', async () => {
    const [app, group] = [await create(anApp()), await aGroup()]
    await assign(app, group, { profile: { manager: 'A', 'a/b~c': 1 } })
    const patch = (operations: unknown): Promise<Json> =>
      made(200, 'PATCH', path(app, group), operations)
    const changed = await patch([
      { op: 'replace', path: '/profile/manager', value: 'Carlo' },
      { op: 'remove', path: '/profile/a~1b~0c' },
      { op: 'add', path: '/profile/__proto__', value: { polluted: true } },
    ])
    expect(changed['profile']['manager']).toBe('Carlo')
    expect(Object.keys(changed['profile'])).not.toContain('a/b~c')
    expect(({} as Json)['polluted']).toBeUndefined()
    expect((await patch([{ op: 'replace', path: '/profile', value: { x: 1 } }]))['profile']).toEqual({ x: 1 }) // prettier-ignore
    expect((await patch([{ op: 'remove', path: '/profile' }]))['profile']).toEqual({})
  })

  it.each([
    ['0.path', [{ op: 'replace', path: '/id', value: 'x' }]],
    ['0.path', [{ op: 'replace', path: '/profile/a/b', value: 'x' }]],
    ['0.op', [{ op: 'move', path: '/profile/a' }]],
    ['priority', [{ op: 'remove', path: '/priority' }]],
    ['priority', [{ op: 'replace', path: '/priority', value: -1 }]],
    ['profile', [{ op: 'replace', path: '/profile', value: 'text' }]],
    ['profile', [{ op: 'replace', path: '/profile/big', value: 'x'.repeat(40_000) }]],
    ['body', Array.from({ length: 101 }, () => ({ op: 'remove', path: '/profile/a' }))],
    ['body', { op: 'remove', path: '/profile/a' }],
  ])('refuses a patch with the cause %s, and nothing changed', async (cause, operations) => {
    const [app, group] = [await create(anApp()), await aGroup()]
    const before = await assign(app, group, { profile: { a: 1 } })
    expect(await refusal('PATCH', path(app, group), operations as Json)).toContain(`${cause}: `)
    expect(await made(200, 'GET', path(app, group))).toEqual(before)
  })

  it.each([
    ['priority', { priority: -1 }],
    ['priority', { priority: 'first' }],
    ['priority', { priority: 1.5 }],
    ['profile', { profile: [] }],
    ['profile', { profile: { big: 'x'.repeat(40_000) } }],
  ])('refuses a wrong %s', async (cause, body) => {
    const [app, group] = [await create(anApp()), await aGroup()]
    expect(await refusal('PUT', path(app, group), body)).toContain(`${cause}: `)
    expect(await made(200, 'GET', path(app))).toEqual([])
  })

  it('needs an app and a group, and is not found below another app', async () => {
    const [app, other, group] = [await create(anApp()), await create(anApp()), await aGroup()]
    await assign(app, group)
    for (const [method, missing] of [
      ['PUT', path({ id: '0oanone' }, group)],
      ['PUT', path(app, { id: '00gnone' })],
      ['GET', path(other, group)],
      ['PATCH', path(other, group)],
      ['DELETE', path(other, group)],
      ['GET', path({ id: '0oanone' })],
    ] as const) {
      const body = { PUT: {}, PATCH: [], GET: undefined, DELETE: undefined }[method]
      const [status, error] = await answered(await api(method, missing, body))
      expect([method, status, error['errorCode']]).toEqual([method, 404, 'E0000007'])
    }
  })

  it('is listed over several pages and found by the name of the group', async () => {
    const app = await create(anApp())
    const name = unique('paged')
    const groups = await Promise.all([1, 2, 3].map((n) => aGroup(`${name} ${n}`)))
    await Promise.all([...groups, await aGroup()].map((group) => assign(app, group)))
    const seen: string[] = []
    let next: string | undefined = `${path(app)}?limit=2&q=${name.toUpperCase()}`
    while (next !== undefined) {
      const response: Response = await api('GET', next)
      seen.push(...idsOf((await response.json()) as Json))
      next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
    }
    expect(seen).toEqual(groups.map((group) => group['id']).sort())
  })

  it('is made with at most 1,000 groups', async () => {
    const [app, group] = [await create(anApp()), await aGroup()]
    await assign(app, group)
    await DB.batch([
      DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
         INSERT INTO groups (id, type, name, created, last_updated)
         SELECT '00gmost' || i, 'OKTA_GROUP', 'most' || i, 1, 1 FROM n`,
      ),
      DB.prepare(
        `INSERT INTO app_groups (app_id, group_id, priority, profile, created, last_updated)
         SELECT ?1, id, substr(id, 8), '{}', 1, 1 FROM groups WHERE id LIKE '00gmost%'`,
      ).bind(app['id']),
    ])
    expect(await refusal('PUT', path(app, await aGroup()), {})).toContain('groups: ')
    await assign(app, group, { profile: { still: true } })
    expect(await made(200, 'GET', `${path(app)}?limit=200`)).toHaveLength(200)
    await DB.prepare(`DELETE FROM groups WHERE id LIKE '00gmost%'`).run()
  })
})

describe('whoever is in an assigned group', () => {
  it('is told before the answer of every change that gives or takes the app', async () => {
    const [app, group] = [await create(anApp()), await aGroup()]
    const [user] = await users(1)
    await fill(group['id'], [user!])
    const toldBy = async (method: string, at: string, body?: unknown): Promise<boolean> => {
      await rememberProjection(user!)
      expect((await api(method, at, body)).ok).toBe(true)
      return !(await keepsProjection(user!))
    }
    const patch = [{ op: 'replace', path: '/profile/a', value: 1 }]
    expect(await toldBy('PUT', path(app, group), {})).toBe(true)
    expect(await toldBy('PATCH', path(app, group), patch)).toBe(true)
    expect(await toldBy('DELETE', path(app, group))).toBe(true)
    expect(await toldBy('PUT', path(app, group), {})).toBe(true)
    expect(await toldBy('POST', `${APPS}/${app['id']}/lifecycle/deactivate`)).toBe(true)
    expect(await toldBy('DELETE', `${APPS}/${app['id']}`)).toBe(true)
    expect(await waiting('subject.stale')).toEqual([])
  })
})

describe('apps', () => {
  const found = (filter: string, rest = ''): Promise<Json> =>
    made(200, 'GET', `${APPS}?filter=${encodeURIComponent(filter)}${rest}`)

  it('are found by a group or by a user who is in it, with the status asked for', async () => {
    const [group, other] = [await aGroup(), await aGroup()]
    const [user] = await users(1)
    await fill(group['id'], [user!])
    await fill(other['id'], [user!])
    const apps = await Promise.all(Array.from({ length: 5 }, () => create(anApp())))
    const ids = [...idsOf(apps as never)].sort()
    await Promise.all(apps.map((app) => assign(app, group)))
    await Promise.all(apps.slice(0, 3).map((app) => assign(app, other)))
    expect(idsOf(await found(`group.id eq "${group['id']}"`))).toEqual(ids)
    expect(idsOf(await found(`user.id eq "${user}"`))).toEqual(ids)
    expect(idsOf(await made(200, 'GET', `${GROUPS}/${group['id']}/apps`))).toEqual(ids)
    await made(200, 'POST', `${APPS}/${ids[1]}/lifecycle/deactivate`)
    const inactive = `user.id eq "${user}" and status eq "INACTIVE"`
    expect(idsOf(await found(inactive))).toEqual([ids[1]])
    expect(idsOf(await found(`${inactive} and name eq "oidc_client"`))).toEqual([ids[1]])
    expect(await found(`user.id eq "00unobody"`)).toEqual([])
    const label = apps[0]!['label']
    expect(idsOf(await found(`user.id eq "${user}"`, `&q=${label}`))).toEqual([apps[0]!['id']])
  })

  it('are paged in each of these lists', async () => {
    const group = await aGroup()
    const [user] = await users(1)
    await fill(group['id'], [user!])
    const label = unique('Paged')
    const apps = await Promise.all(
      [3, 1, 2].map((n) => create({ ...anApp(), label: `${label} ${n}` })),
    )
    await Promise.all(apps.map((app) => assign(app, group)))
    const all = [...idsOf(apps as never)].sort()
    const byLabel = [apps[1]!['id'], apps[2]!['id'], apps[0]!['id']]
    for (const [list, wanted] of [
      [`${APPS}?filter=${encodeURIComponent(`group.id eq "${group['id']}"`)}`, all],
      [`${APPS}?filter=${encodeURIComponent(`user.id eq "${user}"`)}`, all],
      [`${APPS}?filter=${encodeURIComponent(`user.id eq "${user}" and status eq "ACTIVE"`)}`, all],
      [`${GROUPS}/${group['id']}/apps?`, all],
      [`${APPS}?q=${label.toLowerCase()}`, byLabel],
      [`${APPS}?q=${label}&filter=${encodeURIComponent('status eq "ACTIVE"')}`, byLabel],
    ] as const) {
      const seen: string[] = []
      let next: string | undefined = `${list}&limit=1`
      while (next !== undefined) {
        const response: Response = await api('GET', next)
        const page = idsOf((await response.json()) as Json)
        expect(page.length).toBeLessThanOrEqual(1)
        seen.push(...page)
        next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
      }
      expect([list, seen]).toEqual([list, wanted])
    }
  })

  it.each(['x', btoa('[]'), btoa('["a"]'), btoa('["zzz","1"]'), btoa('[1,2]')])(
    'do not begin a page at a place that is none: %s',
    async (after) => {
      const [status, error] = await answered(
        await api('GET', `${APPS}?q=aaa&after=${encodeURIComponent(after)}`),
      )
      expect([status, error['errorCode']]).toEqual([400, 'E0000054'])
    },
  )

  it('that everybody has are assigned to the built-in group', async () => {
    const app = await create(anApp())
    const group = await everyone()
    expect(await assign(app, group)).toMatchObject({ id: group['id'] })
    const results = await statuses([api('DELETE', path(app, group)), api('DELETE', path(app, group))]) // prettier-ignore
    expect(results[0]).toBe(204)
  })
})
