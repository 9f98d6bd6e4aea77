/** A deployment that is not ready says what it lacks; an empty one becomes an org exactly once; a new key reads old data. */
import {
  createExecutionContext,
  createScheduledController,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import worker from '../../src/index.ts'
import { API_TOKEN, testBindings } from '../bindings.ts'
import { aClient, aServer, basic, ORIGIN, post, type Json } from './support.ts'

const OLD_KEY = testBindings.KEY_ENCRYPTION_KEY
const NEW_KEY = 'ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8='

/** Sends a request to the Worker under another environment. */
async function under(changes: Json, path: string, init: RequestInit = {}): Promise<Response> {
  const context = createExecutionContext()
  const request = new Request(ORIGIN + path, init)
  const response = await worker.fetch(request as never, { ...env, ...changes } as never, context)
  await waitOnExecutionContext(context)
  return response
}

const asAdministrator = { headers: { authorization: `SSWS ${API_TOKEN}` } }

const causes = async (response: Response): Promise<string> => {
  const { errorSummary } = (await response.json()) as Json
  return errorSummary as string
}

describe('a deployment that is not ready', () => {
  it('answers 503 and names every missing setting, and no value', async () => {
    for (const path of [
      '/oauth2/default/v1/keys',
      '/api/v1/authorizationServers',
      '/oauth2/v1/token',
    ]) {
      const response = await under({ ORIGIN: '', KEY_ENCRYPTION_KEY: '' }, path, asAdministrator)
      expect([path, response.status, response.headers.get('retry-after')]).toEqual([path, 503, '5'])
      const text = await causes(response)
      expect(text).toContain('ORIGIN is missing')
      expect(text).toContain('KEY_ENCRYPTION_KEY is missing')
      expect(text).not.toContain(API_TOKEN)
    }
  })

  it('refuses settings that are unsafe', async () => {
    for (const [changes, what] of [
      [{ ORIGIN: 'http://auth.example.com' }, 'ORIGIN must be https'],
      [{ ORIGIN: `${ORIGIN}/` }, 'without a trailing slash'],
      [{ KEY_ENCRYPTION_KEY: 'c2hvcnQ=' }, 'KEY_ENCRYPTION_KEY must be 32 bytes'],
      [
        { OUTBOUND_ALLOWED_ORIGINS: 'http://127.0.0.1:1' },
        'only for a deployment whose ORIGIN is loopback',
      ],
    ] as const) {
      const response = await under(changes, '/oauth2/default/v1/keys')
      expect([response.status, await causes(response)]).toEqual([
        503,
        expect.stringContaining(what),
      ])
    }
  })

  it('answers 503 until the migrations are applied, and for a schema it does not know', async () => {
    const hidden = { ORIGIN: 'https://schema.edgemint.example' }
    await env.DB.prepare('ALTER TABLE schema_version RENAME TO hidden_version').run()
    const missing = await under(hidden, '/oauth2/default/v1/keys')
    expect([missing.status, await causes(missing)]).toEqual([
      503,
      expect.stringContaining('migrations'),
    ])
    await env.DB.prepare('ALTER TABLE hidden_version RENAME TO schema_version').run()
    await env.DB.prepare('INSERT INTO schema_version (version) VALUES (99)').run()
    const newer = await under(hidden, '/oauth2/default/v1/keys')
    expect([newer.status, await causes(newer)]).toEqual([
      503,
      expect.stringContaining('version 99'),
    ])
    await env.DB.prepare('DELETE FROM schema_version WHERE version = 99').run()
    expect((await under(hidden, '/oauth2/default/v1/keys')).status).toBe(200)
  })
})

describe('an upgrade', () => {
  it('of the code alone answers 503 until the database follows, and needs no restart then', async () => {
    const hidden = { ORIGIN: 'https://upgrade.edgemint.example' }
    const { version } = (await env.DB.prepare(
      'SELECT max(version) AS version FROM schema_version',
    ).first<{ version: number }>())!
    await env.DB.prepare('DELETE FROM schema_version WHERE version = ?1').bind(version).run()
    for (const path of [
      '/oauth2/default/v1/keys',
      '/oauth2/default/v1/authorize',
      '/api/v1/apps',
    ]) {
      const early = await under(hidden, path, asAdministrator)
      expect([path, early.status, await causes(early)]).toEqual([
        path,
        503,
        expect.stringContaining(`version ${version - 1}`),
      ])
    }
    await env.DB.prepare('INSERT INTO schema_version (version) VALUES (?1)').bind(version).run()
    expect((await under(hidden, '/oauth2/default/v1/keys')).status).toBe(200)
  })

  it('of the database alone leaves the code before it at work', async () => {
    const next = 'INSERT INTO schema_version (version) SELECT max(version) + 1 FROM schema_version'
    await env.DB.prepare(next).run()
    const early = { ORIGIN: 'https://early.edgemint.example' }
    expect((await under(early, '/oauth2/default/v1/keys')).status).toBe(200)
    await env.DB.prepare(
      'DELETE FROM schema_version WHERE version = (SELECT max(version) FROM schema_version)',
    ).run()
  })
})

describe('an empty database', () => {
  it('[race] becomes one org, however many requests come first', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        under(
          {},
          index % 2 === 0 ? '/oauth2/default/v1/keys' : '/api/v1/authorizationServers',
          asAdministrator,
        ),
      ),
    )
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 8 }, () => 200))
    const counted = await env.DB.prepare(
      'SELECT (SELECT count(*) FROM meta) AS orgs, (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM api_tokens) AS tokens, (SELECT count(*) FROM groups) AS groups',
    ).first()
    expect(counted).toEqual({ orgs: 1, users: 1, tokens: 1, groups: 1 })
  })

  it('lets everybody into the default server, by every flow that needs no setting up', async () => {
    const policies = '/api/v1/authorizationServers/default/policies'
    const read = async (path: string): Promise<Json[]> =>
      (await under({}, path, asAdministrator)).json()
    const [policy] = await read(policies)
    const [rule] = await read(`${policies}/${policy?.['id']}/rules`)
    expect(rule?.['conditions']).toMatchObject({
      people: { groups: { include: ['EVERYONE'] } },
      grantTypes: { include: ['implicit', 'client_credentials', 'authorization_code', 'password'] },
      scopes: { include: ['*'] },
    })
  })

  it('a revoked bootstrap token never comes back', async () => {
    const row = await env.DB.prepare('SELECT * FROM api_tokens').first<Json>()
    const revocation = { method: 'DELETE', ...asAdministrator }
    expect((await under({}, '/api/v1/api-tokens/current', revocation)).status).toBe(204)
    const fresh = { ORIGIN: 'https://again.edgemint.example' }
    expect((await under(fresh, '/api/v1/authorizationServers', asAdministrator)).status).toBe(401)
    expect(await env.DB.prepare('SELECT count(*) AS n FROM api_tokens').first()).toEqual({ n: 0 })
    await env.DB.prepare(
      'INSERT INTO api_tokens (id, name, user_id, mac, created, last_updated) VALUES (?1, ?2, ?3, ?4, ?5, ?6)',
    )
      .bind(
        row?.['id'],
        row?.['name'],
        row?.['user_id'],
        row?.['mac'],
        row?.['created'],
        row?.['last_updated'],
      )
      .run()
  })
})

describe('a new key encryption key', () => {
  it('reads what the old one wrote, rewrites it, and then does without the old one', async () => {
    const server = await aServer()
    const client = await aClient()
    const minted = async (changes: Json): Promise<number> => {
      const response = await under(changes, `/oauth2/${server.id}/v1/token`, {
        method: 'POST',
        headers: {
          authorization: basic(client.clientId, client.secret),
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: 'grant_type=client_credentials&scope=read',
      })
      return response.status
    }
    const both = {
      KEY_ENCRYPTION_KEY: JSON.stringify({ current: '2', keys: { 1: OLD_KEY, 2: NEW_KEY } }),
    }
    const onlyNew = { KEY_ENCRYPTION_KEY: JSON.stringify({ current: '2', keys: { 2: NEW_KEY } }) }
    expect(await minted(both)).toBe(200)
    expect((await under(both, '/api/v1/apps', asAdministrator)).status).toBe(200)
    await worker.scheduled(createScheduledController() as never, { ...env, ...both } as never)
    const { results } = await env.DB.prepare('SELECT mac, envelope FROM app_secrets').all<{
      mac: string
      envelope: string
    }>()
    for (const row of results) {
      expect(row.mac).toMatch(/^2\./)
      expect(JSON.parse(row.envelope)).toMatchObject({ keyVersion: '2' })
    }
    expect((await under(onlyNew, '/api/v1/apps', asAdministrator)).status).toBe(200)
    // The old key alone can read nothing any more, which says nothing about who asks.
    expect((await under({}, '/api/v1/apps', asAdministrator)).status).toBe(503)
    const stale = await post(
      `/oauth2/${server.id}/v1/token`,
      { grant_type: 'client_credentials', scope: 'read' },
      { authorization: basic(client.clientId, client.secret) },
    )
    expect(stale.status).toBe(503)
  })
})
