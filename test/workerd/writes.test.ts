/**
 * What a write leaves behind when others write between its reading and its batch: nothing that was deleted comes back,
 * nothing is told that did not happen, and what waits to be told does not wait for what cannot be.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import type { OutboxEntry } from '../../src/domain/outbox.ts'
import { KeyEncryption } from '../../src/platform/key-encryption.ts'
import { limits } from '../../src/platform/limits.ts'
import { commit } from '../../src/store/database.ts'
import { drainOutbox } from '../../src/store/outbox.ts'
import { insertPolicy, insertRule } from '../../src/store/policies.ts'
import { rewrapClientSecrets } from '../../src/store/rewrap.ts'
import { testBindings } from '../bindings.ts'
import { anAdministrator, anApp, assign, create, grant, secretsPath } from './app-support.ts'
import { aConsent, aPerson } from './held-support.ts'
import { apart, during, under } from './meanwhile.ts'
import {
  aClient,
  aKeyedClient,
  answered,
  aPolicy,
  api,
  aRule,
  aServer,
  basic,
  made,
  mintWith,
  post,
  unique,
  type Json,
  type TestClient,
} from './support.ts'

const { DB, LOG_DB } = env
const SERVERS = '/api/v1/authorizationServers'

const NOT_FOUND = [404, 'E0000007'] as const

const eventTypes = async (): Promise<readonly string[]> => {
  const { results } = await LOG_DB.prepare('SELECT event_type FROM events').all<Json>()
  return results.map((row) => row['event_type'] as string)
}

const waiting = async (): Promise<number> =>
  (await DB.prepare('SELECT count(*) AS n FROM outbox').first<{ n: number }>())!.n

const versionOf = async (id: string): Promise<number> =>
  (await DB.prepare('SELECT version FROM authorization_servers WHERE id = ?1')
    .bind(id)
    .first<{ version: number }>())!.version

interface Part {
  readonly path: string
  readonly body: Json
  readonly lifecycle: boolean
}

/** One of each kind of thing that hangs on a server, and a body that replaces it. */
async function parts(serverId: string, policyId: string): Promise<Readonly<Record<string, Part>>> {
  const at = `${SERVERS}/${serverId}`
  const claim = {
    name: unique('claim'),
    claimType: 'RESOURCE',
    valueType: 'EXPRESSION',
    value: '"x"',
  }
  const bodies: readonly (readonly [string, string, Json])[] = [
    ['scope', `${at}/scopes`, { name: unique('scope') }],
    ['claim', `${at}/claims`, claim],
    ['rule', `${at}/policies/${policyId}/rules`, aRule({ priority: 1 })],
    ['policy', `${at}/policies`, aPolicy({ priority: 1 })],
  ]
  const all = bodies.map(async ([kind, path, body]) => {
    const { id } = await made(201, 'POST', path, body)
    const lifecycle = kind === 'rule' || kind === 'policy'
    return [kind, { path: `${path}/${id}`, body, lifecycle }] as const
  })
  return Object.fromEntries(await Promise.all(all))
}

describe('what was deleted while it was being changed', () => {
  it.each(['scope', 'claim', 'policy', 'rule'])('a %s does not come back', async (kind) => {
    for (const how of ['PUT', 'deactivate', 'DELETE']) {
      const server = await aServer()
      const { path, body, lifecycle } = (await parts(server.id, server.policyId))[kind]!
      if (how === 'deactivate' && !lifecycle) continue
      const remove = async (): Promise<void> => {
        await made(204, 'DELETE', path)
        before = [await eventTypes(), await versionOf(server.id)]
      }
      let before: unknown
      const [method, at] =
        how === 'deactivate' ? ['POST', `${path}/lifecycle/deactivate`] : [how, path]
      expect([how, await during(remove, method!, at!, body)]).toEqual([how, NOT_FOUND])
      expect((await api('GET', path)).status).toBe(404)
      expect([await eventTypes(), await versionOf(server.id)]).toEqual(before)
      expect(await waiting()).toBe(0)
    }
  })

  it('a part of a server that is gone is not made', async () => {
    for (const kind of ['scope', 'claim', 'policy', 'rule']) {
      const server = await aServer()
      const { path, body } = (await parts(server.id, server.policyId))[kind]!
      const collection = path.slice(0, path.lastIndexOf('/'))
      const remove = (): Promise<Json> => made(204, 'DELETE', `${SERVERS}/${server.id}`)
      const another = { ...body, name: unique('another') }
      expect([kind, await during(remove, 'POST', collection, another)]).toEqual([kind, NOT_FOUND])
    }
  })

  it('a rule of a policy that is gone is not made, and a system scope of a server neither', async () => {
    const server = await aServer()
    const policy = `${SERVERS}/${server.id}/policies/${server.policyId}`
    const rule = aRule({ priority: 1 })
    const remove = (): Promise<Json> => made(204, 'DELETE', policy)
    expect(await during(remove, 'POST', `${policy}/rules`, rule)).toEqual(NOT_FOUND)
    const scopes = await made(200, 'GET', `${SERVERS}/${server.id}/scopes`)
    const system = scopes.find((one: Json) => one['system'] === true)
    const path = `${SERVERS}/${server.id}/scopes/${system['id']}`
    const removeServer = (): Promise<Json> => made(204, 'DELETE', `${SERVERS}/${server.id}`)
    expect(await during(removeServer, 'PUT', path, { name: system['name'] })).toEqual(NOT_FOUND)
  })
})

describe('what others changed meanwhile', () => {
  it('a lifecycle call changes the status only', async () => {
    const server = await aServer()
    const all = await parts(server.id, server.policyId)
    for (const kind of ['policy', 'rule']) {
      const { path, body } = all[kind]!
      const renamed = { ...body, name: unique('renamed') }
      const rename = (): Promise<Json> => made(200, 'PUT', path, renamed)
      expect((await during(rename, 'POST', `${path}/lifecycle/deactivate`))[0]).toBe(204)
      expect(await made(200, 'GET', path)).toMatchObject({
        name: renamed.name,
        status: 'INACTIVE',
      })
    }
  })

  it('a scope that got another name takes what was consented to under that name with it', async () => {
    const { clientId } = await aClient()
    const { id: userId } = await aPerson()
    for (const method of ['PUT', 'DELETE']) {
      const server = await aServer({ scopes: [] })
      const at = `${SERVERS}/${server.id}/scopes`
      const { id } = await made(201, 'POST', at, { name: 'first' })
      const rename = async (): Promise<void> => {
        await made(200, 'PUT', `${at}/${id}`, { name: 'second' })
        await aConsent(server.id, clientId, userId, 'second')
      }
      const [status] = await during(rename, method, `${at}/${id}`, { name: 'third' })
      expect([method, status < 300]).toEqual([method, true])
      const left = 'SELECT count(*) AS n FROM consents WHERE server_id = ?1'
      expect(await DB.prepare(left).bind(server.id).first()).toEqual({ n: 0 })
    }
  })

  it('a replacement that asks for no place keeps the one it was moved to', async () => {
    const server = await aServer()
    const at = `${SERVERS}/${server.id}/policies`
    const { id } = await made(201, 'POST', at, aPolicy({ priority: 5 }))
    const first = (): Promise<Json> => made(201, 'POST', at, aPolicy({ priority: 5 }))
    expect((await during(first, 'PUT', `${at}/${id}`, aPolicy()))[0]).toBe(200)
    expect((await made(200, 'GET', `${at}/${id}`))['priority']).toBe(6)
  })

  it('a replacement of nothing moves nobody', async () => {
    const server = await aServer()
    const at = `${SERVERS}/${server.id}/policies`
    const { id } = await made(201, 'POST', at, aPolicy())
    const stays = await made(201, 'POST', at, aPolicy({ priority: 7 }))
    const remove = (): Promise<Json> => made(204, 'DELETE', `${at}/${id}`)
    await during(remove, 'PUT', `${at}/${id}`, aPolicy({ priority: 7 }))
    expect((await made(200, 'GET', `${at}/${stays['id']}`))['priority']).toBe(7)
  })
})

describe('an app that is given rights while somebody with fewer changes it', () => {
  it.each([
    ['a role', (client: TestClient) => assign(client.clientId, 'SUPER_ADMIN')],
    ['a scope', (client: TestClient) => grant(client.id, 'okta.roles.manage')],
  ] as const)('is guarded as it is when it is written: %s', async (_, give) => {
    const authorization = await anAdministrator('APP_ADMIN', 'okta.apps.manage')
    const calls: readonly (readonly [string, string, ((app: Json) => Json)?])[] = [
      ['POST', '/credentials/secrets', () => ({})],
      ['POST', '/credentials/jwks', () => jwk],
      ['PUT', '', (app) => app],
      ['POST', '/lifecycle/deactivate'],
    ]
    const { jwk } = await aKeyedClient()
    for (const [method, suffix, body] of calls) {
      const target = await aClient()
      const path = `/api/v1/apps/${target.id}`
      const app = await made(200, 'GET', path)
      const given = (): Promise<Json> => give(target)
      const answer = await during(given, method, path + suffix, body?.(app), authorization)
      expect([suffix, answer]).toEqual([suffix, [403, 'E0000006']])
      expect(await made(200, 'GET', path)).toEqual(app)
      expect(await made(200, 'GET', `${path}/credentials/secrets`)).toHaveLength(1)
    }
  })

  it('a write of one who may do both starts over', async () => {
    const target = await aClient()
    const path = `/api/v1/apps/${target.id}/credentials/secrets`
    const give = (): Promise<Json> => assign(target.clientId, 'SUPER_ADMIN')
    expect((await during(give, 'POST', path, {}))[0]).toBe(201)
    expect(await made(200, 'GET', path)).toHaveLength(2)
  })

  it('an app deleted meanwhile is not found, and no event tells of a change', async () => {
    for (const [method, suffix, body] of [
      ['POST', '/credentials/secrets', {}],
      ['POST', '/lifecycle/activate', undefined],
      ['DELETE', '', undefined],
    ] as const) {
      const { id } = await aClient()
      await made(200, 'POST', `/api/v1/apps/${id}/lifecycle/deactivate`)
      let before: unknown
      const remove = async (): Promise<void> => {
        await made(204, 'DELETE', `/api/v1/apps/${id}`)
        before = await eventTypes()
      }
      expect(await during(remove, method, `/api/v1/apps/${id}${suffix}`, body)).toEqual(NOT_FOUND)
      expect(await eventTypes()).toEqual(before)
    }
  })
})

describe('a client_id whose app was deleted', () => {
  async function gone(id: string): Promise<void> {
    await made(200, 'POST', `/api/v1/apps/${id}/lifecycle/deactivate`)
    await made(204, 'DELETE', `/api/v1/apps/${id}`)
  }

  it('is in no policy any more, so that a later app of that name gets nothing', async () => {
    const client_id = `client-${crypto.randomUUID()}`
    const [old, other] = [await aClient('client_secret_basic', {}, { client_id }), await aClient()]
    const server = await aServer()
    const at = `${SERVERS}/${server.id}/policies`
    const path = `${at}/${server.policyId}`
    const naming = (include: readonly string[]): Json => ({
      ...aPolicy(),
      conditions: { clients: { include } },
    })
    await made(200, 'PUT', path, naming([client_id]))
    const both = await made(201, 'POST', at, naming([other.clientId, client_id]))
    expect((await mintWith(server, old)).status).toBe(200)
    const version = await versionOf(server.id)
    await gone(old.id)
    expect(await versionOf(server.id)).toBeGreaterThan(version)
    const include = async (one: string): Promise<unknown> =>
      (await made(200, 'GET', one))['conditions']['clients']['include']
    expect(await include(path)).toEqual([])
    expect(await include(`${at}/${both['id']}`)).toEqual([other.clientId])
    const namesake = await aClient('client_secret_basic', {}, { client_id })
    expect((await mintWith(server, namesake)).status).toBe(401)
  })

  it('its tokens stay dead for a namesake made within the second, whose own live soon', async () => {
    const client_id = `client-${crypto.randomUUID()}`
    const server = await aServer()
    const first = await aClient('client_secret_basic', {}, { client_id })
    const active = async (token: string, client: typeof first): Promise<unknown> =>
      (
        await answered(
          await post(
            `/oauth2/${server.id}/v1/introspect`,
            { token },
            { authorization: basic(client.clientId, client.secret) },
          ),
        )
      )[1]['active']
    const minted = async (client: typeof first): Promise<string> =>
      ((await (await mintWith(server, client)).json()) as Json)['access_token']
    // A client_id that nobody had is usable within the second.
    expect(await active(await minted(first), first)).toBe(true)
    const token = await minted(first)
    await gone(first.id)
    const second = await aClient('client_secret_basic', {}, { client_id })
    expect(await active(token, second)).toBe(false)
    const row = await DB.prepare('SELECT tokens_not_before FROM apps WHERE client_id = ?1')
      .bind(client_id)
      .first<{ tokens_not_before: number }>()
    const deleted = await DB.prepare('SELECT deleted FROM deleted_clients WHERE client_id = ?1')
      .bind(client_id)
      .first<{ deleted: number }>()
    expect(row!.tokens_not_before).toBeGreaterThan(deleted!.deleted)
    await new Promise((done) => setTimeout(done, 1100))
    expect(await active(await minted(second), second)).toBe(true)
  })
})

const entry = (kind: OutboxEntry['kind'], subject: string): OutboxEntry =>
  ({ id: unique('obx'), kind, subject, payload: {} }) as OutboxEntry

describe('a batch', () => {
  it('stores its rows and what follows only when its last statement changed something', async () => {
    const server = await aServer()
    const touch = (id: string): D1PreparedStatement =>
      DB.prepare('UPDATE authorization_servers SET description = ?2 WHERE id = ?1').bind(id, 'x')
    const follow = DB.prepare(
      'UPDATE authorization_servers SET version = version + 100 WHERE id = ?1 AND changes() > 0',
    ).bind(server.id)
    const rows = [entry('key-ring.configure', 'one'), entry('key-ring.configure', 'two')]
    const before = await versionOf(server.id)
    expect(await commit(DB, [touch(server.id), touch('aus-nobody')], rows, [follow])).toBe(false)
    expect([await waiting(), await versionOf(server.id)]).toEqual([0, before])
    expect(await commit(DB, [touch('aus-nobody'), touch(server.id)], rows, [follow])).toBe(true)
    expect([await waiting(), await versionOf(server.id)]).toEqual([2, before + 100])
    expect(await commit(DB, [], [entry('key-ring.configure', 'three')])).toBe(true)
    expect(await waiting()).toBe(3)
    await DB.prepare('DELETE FROM outbox').run()
  })
})

describe('the outbox', () => {
  it('does not let key rings wait for a log that is away, and comes to an end', async () => {
    const insert = DB.prepare(
      'INSERT INTO outbox (id, kind, subject, payload, created) VALUES (?1, ?2, ?3, ?4, ?5)',
    )
    const row = (kind: string, at: number, payload = '{}'): D1PreparedStatement =>
      insert.bind(unique('obx'), kind, `${kind} ${at}`, payload, at)
    await DB.batch([
      ...Array.from({ length: limits.outboxBatchMax + 50 }, (_, at) => row('system-log', at)),
      ...Array.from({ length: 150 }, (_, at) => row('key-ring.configure', 1000 + at)),
      row('key-ring.destroy', 5000),
      row('key-ring.destroy', 4999, '{'),
    ])
    const tried: string[] = []
    const silenced = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    await drainOutbox(DB, async ({ kind, subject }) => {
      tried.push(subject)
      if (kind === 'system-log') throw new Error('away')
    })
    expect(tried.filter((subject) => subject.startsWith('key-ring'))).toHaveLength(151)
    expect(tried.filter((subject) => subject.startsWith('system-log'))).toHaveLength(
      limits.outboxBatchMax,
    )
    await drainOutbox(DB, async () => undefined)
    silenced.mockRestore()
    expect(await waiting()).toBe(1)
    await DB.prepare('DELETE FROM outbox').run()
  })
})

describe('a server as a whole', () => {
  it('has so many rules and no more, however they lie in policies', async () => {
    const server = await aServer()
    const common = {
      priority: 1,
      status: 'ACTIVE',
      system: false,
      created: 1,
      lastUpdated: 1,
    } as const
    const { conditions, actions } = (
      await made(200, 'GET', `${SERVERS}/${server.id}/policies/${server.policyId}/rules`)
    )[0]
    const decision = { conditions, actions, hookId: null }
    for (let policy = 0; policy < 5; policy++) {
      const id = `00pfull${policy}`
      const rules = Array.from({ length: policy === 4 ? 198 : 200 }, (_, at) =>
        insertRule(DB, server.id, {
          ...common,
          ...decision,
          id: `0pr${policy}x${at}`,
          policyId: id,
          name: `rule ${at}`,
        }),
      )
      await DB.batch([
        insertPolicy(DB, server.id, { ...common, id, name: id, description: id, clients: [] }),
        ...rules,
      ])
    }
    const path = `${SERVERS}/${server.id}/policies/${server.policyId}/rules`
    await made(201, 'POST', path, aRule())
    const [status, error] = await answered(await api('POST', path, aRule()))
    expect([status, error['errorCauses'][0]['errorSummary']]).toEqual([
      400,
      expect.stringContaining(`${limits.rulesPerServerMax} rules`),
    ])
  })

  it('has policies, rules and claims of bounded size', async () => {
    const server = await aServer()
    const long = Array.from({ length: 100 }, (_, at) => `${at}`.padStart(200, 'x'))
    const at = `${SERVERS}/${server.id}/policies`
    const policy = aPolicy({ conditions: { clients: { include: long } } })
    const { conditions } = aRule()
    const rule = aRule({ conditions: { ...conditions, scopes: { include: long } } })
    const claim = {
      name: unique('claim'),
      claimType: 'RESOURCE',
      valueType: 'EXPRESSION',
      value: '1',
    }
    const claims = `${SERVERS}/${server.id}/claims`
    const { id: claimId } = await made(201, 'POST', claims, claim)
    const asking = { ...claim, conditions: { scopes: long } }
    for (const [method, path, body] of [
      ['POST', at, policy],
      ['PUT', `${at}/${server.policyId}`, policy],
      ['POST', claims, asking],
      ['PUT', `${claims}/${claimId}`, asking],
      ['POST', `${at}/${server.policyId}/rules`, rule],
      ['PUT', `${at}/${server.policyId}/rules/${server.ruleId}`, rule],
    ] as const) {
      const [status, error] = await answered(await api(method, path, body))
      expect([path, status, error['errorCode']]).toEqual([path, 400, 'E0000001'])
      expect(error['errorCauses'][0]['errorSummary']).toContain(`${16 * 1024} bytes`)
    }
  })
})

describe('a fault of storage', () => {
  it('while a token is checked is told as the management API tells it', async () => {
    const authorization = await anAdministrator('READ_ONLY_ADMIN', 'okta.apps.read')
    const away = { getByName: () => ({ has: () => Promise.reject(new Error('away')) }) }
    const apps = '/api/v1/apps'
    expect((await api('GET', apps, undefined, authorization)).status).toBe(200)
    const changes = { KEY_ENCRYPTION_KEY: ` ${apart.KEY_ENCRYPTION_KEY}`, LEDGER: away }
    const answer = await under(changes, 'GET', apps, undefined, authorization)
    expect(answer).toEqual([503, 'E0000010'])
  })

  it('while an API token follows a new key is no concern of its request', async () => {
    const keys = { 1: testBindings.KEY_ENCRYPTION_KEY, 2: testBindings.KEY_ENCRYPTION_KEY }
    const failing = new Proxy(DB, {
      get(db, name) {
        const member: unknown = Reflect.get(db, name)
        if (name === 'prepare')
          return (sql: string) =>
            sql.startsWith('UPDATE api_tokens')
              ? { bind: () => ({ run: () => Promise.reject(new Error('away')) }) }
              : db.prepare(sql)
        return typeof member === 'function' ? member.bind(db) : member
      },
    })
    const changes = { KEY_ENCRYPTION_KEY: JSON.stringify({ current: '2', keys }), DB: failing }
    expect((await under(changes, 'GET', '/api/v1/apps'))[0]).toBe(200)
  })

  it('a secret under a missing key is no wrong secret, and does not stand before a good one', async () => {
    const server = await aServer()
    const client = await aClient()
    const second = await made(201, 'POST', secretsPath(client.id), {})
    await DB.prepare(
      `UPDATE app_secrets SET mac = '9' || substr(mac, 2) WHERE app_id = ?1 AND id <> ?2`,
    )
      .bind(client.id, second['id'])
      .run()
    const rotated = { ...client, secret: second['client_secret'] }
    expect((await mintWith(server, rotated)).status).toBe(200)
    expect((await mintWith(server, client)).status).toBe(503)
  })
})

describe('a new key encryption key', () => {
  it('a secret that cannot be opened keeps no other from being encrypted anew', async () => {
    const keys = { 1: testBindings.KEY_ENCRYPTION_KEY, 2: testBindings.KEY_ENCRYPTION_KEY }
    const both = KeyEncryption.parse(JSON.stringify({ current: '2', keys }))!
    for (let made = 0; made < 3; made++) await create(anApp())
    const { results } = await DB.prepare(
      'SELECT app_id, id, mac FROM app_secrets ORDER BY app_id, id',
    ).all<{ app_id: string; id: string; mac: string }>()
    const bad = results.find(({ mac }) => mac.startsWith('1.'))
    await DB.prepare('UPDATE app_secrets SET envelope = ?3 WHERE app_id = ?1 AND id = ?2')
      .bind(bad!.app_id, bad!.id, '{"format":1,"keyVersion":"1","iv":"AAAA","ciphertext":"AAAA"}')
      .run()
    expect(await rewrapClientSecrets(DB, both)).toBe(results.length - 1)
    const left = await DB.prepare(`SELECT id FROM app_secrets WHERE substr(mac, 1, 2) = '1.'`).all<{
      id: string
    }>()
    expect(left.results).toEqual([{ id: bad!.id }])
  })
})
