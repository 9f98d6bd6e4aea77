/** Bodies that name something else than their path does: what the path names is changed, and nothing else. */
import { beforeAll, describe, expect, it } from 'vitest'
import { managementRoutes } from '../../src/management/routes.ts'
import { filled, managedThings } from './managed-things.ts'
import { aPerson } from './principals.ts'
import { answered, api, made, unique, type Json } from './support.ts'

const SERVER = '/api/v1/authorizationServers/:authServerId'
const APP = '/api/v1/apps/:appId'

/** What changes one thing, and the member of its body that shows that it did. */
const CHANGES: Readonly<Record<string, string>> = {
  [`PUT ${SERVER}`]: 'description',
  [`PUT ${SERVER}/scopes/:scopeId`]: 'description',
  [`PUT ${SERVER}/claims/:claimId`]: 'name',
  [`PUT ${SERVER}/policies/:policyId`]: 'name',
  [`PUT ${SERVER}/policies/:policyId/rules/:ruleId`]: 'name',
  [`PUT ${APP}`]: 'label',
  [`PUT ${APP}/groups/:groupId`]: 'profile.note',
  [`POST ${APP}/users/:userId`]: 'credentials.userName',
  'PUT /api/v1/groups/:groupId': 'profile.description',
  'PUT /api/v1/trustedOrigins/:trustedOriginId': 'name',
  'PUT /api/v1/inlineHooks/:inlineHookId': 'name',
  'POST /api/v1/inlineHooks/:inlineHookId': 'name',
  'PUT /api/v1/api-tokens/:apiTokenId': 'name',
  'POST /api/v1/users/:userId': 'profile.nickName',
  'PUT /api/v1/users/:userId': 'profile.nickName',
}

/** Their bodies name nothing: a JSON Patch, and what there is one of. */
const NAMELESS = [`PATCH ${APP}/groups/:groupId`, 'POST /api/v1/meta/schemas/user/:schemaId']

type Ids = Readonly<Record<string, string>>

async function oneOfEach(): Promise<Ids> {
  const { ids } = await managedThings()
  const { appId, groupId, userId } = ids
  await made(200, 'PUT', `/api/v1/apps/${appId}/groups/${groupId}`, {})
  await made(200, 'POST', `/api/v1/apps/${appId}/users`, { id: userId, scope: 'USER' })
  return { ...ids, apiTokenId: (await aPerson()).tokenId }
}

let [here, there]: Ids[] = []

beforeAll(async () => {
  here = await oneOfEach()
  there = await oneOfEach()
})

const partsOf = (change: string): readonly [string, string] =>
  change.split(' ') as unknown as readonly [string, string]

const shown = (path: string, ids: Ids): Promise<Json> => made(200, 'GET', filled(path, ids))

const withMember = (body: Json, member: string, value: string): Json => {
  const [name = '', ...rest] = member.split('.')
  return { ...body, [name]: rest.length === 0 ? value : withMember(body[name], rest.join('.'), value) }
} // prettier-ignore

describe('an id in a body', () => {
  it('is tried wherever one thing is changed', () => {
    const changing = managementRoutes
      .filter(({ method, path, body }) => method !== 'GET' && body !== null && /:\w+$/.test(path))
      .map(({ method, path }) => `${method} ${path}`)
    expect(changing.toSorted()).toEqual([...Object.keys(CHANGES), ...NAMELESS].toSorted())
  })

  it.each(Object.entries(CHANGES))('names nothing: %s', async (change, member) => {
    const [method, path] = partsOf(change)
    const [mine, other] = [await shown(path, here!), await shown(path, there!)]
    expect(mine['id']).not.toBe(other['id'])
    const mark = unique('changed').replaceAll('-', '')
    const { id, _links } = other
    const answer = await made(200, method, filled(path, here!), {
      ...withMember(mine, member, mark),
      id,
      _links,
    })
    expect(answer['id']).toBe(mine['id'])
    expect(JSON.stringify(await shown(path, here!))).toContain(mark)
    expect(await shown(path, there!)).toEqual(other)
  })

  it.each(Object.keys(CHANGES))('nor does all that is said of another thing: %s', async (change) => {
    const [method, path] = partsOf(change)
    const [mine, other] = [await shown(path, here!), await shown(path, there!)]
    const [status] = await answered(await api(method, filled(path, here!), other))
    expect([200, 400]).toContain(status)
    expect((await shown(path, here!))['id']).toBe(mine['id'])
    expect(await shown(path, there!)).toEqual(other)
  }) // prettier-ignore
})
