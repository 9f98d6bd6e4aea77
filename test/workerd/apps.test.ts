/** Apps over the management API: what is accepted, refused, kept and shown, and what ends with them. */
import { describe, expect, it } from 'vitest'
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

const APPS = '/api/v1/apps'

const anApp = (oauthClient: Json = {}, credentials: Json = {}, rest: Json = {}): Json => ({
  name: 'oidc_client',
  label: unique('app'),
  signOnMode: 'OPENID_CONNECT',
  credentials: { oauthClient: credentials },
  settings: {
    oauthClient: {
      application_type: 'service',
      grant_types: ['client_credentials'],
      response_types: ['token'],
      ...oauthClient,
    },
  },
  ...rest,
})

const aWebApp = (oauthClient: Json = {}, credentials: Json = {}): Json =>
  anApp(
    {
      application_type: 'web',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      redirect_uris: ['https://app.example/callback'],
      ...oauthClient,
    },
    credentials,
  )

const create = (body: Json, query = ''): Promise<Json> => made(200, 'POST', APPS + query, body)

/** The causes of an E0000001, in one text. */
async function refusal(method: string, path: string, body: Json): Promise<string> {
  const [status, error] = await answered(await api(method, path, body))
  expect([status, error['errorCode']]).toEqual([400, 'E0000001'])
  return error['errorCauses'].map((cause: Json) => cause['errorSummary']).join('; ')
}

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

describe('protections that do not exist are refused, not ignored', () => {
  it.each([
    ['dpop_bound_access_tokens', true, false],
    ['security_profile', 'FAPI2', 'OKTA'],
    ['network', { connection: 'ZONE', include: ['nzo1'] }, { connection: 'ANYWHERE' }],
    ['wildcard_redirect', 'SUBDOMAIN', 'DISABLED'],
    ['id_token_encrypted_response_alg', 'RSA-OAEP-256', null],
    ['subject_type', 'pairwise', 'public'],
  ])('%s', async (member, refused, accepted) => {
    expect(await refusal('POST', APPS, anApp({ [member]: refused }))).toContain(member)
    const app = await create(anApp({ [member]: accepted }))
    if (accepted !== null) expect(app['settings']['oauthClient'][member]).toEqual(accepted)
    expect(await refusal('PUT', `${APPS}/${app['id']}`, anApp({ [member]: refused }))).toContain(
      member,
    )
  })
})

describe('grant types, response types and redirect URIs', () => {
  const refused: readonly (readonly [string, string, Json])[] = [
    [
      'a service app has no authorization_code',
      'grant_types',
      anApp({ grant_types: ['authorization_code'] }),
    ],
    [
      'a browser app has no client_credentials',
      'grant_types',
      aWebApp({
        application_type: 'browser',
        grant_types: ['authorization_code', 'client_credentials'],
      }),
    ],
    [
      'a native app needs authorization_code',
      'grant_types',
      anApp({ application_type: 'native', grant_types: ['password'] }),
    ],
    [
      'a web app has no password',
      'grant_types',
      aWebApp({ grant_types: ['authorization_code', 'password'] }),
    ],
    ['an unknown grant type', 'grant_types', anApp({ grant_types: ['toString'] })],
    ['no grant type', 'grant_types', anApp({ grant_types: [] })],
    [
      'code needs authorization_code',
      'response_types',
      aWebApp({ response_types: ['code', 'id_token'] }),
    ],
    [
      'implicit needs token or id_token',
      'response_types',
      aWebApp({ grant_types: ['authorization_code', 'implicit'] }),
    ],
    ['a service app has no code', 'response_types', anApp({ response_types: ['code'] })],
    ['response types are needed', 'response_types', aWebApp({ response_types: [] })],
    ['redirect URIs are needed', 'redirect_uris', aWebApp({ redirect_uris: [] })],
    [
      'initiate_login_uri is needed to begin at the app',
      'idp_initiated_login',
      aWebApp({ idp_initiated_login: { mode: 'SPEC', default_scope: [] } }),
    ],
  ]
  it.each(refused)('refused: %s', async (_, field, body) => {
    expect(await refusal('POST', APPS, body)).toContain(field)
  })

  it.each([
    '/relative',
    'https://app.example/cb#fragment',
    'https://user:pw@app.example/cb',
    'https://*.app.example/cb',
    'https://app.example/c b',
    'https:app.example',
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'myapp://callback',
  ])('a web app cannot register %s', async (uri) => {
    expect(await refusal('POST', APPS, aWebApp({ redirect_uris: [uri] }))).toContain(
      'redirect_uris.0',
    )
    expect(await refusal('POST', APPS, aWebApp({ post_logout_redirect_uris: [uri] }))).toContain(
      'post_logout_redirect_uris.0',
    )
  })

  it('https, http, and schemes of apps can be registered, and come back byte-equal', async () => {
    const uris = [
      'https://App.example:8443/cb?a=%2f',
      'http://localhost:3000/cb',
      'com.example.app:/cb',
      'myapp://callback',
    ]
    const app = await create(
      aWebApp(
        { application_type: 'native', redirect_uris: uris },
        { token_endpoint_auth_method: 'none' },
      ),
    )
    expect(app['settings']['oauthClient']['redirect_uris']).toEqual(uris)
    expect(app['credentials']['oauthClient']).toMatchObject({ pkce_required: true })
    expect(app['credentials']['oauthClient']).not.toHaveProperty('client_secret')
  })

  it('PKCE is required by default for browser and native apps, and always without a secret', async () => {
    for (const application_type of ['browser', 'native'])
      expect(
        (await create(aWebApp({ application_type })))['credentials']['oauthClient'][
          'pkce_required'
        ],
      ).toBe(true)
    expect((await create(aWebApp()))['credentials']['oauthClient']['pkce_required']).toBe(false)
    expect(
      await refusal(
        'POST',
        APPS,
        aWebApp({}, { token_endpoint_auth_method: 'none', pkce_required: false }),
      ),
    ).toContain('pkce_required')
  })
})

describe('replacing an app', () => {
  it('every setting that Terraform sends comes back from GET, unknown ones do not', async () => {
    const settings = {
      client_uri: 'https://app.example',
      logo_uri: 'https://app.example/logo.png',
      tos_uri: 'https://app.example/tos',
      policy_uri: 'https://app.example/policy',
      redirect_uris: ['https://app.example/callback', 'https://app.example/two'],
      post_logout_redirect_uris: ['https://app.example/out'],
      response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      application_type: 'web',
      consent_method: 'REQUIRED',
      issuer_mode: 'DYNAMIC',
      initiate_login_uri: 'https://app.example/login',
      idp_initiated_login: { mode: 'SPEC', default_scope: ['openid'] },
      refresh_token: { rotation_type: 'ROTATE', leeway: 5 },
      participate_slo: true,
      frontchannel_logout_uri: 'https://app.example/slo',
      frontchannel_logout_session_required: true,
      request_object_signing_alg: 'ES256',
    }
    const body = {
      ...anApp(settings, { pkce_required: true, autoKeyRotation: false }),
      accessibility: {
        selfService: true,
        errorRedirectUrl: 'https://app.example/e',
        loginRedirectUrl: null,
      },
      visibility: { autoSubmitToolbar: true, hide: { iOS: false, web: false } },
      profile: { tier: 'gold', nested: { list: [1, null, 'x'] } },
    }
    body['settings']['implicitAssignment'] = true
    body['settings']['notes'] = { admin: 'a', enduser: 'b' }
    const { id } = await create(anApp({ ...settings, unknown_member: 1 }))
    await made(200, 'PUT', `${APPS}/${id}`, {
      ...body,
      id: 'x',
      status: 'INACTIVE',
      created: 'y',
      unknown: 1,
    })
    const app = await made(200, 'GET', `${APPS}/${id}`)
    expect(app).toMatchObject({
      ...body,
      id,
      status: 'ACTIVE',
      credentials: { oauthClient: { pkce_required: true, autoKeyRotation: false } },
    })
    expect(app['settings']['oauthClient']).not.toHaveProperty('unknown_member')
    const again = await made(200, 'PUT', `${APPS}/${id}`, app)
    expect(again['settings']).toEqual(app['settings'])
  })

  it('client_id and application_type never change', async () => {
    const { id } = await create(anApp())
    expect(await refusal('PUT', `${APPS}/${id}`, anApp({}, { client_id: 'another-id' }))).toContain(
      'client_id',
    )
    expect(await refusal('PUT', `${APPS}/${id}`, aWebApp())).toContain('application_type')
    const { label } = await made(200, 'PUT', `${APPS}/${id}`, {
      ...anApp({}, { client_id: id }),
      label: 'same',
    })
    expect(label).toBe('same')
  })

  it('a PUT that leaves the authentication method out keeps it', async () => {
    const { id } = await create(anApp({}, { token_endpoint_auth_method: 'client_secret_post' }))
    const app = await made(200, 'PUT', `${APPS}/${id}`, anApp())
    expect(app['credentials']['oauthClient']['token_endpoint_auth_method']).toBe(
      'client_secret_post',
    )
  })

  it('a new client_secret takes the place of the old one, at once', async () => {
    const client = await aClient()
    const server = await aServer()
    expect((await mintWith(server, client)).status).toBe(200)
    const secret = 'brought-by-the-owner'
    await made(200, 'PUT', `${APPS}/${client.id}`, anApp({}, { client_secret: secret }))
    expect((await mintWith(server, client)).status).toBe(401)
    expect((await mintWith(server, { ...client, secret })).status).toBe(200)
    const secrets = await made(200, 'GET', `${APPS}/${client.id}/credentials/secrets`)
    expect(secrets.map((one: Json) => one['client_secret'])).toEqual([secret])
  })

  it('changing to a method with longer secrets needs a longer secret', async () => {
    const { id } = await create(anApp({}, { client_secret: 'fourteen-chars' }))
    const toJwt = { token_endpoint_auth_method: 'client_secret_jwt' }
    expect(await refusal('PUT', `${APPS}/${id}`, anApp({}, toJwt))).toContain('client_secret')
    await made(200, 'PUT', `${APPS}/${id}`, anApp({}, { ...toJwt, client_secret: 'x'.repeat(32) }))
  })

  it('many replacements at the same time leave one whole state', async () => {
    const { id } = await create(anApp())
    const labels = Array.from({ length: 6 }, (_, index) => `label ${index}`)
    const answers = await Promise.all(
      labels.map((label) => api('PUT', `${APPS}/${id}`, { ...anApp(), label, profile: { label } })),
    )
    expect(answers.map(({ status }) => status)).toEqual(labels.map(() => 200))
    const app = await made(200, 'GET', `${APPS}/${id}`)
    expect(labels).toContain(app['label'])
    expect(app['profile']).toEqual({ label: app['label'] })
  })

  it('profile is an object of bounded size', async () => {
    expect(await refusal('POST', APPS, { ...anApp(), profile: 'text' })).toContain('profile')
    const profile = { text: 'x'.repeat(32 * 1024) }
    expect(await refusal('POST', APPS, { ...anApp(), profile })).toContain('profile')
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
})

describe('listing apps', () => {
  const list = (query: string): Promise<Response> => api('GET', `${APPS}?${query}`)
  const ids = async (query: string): Promise<readonly string[]> =>
    ((await (await list(query)).json()) as Json[]).map((app) => app['id'])

  it('pages by Link, q matches the beginning of the label, filters the rest', async () => {
    const prefix = unique('listed%_')
    const made3 = await Promise.all(
      [1, 2, 3].map((n) => create({ ...anApp(), label: `${prefix} ${n}` })),
    )
    const wanted = made3.map((app) => app['id']).sort()
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
  })

  it.each(['status eq ACTIVE', 'user.id eq "x"', 'status ne "ACTIVE"', 'Status eq "ACTIVE"', 'x'])(
    'the filter %s is E0000053',
    async (filter) => {
      const [status, error] = await answered(await list(`filter=${encodeURIComponent(filter)}`))
      expect([status, error['errorCode']]).toEqual([400, 'E0000053'])
    },
  )

  it('shows twenty by default', async () => {
    await Promise.all(Array.from({ length: 21 }, () => create(anApp())))
    expect(await ids('')).toHaveLength(20)
    expect((await ids('limit=500')).length).toBeGreaterThan(20)
  })
})
