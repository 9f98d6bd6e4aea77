/**
 * The calls of Terraform's okta provider, in its order and with the bodies it sends: create, read, update, what follows
 * from a change of status, destroy, and the read that finds nothing any more. What it reads back must be there, and what
 * it dereferences without asking must never be missing.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json } from '../json.ts'
import { openDoor, provider, type Call, type Door, type Gone } from './door.ts'

const SERVERS = '/api/v1/authorizationServers'

let door: Door
let call: Call
let expectGone: Gone

beforeAll(async () => {
  door = await openDoor()
  ;({ call, expectGone } = provider(door))
})

afterAll(() => door.close())

async function aServer(name: string): Promise<string> {
  const server = await call(201, 'POST', SERVERS, {
    audiences: ['api://terraform'],
    credentials: { signing: { rotationMode: 'AUTO' } },
    description: 'by terraform',
    issuerMode: 'ORG_URL',
    name,
  })
  return `${SERVERS}/${server['id']}`
}

describe('okta_auth_server', () => {
  it('lives from create to destroy', async () => {
    const sent = {
      audiences: ['api://terraform'],
      credentials: { signing: { rotationMode: 'MANUAL' } },
      description: 'by terraform',
      issuerMode: 'ORG_URL',
      name: 'tf-server',
    }
    const created = await call(201, 'POST', SERVERS, sent)
    const path = `${SERVERS}/${created['id']}`
    // MANUAL is not read at create, so the provider follows with a replacement.
    expect(created['credentials']['signing']['rotationMode']).toBe('AUTO')
    await call(200, 'PUT', path, sent)
    const read = await call(200, 'GET', path)
    expect(read).toMatchObject({ ...sent, status: 'ACTIVE', default: false })
    expect(read['issuer']).toContain(`/oauth2/${created['id']}`)
    expect(read['credentials']['signing']).toMatchObject({
      kid: expect.any(String),
      lastRotated: expect.any(String),
    })
    await call(200, 'PUT', path, { ...sent, description: 'changed' })
    await call(204, 'POST', `${path}/lifecycle/deactivate`)
    expect(await call(200, 'GET', path)).toMatchObject({
      description: 'changed',
      status: 'INACTIVE',
    })
    await call(204, 'POST', `${path}/lifecycle/activate`)
    await call(204, 'POST', `${path}/lifecycle/deactivate`)
    await call(204, 'DELETE', path)
    await expectGone(path)
    expect(await call(404, 'POST', `${path}/lifecycle/deactivate`)).toHaveProperty('errorCode')
  })

  it('is found by its name among others, and its key by its kid', async () => {
    const path = await aServer('tf-found')
    const list = (await call(200, 'GET', `${SERVERS}?limit=200&q=tf-found`)) as unknown as Json[]
    expect(list.filter((one) => one['name'] === 'tf-found')).toHaveLength(1)
    expect(list.every((one) => typeof one['default'] === 'boolean')).toBe(true)
    const { kid } = (await call(200, 'GET', path))['credentials']['signing']
    expect(await call(200, 'GET', `${path}/credentials/keys/${kid}`)).toMatchObject({
      alg: 'RS256',
      e: expect.any(String),
      kid,
      n: expect.any(String),
      status: 'ACTIVE',
      use: 'sig',
    })
  })
})

describe('okta_auth_server_default', () => {
  it('is read by its name, and replaced by its id with the whole object', async () => {
    const found = await call(200, 'GET', `${SERVERS}/default`)
    expect(found['default']).toBe(true)
    expect(found['credentials']['signing']).toMatchObject({ rotationMode: expect.any(String) })
    const path = `${SERVERS}/${found['id']}`
    const whole = {
      ...found,
      description: 'Default server of this org',
      audiences: ['api://default'],
    }
    const replaced = await call(200, 'PUT', path, {
      ...whole,
      credentials: { signing: { rotationMode: 'MANUAL' } },
    })
    expect(replaced).toMatchObject({
      id: found['id'],
      default: true,
      name: 'default',
      created: found['created'],
      description: 'Default server of this org',
      issuer: found['issuer'],
    })
    await call(204, 'POST', `${path}/lifecycle/deactivate`)
    await call(204, 'POST', `${path}/lifecycle/activate`)
    expect(await call(200, 'GET', `${SERVERS}/default`)).toMatchObject({ status: 'ACTIVE' })
  })
})

const policy = (name: string, priority: number, changes: Json = {}): Json => ({
  conditions: { clients: { include: ['ALL_CLIENTS'] } },
  description: 'by terraform',
  name,
  priority,
  status: 'ACTIVE',
  type: 'OAUTH_AUTHORIZATION_POLICY',
  ...changes,
})

describe('okta_auth_server_policy', () => {
  it('lives from create to destroy, and always says which clients it is for', async () => {
    const policies = `${await aServer('tf-policy')}/policies`
    const created = await call(201, 'POST', policies, policy('first', 1))
    const path = `${policies}/${created['id']}`
    const read = await call(200, 'GET', path)
    expect(read).toMatchObject(policy('first', 1))
    await call(200, 'PUT', path, policy('first', 1, { description: 'changed' }))
    await call(204, 'POST', `${path}/lifecycle/deactivate`)
    expect(await call(200, 'GET', path)).toMatchObject({
      status: 'INACTIVE',
      description: 'changed',
      conditions: { clients: { include: ['ALL_CLIENTS'] } },
    })
    const list = (await call(200, 'GET', policies)) as unknown as Json[]
    expect(list.map((one) => one['name'])).toEqual(['first'])
    await call(204, 'DELETE', path)
    await expectGone(path)
  })
})

const rule = (name: string, priority: number, changes: Json = {}): Json => ({
  name,
  status: 'ACTIVE',
  priority,
  type: 'RESOURCE_ACCESS',
  actions: {
    token: {
      accessTokenLifetimeMinutes: 60,
      refreshTokenLifetimeMinutes: 0,
      refreshTokenWindowMinutes: 10080,
    },
  },
  conditions: {
    grantTypes: { include: ['client_credentials'] },
    scopes: { include: ['*'] },
    people: { users: { include: [], exclude: [] }, groups: { include: [], exclude: [] } },
  },
  ...changes,
})

/** What the provider reads through pointers that it does not check. */
function expectDereferenceable(read: Json): void {
  expect(read['actions']['token']).toEqual({
    accessTokenLifetimeMinutes: expect.any(Number),
    refreshTokenLifetimeMinutes: expect.any(Number),
    refreshTokenWindowMinutes: expect.any(Number),
  })
  expect(read['conditions']['grantTypes']['include']).toBeInstanceOf(Array)
  expect(read['conditions']['scopes']['include']).toBeInstanceOf(Array)
  expect(read['conditions']['people']['users']).toBeTypeOf('object')
}

describe('okta_auth_server_policy_rule', () => {
  it('lives from create to destroy; its conditions are there, whatever was sent', async () => {
    const server = await aServer('tf-rule')
    const made = await call(201, 'POST', `${server}/policies`, policy('rules', 1))
    const rules = `${server}/policies/${made['id']}/rules`
    const created = await call(201, 'POST', rules, rule('first', 1))
    const path = `${rules}/${created['id']}`
    const read = await call(200, 'GET', path)
    expect(read).toMatchObject({ ...rule('first', 1), system: false })
    expectDereferenceable(read)
    const sparse = { grantTypes: { include: ['client_credentials'] }, scopes: {}, people: {} }
    const bare = await call(201, 'POST', rules, rule('bare', 2, { conditions: sparse }))
    expectDereferenceable(await call(200, 'GET', `${rules}/${bare['id']}`))

    const implicit = {
      grantTypes: { include: ['implicit', 'password', 'authorization_code'] },
      scopes: { include: ['openid'] },
      people: {
        groups: { include: ['EVERYONE'], exclude: [] },
        users: { include: [], exclude: [] },
      },
    }
    await call(200, 'PUT', path, rule('first', 1, { conditions: implicit }))
    const changed = (await call(200, 'GET', path))['conditions']
    expect(changed['grantTypes']['include'].toSorted()).toEqual(
      implicit.grantTypes.include.toSorted(),
    )
    expect(changed).toMatchObject({ scopes: implicit.scopes, people: implicit.people })

    await call(200, 'PUT', path, rule('first', 1, { status: 'INACTIVE' }))
    await call(204, 'POST', `${path}/lifecycle/deactivate`)
    expect(await call(200, 'GET', path)).toMatchObject({ status: 'INACTIVE' })
    await call(204, 'DELETE', path)
    await expectGone(path)
  })
})

describe('okta_inline_hook', () => {
  const HOOKS = '/api/v1/inlineHooks'

  it('lives from create to destroy, and a rule names it by its id', async () => {
    const sent = {
      name: 'tf-hook',
      status: 'ACTIVE',
      type: 'com.okta.oauth2.tokens.transform',
      version: '1.0.0',
      channel: {
        type: 'HTTP',
        version: '1.0.0',
        config: {
          uri: 'https://example.com/test',
          method: 'POST',
          headers: [{ key: 'x-tf', value: 'form' }],
          authScheme: { type: 'HEADER', key: 'Authorization', value: 'secret' },
        },
      },
    }
    const { value: _, ...authScheme } = sent.channel.config.authScheme
    const shown = {
      ...sent,
      channel: { ...sent.channel, config: { ...sent.channel.config, authScheme } },
    }
    const created = await call(200, 'POST', HOOKS, sent)
    const path = `${HOOKS}/${created['id']}`
    expect(await call(200, 'GET', path)).toMatchObject(shown)
    await call(200, 'PUT', path, { ...sent, name: 'tf-hook-2' })
    expect(await call(200, 'GET', path)).toMatchObject({ ...shown, name: 'tf-hook-2' })

    const server = await aServer('tf-hooked')
    const made = await call(201, 'POST', `${server}/policies`, policy('hooked', 1))
    const rules = `${server}/policies/${made['id']}/rules`
    const { token } = rule('x', 1)['actions']
    const actions = { token: { ...token, inlineHook: { id: created['id'] } } }
    const hooked = await call(201, 'POST', rules, rule('hooked', 1, { actions }))
    expect((await call(200, 'GET', `${rules}/${hooked['id']}`))['actions']).toEqual(actions)

    await call(200, 'POST', `${path}/lifecycle/deactivate`)
    await call(400, 'DELETE', path)
    await call(204, 'DELETE', `${rules}/${hooked['id']}`)
    await call(204, 'DELETE', path)
    await expectGone(path)
  })
})

describe('okta_auth_server_scope', () => {
  it('lives from create to destroy with the defaults of the provider', async () => {
    const scopes = `${await aServer('tf-scope')}/scopes`
    const sent = {
      consent: 'IMPLICIT',
      default: false,
      description: 'by terraform',
      displayName: 'Cars',
      metadataPublish: 'ALL_CLIENTS',
      name: 'cars',
      optional: false,
    }
    const created = await call(201, 'POST', scopes, sent)
    const path = `${scopes}/${created['id']}`
    expect(await call(200, 'GET', path)).toMatchObject({ ...sent, system: false })
    await call(200, 'PUT', path, { ...sent, consent: 'REQUIRED', displayName: '' })
    expect(await call(200, 'GET', path)).toMatchObject({ consent: 'REQUIRED', displayName: '' })
    expect(await call(200, 'GET', scopes)).toHaveLength(8)
    await call(204, 'DELETE', path)
    await expectGone(path)
  })
})

describe('okta_auth_server_claim', () => {
  const sent = {
    alwaysIncludeInToken: true,
    claimType: 'RESOURCE',
    name: 'team',
    status: 'ACTIVE',
    value: '  "Team  \\"ü\\""  ',
    valueType: 'EXPRESSION',
  }

  it('lives from create to destroy, and its value comes back byte for byte', async () => {
    const claims = `${await aServer('tf-claim')}/claims`
    const created = await call(201, 'POST', claims, sent)
    const path = `${claims}/${created['id']}`
    expect(await call(200, 'GET', path)).toMatchObject({ ...sent, conditions: { scopes: [] } })
    const scoped = { ...sent, conditions: { scopes: ['profile'] } }
    await call(200, 'PUT', path, scoped)
    expect(await call(200, 'GET', path)).toMatchObject(scoped)
    await call(204, 'DELETE', path)
    await expectGone(path)
  })

  it('of groups keeps its filter', async () => {
    const claims = `${await aServer('tf-groups')}/claims`
    const groups = {
      ...sent,
      claimType: 'IDENTITY',
      valueType: 'GROUPS',
      value: '.*',
      group_filter_type: 'REGEX',
    }
    const created = await call(201, 'POST', claims, groups)
    expect(await call(200, 'GET', `${claims}/${created['id']}`)).toMatchObject(groups)
  })
})

describe('okta_auth_server_claim_default', () => {
  it('is found by its name and changed in the one member that may change', async () => {
    const claims = `${await aServer('tf-claim-default')}/claims`
    const list = (await call(200, 'GET', claims)) as unknown as Json[]
    const found = (name: string): Json => list.find((one) => one['name'] === name)!
    const [address, sub] = [found('address'), found('sub')]
    const always = { ...address, alwaysIncludeInToken: true }
    await call(200, 'PUT', `${claims}/${address['id']}`, always)
    expect(await call(200, 'GET', `${claims}/${address['id']}`)).toMatchObject({
      name: 'address',
      alwaysIncludeInToken: true,
      valueType: 'SYSTEM',
      system: true,
      claimType: 'IDENTITY',
      status: 'ACTIVE',
      conditions: { scopes: ['address'] },
    })
    const value = 'app.clientId'
    await call(200, 'PUT', `${claims}/${sub['id']}`, { ...sub, value, alwaysIncludeInToken: true })
    expect(await call(200, 'GET', `${claims}/${sub['id']}`)).toMatchObject({ name: 'sub', value })
  })
})

describe('the start of the provider', () => {
  it('finds out who it is, twice, and that the engine is the classic one', async () => {
    for (const _ of [1, 2])
      expect(await call(200, 'GET', '/api/v1/users/me')).toMatchObject({
        id: expect.stringMatching(/^00u/),
        status: 'ACTIVE',
        profile: { login: expect.any(String) },
      })
    const answer = await door.send('GET', '/.well-known/okta-organization')
    const organization = (await answer.json()) as Json
    expect(organization).toMatchObject({ pipeline: 'v1', id: expect.stringMatching(/^00o/) })
    expect(organization['_links']['organization']['href']).toMatch(/^https?:/)
    expect((await call(200, 'GET', '/api/v1/org'))['id']).toBe(organization['id'])
  })
})

describe('okta_group, okta_user and the assignments of an app', () => {
  const APPS = '/api/v1/apps'

  it('live from create to destroy, and everybody is found by the name of the group', async () => {
    const [everyone] = await call(200, 'GET', '/api/v1/groups?q=Everyone') as unknown as Json[] // prettier-ignore
    expect(everyone).toMatchObject({ type: 'BUILT_IN', profile: { name: 'Everyone' } })
    const group = await call(200, 'POST', '/api/v1/groups', {
      profile: { name: 'tf-group', description: '' },
    })
    const login = 'tf@terraform.example'
    const profile = { firstName: 'Terra', lastName: 'Form', login, email: login }
    const user = await call(200, 'POST', '/api/v1/users?activate=true', { profile })
    const member = `/api/v1/groups/${group['id']}/users/${user['id']}`
    await call(204, 'PUT', member)
    const app = await call(200, 'POST', `${APPS}?activate=true`, {
      name: 'oidc_client',
      label: 'tf-assigned',
      signOnMode: 'OPENID_CONNECT',
      credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' } },
      settings: {
        oauthClient: {
          application_type: 'web',
          grant_types: ['authorization_code'],
          response_types: ['code'],
          redirect_uris: ['https://terraform.example/callback'],
        },
      },
    })
    const ofGroup = `${APPS}/${app['id']}/groups/${group['id']}`
    const ofUser = `${APPS}/${app['id']}/users/${user['id']}`
    await call(200, 'PUT', ofGroup, { priority: 0, profile: {} })
    expect(await call(200, 'GET', ofGroup)).toMatchObject({ id: group['id'], priority: 0 })
    expect((await call(200, 'GET', ofUser))['scope']).toBe('GROUP')
    await call(200, 'POST', `${APPS}/${app['id']}/users`, {
      id: user['id'],
      scope: 'USER',
      credentials: { userName: 'terra' },
      profile: {},
    })
    await call(200, 'POST', ofUser, { credentials: { userName: 'form' } })
    expect(await call(200, 'GET', ofUser)).toMatchObject({
      scope: 'USER',
      credentials: { userName: 'form' },
    })
    await call(204, 'DELETE', ofUser)
    await call(204, 'DELETE', ofGroup)
    await expectGone(ofUser)
    await expectGone(ofGroup)
    await call(204, 'DELETE', member)
    await call(204, 'DELETE', `/api/v1/groups/${group['id']}`)
    for (const _ of [1, 2]) await call(204, 'DELETE', `/api/v1/users/${user['id']}`)
    await expectGone(`/api/v1/users/${user['id']}`)
    await call(200, 'POST', `${APPS}/${app['id']}/lifecycle/deactivate`)
    await call(204, 'DELETE', `${APPS}/${app['id']}`)
  })
})
