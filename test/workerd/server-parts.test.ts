/** What hangs on an authorization server, beyond the ordinary: lists, system parts, the default mark, races, bad input. */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { DEFAULT_SERVER_ID } from '../../src/domain/authorization-server.ts'
import { limits } from '../../src/platform/limits.ts'
import { refusal, statuses } from './app-support.ts'
import {
  aClient,
  answered,
  api,
  aPolicy,
  aRule,
  aServer,
  made,
  ORIGIN,
  unique,
  type Json,
} from './support.ts'

const SERVERS = '/api/v1/authorizationServers'

const list = async (path: string): Promise<readonly Json[]> =>
  (await made(200, 'GET', path)) as unknown as readonly Json[]

const namesAt = async (path: string): Promise<readonly string[]> =>
  (await list(path)).map((one) => one['name'] as string)

const nextOf = (response: Response): string | undefined =>
  /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]

const SYSTEM = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'device_sso']

describe('scopes', () => {
  it('are listed whole without a limit, and by pages with one', async () => {
    const scopes = ['a', 'b:1', 'b:2', 'Z'].map((name) => ({ name }))
    const at = `${SERVERS}/${(await aServer({ scopes })).id}/scopes`
    const all = [...SYSTEM, 'Z', 'a', 'b:1', 'b:2']
    expect(await namesAt(at)).toEqual(all)
    for (const limit of [1, 3, 7, 11, 200]) {
      const seen: string[] = []
      for (let next: string | undefined = `${at}?limit=${limit}`; next !== undefined;) {
        const response: Response = await api('GET', next)
        const page = (await response.json()) as Json[]
        expect(page.length).toBeLessThanOrEqual(limit)
        seen.push(...page.map((one) => one['name'] as string))
        next = nextOf(response)
      }
      expect(seen).toEqual(all)
    }
    // Behind one that is gone, too.
    expect(await namesAt(`${at}?after=aa`)).toEqual(['b:1', 'b:2'])
    expect(await namesAt(`${at}?after=phone&limit=2`)).toEqual(['offline_access', 'device_sso'])
    expect((await answered(await api('GET', `${at}?limit=0`)))[1]['errorCode']).toBe('E0000054')
  })

  it('are found by how a name begins and by a filter', async () => {
    const scopes = [
      { name: 'car:drive', consent: 'REQUIRED', description: 'Drive' },
      { name: 'car:wash', default: true },
      { name: 'boat' },
    ]
    const at = `${SERVERS}/${(await aServer({ scopes })).id}/scopes`
    expect(await namesAt(`${at}?q=car:`)).toEqual(['car:drive', 'car:wash'])
    expect(await namesAt(`${at}?q=car:&limit=1`)).toEqual(['car:drive'])
    for (const [filter, names] of [
      ['name eq "boat"', ['boat']],
      ['name sw "car:" and consent ne "REQUIRED"', ['car:wash']],
      ['default eq true', ['car:wash']],
      ['system eq false and not (name co "a")', []],
      ['system eq false and description pr', ['car:drive']],
      ['name eq "boat" or name eq "car:wash"', ['boat', 'car:wash']],
    ] as const)
      expect([filter, await namesAt(`${at}?filter=${encodeURIComponent(filter)}`)]).toEqual([
        filter,
        names,
      ])
    for (const filter of [
      'name',
      'nope eq "x"',
      '__proto__ eq "x"',
      'name eq "x" and',
      '('.repeat(500),
    ])
      expect([
        filter,
        await answered(await api('GET', `${at}?filter=${encodeURIComponent(filter)}`)),
      ]).toMatchObject([filter, [400, { errorCode: 'E0000053' }]])
  })

  it('stand in the order of Okta', async () => {
    const { id } = await aServer()
    expect(Object.keys((await list(`${SERVERS}/${id}/scopes`))[0]!)).toEqual(
      'id name description displayName system metadataPublish consent optional apiResourceId default _links'.split(
        ' ',
      ),
    )
    expect(Object.keys((await list(`${SERVERS}/${id}/credentials/keys`))[0]!)).toEqual(
      'status alg crv x y kid kty use _links'.split(' '),
    )
  })
})

describe('consents to a scope', () => {
  /** Consents to two scopes of a server, and the user's object that keeps something. */
  async function consenting(): Promise<readonly [string, Json]> {
    const { id } = await aServer({ scopes: [] })
    const at = `${SERVERS}/${id}/scopes`
    const scope = await made(201, 'POST', at, { name: 'gone', consent: 'REQUIRED' })
    await made(201, 'POST', at, { name: 'stays', consent: 'REQUIRED' })
    await env.DB.prepare(
      `INSERT OR IGNORE INTO users (id, login, status, profile, created, last_updated)
       VALUES ('00uconsents', '00uconsents', 'ACTIVE', '{}', 1, 1)`,
    ).run()
    for (const name of ['gone', 'stays'])
      await env.DB.prepare(
        `INSERT INTO consents (id, user_id, client_id, server_id, scope, created, last_updated)
         VALUES (?1, '00uconsents', 'client', ?2, ?3, 1, 1)`,
      )
        .bind(unique('oag'), id, name)
        .run()
    await runInDurableObject(subject(), (_, { storage }) => storage.kv.put('projection', {}))
    return [id, scope]
  }

  const subject = () => env.SUBJECT.getByName('00uconsents')

  const isStale = (): Promise<boolean> =>
    runInDurableObject(subject(), (_, { storage }) => storage.kv.get('projection') === undefined)

  const consentsAt = async (id: string): Promise<readonly string[]> => {
    const { results } = await env.DB.prepare('SELECT scope FROM consents WHERE server_id = ?1')
      .bind(id)
      .all<{ scope: string }>()
    return results.map(({ scope }) => scope)
  }

  const eventsOf = async (id: string): Promise<readonly string[]> => {
    const { results } = await env.LOG_DB.prepare('SELECT document FROM events').all<Json>()
    return results
      .map(({ document }) => JSON.parse(document as string) as Json)
      .filter((event) => event['target'].some((one: Json) => one['id'] === id))
      .map((event) => event['eventType'] as string)
      .toSorted()
  }

  it('end with it, which its people are told before the answer', async () => {
    const [id, scope] = await consenting()
    await made(204, 'DELETE', `${SERVERS}/${id}/scopes/${scope['id']}`)
    expect([await consentsAt(id), await isStale()]).toEqual([['stays'], true])
    expect(await eventsOf(scope['id'])).toEqual([
      'app.oauth2.as.consent.revoke.implicit.scope',
      'oauth2.scope.created',
      'oauth2.scope.deleted',
    ])
  })

  it('end when it is renamed, so that a later one of its name is asked for anew', async () => {
    const [id, scope] = await consenting()
    const path = `${SERVERS}/${id}/scopes/${scope['id']}`
    await made(200, 'PUT', path, { name: 'gone', consent: 'FLEXIBLE' })
    expect([await consentsAt(id), await isStale()]).toEqual([['gone', 'stays'], false])
    await made(200, 'PUT', path, { name: 'renamed', consent: 'REQUIRED' })
    expect([await consentsAt(id), await isStale()]).toEqual([['stays'], true])
  })
})

describe('claims', () => {
  it('of the system change in nothing but what may change', async () => {
    const { id } = await aServer()
    const at = `${SERVERS}/${id}/claims`
    const claims = await list(at)
    const [sub, address] = ['sub', 'address'].map((name) =>
      claims.find((one) => one['name'] === name)!,
    ) as [Json, Json]
    // As recorded: without a value.
    expect(
      await made(200, 'PUT', `${at}/${address['id']}`, { ...address, alwaysIncludeInToken: true }),
    ).toEqual({ ...address, alwaysIncludeInToken: true })
    expect(
      await made(200, 'PUT', `${at}/${sub['id']}`, {
        ...sub,
        value: 'app.clientId',
        alwaysIncludeInToken: false,
      }),
    ).toEqual({ ...sub, value: 'app.clientId' })
    for (const [claim, changes] of [
      [sub, { name: 'subject' }],
      [sub, { claimType: 'IDENTITY' }],
      [sub, { valueType: 'GROUPS', group_filter_type: 'EQUALS' }],
      [sub, { status: 'INACTIVE' }],
      [sub, { value: '' }],
      [sub, { value: '1 +' }],
      [address, { name: 'home' }],
      [address, { valueType: 'EXPRESSION', value: '"x"' }],
      [address, { status: 'INACTIVE' }],
    ] as const) {
      const [field] = Object.keys(changes)
      const cause = await refusal('PUT', `${at}/${claim['id']}`, { ...claim, ...changes })
      expect([changes, cause]).toEqual([changes, expect.stringContaining(`${field}: `)])
    }
    for (const claim of [sub, address])
      expect(await refusal('DELETE', `${at}/${claim['id']}`)).toContain('cannot be deleted')
  })

  it('of groups by a pattern need one that is valid', async () => {
    const { id } = await aServer()
    const at = `${SERVERS}/${id}/claims`
    const claim = (value: string): Json => ({
      name: unique('groups'),
      claimType: 'IDENTITY',
      valueType: 'GROUPS',
      group_filter_type: 'REGEX',
      value,
    })
    for (const value of ['.*', '/.*admin.*/', 'a|b', '^x$'])
      expect(await made(201, 'POST', at, claim(value))).toMatchObject({ value })
    for (const value of ['(', '[a', '/(/', 'a{2,1}', '*', '?+', 'a)(b'])
      expect([value, await refusal('POST', at, claim(value))]).toEqual([
        value,
        expect.stringMatching(/^value: .*pattern/),
      ])
  })
})

describe('people in a rule', () => {
  const rule = (users: Json, groups: Json): Json =>
    aRule({
      conditions: {
        people: { users, groups },
        grantTypes: { include: ['client_credentials'] },
        scopes: { include: ['*'] },
      },
    })

  it('exist when they are named, and may be gone when the rule is replaced', async () => {
    const { id, policyId } = await aServer()
    const at = `${SERVERS}/${id}/policies/${policyId}/rules`
    const group = await made(200, 'POST', '/api/v1/groups', { profile: { name: unique('group') } })
    const user = unique('00u')
    await env.DB.prepare(
      `INSERT INTO users (id, login, status, profile, created, last_updated) VALUES (?1, ?1, 'ACTIVE', '{}', 1, 1)`,
    )
      .bind(user)
      .run()
    const named = rule({ exclude: [user] }, { include: [group['id'], 'EVERYONE'] })
    const { id: ruleId } = await made(201, 'POST', at, named)
    await env.DB.prepare('DELETE FROM users WHERE id = ?1').bind(user).run()
    await made(200, 'PUT', `${at}/${ruleId}`, named)
    expect(await refusal('POST', at, named)).toContain(user)
    for (const [users, groups, field] of [
      [{ include: ['00unobody'] }, {}, 'users'],
      [{ exclude: ['00unobody'] }, {}, 'users'],
      [{}, { include: ['00gnobody'] }, 'groups'],
      [{}, { exclude: ["' OR 1=1 --"] }, 'groups'],
    ] as const)
      for (const [method, path] of [
        ['POST', at],
        ['PUT', `${at}/${ruleId}`],
      ] as const)
        expect(await refusal(method, path, rule(users, groups))).toMatch(
          new RegExp(`^conditions.people.${field}: '.*' does not exist$`),
        )
    const many = Array.from({ length: 1000 }, (_, n) => `00u${n}`)
    expect((await refusal('POST', at, rule({ include: many }, {}))).split('; ')).toHaveLength(
      limits.causesMax,
    )
  })
})

describe('the default server', () => {
  it('keeps its mark in every representation, renamed or not', async () => {
    const before = await made(200, 'GET', `${SERVERS}/default`)
    const name = unique('renamed')
    const other = await aServer()
    for (const changed of [before, { ...before, name, audiences: [`api://${name}`] }]) {
      const put = await made(200, 'PUT', `${SERVERS}/${DEFAULT_SERVER_ID}`, changed)
      const byAudience = encodeURIComponent(put['audiences'][0])
      await made(200, 'POST', `${SERVERS}/${other.id}/associatedServers`, { trusted: ['default'] })
      const representations: readonly unknown[] = [
        put,
        await made(200, 'GET', `${SERVERS}/default`),
        await made(200, 'GET', `${SERVERS}/${DEFAULT_SERVER_ID}`),
        ...(await list(SERVERS)),
        ...(await list(`${SERVERS}?q=${put['name']}`)),
        ...(await list(`${SERVERS}?q=${byAudience}`)),
        ...(await list(`${SERVERS}/${other.id}/associatedServers?trusted=true`)),
        ...(await made(204, 'DELETE', `${SERVERS}/${other.id}/associatedServers/default`).then(() =>
          list(`${SERVERS}/${other.id}/associatedServers?trusted=false`),
        )),
      ].filter((one) => (one as Json)['id'] === DEFAULT_SERVER_ID)
      expect(representations).toHaveLength(8)
      for (const one of representations)
        expect(one).toMatchObject({
          default: true,
          name: put['name'],
          issuer: `${ORIGIN}/oauth2/default`,
        })
      const links = JSON.stringify(representations.map((one) => (one as Json)['_links']))
      expect(links).toContain(`${ORIGIN}${SERVERS}/default`)
      // Only as what another server is associated with it is named by its id.
      expect(links.replaceAll(`/associatedServers/${DEFAULT_SERVER_ID}`, '')).not.toContain(
        DEFAULT_SERVER_ID,
      )
    }
    await made(200, 'PUT', `${SERVERS}/default`, before)
    const marked = (await list(SERVERS)).filter((one) => one['default'] === true)
    expect(marked).toHaveLength(1)
  })

  it('its parts link to it by its alias', async () => {
    const parts = ['scopes', 'claims', 'policies', 'credentials/keys']
    for (const part of parts)
      for (const id of ['default', DEFAULT_SERVER_ID])
        for (const one of await list(`${SERVERS}/${id}/${part}`)) {
          const links = JSON.stringify(one['_links'])
          expect(links).toContain(`${SERVERS}/default/${part}`)
          expect(links).not.toContain(DEFAULT_SERVER_ID)
        }
  })
})

describe('[race] two writers', () => {
  const both = (path: string, bodies: readonly [Json, Json]): Promise<readonly number[]> =>
    statuses(bodies.map((body) => api('PUT', path, body)))

  /** Replaces something with two bodies at once, and expects one of them whole. */
  async function neverMix(path: string, bodies: readonly [Json, Json]): Promise<void> {
    for (let turn = 0; turn < 5; turn++) {
      expect(await both(path, bodies)).toEqual([200, 200])
      const after = await made(200, 'GET', path)
      const winner = bodies.find((body) => body['name'] === after['name'])
      expect(after).toMatchObject(winner!)
    }
  }

  it('of a scope, a claim, a policy or a rule leave what one of them wrote', async () => {
    const { id, policyId, ruleId } = await aServer()
    const at = `${SERVERS}/${id}`
    const scope = await made(201, 'POST', `${at}/scopes`, { name: 'one' })
    await neverMix(`${at}/scopes/${scope['id']}`, [
      { name: 'one', description: 'one', consent: 'REQUIRED', default: true },
      { name: 'two', description: 'two', consent: 'FLEXIBLE', default: false },
    ])
    const claim = { claimType: 'RESOURCE', valueType: 'EXPRESSION', name: 'c', value: '1' }
    const { id: claimId } = await made(201, 'POST', `${at}/claims`, claim)
    await neverMix(`${at}/claims/${claimId}`, [
      { ...claim, name: 'one', value: '"one"', conditions: { scopes: ['one'] } },
      { ...claim, name: 'two', value: '"two"', conditions: { scopes: ['two'] } },
    ])
    const policy = async (name: string): Promise<Json> => {
      const include = [(await aClient()).clientId]
      return aPolicy({ name, description: name, conditions: { clients: { include } } })
    }
    await neverMix(`${at}/policies/${policyId}`, [await policy('one'), await policy('two')])
    const rule = (name: string, accessTokenLifetimeMinutes: number): Json =>
      aRule({
        name,
        conditions: { ...aRule()['conditions'], scopes: { include: [name] } },
        actions: { token: { accessTokenLifetimeMinutes } },
      })
    await neverMix(`${at}/policies/${policyId}/rules/${ruleId}`, [rule('one', 10), rule('two', 20)])
  })

  it.each(['policies', 'rules'])('who move %s leave distinct priorities', async (kind) => {
    const { id, policyId } = await aServer()
    const at = kind === 'policies' ? `${SERVERS}/${id}/policies` : `${SERVERS}/${id}/policies/${policyId}/rules` // prettier-ignore
    const body = kind === 'policies' ? aPolicy : aRule
    const made4 = await Promise.all([1, 2, 3, 4].map(() => made(201, 'POST', at, body())))
    const distinct = async (): Promise<void> => {
      const priorities = (await list(at)).map((one) => one['priority'] as number)
      expect(new Set(priorities).size).toBe(5)
    }
    await distinct()
    for (let turn = 0; turn < 5; turn++) {
      await statuses(
        made4.map((one) => api('PUT', `${at}/${one['id']}`, body({ priority: 1 + (turn % 3) }))),
      )
      await distinct()
    }
  })

  it('of one name: exactly one claim, policy or rule is made', async () => {
    const { id, policyId } = await aServer()
    const at = `${SERVERS}/${id}`
    const claim = { name: 'same', claimType: 'RESOURCE', valueType: 'EXPRESSION', value: '1' }
    for (const [path, body] of [
      [`${at}/claims`, claim],
      [`${at}/policies`, aPolicy({ name: 'same' })],
      [`${at}/policies/${policyId}/rules`, aRule({ name: 'same' })],
    ] as const)
      expect([path, await statuses([1, 2, 3].map(() => api('POST', path, body)))]).toEqual([
        path,
        [201, 400, 400],
      ])
  })
})

describe('bad input', () => {
  it('what belongs to another parent is not found, whatever is done with it', async () => {
    const [here, there] = [await aServer(), await aServer()]
    const at = (server: string): string => `${SERVERS}/${server}`
    const scope = (await list(`${at(here.id)}/scopes`)).at(-1)!
    const system = (await list(`${at(here.id)}/scopes`))[0]!
    const claims = await list(`${at(here.id)}/claims`)
    const key = (await list(`${at(here.id)}/credentials/keys`))[0]!
    const other = await made(201, 'POST', `${at(here.id)}/policies`, aPolicy())
    const policy = (server: string, id: string): string => `${at(server)}/policies/${id}`
    const paths: readonly (readonly [string, Json | null])[] = [
      [`${at(there.id)}/scopes/${scope['id']}`, { name: 'x' }],
      [`${at(there.id)}/scopes/${system['id']}`, { name: 'openid' }],
      [`${at(there.id)}/claims/${claims[0]!['id']}`, claims[0]!],
      [policy(there.id, here.policyId), aPolicy()],
      [`${policy(there.id, here.policyId)}/rules/${here.ruleId}`, aRule()],
      [`${policy(there.id, there.policyId)}/rules/${here.ruleId}`, aRule()],
      [`${policy(here.id, other['id'])}/rules/${here.ruleId}`, aRule()],
      [`${at(there.id)}/credentials/keys/${key['kid']}`, null],
    ]
    for (const [path, body] of paths)
      for (const method of body === null ? ['GET'] : ['GET', 'PUT', 'DELETE'])
        expect([
          method,
          path,
          await answered(await api(method, path, method === 'PUT' ? body : undefined)),
        ]).toMatchObject([method, path, [404, { errorCode: 'E0000007' }]])
    for (const path of [
      policy(there.id, here.policyId),
      `${policy(here.id, other['id'])}/rules/${here.ruleId}`,
    ])
      for (const verb of ['activate', 'deactivate'])
        expect((await api('POST', `${path}/lifecycle/${verb}`)).status).toBe(404)
    expect((await api('GET', `${policy(there.id, here.policyId)}/rules`)).status).toBe(404)
    expect((await api('POST', `${policy(there.id, here.policyId)}/rules`, aRule())).status).toBe(
      404,
    )
    // Everything is still there.
    await made(200, 'GET', `${policy(here.id, here.policyId)}/rules/${here.ruleId}`)
  })

  const INJECTIONS = [
    "' OR '1'='1",
    "'; DROP TABLE scopes; --",
    '%00',
    '../../default',
    '%2e%2e%2fdefault',
    '__proto__',
    'constructor',
    '${7*7}',
    'x'.repeat(5000),
    '\u202e\ud83d\ude00',
  ]

  it('ids that are attacks are ids that do not exist', async () => {
    const { id, policyId } = await aServer()
    for (const injected of INJECTIONS) {
      const segment = encodeURIComponent(injected)
      for (const path of [
        `${SERVERS}/${segment}`,
        `${SERVERS}/${id}/scopes/${segment}`,
        `${SERVERS}/${id}/claims/${segment}`,
        `${SERVERS}/${id}/policies/${segment}`,
        `${SERVERS}/${id}/policies/${policyId}/rules/${segment}`,
        `${SERVERS}/${id}/credentials/keys/${segment}`,
        `${SERVERS}/${id}/resourceservercredentials/keys/${segment}`,
      ])
        expect([path, (await api('GET', path)).status]).toEqual([path, 404])
    }
  })

  it('texts that are attacks are texts', async () => {
    for (const text of INJECTIONS.slice(0, -2)) {
      const server = await made(201, 'POST', SERVERS, {
        name: text,
        description: text,
        audiences: ['x'],
        credentials: { signing: { alg: 'ES256' } },
      })
      expect(server).toMatchObject({ name: text, description: text })
      expect(await namesAt(`${SERVERS}?q=${encodeURIComponent(text)}`)).toContain(text)
      await made(204, 'DELETE', `${SERVERS}/${server['id']}`)
    }
  })

  it('is answered with what is wrong, and never with a fault of ours', async () => {
    const { id, policyId, ruleId } = await aServer()
    const at = `${SERVERS}/${id}`
    const many = Array.from({ length: 10_000 }, (_, n) => `s${n}`)
    const conditions = aRule()['conditions']
    let deep: unknown = 'x'
    for (let depth = 0; depth < 1000; depth++) deep = { deep }
    const claim = { name: 'c', claimType: 'RESOURCE', valueType: 'EXPRESSION', value: '1' }
    const bodies: readonly (readonly [string, string, unknown])[] = [
      ['POST', `${at}/claims`, { ...claim, conditions: { scopes: many } }],
      ['POST', `${at}/claims`, { ...claim, value: 'x'.repeat(1025) }],
      ['POST', `${at}/claims`, { ...claim, value: `${'('.repeat(500)}1${')'.repeat(500)}` }],
      ['POST', `${at}/claims`, { ...claim, name: '__proto__' }],
      ['POST', `${at}/claims`, { ...claim, claimType: 'constructor' }],
      ['POST', `${at}/policies`, aPolicy({ conditions: { clients: { include: many } } })],
      ['POST', `${at}/policies`, aPolicy({ priority: 2 ** 53 })],
      ['POST', `${at}/policies`, aPolicy({ name: 'x'.repeat(101) })],
      ['POST', `${at}/policies/${policyId}/rules`, aRule({ conditions: { ...conditions, scopes: { include: many } } })], // prettier-ignore
      ['POST', `${at}/policies/${policyId}/rules`, aRule({ conditions: { ...conditions, grantTypes: { include: ['toString'] } } })], // prettier-ignore
      ['PUT', `${at}/policies/${policyId}/rules/${ruleId}`, aRule({ conditions: { ...conditions, people: { users: { include: many } } } })], // prettier-ignore
      ['PUT', `${at}/policies/${policyId}/rules/${ruleId}`, aRule({ actions: { token: { inlineHook: { id: 'cal1' } } } })], // prettier-ignore
      ['POST', `${at}/scopes`, { name: many }],
      ['POST', `${at}/scopes`, { name: 'x'.repeat(256) }],
      ['PUT', at, { name: 'x', audiences: many }],
      ['PUT', at, { name: 'x', audiences: ['x'], credentials: { signing: { alg: 'none' } } }],
      ['PUT', at, deep],
      ['PUT', at, []],
      ['PUT', at, 7],
      ['PUT', at, null],
      ['POST', `${at}/credentials/lifecycle/keyRotate`, { use: ['sig'] }],
      ['POST', `${at}/scopes`, { name: 'x', description: 'a\u0000b' }],
      ['POST', `${at}/scopes`, { name: 'x', pad: 'x'.repeat(300_000) }],
    ]
    const before = await list(`${at}/scopes`)
    for (const [method, path, body] of bodies) {
      const [status, error] = await answered(await api(method, path, JSON.stringify(body)))
      const what = `${method} ${path} ${JSON.stringify(body).slice(0, 100)}`
      expect([what, status]).toEqual([what, 400])
      expect([what, error['errorCode']]).toEqual([what, expect.stringMatching(/^E000000[13]$/)])
      expect([what, error['errorCauses'].length <= limits.causesMax]).toEqual([what, true])
    }
    expect(await list(`${at}/scopes`)).toEqual(before)
    expect(await list(`${at}/policies/${policyId}/rules`)).toHaveLength(1)
  })
})
