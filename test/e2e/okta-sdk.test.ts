/**
 * The unmodified Okta SDK for Node against a started product: the life of every resource, once with an API token and
 * once in PrivateKey mode, where a service app mints org tokens with all scopes and has a super administrator's role.
 */
import { createServer, type Server } from 'node:http'
import okta from '@okta/okta-sdk-nodejs'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { orgScopeNames } from '../../src/issuer/org-scopes.ts'
import type { Json } from '../json.ts'
import {
  API_TOKEN,
  freePort,
  remove,
  startProduct,
  temporaryFolder,
  type Product,
} from './product.ts'
import { appLives } from './sdk/apps.ts'
import { authorizationServerLives } from './sdk/authorization-servers.ts'
import { groupLives } from './sdk/groups.ts'
import { AN_ANSWER, inlineHookLives } from './sdk/inline-hooks.ts'
import { all, expectGone, expectNothing, type World } from './sdk/life.ts'
import { linkedObjectLives } from './sdk/linked-objects.ts'
import { orgLives } from './sdk/org.ts'
import { refreshTokenLives } from './sdk/refresh-tokens.ts'
import { resourceServerKeyLives } from './sdk/resource-server-keys.ts'
import { uncalled, watch } from './sdk/routes.ts'
import { sessionLives } from './sdk/sessions.ts'
import { userGrantLives } from './sdk/user-grants.ts'
import { userLives } from './sdk/users.ts'

const testing = { disableHttpsCheck: true }

interface Machine {
  readonly clientId: string
  readonly privateKey: JWK
}

let stateDir: string
let product: Product
let administrator: Json
/** Answers as a hook that adds a claim. */
let outsider: Server
let outside: string
let machine: Machine
let names = 0

beforeAll(async () => {
  stateDir = temporaryFolder()
  const port = await freePort()
  outside = `http://127.0.0.1:${port}`
  outsider = createServer((_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(AN_ANSWER))
  }).listen(port, '127.0.0.1')
  const changes = { OUTBOUND_ALLOWED_ORIGINS: outside }
  product = await startProduct(stateDir, await freePort(), changes)
  administrator = clientWith(API_TOKEN)
  machine = await aMachine(orgScopeNames)
  await assignRole(machine, 'SUPER_ADMIN')
})

afterAll(async () => {
  await product.kill()
  outsider.close()
  remove(stateDir)
})

const call = async (method: string, path: string, body?: Json): Promise<Json> => {
  const response = await fetch(product.origin + path, {
    method,
    headers: { authorization: `SSWS ${API_TOKEN}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return (await response.json()) as Json
}

/** A service app with a key of its own and scopes granted. */
async function aMachine(scopes: Iterable<string>): Promise<Machine> {
  const pair = await generateKeyPair('RS256', { extractable: true })
  const key = { ...(await exportJWK(pair.publicKey)), kid: 'k', use: 'sig', alg: 'RS256' }
  const api = administrator['applicationApi']
  const app = await api.createApplication({
    application: {
      name: 'oidc_client',
      label: `machine ${++names}`,
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
  for (const scopeId of scopes)
    await api.grantConsentToScope({
      appId: app.id,
      oAuth2ScopeConsentGrant: { issuer: product.origin, scopeId },
    })
  const privateKey = await exportJWK(pair.privateKey)
  return { clientId: app.credentials.oauthClient.client_id, privateKey }
}

const assignRole = ({ clientId }: Machine, type: string): Promise<unknown> =>
  administrator['roleAssignmentApi'].assignRoleToClient({ clientId, assignRoleRequest: { type } })

/** The routes that were called in each mode. */
const called = { token: new Set<string>(), privateKey: new Set<string>() }

function clientWith(token: string): Json {
  const client: Json = new okta.Client({ orgUrl: product.origin, token, testing } as never)
  watch(client, called.token)
  return client
}

function clientOf(of: Machine, scopes: Iterable<string>): Json {
  const client: Json = new okta.Client({
    orgUrl: product.origin,
    authorizationMode: 'PrivateKey',
    clientId: of.clientId,
    scopes: [...scopes],
    privateKey: of.privateKey,
    keyId: 'k',
    testing,
  } as never)
  watch(client, called.privateKey)
  return client
}

const modes: readonly (readonly [name: string, client: () => Json])[] = [
  ['with an API token', () => administrator],
  ['in PrivateKey mode', () => clientOf(machine, orgScopeNames)],
]

const lives = [
  ...authorizationServerLives,
  ...resourceServerKeyLives,
  ...appLives,
  ...userLives,
  ...linkedObjectLives,
  ...groupLives,
  ...refreshTokenLives,
  ...userGrantLives,
  ...orgLives,
  ...inlineHookLives,
  ...sessionLives,
]

describe.each(modes)('%s', (_mode, clientOfMode) => {
  it.each(lives.map((life) => [life.name, life.live] as const))('%s', async (_name, live) => {
    const world: World = {
      client: clientOfMode(),
      origin: product.origin,
      outside,
      unique: (prefix) => `${prefix}-${++names}`,
      call,
      execute: product.execute,
    }
    await live(world)
  })
})

describe('an API token', () => {
  it('revokes itself, and is of no use then', async () => {
    const { id, token } = await call('POST', '/api/v1/api-tokens', { name: 'for once' })
    const api = clientWith(token)['apiTokenApi']
    expect((await api.getApiToken({ apiTokenId: id })).name).toBe('for once')
    await expectNothing(api.revokeCurrentApiToken())
    await expect(api.getApiToken({ apiTokenId: id })).rejects.toMatchObject({
      status: 401,
      errorCode: 'E0000011',
    })
    await expectGone(administrator['apiTokenApi'].getApiToken({ apiTokenId: id }))
  })
})

describe('PrivateKey mode', () => {
  it('has no API token of its own to revoke', async () => {
    const api = clientOf(machine, orgScopeNames)['apiTokenApi']
    await expect(api.revokeCurrentApiToken()).rejects.toMatchObject({ status: 403, errorCode: 'E0000006' }) // prettier-ignore
  })

  it('works as far as the granted scope and the role go', async () => {
    const scopes = ['okta.authorizationServers.read']
    const limited = await aMachine(scopes)
    const client = clientOf(limited, scopes)
    const api = client['authorizationServerApi']
    const list = (): Promise<Json[]> => all(api.listAuthorizationServers())
    await expect(list()).rejects.toMatchObject({ status: 403, errorCode: 'E0000006' })
    await assignRole(limited, 'READ_ONLY_ADMIN')
    expect((await list()).map((server) => server['name'])).toContain('default')
    const authorizationServer = { name: 'no', audiences: ['api://no'] }
    await expect(api.createAuthorizationServer({ authorizationServer })).rejects.toMatchObject({
      status: 403,
      errorCode: 'E0000006',
    })
    await expect(all(client['groupApi'].listGroups())).rejects.toMatchObject({ status: 403 })
  })
})

describe('the SDK', () => {
  it.each(Object.entries(called))(
    'has called each other operation that it has, and read each list over several pages: %s',
    (_mode, of) => {
      // What it has no operation of.
      expect(uncalled(of).toSorted()).toEqual([
        'GET /api/v1/internal/apps/:appId/settings/oauth/idToken',
        'POST /api/v1/api-tokens',
        'POST /api/v1/authorizationServers/:authServerId/preview',
        'POST /api/v1/internal/apps/:appId/settings/oauth/idToken',
        'POST /api/v1/org/credentials/lifecycle/keyRotate',
      ])
    },
  )
})
