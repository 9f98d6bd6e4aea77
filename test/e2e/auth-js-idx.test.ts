/**
 * Okta's okta-auth-js, unmodified, asks people to sign in with its `idx`, in a program without cookies: at the org server
 * and at `default`, in the real runtime, whose socket stands in for the name that the product goes by.
 */
import { OktaAuth, type OktaAuthIdxOptions } from '@okta/okta-auth-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json } from '../json.ts'
import { API_TOKEN, ORIGIN, startRuntime, type Runtime } from './runtime.ts'

const PASSWORD = 'Correct-Horse-7-battery'
const LOGIN = 'ada@people.example'
const CALLBACK = 'http://localhost:9/callback'

let runtime: Runtime
let clientId: string
let userId: string

const socketOf = (url: string): string => url.replace(ORIGIN, runtime.isolates[0]!.origin)

async function api(method: string, path: string, body: Json): Promise<Json> {
  const response = await fetch(socketOf(ORIGIN + path), {
    method,
    headers: { authorization: `SSWS ${API_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const json = (await response.json()) as Json
  expect([response.status, json['errorCauses']]).toEqual([expect.any(Number), undefined])
  return json
}

beforeAll(async () => {
  runtime = await startRuntime(1)
  const app = await api('POST', '/api/v1/apps', {
    name: 'oidc_client',
    label: 'a program',
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: 'none' } },
    settings: {
      implicitAssignment: true,
      oauthClient: {
        application_type: 'browser',
        grant_types: ['interaction_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: [CALLBACK],
      },
    },
  })
  clientId = app['credentials']['oauthClient']['client_id']
  const user = await api('POST', '/api/v1/users', {
    profile: { firstName: 'Ada', lastName: 'Lovelace', login: LOGIN, email: LOGIN },
    credentials: { password: { value: PASSWORD } },
  })
  userId = user['id']
  await letIn()
})

/** The rule of the default server that lets people in lets interaction codes in. */
async function letIn(): Promise<void> {
  const policies = '/api/v1/authorizationServers/default/policies'
  const get = async (path: string): Promise<Json[]> => {
    const headers = { authorization: `SSWS ${API_TOKEN}` }
    return (await (await fetch(socketOf(ORIGIN + path), { headers })).json()) as Json[]
  }
  const [policy] = await get(policies)
  const [rule] = await get(`${policies}/${policy!['id']}/rules`)
  const { grantTypes } = rule!['conditions']
  if (!grantTypes['include'].includes('interaction_code'))
    grantTypes['include'].push('interaction_code')
  await api('PUT', `${policies}/${policy!['id']}/rules/${rule!['id']}`, rule!)
}

afterAll(async () => {
  await runtime.stop()
})

const issuerOf = (kind: 'org' | 'default'): string =>
  kind === 'org' ? ORIGIN : `${ORIGIN}/oauth2/default`

let clients = 0

/** What a client remembers, apart from others in this process. */
const remembered = () => {
  const storageKey = `client-${++clients}`
  const kinds = [
    'token',
    'cache',
    'transaction',
    'shared-transaction',
    'original-uri',
    'idx-response',
  ]
  return Object.fromEntries(kinds.map((kind) => [kind, { storageKey: `${storageKey}-${kind}` }]))
}

/** One that goes as far as it gets with what it is given. */
const aClient = (kind: 'org' | 'default', options: Partial<OktaAuthIdxOptions> = {}): OktaAuth =>
  new OktaAuth({
    issuer: issuerOf(kind),
    clientId,
    redirectUri: CALLBACK,
    scopes: ['openid', 'profile', 'offline_access'],
    idx: { enableLegacyMode: true },
    storageManager: remembered(),
    httpRequestInterceptors: [
      (request) => {
        request.url = socketOf(request.url ?? '')
      },
    ],
    ...options,
  })

describe.each(['org', 'default'] as const)('idx at the %s server', (kind) => {
  it('signs in with name and password, and gives the tokens that it verified', async () => {
    const { status, tokens } = await aClient(kind).idx.authenticate({
      username: LOGIN,
      password: PASSWORD,
    })
    expect(status).toBe('SUCCESS')
    expect(tokens?.idToken?.claims).toMatchObject({ sub: userId, iss: issuerOf(kind) })
    expect(tokens?.accessToken?.accessToken).toEqual(expect.any(String))
    expect(tokens?.refreshToken?.refreshToken).toEqual(expect.any(String))
  })

  it('refuses a wrong password with a message, and takes the right one after it', async () => {
    const client = aClient(kind)
    const wrong = await client.idx.authenticate({ username: LOGIN, password: 'wrong' })
    expect([wrong.status, wrong.messages?.map(({ message }) => message)]).toEqual([
      'PENDING',
      ['Authentication failed'],
    ])
    const right = await client.idx.authenticate({ username: LOGIN, password: PASSWORD })
    expect([right.status, right.tokens?.idToken?.claims.sub]).toEqual(['SUCCESS', userId])
  })

  it('goes step by step: who it is, then the password', async () => {
    const client = aClient(kind, { idx: {} })
    const begun = await client.idx.start({ flow: 'authenticate' })
    expect([begun.status, begun.availableSteps?.map(({ name }) => name)]).toEqual([
      'PENDING',
      expect.arrayContaining(['identify', 'cancel']),
    ])
    const asked = await client.idx.proceed({ step: 'identify', username: LOGIN })
    expect([asked.status, asked.nextStep?.name]).toEqual(['PENDING', 'challenge-authenticator'])
    const done = await client.idx.proceed({ step: 'challenge-authenticator', password: PASSWORD })
    expect([done.status, done.tokens?.idToken?.claims.sub]).toEqual(['SUCCESS', userId])
  })

  it('cancels, and begins anew', async () => {
    const client = aClient(kind)
    await client.idx.start({ flow: 'authenticate' })
    expect((await client.idx.cancel()).status).toBe('CANCELED')
    const again = await client.idx.authenticate({ username: LOGIN, password: PASSWORD })
    expect(again.status).toBe('SUCCESS')
  })

  it('is told what is wrong with a request', async () => {
    const client = aClient(kind, { redirectUri: 'http://localhost:9/elsewhere' })
    await expect(client.idx.start()).rejects.toMatchObject({
      name: 'OAuthError',
      errorCode: 'invalid_request',
    })
  })
})
