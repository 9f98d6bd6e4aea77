/** Settings of an app: what is accepted, refused and kept, when it is created and when it is replaced. */
import { describe, expect, it } from 'vitest'
import { anApp, APPS, aWebApp, create, refusal } from './app-support.ts'
import { aClient, api, aServer, made, mintWith, type Json } from './support.ts'

describe('protections that do not exist are refused, not ignored', () => {
  it.each([
    ['dpop_bound_access_tokens', true, false],
    ['security_profile', 'FAPI2', 'OKTA'],
    ['network', { connection: 'ZONE', include: ['nzo1'] }, { connection: 'ANYWHERE' }],
    ['wildcard_redirect', 'SUBDOMAIN', 'DISABLED'],
    ['id_token_encrypted_response_alg', 'RSA-OAEP-256', null],
    ['subject_type', 'pairwise', 'public'],
  ])('%s cannot be asked for', async (member, refused, accepted) => {
    expect(await refusal('POST', APPS, anApp({ [member]: refused }))).toContain(member)
    const app = await create(anApp({ [member]: accepted }))
    if (accepted !== null) expect(app['settings']['oauthClient'][member]).toEqual(accepted)
    expect(await refusal('PUT', `${APPS}/${app['id']}`, anApp({ [member]: refused }))).toContain(
      member,
    )
  })
})

describe('pages that people are led to', () => {
  it.each(['errorRedirectUrl', 'loginRedirectUrl'])(
    '%s is a page of the web, or none',
    async (one) => {
      const leadingTo = (url: string): Json => anApp({}, {}, { accessibility: { [one]: url } })
      for (const url of [
        'javascript:alert(1)',
        'data:text/html,x',
        '//elsewhere.example',
        'https:x',
      ])
        expect(await refusal('POST', APPS, leadingTo(url))).toContain(one)
      for (const url of ['https://app.example/page', ''])
        expect((await create(leadingTo(url)))['accessibility'][one]).toBe(url)
    },
  )
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

it('the settings of an app are of bounded size, so that a page of apps is', async () => {
  const long = (member: string): Json => ({
    [member]: Array.from({ length: 100 }, (_, at) => `https://app.example/${`${at}`.padEnd(900, 'x')}`), // prettier-ignore
  })
  const app = await create(aWebApp())
  for (const member of ['redirect_uris', 'post_logout_redirect_uris'])
    for (const [method, path] of [
      ['POST', APPS],
      ['PUT', `${APPS}/${app['id']}`],
    ] as const)
      expect(await refusal(method, path, aWebApp(long(member)))).toContain(`${64 * 1024} bytes`)
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
    const body: Json = {
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
