/**
 * The unmodified Okta SDK for Node against a started product: an authorization server with everything below it through an
 * API token, and the management API through a token of the org server (private_key_jwt, granted scope, role).
 */
import okta from '@okta/okta-sdk-nodejs'
import { exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Json } from '../json.ts'
import {
  API_TOKEN,
  freePort,
  remove,
  startProduct,
  temporaryFolder,
  type Product,
} from './product.ts'

const testing = { disableHttpsCheck: true }
const CONDITIONS = {
  people: { users: { include: [], exclude: [] }, groups: { include: ['EVERYONE'], exclude: [] } },
  grantTypes: { include: ['implicit', 'client_credentials', 'password', 'authorization_code'] },
  scopes: { include: ['*'] },
}

let stateDir: string
let product: Product
// The SDK's own types are looser than what it accepts.
let client: Json

beforeAll(async () => {
  stateDir = temporaryFolder()
  product = await startProduct(stateDir, await freePort())
  client = new okta.Client({ orgUrl: product.origin, token: API_TOKEN, testing } as never)
})

afterAll(async () => {
  await product.kill()
  remove(stateDir)
})

async function all(collection: Json): Promise<Json[]> {
  const items: Json[] = []
  await collection['each']((item: Json) => {
    items.push(item)
  })
  return items
}

it('an authorization server lives its life through authorizationServerApi', async () => {
  const api = client['authorizationServerApi']
  const server = await api.createAuthorizationServer({
    authorizationServer: { name: 'sdk', description: 'd', audiences: ['api://sdk'] },
  })
  const at = { authServerId: server.id }
  expect(server).toMatchObject({
    name: 'sdk',
    status: 'ACTIVE',
    issuer: `${product.origin}/oauth2/${server.id}`,
  })
  const names = (await all(await api.listAuthorizationServers({ limit: 1 }))).map(
    (one) => one['name'],
  )
  expect(names.toSorted()).toEqual(['default', 'sdk'])

  const scope = await api.createOAuth2Scope({
    ...at,
    oAuth2Scope: { name: 'car:drive', consent: 'REQUIRED' },
  })
  expect(scope).toMatchObject({ name: 'car:drive', consent: 'REQUIRED', system: false })
  const claim = await api.createOAuth2Claim({
    ...at,
    oAuth2Claim: {
      name: 'carDriving',
      status: 'ACTIVE',
      claimType: 'RESOURCE',
      valueType: 'EXPRESSION',
      value: '"driving!"',
      conditions: { scopes: ['car:drive'] },
    },
  })
  expect(claim.conditions.scopes).toEqual(['car:drive'])

  const policy = await api.createAuthorizationServerPolicy({
    ...at,
    policy: {
      type: 'OAUTH_AUTHORIZATION_POLICY',
      status: 'ACTIVE',
      name: 'p',
      description: 'p',
      priority: 1,
      conditions: { clients: { include: ['ALL_CLIENTS'] } },
    },
  })
  const token = {
    accessTokenLifetimeMinutes: 5,
    refreshTokenLifetimeMinutes: 0,
    refreshTokenWindowMinutes: 10080,
  }
  const rule = await api.createAuthorizationServerPolicyRule({
    ...at,
    policyId: policy.id,
    policyRule: {
      type: 'RESOURCE_ACCESS',
      name: 'r',
      priority: 1,
      conditions: CONDITIONS,
      actions: { token },
    },
  })
  expect(rule.actions.token).toMatchObject(token)

  const keys = await all(await api.rotateAuthorizationServerKeys({ ...at, use: { use: 'sig' } }))
  expect(keys.map((key) => key['status']).toSorted()).toEqual(['ACTIVE', 'EXPIRED', 'NEXT'])
  await api.deactivateAuthorizationServer(at)
  expect((await api.getAuthorizationServer(at)).status).toBe('INACTIVE')
  await api.deleteAuthorizationServer(at)
  await expect(api.getAuthorizationServer(at)).rejects.toMatchObject({
    status: 404,
    errorCode: 'E0000007',
  })
})

it('PrivateKey mode works as far as the granted scope and the role go', async () => {
  const pair = await generateKeyPair('RS256', { extractable: true })
  const key = { ...(await exportJWK(pair.publicKey)), kid: 'k', use: 'sig', alg: 'RS256' }
  const app = await client['applicationApi'].createApplication({
    application: {
      name: 'oidc_client',
      label: 'sdk app',
      signOnMode: 'OPENID_CONNECT',
      credentials: {
        oauthClient: { token_endpoint_auth_method: 'private_key_jwt', autoKeyRotation: true },
      },
      settings: {
        oauthClient: {
          application_type: 'service',
          grant_types: ['client_credentials'],
          response_types: ['token'],
          jwks: { keys: [key] },
        },
      },
    },
  })
  const clientId = app.credentials.oauthClient.client_id
  await client['applicationApi'].grantConsentToScope({
    appId: app.id,
    oAuth2ScopeConsentGrant: { issuer: product.origin, scopeId: 'okta.authorizationServers.read' },
  })
  const machine = new okta.Client({
    orgUrl: product.origin,
    authorizationMode: 'PrivateKey',
    clientId,
    scopes: ['okta.authorizationServers.read'],
    privateKey: await exportJWK(pair.privateKey),
    keyId: 'k',
    testing,
  } as never) as unknown as Json
  const list = async (): Promise<unknown> =>
    (await all(await machine['authorizationServerApi'].listAuthorizationServers())).map(
      (one) => one['name'],
    )
  await expect(list()).rejects.toMatchObject({ status: 403, errorCode: 'E0000006' })

  await fetch(`${product.origin}/oauth2/v1/clients/${clientId}/roles`, {
    method: 'POST',
    headers: { authorization: `SSWS ${API_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'READ_ONLY_ADMIN' }),
  })
  expect(await list()).toEqual(['default'])
  await expect(
    machine['authorizationServerApi'].createAuthorizationServer({
      authorizationServer: { name: 'no', audiences: ['api://no'] },
    }),
  ).rejects.toMatchObject({ status: 403 })
})
