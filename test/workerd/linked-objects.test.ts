/** Linked objects: definitions of relations between users, who is linked to whom, and who may say so. */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { anAdministrator } from './app-support.ts'
import { users } from './group-support.ts'
import {
  aDefinition,
  aName,
  aRelation,
  LINKED_OBJECTS,
  link,
  linksPath,
  type Relation,
} from './linked-object-support.ts'
import { logEvents } from './log-support.ts'
import { during } from './meanwhile.ts'
import { aPerson } from './principals.ts'
import { answered, api, made, ORIGIN, type Json } from './support.ts'
import { aUser, USERS } from './user-support.ts'

/** Status and code of a refusal; null for a success. */
async function refusal(response: Response): Promise<readonly [number, string] | null> {
  if (response.ok) return null
  const [status, error] = await answered(response)
  return [status, error['errorCode']]
}

const NOT_FOUND = [404, 'E0000007']
const FORBIDDEN = [403, 'E0000006']

const href = (userId: string): Json => ({
  _links: { self: { href: `${ORIGIN}${USERS}/${userId}` } },
})

const others = (userId: string, name: string): Promise<Json> =>
  made(200, 'GET', linksPath(userId, name))

const linkCount = async (name: string): Promise<number> =>
  (await env.DB.prepare('SELECT count(*) AS n FROM linked_objects WHERE primary_name = ?1')
    .bind(name)
    .first<{ n: number }>())!.n

describe('a definition', () => {
  it('is found by the name of either side, listed, and deleted by either', async () => {
    const definition = aDefinition()
    const { primary, associated } = definition
    const shown = {
      ...definition,
      _links: { self: { href: `${ORIGIN}${LINKED_OBJECTS}/${primary['name']}` } },
    }
    expect(await made(201, 'POST', LINKED_OBJECTS, definition)).toEqual(shown)
    expect(await made(200, 'GET', LINKED_OBJECTS)).toContainEqual(shown)
    for (const name of [primary['name'], associated['name']])
      expect(await made(200, 'GET', `${LINKED_OBJECTS}/${name}`)).toEqual(shown)
    await made(204, 'DELETE', `${LINKED_OBJECTS}/${associated['name']}`)
    for (const name of [primary['name'], associated['name']])
      for (const method of ['GET', 'DELETE'])
        expect(await refusal(await api(method, `${LINKED_OBJECTS}/${name}`))).toEqual(NOT_FOUND)
    expect(await made(200, 'GET', LINKED_OBJECTS)).not.toContainEqual(shown)
  })

  it('is no schema, and no schema is one', async () => {
    expect(await refusal(await api('GET', `${LINKED_OBJECTS}/default`))).toEqual(NOT_FOUND)
    const response = await api('PUT', LINKED_OBJECTS, aDefinition())
    expect(response.headers.get('allow')).toBe('GET, HEAD, OPTIONS, POST')
    expect(await refusal(response)).toEqual([405, 'E0000022'])
  })

  it('has names of letters, digits and underscores, a title, and users on both sides', async () => {
    const { primary, associated } = aDefinition()
    const bad: readonly Json[] = [
      {},
      { primary },
      { primary, associated: { ...associated, name: primary['name'] } },
      ...['', '1st', 'with-dash', 'with space', 'ö', '__proto__', 'x'.repeat(256)].flatMap(
        (name) => [
          { primary: { ...primary, name }, associated },
          { primary, associated: { ...associated, name } },
        ],
      ),
      { primary: { ...primary, type: 'GROUP' }, associated },
      { primary, associated: { ...associated, type: undefined } },
      { primary: { ...primary, title: '' }, associated },
      { primary: { ...primary, title: undefined }, associated },
      { primary: { ...primary, description: 'x'.repeat(1025) }, associated },
    ]
    for (const body of bad)
      expect([body, await refusal(await api('POST', LINKED_OBJECTS, body))]).toEqual([body, [400, 'E0000001']]) // prettier-ignore
    for (const name of ['constructor', '_', 'toString', 'x'.repeat(255)]) {
      await made(201, 'POST', LINKED_OBJECTS, aDefinition(name))
      await made(204, 'DELETE', `${LINKED_OBJECTS}/${name}`)
    }
  })

  it('shares no name with another one, on whichever side; upper and lower case are not the same', async () => {
    const { primary, associated } = await aRelation()
    for (const [one, other] of [
      [primary, aName('b')],
      [aName('a'), associated],
      [associated, aName('b')],
      [aName('a'), primary],
    ] as const)
      expect(await refusal(await api('POST', LINKED_OBJECTS, aDefinition(one, other)))).toEqual([409, 'E0000195']) // prettier-ignore
    await made(201, 'POST', LINKED_OBJECTS, aDefinition(primary.toUpperCase()))
    expect(await refusal(await api('GET', `${LINKED_OBJECTS}/${primary.toUpperCase()}`))).toBeNull()
    expect(await refusal(await api('GET', `${LINKED_OBJECTS}/${associated.toUpperCase()}`))).toEqual(NOT_FOUND) // prettier-ignore
    await made(204, 'DELETE', `${LINKED_OBJECTS}/${primary.toUpperCase()}`)
  })

  it('of two that are made at once with one name, one is refused', async () => {
    for (let round = 0; round < 5; round++) {
      const name = aName('contested')
      const answers = await Promise.all([
        api('POST', LINKED_OBJECTS, aDefinition(name)),
        api('POST', LINKED_OBJECTS, aDefinition(aName('other'), name)),
      ])
      expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409])
      await made(204, 'DELETE', `${LINKED_OBJECTS}/${name}`)
    }
  })

  it('is one of a bounded number, also when the last two are made at once', async () => {
    const present = (await made(200, 'GET', LINKED_OBJECTS)) as Json[]
    const missing = limits.linkedObjectDefinitionsMax - present.length
    for (let at = 1; at < missing; at++) await aRelation()
    const last = await Promise.all([1, 2].map(() => api('POST', LINKED_OBJECTS, aDefinition())))
    expect((await Promise.all(last.map(refusal))).filter((one) => one !== null)).toEqual([[400, 'E0000001']]) // prettier-ignore
    for (const one of ((await made(200, 'GET', LINKED_OBJECTS)) as Json[]).slice(0, -1))
      await made(204, 'DELETE', `${LINKED_OBJECTS}/${one['primary']['name']}`)
  })

  it('takes its links along, and one that is made again has none', async () => {
    const relation = await aRelation()
    const { primary, associated } = relation
    const [boss] = await users(1)
    const ids = await users(3000)
    await env.DB.prepare(
      `INSERT INTO linked_objects (associated_user_id, primary_name, primary_user_id, created)
       SELECT value, ?1, ?2, 1 FROM json_each(?3)`,
    )
      .bind(primary, boss, JSON.stringify(ids))
      .run()
    expect(await linkCount(primary)).toBe(3000)
    await made(204, 'DELETE', `${LINKED_OBJECTS}/${primary}`)
    expect(await linkCount(primary)).toBe(0)
    expect(await refusal(await api('GET', linksPath(boss!, associated)))).toEqual(NOT_FOUND)
    await made(201, 'POST', LINKED_OBJECTS, aDefinition(primary, associated))
    expect(await others(boss!, associated)).toEqual([])
  })

  it('is told of in the log when it comes and when it goes', async () => {
    const { primary } = await aRelation()
    await made(204, 'DELETE', `${LINKED_OBJECTS}/${primary}`)
    const events = await logEvents(`target.id eq "${primary}"`)
    expect(events.map((event) => event['eventType'])).toEqual([
      'directory.linked_object.create',
      'directory.linked_object.delete',
    ])
  })
})

describe('a link', () => {
  it('gives a user one primary of a relation, and a primary any number of users', async () => {
    const relation = await aRelation()
    const { primary, associated } = relation
    const [ann, bob, cyd, dan] = (await users(4)) as [string, string, string, string]
    expect([await others(ann, primary), await others(ann, associated)]).toEqual([[], []])
    for (const id of [bob, cyd]) await link(id, relation, ann)
    await link(ann, relation, dan)
    expect(await others(bob, primary)).toEqual([href(ann)])
    expect(await others(ann, primary)).toEqual([href(dan)])
    expect(await others(ann, associated)).toEqual([href(bob), href(cyd)])
    await link(bob, relation, dan)
    expect(await others(bob, primary)).toEqual([href(dan)])
    expect(await others(ann, associated)).toEqual([href(cyd)])
    expect(await others(dan, associated)).toEqual([href(ann), href(bob)])
  })

  it('stands beside those of other relations', async () => {
    const [one, other] = [await aRelation(), await aRelation()]
    const [ann, bob, cyd] = (await users(3)) as [string, string, string]
    await link(bob, one, ann)
    await link(bob, other, cyd)
    await made(204, 'DELETE', linksPath(bob, one.primary))
    expect(await others(bob, one.primary)).toEqual([])
    expect(await others(bob, other.primary)).toEqual([href(cyd)])
  })

  it('names users by id, by login, by login shortname, and as me', async () => {
    const relation = await aRelation()
    const [ann, bob] = [await aUser(), await aUser()]
    const login = ann['profile']['login'] as string
    await link(login, relation, (bob['profile']['login'] as string).split('@')[0]!)
    expect(await others(login, relation.primary)).toEqual([href(bob['id'])])
    const { id, authorization } = await aPerson('SUPER_ADMIN')
    const mine = linksPath('me', relation.primary)
    expect((await api('PUT', `${mine}/${ann['id']}`, undefined, authorization)).status).toBe(204)
    const [, shown] = await answered(await api('GET', mine, undefined, authorization))
    expect(shown).toEqual([href(ann['id'])])
    await link(ann['id'], relation, bob['id'])
    expect(await refusal(await api('PUT', `${linksPath(ann['id'], relation.primary)}/me`, undefined, authorization))).toBeNull() // prettier-ignore
    expect(await others(ann['id'], relation.primary)).toEqual([href(id)])
  })

  it('is removed by the primary name, whether there is one or not', async () => {
    const relation = await aRelation()
    const [ann, bob] = (await users(2)) as [string, string]
    await link(bob, relation, ann)
    for (let time = 0; time < 2; time++) await made(204, 'DELETE', linksPath(bob, relation.primary))
    expect(await others(bob, relation.primary)).toEqual([])
    expect(await others(ann, relation.associated)).toEqual([])
  })

  it('is of a relation that is named by its primary side, between two users that there are', async () => {
    const { primary, associated } = await aRelation()
    const [ann, bob] = (await users(2)) as [string, string]
    for (const name of [associated, 'nobody', 'constructor', '__proto__', primary.toUpperCase()]) {
      expect(await refusal(await api('PUT', `${linksPath(bob, name)}/${ann}`))).toEqual(NOT_FOUND)
      expect(await refusal(await api('DELETE', linksPath(bob, name)))).toEqual(NOT_FOUND)
    }
    expect(await refusal(await api('GET', linksPath(bob, 'constructor')))).toEqual(NOT_FOUND)
    expect(await refusal(await api('PUT', `${linksPath(bob, primary)}/00unobody`))).toEqual(NOT_FOUND) // prettier-ignore
    expect(await refusal(await api('PUT', `${linksPath('00unobody', primary)}/${bob}`))).toEqual(NOT_FOUND) // prettier-ignore
    expect(await linkCount(primary)).toBe(0)
  })

  it('may lead to the user themselves, as that of a head to whom nobody is head', async () => {
    const relation = await aRelation()
    const [ann] = (await users(1)) as [string]
    await link(ann, relation, ann)
    expect(await others(ann, relation.primary)).toEqual([href(ann)])
    expect(await others(ann, relation.associated)).toEqual([href(ann)])
  })

  it('goes with either of its users', async () => {
    const relation = await aRelation()
    const [ann, bob, cyd] = (await users(3)) as [string, string, string]
    await link(bob, relation, ann)
    await link(cyd, relation, bob)
    for (let step = 0; step < 2; step++) await made(204, 'DELETE', `${USERS}/${bob}`)
    expect(await linkCount(relation.primary)).toBe(0)
    expect(await others(cyd, relation.primary)).toEqual([])
  })

  it('of two that are made at once for one user, one stays', async () => {
    const relation = await aRelation()
    const [ann, bob, cyd] = (await users(3)) as [string, string, string]
    await Promise.all([link(bob, relation, ann), link(bob, relation, cyd)])
    const [only, ...more] = (await others(bob, relation.primary)) as unknown as Json[]
    expect(more).toEqual([])
    expect([href(ann), href(cyd)]).toContainEqual(only)
    expect(await linkCount(relation.primary)).toBe(1)
  })

  it('is not made when the relation or one of the users goes meanwhile', async () => {
    const relation = await aRelation()
    const [ann, bob, cyd] = (await users(3)) as [string, string, string]
    const path = (from: string, to: string): string => `${linksPath(from, relation.primary)}/${to}`
    const gone = (id: string) => async () => {
      for (let step = 0; step < 2; step++) await made(204, 'DELETE', `${USERS}/${id}`)
    }
    expect(await during(gone(ann), 'PUT', path(bob, ann))).toEqual(NOT_FOUND)
    expect(await during(gone(cyd), 'PUT', path(cyd, bob))).toEqual(NOT_FOUND)
    const [dan] = (await users(1)) as [string]
    const undefine = () => made(204, 'DELETE', `${LINKED_OBJECTS}/${relation.primary}`)
    expect(await during(undefine, 'PUT', path(bob, dan))).toEqual(NOT_FOUND)
    expect(await linkCount(relation.primary)).toBe(0)
  })

  it('that somebody else removes meanwhile is gone as well', async () => {
    const relation = await aRelation()
    const [ann, bob] = (await users(2)) as [string, string]
    await link(bob, relation, ann)
    const path = linksPath(bob, relation.primary)
    expect(await during(() => made(204, 'DELETE', path), 'DELETE', path)).toEqual([204, undefined])
  })

  it('is told of in the log with both users and the relation', async () => {
    const relation = await aRelation()
    const [ann, bob] = (await users(2)) as [string, string]
    await link(bob, relation, ann)
    await made(204, 'DELETE', linksPath(bob, relation.primary))
    const events = await logEvents(
      `eventType eq "user.account.update_profile" and target.id eq "${bob}"`,
    )
    expect(events.map((event) => event['target'].map((one: Json) => one['id']))).toEqual([
      [bob, ann, relation.primary],
      [bob, relation.primary],
    ])
  })

  it('is one of many that come in pages', async () => {
    const relation: Relation = await aRelation()
    const [ann, ...reports] = (await users(6)) as [string, ...string[]]
    for (const id of reports) await link(id, relation, ann)
    const found: string[] = []
    let path: string | null = `${linksPath(ann, relation.associated)}?limit=2`
    let pages = 0
    while (path !== null) {
      const response: Response = await api('GET', path)
      const items = (await response.json()) as Json[]
      found.push(...items.map((one) => one['_links']['self']['href'] as string))
      path = /<([^>]*)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1] ?? null
      pages++
    }
    expect(pages).toBe(3)
    expect(found).toEqual(reports.map((id) => `${ORIGIN}${USERS}/${id}`))
  })
})

describe('who may', () => {
  it('make and delete definitions administers the org; who administers people reads them', async () => {
    const { primary } = await aRelation()
    for (const [role, reads, writes] of [
      ['ORG_ADMIN', true, true],
      ['USER_ADMIN', true, false],
      ['APP_ADMIN', true, false],
      ['READ_ONLY_ADMIN', true, false],
      ['HELP_DESK_ADMIN', false, false],
    ] as const) {
      const { authorization } = await aPerson(role)
      const [name, other] = [aName('a'), aName('b')]
      const outcomes = [
        await refusal(await api('GET', LINKED_OBJECTS, undefined, authorization)),
        await refusal(await api('GET', `${LINKED_OBJECTS}/${primary}`, undefined, authorization)),
        await refusal(await api('POST', LINKED_OBJECTS, aDefinition(name, other), authorization)),
        await refusal(await api('DELETE', `${LINKED_OBJECTS}/${writes ? name : primary}`, undefined, authorization)), // prettier-ignore
      ]
      const expected = [reads, reads, writes, writes].map((may) => (may ? null : FORBIDDEN))
      expect([role, outcomes]).toEqual([role, expected])
    }
  })

  it('link people administers them, and changes no administrator that way', async () => {
    const relation = await aRelation()
    const [bob, cyd] = (await users(2)) as [string, string]
    const { id: admin } = await aPerson('READ_ONLY_ADMIN')
    await link(admin, relation, cyd)
    const { authorization } = await aPerson('USER_ADMIN', 'ORG_ADMIN')
    const as = async (method: string, path: string, who = authorization) =>
      refusal(await api(method, path, undefined, who))
    const [own, theirs] = [linksPath(bob, relation.primary), linksPath(admin, relation.primary)]
    // Whoever is a primary is not changed by it.
    expect(await as('PUT', `${own}/${admin}`)).toBeNull()
    expect(await as('DELETE', own)).toBeNull()
    expect(await as('PUT', `${theirs}/${bob}`)).toEqual(FORBIDDEN)
    expect(await as('DELETE', theirs)).toEqual(FORBIDDEN)
    expect(await as('GET', theirs)).toBeNull()
    expect(await others(admin, relation.primary)).toEqual([href(cyd)])
    const app = await anAdministrator('SUPER_ADMIN', 'okta.users.manage')
    expect(await as('PUT', `${theirs}/${bob}`, app)).toEqual(FORBIDDEN)
    const both = await anAdministrator('SUPER_ADMIN', 'okta.users.manage', 'okta.roles.manage')
    expect(await as('PUT', `${theirs}/${bob}`, both)).toBeNull()
    for (const role of ['HELP_DESK_ADMIN', 'GROUP_MEMBERSHIP_ADMIN', 'READ_ONLY_ADMIN']) {
      const other = await aPerson(role)
      expect(await as('PUT', `${own}/${cyd}`, other.authorization)).toEqual(FORBIDDEN)
      expect(await as('DELETE', own, other.authorization)).toEqual(FORBIDDEN)
    }
    const reader = await anAdministrator('SUPER_ADMIN', 'okta.users.read')
    expect(await as('GET', own, reader)).toBeNull()
    expect(await as('DELETE', own, reader)).toEqual(FORBIDDEN)
  })

  it('link somebody who becomes an administrator meanwhile may no longer do it', async () => {
    const relation = await aRelation()
    const [ann, bob, cyd] = (await users(3)) as [string, string, string]
    const { authorization } = await aPerson('USER_ADMIN')
    await link(bob, relation, ann)
    const administer = (id: string) => () => made(201, 'POST', `${USERS}/${id}/roles`, { type: 'ORG_ADMIN' }) // prettier-ignore
    const attempt = (id: string, method: string, path: string) =>
      during(administer(id), method, path, undefined, authorization)
    const mine = (id: string): string => linksPath(id, relation.primary)
    expect(await attempt(bob, 'DELETE', mine(bob))).toEqual(FORBIDDEN)
    expect(await others(bob, relation.primary)).toEqual([href(ann)])
    expect(await attempt(cyd, 'PUT', `${mine(cyd)}/${ann}`)).toEqual(FORBIDDEN)
    expect(await others(cyd, relation.primary)).toEqual([])
  })
})
