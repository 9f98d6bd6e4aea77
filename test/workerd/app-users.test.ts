/** Apps assigned to users one by one, and seen beside what users have through groups. */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { anAdministrator, APPS, aWebApp, create } from './app-support.ts'
import { aGroup, GROUPS, keepsProjection, rememberProjection } from './group-support.ts'
import { logPage } from './log-support.ts'
import { answered, api, made, ORIGIN, type Json } from './support.ts'
import { aUser, USERS } from './user-support.ts'

const path = (app: Json, user?: Json): string =>
  `${APPS}/${app['id']}/users${user === undefined ? '' : `/${user['id']}`}`

const assign = (app: Json, user: Json, body: Json = {}): Promise<Json> =>
  made(200, 'POST', path(app), { id: user['id'], scope: 'USER', ...body })

/** Status and code. */
async function refusal(method: string, at: string, body?: unknown): Promise<readonly unknown[]> {
  const [status, error] = await answered(await api(method, at, body))
  return [status, error['errorCode']]
}

const idsOf = (items: Json): readonly string[] => items.map((item: Json) => item['id'])

const join = (group: Json, user: Json): Promise<Response> =>
  api('PUT', `${GROUPS}/${group['id']}/users/${user['id']}`)

const give = (app: Json, group: Json, body: Json = {}): Promise<Json> =>
  made(200, 'PUT', `${APPS}/${app['id']}/groups/${group['id']}`, body)

describe('the assignment of an app to a user', () => {
  it('is made, read, changed and ended', async () => {
    const [app, user] = [await create(aWebApp()), await aUser()]
    const one = await assign(app, user, { profile: { role: 'driver' } })
    const instant = expect.stringMatching(/\.000Z$/)
    expect(one).toEqual({
      id: user['id'],
      created: instant,
      lastUpdated: instant,
      scope: 'USER',
      status: 'ACTIVE',
      statusChanged: instant,
      syncState: 'DISABLED',
      credentials: { userName: user['profile']['login'] },
      profile: { role: 'driver' },
      _links: {
        app: { href: `${ORIGIN}${APPS}/${app['id']}` },
        user: { href: `${ORIGIN}${USERS}/${user['id']}` },
      },
    })
    expect(await made(200, 'GET', path(app, user))).toEqual(one)
    expect(await made(200, 'GET', path(app))).toEqual([one])
    const embedded = await made(200, 'GET', `${path(app)}?expand=user`)
    expect(embedded[0]['_embedded']['user']).toEqual(user)
    const renamed = { credentials: { userName: 'isaac' } }
    expect(await made(200, 'POST', path(app, user), renamed)).toMatchObject({
      ...renamed,
      profile: { role: 'driver' },
    })
    expect(await made(200, 'POST', path(app, user), { profile: {} })).toMatchObject({
      ...renamed,
      profile: {},
    })
    expect(await assign(app, user)).toMatchObject(renamed)
    const filter = encodeURIComponent(`user.id eq "${user['id']}"`)
    expect(idsOf(await made(200, 'GET', `${APPS}?filter=${filter}`))).toEqual([app['id']])
    expect((await api('DELETE', path(app, user))).status).toBe(204)
    for (const method of ['GET', 'DELETE', 'POST'])
      expect([method, await refusal(method, path(app, user), method === 'POST' ? {} : undefined)]).toEqual([method, [404, 'E0000007']]) // prettier-ignore
    expect(await made(200, 'GET', path(app))).toEqual([])
  })

  it('is told to the log, with the app and the person', async () => {
    const [app, user] = [await create(aWebApp()), await aUser()]
    await assign(app, user)
    await assign(app, user)
    await api('DELETE', path(app, user))
    const { events } = await logPage({
      filter: `eventType sw "application.user_membership." and target.id eq "${user['id']}"`,
    })
    expect(
      events.map((event) => [
        event['eventType'].replace(/.*\./, ''),
        event['target'].map((target: Json) => [target['type'], target['id']]),
      ]),
    ).toEqual(
      ['add', 'update', 'remove'].map((verb) => [
        verb,
        [
          ['AppInstance', app['id']],
          ['AppUser', user['id']],
          ['User', user['id']],
        ],
      ]),
    )
  })

  it('reaches what the user keeps before the answer', async () => {
    const [app, user] = [await create(aWebApp()), await aUser()]
    for (const change of [
      () => assign(app, user),
      () => made(200, 'POST', path(app, user), { profile: { a: 1 } }),
      () => api('DELETE', path(app, user)),
    ]) {
      await rememberProjection(user['id'])
      await change()
      expect(await keepsProjection(user['id'])).toBe(false)
    }
  })

  it('through a group is seen as such, of the first group, and ends only with it', async () => {
    const [app, user, first, second] = [await create(aWebApp()), await aUser(), await aGroup(), await aGroup()] // prettier-ignore
    await give(app, second, { profile: { from: 'second' } })
    await give(app, first, { priority: 0, profile: { from: 'first' } })
    await Promise.all([join(first, user), join(second, user)])
    const through = await made(200, 'GET', path(app, user))
    expect(through).toMatchObject({
      scope: 'GROUP',
      profile: { from: 'first' },
      _links: { group: { href: `${ORIGIN}${GROUPS}/${first['id']}` } },
    })
    expect(await made(200, 'GET', path(app))).toEqual([through])
    expect(await refusal('DELETE', path(app, user))).toEqual([400, 'E0000001'])
    // A change makes it the user's own, which takes nothing of the group away.
    const own = await made(200, 'POST', path(app, user), { credentials: { userName: 'me' } })
    expect(own).toMatchObject({ scope: 'USER', profile: { from: 'first' } })
    expect(await made(200, 'GET', path(app))).toEqual([own])
    expect((await api('DELETE', path(app, user))).status).toBe(204)
    expect(await made(200, 'GET', path(app, user))).toEqual(through)
    await api('DELETE', `${GROUPS}/${first['id']}`)
    expect((await made(200, 'GET', path(app, user)))['profile']).toEqual({ from: 'second' })
    await api('DELETE', `${GROUPS}/${second['id']}/users/${user['id']}`)
    expect((await api('GET', path(app, user))).status).toBe(404)
  })

  it('embeds the user only for who may read users', async () => {
    const [app, user] = [await create(aWebApp()), await aUser()]
    await assign(app, user)
    const narrow = await anAdministrator('APP_ADMIN', 'okta.apps.read')
    const wide = await anAdministrator('APP_ADMIN', 'okta.apps.read', 'okta.users.read')
    for (const at of [path(app), path(app, user)]) {
      const statusFor = async (who: string, query: string): Promise<number> =>
        (await api('GET', at + query, undefined, who)).status
      expect(await statusFor(narrow, '')).toBe(200)
      expect(await statusFor(narrow, '?expand=user')).toBe(403)
      expect(await statusFor(wide, '?expand=user')).toBe(200)
    }
  })

  it('is embedded in apps that are asked for together with the user', async () => {
    const [direct, grouped, without] = await Promise.all([1, 2, 3].map(() => create(aWebApp())))
    const [user, group] = [await aUser(), await aGroup()]
    await assign(direct!, user, { profile: { role: 'driver' } })
    await give(grouped!, group)
    await join(group, user)
    const [expand, id] = [`expand=user/${user['id']}`, user['id']]
    const embedded = async (app: Json): Promise<unknown> =>
      (await made(200, 'GET', `${APPS}/${app['id']}?${expand}`))['_embedded']
    expect(await embedded(direct!)).toEqual({ user: await made(200, 'GET', path(direct!, user)) })
    expect(await embedded(without!)).toBeUndefined()
    const filter = (who: string): string => `filter=${encodeURIComponent(`user.id eq "${who}"`)}`
    const listed = await made(200, 'GET', `${APPS}?${filter(id)}&${expand}`)
    const scopes = listed.map((app: Json) => [app['id'], app['_embedded']['user']['scope']])
    expect(Object.fromEntries(scopes)).toEqual({
      [direct!['id']]: 'USER',
      [grouped!['id']]: 'GROUP',
    })
    for (const query of [expand, `${filter('00unobody')}&${expand}`])
      expect(await refusal('GET', `${APPS}?${query}`)).toEqual([400, 'E0000001'])
  })

  it('refuses people and apps that do not exist, and bodies that say what cannot be', async () => {
    const [app, user] = [await create(aWebApp()), await aUser()]
    const post = (body: unknown, at = path(app)) => refusal('POST', at, body)
    for (const id of ['00unobody', 'me', user['profile']['login']])
      expect([id, await post({ id })]).toEqual([id, [404, 'E0000007']])
    expect(await post({ id: user['id'] }, `${APPS}/0oanothing/users`)).toEqual([404, 'E0000007']) // prettier-ignore
    for (const body of [
      {},
      { id: '' },
      { id: 7 },
      { id: user['id'], scope: 'GROUP' },
      { id: user['id'], credentials: { userName: '' } },
      { id: user['id'], credentials: { userName: 'x'.repeat(101) } },
      { id: user['id'], credentials: { password: { value: 'secret' } } },
      { id: user['id'], profile: [] },
      { id: user['id'], profile: { a: 'x'.repeat(40_000) } },
    ])
      expect([body, await post(body)]).toEqual([body, [400, 'E0000001']])
    expect(await made(200, 'GET', path(app))).toEqual([])
  })

  it('is for people who are not deactivated, and goes with the person and with the app', async () => {
    const [app, user] = [await create(aWebApp()), await aUser()]
    await assign(app, user)
    await api('POST', `${USERS}/${user['id']}/lifecycle/deactivate`)
    expect((await made(200, 'GET', path(app, user)))['status']).toBe('INACTIVE')
    expect(await refusal('POST', path(app), { id: user['id'] })).toEqual([403, 'E0000038']) // prettier-ignore
    expect(await refusal('POST', path(app, user), {})).toEqual([403, 'E0000038'])
    await api('DELETE', `${USERS}/${user['id']}`)
    expect(await made(200, 'GET', path(app))).toEqual([])
    const other = await aUser()
    await assign(app, other)
    await api('POST', `${APPS}/${app['id']}/lifecycle/deactivate`)
    await api('DELETE', `${APPS}/${app['id']}`)
    const rows = await env.DB.prepare('SELECT count(*) AS n FROM app_users WHERE app_id = ?1')
      .bind(app['id'])
      .first()
    expect(rows).toEqual({ n: 0 })
  })

  it('of assignments, changes and endings at the same time none comes back from the dead', async () => {
    const [app, user] = [await create(aWebApp()), await aUser()]
    for (let round = 0; round < 5; round++) {
      await assign(app, user)
      const answers = await Promise.all([
        api('DELETE', path(app, user)),
        ...[1, 2, 3].map((n) => api('POST', path(app, user), { profile: { n } })),
      ])
      expect(answers.map(({ status }) => status).filter((status) => ![200, 204, 404].includes(status))).toEqual([]) // prettier-ignore
      expect((await api('GET', path(app, user))).status).toBe(404)
    }
    const twice = await Promise.all(Array.from({ length: 6 }, () => api('POST', path(app), { id: user['id'] }))) // prettier-ignore
    expect(twice.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
    expect(idsOf(await made(200, 'GET', path(app)))).toEqual([user['id']])
  })

  it('lists everybody once over several pages, whether by group or one by one', async () => {
    const [app, group] = [await create(aWebApp()), await aGroup()]
    await give(app, group)
    const people = await Promise.all(Array.from({ length: 7 }, () => aUser({ lastName: 'Paged' })))
    await Promise.all(people.slice(0, 5).map((user) => join(group, user)))
    await Promise.all(people.slice(3).map((user) => assign(app, user)))
    const found: string[] = []
    let next: string | undefined = `${path(app)}?limit=2`
    let pages = 0
    while (next !== undefined) {
      const response = await api('GET', next)
      found.push(...idsOf((await answered(response))[1]))
      const link: string | undefined = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1] // prettier-ignore
      next = link?.slice(ORIGIN.length)
      pages++
    }
    expect([found, pages]).toEqual([idsOf(people).toSorted(), 4])
    const named = await made(200, 'GET', `${path(app)}?q=${people[0]!['profile']['login'].slice(0, 30)}`) // prettier-ignore
    expect(idsOf(named)).toEqual([people[0]!['id']])
    expect(await refusal('GET', `${path(app)}?limit=0`)).toEqual([400, 'E0000054'])
  })
})
