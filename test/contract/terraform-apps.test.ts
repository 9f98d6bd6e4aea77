/**
 * The calls of Terraform's okta_app_oauth and of what hangs on an app, in the provider's order and with the bodies it
 * sends. The provider reads back every setting that it manages, so each must come back as it was sent.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json } from '../json.ts'
import { ORIGIN } from '../e2e/runtime.ts'
import { openDoor, provider, type Call, type Door, type Gone } from './door.ts'
import { PUBLIC_KEY } from './public-key.ts'

const APPS = '/api/v1/apps'

let door: Door
let call: Call
let expectGone: Gone

beforeAll(async () => {
  door = await openDoor()
  ;({ call, expectGone } = provider(door))
})

afterAll(() => door.close())

const KEY = { ...PUBLIC_KEY, kid: 'tf' }

/** Everything that the resource sends, whether set in the configuration or its default. */
const app = (label: string, oauthClient: Json, credentials: Json = {}): Json => ({
  name: 'oidc_client',
  label,
  signOnMode: 'OPENID_CONNECT',
  accessibility: { selfService: false, errorRedirectUrl: '', loginRedirectUrl: '' },
  visibility: { autoSubmitToolbar: false, hide: { iOS: true, web: true } },
  credentials: {
    oauthClient: {
      autoKeyRotation: true,
      token_endpoint_auth_method: 'client_secret_basic',
      ...credentials,
    },
    userNameTemplate: { template: '${source.login}', type: 'BUILT_IN' },
  },
  settings: {
    implicitAssignment: false,
    notes: { admin: null, enduser: null },
    oauthClient: {
      consent_method: 'TRUSTED',
      issuer_mode: 'ORG_URL',
      wildcard_redirect: 'DISABLED',
      initiate_login_uri: '',
      idp_initiated_login: { mode: 'DISABLED', default_scope: [] },
      dpop_bound_access_tokens: false,
      participate_slo: false,
      ...oauthClient,
    },
  },
  profile: { team: { name: 'a', size: 3 } },
})

const WEB = {
  application_type: 'web',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  redirect_uris: ['https://app.example/b', 'https://app.example/a'],
  post_logout_redirect_uris: ['https://app.example'],
  refresh_token: { rotation_type: 'STATIC', leeway: 0 },
}

describe('okta_app_oauth', () => {
  it('a web app lives from create to destroy; every setting comes back', async () => {
    const created = await call(200, 'POST', `${APPS}?activate=true`, app('tf-web', WEB))
    const { client_id, client_secret } = created['credentials']['oauthClient']
    // The state keeps the secret, and it is never read again.
    expect(client_secret).toMatch(/^\S{40,}$/)
    const path = `${APPS}/${created['id']}`
    const read = await call(200, 'GET', path)
    expect(read).toMatchObject({
      id: created['id'],
      name: 'oidc_client',
      label: 'tf-web',
      status: 'ACTIVE',
      signOnMode: 'OPENID_CONNECT',
      profile: { team: { name: 'a', size: 3 } },
      visibility: { autoSubmitToolbar: false, hide: { iOS: true, web: true } },
      credentials: {
        userNameTemplate: { template: '${source.login}', type: 'BUILT_IN' },
        oauthClient: {
          client_id,
          autoKeyRotation: true,
          pkce_required: false,
          token_endpoint_auth_method: 'client_secret_basic',
        },
      },
      settings: {
        implicitAssignment: false,
        notes: { admin: null, enduser: null },
        oauthClient: {
          ...WEB,
          consent_method: 'TRUSTED',
          issuer_mode: 'ORG_URL',
          wildcard_redirect: 'DISABLED',
          idp_initiated_login: { mode: 'DISABLED', default_scope: [] },
          dpop_bound_access_tokens: false,
          participate_slo: false,
        },
      },
    })
    expect(read['credentials']['oauthClient']).not.toHaveProperty('client_secret')
    expect(read['_links']).toHaveProperty('logo')

    // What the provider calls behind every create and read, documented nowhere.
    const idToken = `/api/v1/internal/apps/${created['id']}/settings/oauth/idToken`
    await call(200, 'POST', idToken, { issuerMode: 'ORG_URL' })
    expect(await call(200, 'GET', idToken)).toMatchObject({
      issuer: expect.stringMatching(/^https?:/),
      orgUrl: null,
      customUrl: null,
      audience: client_id,
      issuerMode: 'ORG_URL',
    })
    const groups = {
      valueType: 'GROUPS',
      groupFilterType: 'REGEX',
      issuerMode: 'ORG_URL',
      name: 'groups',
      value: '.*',
    }
    expect(await call(200, 'POST', idToken, groups)).toMatchObject(groups)
    expect(await call(200, 'GET', idToken)).toMatchObject(groups)

    const changed = app('tf-web-2', { ...WEB, consent_method: 'REQUIRED' }, { client_id })
    await call(200, 'PUT', path, changed)
    expect(await call(200, 'GET', path)).toMatchObject({
      label: 'tf-web-2',
      settings: { oauthClient: { consent_method: 'REQUIRED' } },
    })
    expect(await call(200, 'POST', `${path}/lifecycle/deactivate`)).toEqual({})
    await call(204, 'DELETE', path)
    await expectGone(path)
  })

  it('with a client_id and a secret of its own, changed through a replacement', async () => {
    const credentials = { client_id: 'tf-own-id', client_secret: 'a secret of the configuration' }
    const service = {
      application_type: 'service',
      grant_types: ['client_credentials'],
      response_types: ['token'],
    }
    const created = await call(
      200,
      'POST',
      `${APPS}?activate=true`,
      app('tf-own', service, credentials),
    )
    expect(created['credentials']['oauthClient']).toMatchObject(credentials)
    const other = { ...credentials, client_secret: 'another secret of the configuration' }
    const path = `${APPS}/${created['id']}`
    const replaced = await call(200, 'PUT', path, app('tf-own', service, other))
    expect(replaced['credentials']['oauthClient']).toMatchObject(other)
  })

  it('with keys: they are read back with the id that each was given', async () => {
    const service = {
      application_type: 'service',
      grant_types: ['client_credentials'],
      response_types: ['token'],
      jwks: { keys: [KEY] },
    }
    const created = await call(
      200,
      'POST',
      `${APPS}?activate=true`,
      app('tf-keys', service, { token_endpoint_auth_method: 'private_key_jwt' }),
    )
    const read = await call(200, 'GET', `${APPS}/${created['id']}`)
    expect(read['settings']['oauthClient']['jwks']['keys']).toEqual([
      expect.objectContaining({ ...KEY, id: expect.stringMatching(/^pks/), status: 'ACTIVE' }),
    ])
    expect(read['credentials']['oauthClient']).not.toHaveProperty('client_secret')
  })
})

describe('what hangs on an app', () => {
  it('okta_app_oauth_redirect_uri and _post_logout_redirect_uri read the app and replace it', async () => {
    const created = await call(200, 'POST', `${APPS}?activate=true`, app('tf-uris', WEB))
    const path = `${APPS}/${created['id']}`
    const read = await call(200, 'GET', path)
    read['settings']['oauthClient']['redirect_uris'].push('https://app.example/c')
    read['settings']['oauthClient']['post_logout_redirect_uris'].push('https://app.example/out')
    await call(200, 'PUT', path, read)
    expect((await call(200, 'GET', path))['settings']['oauthClient']).toMatchObject({
      redirect_uris: [...WEB.redirect_uris, 'https://app.example/c'],
      post_logout_redirect_uris: [...WEB.post_logout_redirect_uris, 'https://app.example/out'],
    })
  })

  it('okta_app_oauth_api_scope and _role_assignment', async () => {
    const service = {
      application_type: 'service',
      grant_types: ['client_credentials'],
      response_types: ['token'],
    }
    const created = await call(200, 'POST', `${APPS}?activate=true`, app('tf-machine', service))
    const grants = `${APPS}/${created['id']}/grants`
    const body = { issuer: ORIGIN, scopeId: 'okta.apps.read' }
    const grant = await call(201, 'POST', grants, body)
    expect(await call(200, 'GET', grants)).toMatchObject([{ id: grant['id'], ...body }])
    await call(204, 'DELETE', `${grants}/${grant['id']}`)
    expect(await call(200, 'GET', grants)).toEqual([])

    const roles = `/oauth2/v1/clients/${created['credentials']['oauthClient']['client_id']}/roles`
    const role = await call(200, 'POST', roles, { type: 'READ_ONLY_ADMIN' })
    expect(await call(200, 'GET', `${roles}/${role['id']}`)).toMatchObject({
      id: role['id'],
      type: 'READ_ONLY_ADMIN',
      status: 'ACTIVE',
    })
    await call(204, 'DELETE', `${roles}/${role['id']}`)
    await expectGone(`${roles}/${role['id']}`)
  })
})
