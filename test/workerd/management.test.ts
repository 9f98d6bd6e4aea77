/** The management API of authorization servers: shapes, statuses, refusals, priorities, deletion rules. */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { managementRoutes } from '../../src/management/routes.ts'
import { orgScopeNames } from '../../src/issuer/org-scopes.ts'
import {
  answered,
  api,
  aPolicy,
  aRule,
  aServer,
  made,
  ORIGIN,
  send,
  unique,
  type Json,
} from './support.ts'

const SERVERS = '/api/v1/authorizationServers'

/** Status, code and causes of a refusal, whose envelope must be whole. */
const refused = async (response: Response): Promise<readonly [number, string, string[]]> => {
  const [status, body] = await answered(response)
  expect(Object.keys(body)).toEqual([
    'errorCode',
    'errorSummary',
    'errorLink',
    'errorId',
    'errorCauses',
  ])
  expect(body['errorLink']).toBe(body['errorCode'])
  expect(body['errorId']).toMatch(/^oae[\w-]{22}$/)
  return [
    status,
    body['errorCode'],
    body['errorCauses'].map((cause: Json) => cause['errorSummary']),
  ]
}

const refusal = async (response: Response): Promise<readonly unknown[]> =>
  (await refused(response)).slice(0, 2)

describe('every route', () => {
  const concrete = (path: string): string => path.replaceAll(/:\w+/g, 'x')

  it('declares a scope that exists, and writes need .manage; a preview writes nothing', () => {
    for (const route of managementRoutes) {
      expect([route.path, orgScopeNames.has(route.scope)]).toEqual([route.path, true])
      if (route.method !== 'GET' && !route.path.endsWith('/preview'))
        expect([route.path, route.scope]).toEqual([route.path, expect.stringMatching(/\.manage$/)])
    }
    expect(new Set(managementRoutes.map((route) => `${route.method} ${route.path}`)).size).toBe(
      managementRoutes.length,
    )
  })

  it('every scope of the org server has a route', () => {
    for (const scope of orgScopeNames)
      expect([scope, managementRoutes.some((route) => route.scope === scope)]).toEqual([
        scope,
        true,
      ])
  })

  it('refuses callers without a token, with a wrong one, and with another scheme', async () => {
    for (const route of managementRoutes)
      for (const authorization of [
        '',
        'SSWS wrong',
        'Bearer wrong',
        'Bearer a.b.c',
        'Basic eDp5',
        'SSWS',
      ])
        expect([
          route.path,
          await refusal(await api(route.method, concrete(route.path), undefined, authorization)),
        ]).toEqual([route.path, [401, 'E0000011']])
  })

  it('answers with a request id and rate limit headers', async () => {
    const { headers } = await api('GET', SERVERS)
    expect(headers.get('x-okta-request-id')).toMatch(/^req\w+$/)
    for (const name of ['limit', 'remaining', 'reset'])
      expect(headers.get(`x-rate-limit-${name}`)).toMatch(/^\d+$/)
  })

  it('an unknown path and an unsupported method have their codes', async () => {
    expect(await refusal(await api('GET', '/api/v1/nothing'))).toMatchObject([404, 'E0000008'])
    expect(await refusal(await api('PATCH', SERVERS, {}))).toMatchObject([405, 'E0000022'])
  })
})

describe('bodies', () => {
  it('text that is not Unicode is refused where it stands, since it would be kept as another', async () => {
    const audiences = ['api://x']
    for (const [path, body, cause] of [
      [SERVERS, { name: 'a\ud800b', audiences }, 'name'],
      [SERVERS, { name: 'a', audiences: ['\udfff'] }, 'audiences.0'],
      ['/api/v1/groups', { profile: { name: 'a', description: '\ud83d' } }, 'profile.description'],
      ['/api/v1/groups', { profile: { '\ud83d': 'a', name: 'a' } }, 'profile'],
    ] as const) {
      const [, error] = await answered(await api('POST', path, body))
      expect([error['errorCode'], error['errorCauses'][0]['errorSummary']]).toEqual([
        'E0000001',
        `${cause}: must be text without broken characters`,
      ])
    }
    const server = await made(201, 'POST', SERVERS, { name: 'a\ud83d\ude00b', audiences })
    expect((await made(200, 'GET', `${SERVERS}/${server['id']}`))['name']).toBe('a😀b')
  })

  it('malformed JSON is E0000003, another content type E0000021', async () => {
    for (const body of [
      '{',
      '[1,',
      'nonsense',
      '{"name":"a\\u0000b","audiences":["x"]}',
      '{"name":"a","audiences":["x"],"more":{"of":[1e999]}}',
      `${'['.repeat(60)}${']'.repeat(60)}`,
      `{"name":"${'x'.repeat(300_000)}"}`,
    ])
      expect([body.slice(0, 20), await refusal(await api('POST', SERVERS, body))]).toMatchObject([
        body.slice(0, 20),
        [400, 'E0000003'],
      ])
    const response = await send(SERVERS, {
      method: 'POST',
      headers: {
        authorization: `SSWS 00test-token-of-the-bootstrap-administrator`,
        'content-type': 'text/plain',
      },
      body: '{"name":"x","audiences":["y"]}',
    })
    expect(await refusal(response)).toMatchObject([400, 'E0000021'])
  })

  it('every validation failure is a cause that names the field', async () => {
    const [status, code, causes] = await refused(
      await api('POST', SERVERS, { description: 7, audiences: [] }),
    )
    expect([status, code]).toEqual([400, 'E0000001'])
    expect(causes.map((cause) => cause.split(':')[0]).toSorted()).toEqual([
      'audiences',
      'description',
      'name',
    ])
    expect(causes).toContain('name: The field is missing')
  })

  it('wrong types, prototypes and absurd values are refused, unknown members ignored', async () => {
    for (const body of [
      null,
      [],
      'text',
      { name: 'x', audiences: ['a', 'b'] },
      { name: '', audiences: ['a'] },
      { name: 'x', audiences: ['not a: uri'] },
      { name: 'x', audiences: [7] },
      { name: 'x'.repeat(300), audiences: ['a'] },
      { name: 'x', audiences: ['a'], issuerMode: 'constructor' },
      { name: 'x', audiences: ['a'], credentials: { signing: { alg: 'none' } } },
      { name: 'x', audiences: ['a'], credentials: { signing: { alg: 'HS256' } } },
    ])
      expect([body, await refusal(await api('POST', SERVERS, JSON.stringify(body)))]).toMatchObject(
        [body, [400, 'E0000001']],
      )
    const odd = {
      name: unique('odd'),
      audiences: ['urn:x'],
      default: true,
      status: 'INACTIVE',
      id: 'mine',
      constructor: 1,
    }
    const server = await made(201, 'POST', SERVERS, odd)
    expect(server).toMatchObject({ default: false, status: 'ACTIVE' })
    expect(server['id']).not.toBe('mine')
  })
})

describe('authorization servers', () => {
  it('create answers 201 with the whole object, links and key', async () => {
    const name = unique('api')
    const server = await made(201, 'POST', SERVERS, {
      name,
      description: 'd',
      audiences: ['api://x'],
    })
    expect(Object.keys(server)).toEqual([
      'id',
      'name',
      'description',
      'audiences',
      'issuer',
      'issuerMode',
      'status',
      'created',
      'lastUpdated',
      'credentials',
      'accessTokenProfile',
      'default',
      '_links',
    ])
    expect(server).toMatchObject({
      name,
      description: 'd',
      audiences: ['api://x'],
      issuer: `${ORIGIN}/oauth2/${server['id']}`,
      issuerMode: 'ORG_URL',
      status: 'ACTIVE',
      default: false,
      credentials: { signing: { alg: 'RS256', rotationMode: 'AUTO', use: 'sig' } },
    })
    expect(server['id']).toMatch(/^aus\w{17}$/)
    expect(server['created']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/)
    expect(server['credentials']['signing']['kid']).toMatch(/^[\w-]{43}$/)
    expect(Object.keys(server['_links'])).toEqual([
      'rotateKey',
      'metadata',
      'keys',
      'claims',
      'policies',
      'self',
      'scopes',
      'deactivate',
    ])
    expect(server['_links']['self']['href']).toBe(`${ORIGIN}${SERVERS}/${server['id']}`)
    expect(await made(200, 'GET', `${SERVERS}/${server['id']}`)).toEqual(server)
  })

  it('description is null when absent, and MANUAL in a POST is created as AUTO', async () => {
    const server = await made(201, 'POST', SERVERS, {
      name: unique('api'),
      audiences: ['x'],
      credentials: { signing: { rotationMode: 'MANUAL', alg: 'ES256' } },
    })
    expect(server).toMatchObject({
      description: null,
      credentials: { signing: { rotationMode: 'AUTO', alg: 'ES256' } },
    })
  })

  it('PUT replaces; read-only members in it are ignored', async () => {
    const { id } = await aServer()
    const before = await made(200, 'GET', `${SERVERS}/${id}`)
    const after = await made(200, 'PUT', `${SERVERS}/${id}`, {
      ...before,
      name: 'renamed',
      description: undefined,
      audiences: ['api://other'],
      id: 'x',
      status: 'INACTIVE',
      issuer: 'https://evil.example',
      created: '1970-01-01T00:00:00.000Z',
    })
    expect(after).toMatchObject({
      id,
      name: 'renamed',
      description: null,
      audiences: ['api://other'],
      status: 'ACTIVE',
      issuer: before['issuer'],
      created: before['created'],
    })
    expect(after['credentials']['signing']['kid']).toBe(before['credentials']['signing']['kid'])
  })

  it('lists by pages and by the beginning of the name', async () => {
    const prefix = unique('paged')
    for (let index = 0; index < 5; index++)
      await made(201, 'POST', SERVERS, {
        name: `${prefix}-${index}`,
        audiences: ['x'],
        credentials: { signing: { alg: 'ES256' } },
      })
    const seen: string[] = []
    let next: string | undefined = `${SERVERS}?q=${prefix}&limit=2`
    let pages = 0
    while (next !== undefined) {
      const response: Response = await api('GET', next)
      const items = (await response.json()) as Json[]
      seen.push(...items.map((item) => item['name'] as string))
      pages++
      const link: string = response.headers.get('link') ?? ''
      expect(link).toContain('rel="self"')
      next = /<([^>]+)>; rel="next"/.exec(link)?.[1]
      expect(items.length).toBeLessThanOrEqual(2)
    }
    expect([pages, seen.toSorted()]).toEqual([
      3,
      [0, 1, 2, 3, 4].map((index) => `${prefix}-${index}`),
    ])
    expect(await made(200, 'GET', `${SERVERS}?q=100%25`)).toEqual([])
    for (const limit of ['0', '-1', 'x', '1.5'])
      expect(await refusal(await api('GET', `${SERVERS}?limit=${limit}`))).toMatchObject([
        400,
        'E0000054',
      ])
  })

  it('the default server can be renamed and keeps its mark and links, but is never deleted', async () => {
    const before = await made(200, 'GET', `${SERVERS}/default`)
    const after = await made(200, 'PUT', `${SERVERS}/default`, {
      ...before,
      name: 'renamed default',
    })
    expect(after).toMatchObject({
      name: 'renamed default',
      default: true,
      issuer: `${ORIGIN}/oauth2/default`,
    })
    expect(after['_links']['self']['href']).toBe(`${ORIGIN}${SERVERS}/default`)
    expect(await made(200, 'GET', `${SERVERS}/${after['id']}`)).toEqual(after)
    for (const id of ['default', after['id'] as string])
      expect(await refusal(await api('DELETE', `${SERVERS}/${id}`))).toMatchObject([
        400,
        'E0000001',
      ])
    await made(200, 'PUT', `${SERVERS}/default`, before)
  })

  it('an active server can be deleted, and everything below it is gone', async () => {
    const { id, policyId } = await aServer()
    await made(204, 'DELETE', `${SERVERS}/${id}`)
    for (const path of [
      '',
      '/scopes',
      '/claims',
      '/policies',
      `/policies/${policyId}/rules`,
      '/credentials/keys',
    ])
      expect([path, await refusal(await api('GET', `${SERVERS}/${id}${path}`))]).toMatchObject([
        path,
        [404, 'E0000007'],
      ])
    for (const table of ['scopes', 'policies', 'policy_rules']) {
      const row = await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE server_id = ?1`)
        .bind(id)
        .first<{ n: number }>()
      expect([table, row?.n]).toEqual([table, 0])
    }
  })

  it('lifecycle calls answer 204 and may be repeated', async () => {
    const { id } = await aServer()
    for (const verb of ['activate', 'deactivate', 'deactivate', 'activate'])
      await made(204, 'POST', `${SERVERS}/${id}/lifecycle/${verb}`)
    expect(await made(200, 'GET', `${SERVERS}/${id}`)).toMatchObject({ status: 'ACTIVE' })
  })
})

describe('scopes and claims', () => {
  it('a server has the system scopes and claims of Okta, which cannot be deleted', async () => {
    const { id } = await aServer({ scopes: [] })
    const scopes = (await made(200, 'GET', `${SERVERS}/${id}/scopes`)) as unknown as Json[]
    expect(scopes.map((scope) => scope['name'])).toEqual([
      'openid',
      'profile',
      'email',
      'address',
      'phone',
      'offline_access',
      'device_sso',
    ])
    expect(scopes[0]).toMatchObject({
      system: true,
      default: false,
      consent: 'IMPLICIT',
      optional: false,
      metadataPublish: 'ALL_CLIENTS',
      apiResourceId: null,
    })
    const claims = (await made(200, 'GET', `${SERVERS}/${id}/claims`)) as unknown as Json[]
    expect(claims).toHaveLength(19)
    expect(claims[0]).toMatchObject({
      name: 'sub',
      claimType: 'RESOURCE',
      valueType: 'EXPRESSION',
      value: '(appuser != null) ? appuser.userName : app.clientId',
      alwaysIncludeInToken: true,
      conditions: { scopes: [] },
    })
    expect(
      await refusal(await api('DELETE', `${SERVERS}/${id}/scopes/${scopes[0]?.['id']}`)),
    ).toMatchObject([400, 'E0000001'])
    expect(
      await refusal(await api('DELETE', `${SERVERS}/${id}/claims/${claims[0]?.['id']}`)),
    ).toMatchObject([400, 'E0000001'])
  })

  it('system ids differ between servers', async () => {
    const ids = async (): Promise<unknown> =>
      (
        (await made(200, 'GET', `${SERVERS}/${(await aServer()).id}/scopes`)) as unknown as Json[]
      ).map((scope) => scope['id'])
    const [a, b] = [await ids(), await ids()] as string[][]
    expect(a?.filter((id) => b?.includes(id))).toEqual([])
  })

  it('scopes are created, read, replaced and deleted', async () => {
    const { id } = await aServer({ scopes: [] })
    const path = `${SERVERS}/${id}/scopes`
    const scope = await made(201, 'POST', path, {
      name: 'car:drive',
      description: 'Drive',
      consent: 'REQUIRED',
    })
    expect(Object.keys(scope)).toEqual([
      'id',
      'name',
      'description',
      'displayName',
      'system',
      'metadataPublish',
      'consent',
      'optional',
      'apiResourceId',
      'default',
      '_links',
    ])
    expect(scope).toMatchObject({
      system: false,
      metadataPublish: 'NO_CLIENTS',
      default: false,
      displayName: null,
    })
    const replaced = await made(200, 'PUT', `${path}/${scope['id']}`, {
      name: 'car:park',
      displayName: '',
    })
    expect(replaced).toMatchObject({
      id: scope['id'],
      name: 'car:park',
      displayName: '',
      description: null,
      consent: 'IMPLICIT',
    })
    expect(await made(200, 'GET', `${path}/${scope['id']}`)).toEqual(replaced)
    expect(await made(200, 'GET', `${path}?q=car`)).toEqual([replaced])
    await made(204, 'DELETE', `${path}/${scope['id']}`)
    expect(await refusal(await api('GET', `${path}/${scope['id']}`))).toMatchObject([
      404,
      'E0000007',
    ])
  })

  it('bad and taken scope names are refused', async () => {
    const { id } = await aServer()
    const path = `${SERVERS}/${id}/scopes`
    for (const name of [
      '',
      'a b',
      'a"b',
      'a\\b',
      'ä',
      'okta',
      'okta.users.read',
      'okta:x',
      '*',
      '<x>',
      'read',
      'openid',
    ])
      expect([name, await refusal(await api('POST', path, { name }))]).toMatchObject([
        name,
        [400, 'E0000001'],
      ])
    const [, , causes] = await refused(await api('POST', path, { name: 'read' }))
    expect(causes).toEqual([
      'name: An object with this field already exists in the current organization',
    ])
  })

  it('[race] of two scopes with one name exactly one is created', async () => {
    const { id } = await aServer()
    const all = await Promise.all(
      Array.from({ length: 6 }, () => api('POST', `${SERVERS}/${id}/scopes`, { name: 'same' })),
    )
    expect(all.map((response) => response.status).toSorted()).toEqual([
      201, 400, 400, 400, 400, 400,
    ])
  })

  it('a system scope keeps its name but can be published or not', async () => {
    const { id } = await aServer()
    const path = `${SERVERS}/${id}/scopes`
    const scopes = (await made(200, 'GET', path)) as unknown as Json[]
    const email = scopes.find((scope) => scope['name'] === 'email') ?? {}
    const changed = await made(200, 'PUT', `${path}/${email['id']}`, {
      ...email,
      consent: 'REQUIRED',
    })
    expect(changed).toMatchObject({ id: email['id'], system: true, consent: 'REQUIRED' })
    expect(
      await refusal(await api('PUT', `${path}/${email['id']}`, { ...email, name: 'mail' })),
    ).toMatchObject([400, 'E0000001'])
  })

  it('claims: shapes, reserved names, expressions refused with a position', async () => {
    const { id } = await aServer()
    const path = `${SERVERS}/${id}/claims`
    const good = { name: 'car', claimType: 'RESOURCE', valueType: 'EXPRESSION', value: '"x"' }
    const claim = await made(201, 'POST', path, good)
    expect(Object.keys(claim)).toEqual([
      'id',
      'name',
      'status',
      'claimType',
      'valueType',
      'value',
      'conditions',
      'system',
      'alwaysIncludeInToken',
      'apiResourceId',
      '_links',
    ])
    expect(claim).toMatchObject({
      alwaysIncludeInToken: true,
      conditions: { scopes: [] },
      apiResourceId: null,
    })
    const groups = await made(201, 'POST', path, {
      name: 'groups',
      claimType: 'IDENTITY',
      valueType: 'GROUPS',
      value: 'A',
      group_filter_type: 'STARTS_WITH',
    })
    expect(groups).toMatchObject({ group_filter_type: 'STARTS_WITH', alwaysIncludeInToken: false })
    for (const change of [
      { name: 'car' },
      { name: 'iss' },
      { name: 'cid' },
      { name: '' },
      { name: 'a b' },
      { name: 'a\u200bb' },
      { name: 'a\u202eb' },
      { name: 'a\ud800' },
      { value: '' },
      { value: undefined },
      { value: 'user' },
      { value: '1 - 1' },
      { value: '"open' },
      { value: 'app.secret' },
      { value: 'x'.repeat(2000) },
      { valueType: 'SYSTEM' },
      { valueType: 'GROUPS' },
      { claimType: 'OTHER' },
      { name: 'email', claimType: 'IDENTITY' },
      { name: 'phone_number_verified', claimType: 'IDENTITY' },
    ])
      expect([
        change,
        await refusal(await api('POST', path, { ...good, name: unique('c'), ...change })),
      ]).toMatchObject([change, [400, 'E0000001']])
    const [, , causes] = await refused(
      await api('POST', path, { ...good, name: 'n', value: '{1, org.id}' }),
    )
    expect(causes).toEqual([expect.stringContaining('(at position 5 of the expression)')])
  })

  it('claims: expressions name attributes that the schema has, and outlive them', async () => {
    const { id } = await aServer()
    const path = `${SERVERS}/${id}/claims`
    const name = unique('attribute').replaceAll('-', '_')
    const claim = { name: 'own', claimType: 'RESOURCE', valueType: 'EXPRESSION', value: `{1, user.${name}}` } // prettier-ignore
    const unknown = [400, 'E0000001', [`value: the profile of users has no attribute "${name}" (at position 5 of the expression)`]] // prettier-ignore
    expect(await refused(await api('POST', path, claim))).toEqual(unknown)
    const schema = async (definition: unknown) =>
      made(200, 'POST', '/api/v1/meta/schemas/user/default', {
        definitions: { custom: { properties: { [name]: definition } } },
      })
    await schema({ title: 'Own', type: 'string' })
    const saved = await made(201, 'POST', path, claim)
    await schema(null)
    const off = { ...claim, status: 'INACTIVE' }
    expect(await made(200, 'PUT', `${path}/${saved['id']}`, off)).toMatchObject(off)
    const other = { ...claim, value: `user.${name}` }
    expect((await refused(await api('PUT', `${path}/${saved['id']}`, other)))[1]).toBe('E0000001')
    const [sub] = (await made(200, 'GET', path)).filter((one: Json) => one['name'] === 'sub')
    const typo = { ...sub, value: 'user.lgoin' }
    expect((await refused(await api('PUT', `${path}/${sub['id']}`, typo)))[1]).toBe('E0000001')
  })
})

describe('policies and rules', () => {
  it('inserting at a taken priority moves the others down, in the order served', async () => {
    const { id, policyId } = await aServer()
    const path = `${SERVERS}/${id}/policies`
    const second = await made(201, 'POST', path, aPolicy({ priority: 1 }))
    const third = await made(201, 'POST', path, aPolicy())
    const order = async (): Promise<unknown> =>
      ((await made(200, 'GET', path)) as unknown as Json[]).map((policy) => [
        policy['id'],
        policy['priority'],
      ])
    expect(await order()).toEqual([
      [second['id'], 1],
      [policyId, 2],
      [third['id'], 3],
    ])
    await made(200, 'PUT', `${path}/${third['id']}`, aPolicy({ priority: 1 }))
    expect(await order()).toEqual([
      [third['id'], 1],
      [second['id'], 2],
      [policyId, 3],
    ])
  })

  it('a policy and a rule have the members that Terraform reads', async () => {
    const { id, policyId, ruleId } = await aServer()
    const policy = await made(200, 'GET', `${SERVERS}/${id}/policies/${policyId}`)
    expect(policy).toMatchObject({
      type: 'OAUTH_AUTHORIZATION_POLICY',
      system: false,
      conditions: { clients: { include: ['ALL_CLIENTS'] } },
    })
    expect(Object.keys(policy).at(-1)).toBe('type')
    const rule = await made(200, 'GET', `${SERVERS}/${id}/policies/${policyId}/rules/${ruleId}`)
    expect(rule).toMatchObject({
      type: 'RESOURCE_ACCESS',
      conditions: {
        grantTypes: { include: ['client_credentials'] },
        scopes: { include: ['*'] },
        people: { users: { include: [], exclude: [] } },
      },
      actions: {
        token: {
          accessTokenLifetimeMinutes: 60,
          refreshTokenLifetimeMinutes: 0,
          refreshTokenWindowMinutes: 10080,
        },
      },
    })
  })

  it('empty conditions are normalised as in Okta', async () => {
    const { id, policyId } = await aServer()
    const rule = await made(201, 'POST', `${SERVERS}/${id}/policies/${policyId}/rules`, {
      type: 'RESOURCE_ACCESS',
      name: 'bare',
      conditions: {
        people: { users: {} },
        scopes: {},
        grantTypes: { include: ['client_credentials'] },
      },
    })
    expect(rule['conditions']).toEqual({
      people: { users: { exclude: [] } },
      scopes: { include: [] },
      grantTypes: { include: ['client_credentials'] },
    })
    expect(rule['actions']['token']['accessTokenLifetimeMinutes']).toBe(60)
  })

  it('lifetimes and lists outside their bounds are refused', async () => {
    const { id, policyId } = await aServer()
    const path = `${SERVERS}/${id}/policies/${policyId}/rules`
    const token = (changes: Json): Json =>
      aRule({ actions: { token: { ...aRule()['actions']['token'], ...changes } } })
    for (const body of [
      token({ accessTokenLifetimeMinutes: 4 }),
      token({ accessTokenLifetimeMinutes: 1441 }),
      token({ accessTokenLifetimeMinutes: 5.5 }),
      token({ refreshTokenLifetimeMinutes: 59 }),
      token({ refreshTokenWindowMinutes: 9 }),
      token({ inlineHook: { id: 'cal1' } }),
      aRule({ conditions: undefined }),
      aRule({ name: undefined }),
      aRule({ type: 'OTHER' }),
      aRule({ priority: 0 }),
      aRule({ conditions: { ...aRule()['conditions'], grantTypes: { include: ['nope'] } } }),
      aRule({
        conditions: {
          ...aRule()['conditions'],
          scopes: { include: Array.from({ length: 10_000 }, (_, i) => `s${i}`) },
        },
      }),
    ])
      expect(await refusal(await api('POST', path, body))).toMatchObject([400, 'E0000001'])
    for (const minutes of [5, 1440])
      await made(
        201,
        'POST',
        path,
        token({ accessTokenLifetimeMinutes: minutes, refreshTokenWindowMinutes: 2000 }),
      )
  })

  it('a rule of another policy and a policy of another server are not found', async () => {
    const [a, b] = [await aServer(), await aServer()]
    const paths = [
      `${SERVERS}/${a.id}/policies/${b.policyId}`,
      `${SERVERS}/${a.id}/policies/${a.policyId}/rules/${b.ruleId}`,
      `${SERVERS}/${a.id}/policies/${b.policyId}/rules/${b.ruleId}`,
    ]
    for (const path of paths)
      for (const [method, body] of [
        ['GET'],
        ['PUT', path.includes('rules') ? aRule() : aPolicy()],
        ['DELETE'],
        ['POST'],
      ] as const)
        expect(
          await refusal(
            await api(method, method === 'POST' ? `${path}/lifecycle/deactivate` : path, body),
          ),
        ).toMatchObject([404, 'E0000007'])
    await made(200, 'GET', `${SERVERS}/${b.id}/policies/${b.policyId}/rules/${b.ruleId}`)
  })
})

describe('what a write leaves behind', () => {
  it('an event in the system log and an empty outbox', async () => {
    const { id } = await aServer()
    const { results } = await env.LOG_DB.prepare(
      "SELECT document FROM events WHERE event_type = 'oauth2.as.created'",
    ).all<{ document: string }>()
    const events = results.map((row) => JSON.parse(row.document) as Json)
    expect(events.find((event) => event['target'][0]['id'] === id)).toMatchObject({
      outcome: { result: 'SUCCESS' },
      actor: { type: 'User', displayName: 'admin@edgemint.example' },
    })
    expect(
      (await env.DB.prepare('SELECT count(*) AS n FROM outbox').first<{ n: number }>())?.n,
    ).toBe(0)
  })

  it('a write that fails leaves nothing half-written', async () => {
    const { id } = await aServer()
    const count = async (): Promise<unknown> =>
      env.DB.prepare(
        'SELECT (SELECT count(*) FROM scopes) AS scopes, (SELECT count(*) FROM outbox) AS outbox, (SELECT version FROM authorization_servers WHERE id = ?1) AS version',
      )
        .bind(id)
        .first()
    const before = await count()
    expect((await api('POST', `${SERVERS}/${id}/scopes`, { name: 'read' })).status).toBe(400)
    expect(await count()).toEqual(before)
  })
})
