/** Apps over the management API: created, listed, activated, deleted, and what ends with them. */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { anApp, APPS, create, refusal } from './app-support.ts'
import {
  aClient,
  answered,
  api,
  aServer,
  made,
  mintWith,
  ORIGIN,
  unique,
  type Json,
} from './support.ts'

describe('creating an app', () => {
  it('a service app gets ids and a generated secret of 64 characters, and mints at once', async () => {
    const app = await create(anApp())
    expect(app).toMatchObject({
      name: 'oidc_client',
      status: 'ACTIVE',
      signOnMode: 'OPENID_CONNECT',
      credentials: {
        oauthClient: { token_endpoint_auth_method: 'client_secret_basic', client_id: app['id'] },
      },
    })
    expect(app['id']).toMatch(/^0oa/)
    expect(app['orn']).toMatch(new RegExp(`^orn:okta:idp:00o\\w+:apps:oidc_client:${app['id']}$`))
    const secret = app['credentials']['oauthClient']['client_secret']
    expect(secret).toMatch(/^[\x21-\x7e]{64}$/)
    const response = await mintWith(await aServer(), { id: app['id'], clientId: app['id'], secret })
    expect(response.status).toBe(200)
  })

  it('the secret is in the answers to POST and PUT, never in those to GET', async () => {
    const body = anApp()
    const app = await create(body)
    const secret = app['credentials']['oauthClient']['client_secret']
    const read = await api('GET', `${APPS}/${app['id']}`)
    expect(await read.text()).not.toContain(secret)
    const listed = await api('GET', `${APPS}?filter=${encodeURIComponent(`id eq "${app['id']}"`)}`)
    const text = await listed.text()
    expect(text).toContain(app['id'])
    expect(text).not.toContain(secret)
    const replaced = await made(200, 'PUT', `${APPS}/${app['id']}`, body)
    expect(replaced['credentials']['oauthClient']['client_secret']).toBe(secret)
  })

  it('members come in the order that Okta serves', async () => {
    expect(Object.keys(await create(anApp()))).toEqual(
      (
        'id orn name label status lastUpdated created accessibility visibility features signOnMode credentials ' +
        'universalLogout settings profile _links'
      ).split(' '),
    )
  })

  it('client_id and client_secret may be chosen; the id is unique', async () => {
    const clientId = unique("my$-_.+!*'(),client")
    const app = await create(anApp({}, { client_id: clientId, client_secret: 'fourteen-chars' }))
    expect(app['credentials']['oauthClient']['client_id']).toBe(clientId)
    const client = { id: app['id'], clientId, secret: 'fourteen-chars' }
    expect((await mintWith(await aServer(), client)).status).toBe(200)
    expect(await refusal('POST', APPS, anApp({}, { client_id: clientId }))).toContain('client_id')
  })

  it.each([
    ['client_id', { client_id: 'short' }],
    ['client_id', { client_id: 'x'.repeat(101) }],
    ['client_id', { client_id: 'with space' }],
    ['client_id', { client_id: 'ALL_CLIENTS' }],
    ['client_id', { client_id: '00uDfZk3pQ7mX1aB9cE2' }],
    ['client_secret', { client_secret: 'thirteen-char' }],
    ['client_secret', { client_secret: 'x'.repeat(101) }],
    ['client_secret', { client_secret: 'fourteen-chärs' }],
    [
      'client_secret',
      { client_secret: 'x'.repeat(31), token_endpoint_auth_method: 'client_secret_jwt' },
    ],
    ['jwks', { token_endpoint_auth_method: 'private_key_jwt' }],
    ['token_endpoint_auth_method', { token_endpoint_auth_method: 'none' }],
    ['token_endpoint_auth_method', { token_endpoint_auth_method: 'tls_client_auth' }],
  ])('refuses a service app with a wrong %s: %j', async (field, credentials) => {
    expect(await refusal('POST', APPS, anApp({}, credentials))).toContain(`${field}:`)
  })

  it('?activate=false makes an app that cannot be used yet', async () => {
    const app = await create(anApp(), '?activate=false')
    expect(app['status']).toBe('INACTIVE')
    const secret = app['credentials']['oauthClient']['client_secret']
    const client = { id: app['id'], clientId: app['id'], secret }
    const server = await aServer()
    expect((await mintWith(server, client)).status).toBe(401)
    expect(await made(200, 'POST', `${APPS}/${app['id']}/lifecycle/activate`)).toEqual({})
    expect((await mintWith(server, client)).status).toBe(200)
    expect(await refusal('POST', `${APPS}?activate=maybe`, anApp())).toContain('activate')
  })

  it('only OpenID Connect apps exist, and a label is needed', async () => {
    expect(await refusal('POST', APPS, { ...anApp(), signOnMode: 'SAML_2_0' })).toContain(
      'signOnMode',
    )
    expect(await refusal('POST', APPS, { ...anApp(), name: 'bookmark' })).toContain('name')
    expect(await refusal('POST', APPS, { ...anApp(), label: ' ' })).toContain('label')
    const { settings: _, ...withoutSettings } = anApp()
    expect(await refusal('POST', APPS, withoutSettings)).toContain('settings')
  })
})

describe('lifecycle and deletion', () => {
  it('an active app cannot be deleted, an inactive one can, and is gone', async () => {
    const client = await aClient()
    const path = `${APPS}/${client.id}`
    const [status, error] = await answered(await api('DELETE', path))
    expect([status, error['errorCode']]).toEqual([403, 'E0000056'])
    expect(error['errorCauses']).toHaveLength(1)
    await made(200, 'POST', `${path}/lifecycle/deactivate`)
    await made(204, 'DELETE', path)
    const [gone, notFound] = await answered(await api('GET', path))
    expect([gone, notFound['errorSummary']]).toEqual([
      404,
      `Not found: Resource not found: ${client.id} (AppInstance)`,
    ])
    expect((await mintWith(await aServer(), client)).status).toBe(401)
  })

  it('the links follow the state', async () => {
    const { id, _links } = await create(anApp())
    expect(_links['deactivate']['href']).toBe(`${ORIGIN}${APPS}/${id}/lifecycle/deactivate`)
    await made(200, 'POST', `${APPS}/${id}/lifecycle/deactivate`)
    const app = await made(200, 'GET', `${APPS}/${id}`)
    expect(app['status']).toBe('INACTIVE')
    expect(app['_links']).toHaveProperty('activate')
    expect(app['_links']).not.toHaveProperty('deactivate')
  })

  it('every step is in the system log', async () => {
    const { id } = await create(anApp())
    await made(200, 'PUT', `${APPS}/${id}`, anApp())
    const secret = await made(201, 'POST', `${APPS}/${id}/credentials/secrets`, {})
    const path = `${APPS}/${id}/credentials/secrets/${secret['id']}/lifecycle`
    await made(200, 'POST', `${path}/deactivate`)
    await made(200, 'POST', `${APPS}/${id}/lifecycle/deactivate`)
    await made(200, 'POST', `${APPS}/${id}/lifecycle/activate`)
    await made(200, 'POST', `${APPS}/${id}/lifecycle/deactivate`)
    await made(204, 'DELETE', `${APPS}/${id}`)
    const { results } = await env.LOG_DB.prepare(
      'SELECT event_type, document FROM events WHERE instr(document, ?1) > 0',
    )
      .bind(id)
      .all<{ event_type: string; document: string }>()
    expect(results.map((event) => event.event_type).sort()).toEqual([
      'app.oauth2.credentials.lifecycle.create',
      'app.oauth2.credentials.lifecycle.deactivate',
      'application.lifecycle.activate',
      'application.lifecycle.create',
      'application.lifecycle.deactivate',
      'application.lifecycle.deactivate',
      'application.lifecycle.delete',
      'application.lifecycle.update',
    ])
    for (const { document } of results) expect(document).not.toContain(secret['client_secret'])
  })
})

describe('listing apps', () => {
  const list = (query: string): Promise<Response> => api('GET', `${APPS}?${query}`)
  const ids = async (query: string): Promise<readonly string[]> =>
    ((await (await list(query)).json()) as Json[]).map((app) => app['id'])

  it('pages by Link, q matches the beginning of the label, filters the rest', async () => {
    const prefix = unique(`listed%_${'x'.repeat(60)}`)
    const made3 = await Promise.all(
      [1, 2, 3].map((n) => create({ ...anApp(), label: `${prefix} ${n}` })),
    )
    const wanted = made3.map((app) => app['id'])
    const q = `q=${encodeURIComponent(prefix.toUpperCase())}`
    expect(await ids(q)).toEqual(wanted)
    const first = await list(`${q}&limit=2`)
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1]
    expect(first.headers.get('link')).toContain('rel="self"')
    expect(next).toContain('after=')
    const rest = await api('GET', next ?? '')
    expect(((await rest.json()) as Json[]).map((app) => app['id'])).toEqual(wanted.slice(2))
    expect(rest.headers.get('link')).not.toContain('rel="next"')

    await made(200, 'POST', `${APPS}/${wanted[0]}/lifecycle/deactivate`)
    const filter = (text: string): string => `${q}&filter=${encodeURIComponent(text)}`
    expect(await ids(filter('status eq "ACTIVE"'))).toEqual(wanted.slice(1))
    expect(await ids(filter('status EQ "INACTIVE"'))).toEqual(wanted.slice(0, 1))
    expect(await ids(filter(`id eq "${wanted[1]}"`))).toEqual([wanted[1]])
    expect(await ids(filter('name eq "oidc_client"'))).toEqual(wanted)
    expect(await ids(filter('name eq "okta_org2org"'))).toEqual([])
    expect(await ids(filter('credentials.signing.kid eq "none of ours"'))).toEqual([])
    expect(await ids(filter('settings.slo.enabled eq true'))).toEqual([])
  })

  it.each([
    'status eq ACTIVE',
    'status ne "ACTIVE"',
    'Status eq "ACTIVE"',
    'x',
    'user.id eq "x" and group.id eq "y"',
    'status eq "ACTIVE" or status eq "INACTIVE"',
    'status eq "ACTIVE" and status eq "ACTIVE"',
    'not (status eq "ACTIVE")',
    'status pr',
    'status eq true',
    'credentials.signing.kid eq true',
    'settings.slo.enabled eq "true"',
    'credentials.signing eq "x"',
  ])('the filter %s is E0000053', async (filter) => {
    const [status, error] = await answered(await list(`filter=${encodeURIComponent(filter)}`))
    expect([status, error['errorCode']]).toEqual([400, 'E0000053'])
  })

  it('finds the only one that a filter keeps far behind others, without an empty page before it', async () => {
    const label = unique('far')
    const app = await create({ ...anApp(), label: `${label} z` }, '?activate=false')
    await env.DB.prepare(
      `INSERT INTO apps SELECT a.id || j.key, a.client_id || j.key, ?2 || j.key, 'ACTIVE', application_type, grant_types,
       token_endpoint_auth_method, jwks_uri, profile, document, tokens_not_before, version, created, last_updated
       FROM apps a, json_each(?3) j WHERE a.id = ?1`,
    )
      .bind(app['id'], `${label} a`, JSON.stringify(Array(1300).fill(0)))
      .run()
    const query = `q=${label}&limit=20&filter=${encodeURIComponent('status eq "INACTIVE"')}`
    expect(await ids(query)).toEqual([app['id']])
  })

  it('shows twenty by default', async () => {
    await Promise.all(Array.from({ length: 21 }, () => create(anApp())))
    expect(await ids('')).toHaveLength(20)
    expect((await ids('limit=500')).length).toBeGreaterThan(20)
  })
})
