/** The schema of user profiles: custom attributes come, bind profiles, are searched by, and go with their values. */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { logPage } from './log-support.ts'
import { answered, api, made, ORIGIN, unique, type Json } from './support.ts'
import { aProfile, aUser, USERS } from './user-support.ts'

const SCHEMA = '/api/v1/meta/schemas/user/default'
const TYPES = '/api/v1/meta/types/user'

const text = { title: 'Text', type: 'string' }

const attributeName = (): string => unique('attr').replaceAll('-', '_')

const posted = (properties: Json, base?: Json): Promise<Response> =>
  api('POST', SCHEMA, { definitions: { custom: { properties }, ...(base && { base }) } })

const set = async (properties: Json): Promise<Json> => {
  const [status, schema] = await answered(await posted(properties))
  expect([status, schema['errorCauses']]).toEqual([200, undefined])
  return schema
}

const custom = async (): Promise<Json> =>
  (await made(200, 'GET', SCHEMA))['definitions']['custom']['properties']

/** Code and causes. */
const refused = async (response: Response): Promise<readonly string[]> => {
  const [, error] = await answered(response)
  return [error['errorCode'], ...error['errorCauses'].map((one: Json) => one['errorSummary'])]
}

describe('the schema of user profiles', () => {
  it('is found as default and by the address that users and types name', async () => {
    const user = await aUser()
    const schema = await made(200, 'GET', SCHEMA)
    const address = user['_links']['schema']['href']
    expect(schema['id']).toBe(address)
    expect(await made(200, 'GET', address.slice(ORIGIN.length))).toEqual(schema)
    expect(schema['definitions']['base']['required']).toEqual([
      'firstName',
      'lastName',
      'login',
      'email',
    ])
    const type = await made(200, 'GET', user['_links']['type']['href'].slice(ORIGIN.length))
    expect(type).toMatchObject({ id: user['type']['id'], _links: { schema: { href: address } } })
    expect(await made(200, 'GET', `${TYPES}/default`)).toEqual(type)
    expect((await answered(await api('GET', TYPES)))[1]).toEqual([type])
  })

  it('knows no other schema and no other type', async () => {
    for (const [method, path] of [
      ['GET', '/api/v1/meta/schemas/user/oscother'],
      ['POST', '/api/v1/meta/schemas/user/oscother'],
      ['GET', `${TYPES}/constructor`],
    ] as const)
      expect((await refused(await api(method, path, method === 'POST' ? {} : undefined)))[0]).toBe(
        'E0000007',
      )
  })

  it('takes attributes of every type and leaves those that a request does not name', async () => {
    const [first, second] = [attributeName(), attributeName()]
    await set({ [first]: { ...text, maxLength: 3, description: 'three', required: false } })
    const schema = await set({
      [second]: { title: 'List', type: 'array', items: { type: 'integer' } },
    })
    expect(schema['definitions']['custom']['properties']).toMatchObject({
      [first]: { ...text, maxLength: 3, mutability: 'READ_WRITE', scope: 'NONE' },
      [second]: { type: 'array', items: { type: 'integer' } },
    })
    // What was read can be sent back whole.
    expect((await api('POST', SCHEMA, schema)).status).toBe(200)
    await set({ [first]: null, [second]: null })
  })

  it('binds profiles at once, and values are shown and searched by', async () => {
    const [tier, level, tags] = [attributeName(), attributeName(), attributeName()]
    const unknown = { profile: aProfile({ [tier]: 'gold' }) }
    expect(await refused(await api('POST', USERS, unknown))).toEqual([
      'E0000001',
      `Property name '${tier}' is not defined in profile`,
    ])
    await set({
      [tier]: { ...text, enum: ['gold', 'lead'], required: true },
      [level]: { title: 'Level', type: 'integer' },
      [tags]: { title: 'Tags', type: 'array', items: { type: 'string' } },
    })
    expect(await refused(await api('POST', USERS, { profile: aProfile() }))).toEqual([
      'E0000001',
      `${tier}: The field cannot be left blank`,
    ])
    for (const bad of [
      { [tier]: 'tin' },
      { [tier]: 'gold', [level]: '7' },
      { [tier]: 'gold', [level]: 1.5 },
      { [tier]: 'gold', [tags]: 'one' },
      { [tier]: 'gold', [tags]: [1] },
    ])
      expect([bad, (await api('POST', USERS, { profile: aProfile(bad) })).status]).toEqual([
        bad,
        400,
      ])
    const values = { [tier]: 'gold', [level]: 7, [tags]: ['one', 'two'] }
    const user = await aUser(values)
    expect(user['profile']).toMatchObject(values)
    for (const search of [
      `profile.${tier} eq "gold"`,
      `profile.${level} ge 7`,
      `profile.${tags} eq "two"`,
    ]) {
      const [, found] = await answered(
        await api('GET', `${USERS}?search=${encodeURIComponent(search)}`),
      )
      expect([search, found.map((one: Json) => one['id'])]).toEqual([search, [user['id']]])
    }
    await set({ [tier]: null, [level]: null, [tags]: null })
  })

  it('refuses names, definitions and changes of type that cannot be, and keeps what was', async () => {
    const name = attributeName()
    await set({ [name]: text })
    for (const properties of [
      { '1st': text },
      { 'with-dash': text },
      { login: text },
      { LOGIN: text },
      { status: text },
      { constructor: text },
      { [name.toUpperCase()]: text },
      { [name]: { ...text, type: 'integer' } },
      { [name]: { title: 'x', type: 'object' } },
      { [name]: { ...text, items: { type: 'string' } } },
      { [name]: { title: 'x', type: 'array' } },
      { [name]: { ...text, minLength: 3, maxLength: 2 } },
      { [name]: { ...text, enum: [1] } },
      { [name]: { ...text, format: 'ipv4' } },
      { [name]: { ...text, pattern: '(a+)+$' } },
      { [name]: { ...text, unique: true } },
      { [name]: { type: 'string' } },
      { [name]: 'string' },
      { [attributeName()]: text, [name]: { ...text, type: 'number' } },
      { aaB: text, aAb: text },
    ])
      expect([properties, (await refused(await posted(properties)))[0]]).toEqual([
        properties,
        'E0000001',
      ])
    expect((await api('POST', SCHEMA, '{"definitions":{"custom":{"properties":{"__proto__":{"title":"x","type":"string"}}}}}')).status).not.toBe(500) // prettier-ignore
    expect(await custom()).toEqual({ [name]: expect.objectContaining(text) })
    await set({ [name]: null })
  })

  it('changes no base attribute', async () => {
    const login = { properties: { login: { title: 'Other' } } }
    expect(await refused(await posted({}, login))).toEqual([
      'E0000001',
      'definitions.base.properties.login: base attributes cannot be changed',
    ])
    expect((await posted({}, { properties: { constructor: { title: 'x' } } })).status).toBe(400)
    expect((await posted({}, { properties: { login: { title: 'Username' } } })).status).toBe(200)
  })

  it('has a bound, over all requests together', async () => {
    const names = Array.from({ length: limits.profileAttributesMax }, () => attributeName())
    const half = (from: number, to: number, value: Json | null) =>
      Object.fromEntries(names.slice(from, to).map((name) => [name, value]))
    await set(half(0, 100, text))
    await set(half(100, 200, text))
    expect((await refused(await posted({ [attributeName()]: text })))[0]).toBe('E0000001')
    expect((await posted({ [names[0]!]: { ...text, title: 'Other' } })).status).toBe(200)
    await set(half(0, 100, null))
    await set(half(100, 200, null))
    expect(await custom()).toEqual({})
  })

  it('hears two writers of different attributes', async () => {
    const names = Array.from({ length: 8 }, () => attributeName())
    await Promise.all(names.map((name) => set({ [name]: text })))
    expect(Object.keys(await custom()).toSorted()).toEqual(names.toSorted())
    await Promise.all(names.map((name) => set({ [name]: null })))
    expect(await custom()).toEqual({})
  })

  it('of two that make one attribute with different types, one is refused', async () => {
    for (let round = 0; round < 5; round++) {
      const name = attributeName()
      const answers = await Promise.all([
        posted({ [name]: text }),
        posted({ [name]: { title: 'Number', type: 'integer' } }),
      ])
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400])
      await set({ [name]: null })
    }
  })

  it('a removed attribute takes its values with it, and a new one of its name starts without', async () => {
    const name = attributeName()
    await set({ [name]: text })
    const user = await aUser({ [name]: 'value' })
    await set({ [name]: null })
    const path = `${USERS}/${user['id']}`
    expect((await made(200, 'GET', path))['profile']).not.toHaveProperty(name)
    const { version } = (await env.DB.prepare('SELECT version FROM users WHERE id = ?1')
      .bind(user['id'])
      .first<{ version: number }>())!
    expect(version).toBe(2)
    expect(
      (await api('GET', `${USERS}?search=${encodeURIComponent(`profile.${name} pr`)}`)).status,
    ).toBe(400)
    await set({ [name]: { title: 'Again', type: 'integer' } })
    expect((await made(200, 'GET', path))['profile']).not.toHaveProperty(name)
    await made(200, 'POST', path, { profile: { [name]: 7 } })
    await set({ [name]: null })
  })

  it('no value outlives an attribute that is removed while users are written', async () => {
    const name = attributeName()
    await set({ [name]: text })
    const users = await Promise.all(Array.from({ length: 6 }, () => aUser()))
    const writes = await Promise.all([
      ...users.map((user) =>
        api('POST', `${USERS}/${user['id']}`, { profile: { [name]: 'late' } }),
      ),
      posted({ [name]: null }),
    ])
    expect(writes.map(({ status }) => status).filter((status) => status >= 500)).toEqual([])
    const left = await env.DB.prepare(
      `SELECT (SELECT count(*) FROM user_attributes WHERE attribute = ?1) AS indexed,
       (SELECT count(*) FROM users WHERE profile LIKE '%' || ?1 || '%') AS shown`,
    )
      .bind(name)
      .first()
    expect(left).toEqual({ indexed: 0, shown: 0 })
    expect(await custom()).not.toHaveProperty(name)
  })

  it('is removed also when its last value is cleared meanwhile, or somebody else removes it', async () => {
    for (let round = 0; round < 8; round++) {
      const name = attributeName()
      await set({ [name]: text })
      const user = await aUser({ [name]: 'value' })
      const answers = await Promise.all([
        posted({ [name]: null }),
        api('POST', `${USERS}/${user['id']}`, { profile: { [name]: null } }),
        posted({ [name]: null }),
      ])
      expect(answers[0].status).toBe(200)
      expect(answers[2].status).toBe(200)
      expect(await custom()).not.toHaveProperty(name)
    }
  })

  it('values of many users go some at a time, and the log tells of it', async () => {
    const name = attributeName()
    await set({ [name]: text })
    const count = limits.attributeValuesRemovedMax + 5
    await env.DB.batch([
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)
         INSERT INTO users (id, login, status, profile, created, last_updated)
         SELECT ?1 || i, ?1 || i || '@many.example', 'ACTIVE', json_object(?1, 'v'), 1, 1 FROM n`,
      ).bind(name, count),
      env.DB.prepare(
        `INSERT INTO user_attributes (attribute, value, user_id)
         SELECT ?1, 'v', id FROM users WHERE login LIKE ?1 || '%'`,
      ).bind(name),
    ])
    await set({ [name]: null })
    const left = await env.DB.prepare(
      `SELECT count(*) AS shown FROM users WHERE login LIKE ?1 || '%' AND profile <> '{}'`,
    )
      .bind(name)
      .first()
    expect(left).toEqual({ shown: 0 })
    const { events } = await logPage({
      filter: 'eventType eq "directory.user_profile.update"',
      q: name,
    })
    expect(events.map((event) => event['displayMessage'])).toEqual([
      'Custom attributes of the user profile are set',
      'Values of a custom attribute are removed from users',
      'Values of a custom attribute are removed from users',
      'Custom attribute is removed from the user profile',
    ])
  })
})
