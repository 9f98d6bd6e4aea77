/**
 * What clients see while storage fails, endpoint by endpoint: 503 and when to come back, or the right answer; never a
 * verdict. The same request is good afterwards, with what it would have had.
 */
import { exports } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { answerOf, Browser } from './browser.ts'
import { expectCold, expectWarm, type Call, type Row } from './fault-matrix.ts'
import { cookieOf } from './session-support.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  CALLBACK,
  PASSWORD,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import {
  aClient,
  aKeyedClient,
  answered,
  assertion,
  ASSERTION_TYPE,
  basic,
  mintWith,
  type Fields,
  type Json,
  type KeyedClient,
  type TestClient,
  type TestServer,
} from './support.ts'
import { aPeopleServer, arrived, introspect, tokensFor, userinfo } from './token-support.ts'

let server: TestServer
let app: SignInApp
let client: TestClient
let keyed: KeyedClient
let person: TestPerson
let browser: Browser

beforeAll(async () => {
  server = await aPeopleServer()
  app = await aSignInApp(
    {
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token', 'password'],
      response_types: ['code'],
      // Whoever comes again has only what was kept for them.
      refresh_token: { rotation_type: 'ROTATE', leeway: 0 },
    },
    { token_endpoint_auth_method: 'client_secret_basic' },
  )
  client = await aClient()
  keyed = await aKeyedClient()
  person = await aPersonWithPassword()
  browser = new Browser()
  await arrived(server.issuer, app, person, {}, browser)
})

beforeEach(() => {
  vi.spyOn(console, 'error').mockReturnValue()
})

const form = (endpoint: string, fields: Fields, authorization?: string): Call => [
  `${server.issuer}/v1/${endpoint}`,
  {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(authorization !== undefined && { authorization }),
    },
    body: new URLSearchParams(fields as Record<string, string>).toString(),
  },
]

const ofApp = (): string => basic(app.clientId, app.secret)
const ofClient = (): string => basic(client.clientId, client.secret)

async function aCode(): Promise<string> {
  const parameters = { scope: 'openid offline_access' }
  const { code } = answerOf(await browser.get(authorizeUrl(server.issuer, app, parameters)))
  return code!
}

const tokens = (): Promise<Json> =>
  tokensFor(server.issuer, app, person, { scope: 'openid offline_access' }, browser)

const machineToken = async (): Promise<string> =>
  (await answered(await mintWith(server, client)))[1]['access_token']

const bodyOf = async (response: Response): Promise<Json> => (await response.json()) as Json

const hasToken = async (response: Response): Promise<void> => {
  expect(await bodyOf(response)).toHaveProperty('access_token')
}

/** Tokens that are alive. */
const hasTokens = async (response: Response): Promise<void> => {
  const given = await bodyOf(response)
  expect(given).toHaveProperty('refresh_token')
  expect((await userinfo(server.issuer, given['access_token'])).status).toBe(200)
  expect(await introspect(server.issuer, app, given['refresh_token'])).toHaveProperty(
    'active',
    true,
  )
}

const isActive = async (response: Response): Promise<void> => {
  expect(await bodyOf(response)).toHaveProperty('active', true)
}

/** A revocation, whose token is dead from then on. */
const revoking = (
  name: string,
  needs: Row['needs'],
  token: () => Promise<string>,
  authorization: () => string,
): Row => {
  let value = ''
  return {
    name,
    needs,
    async begin() {
      value = await token()
      return () => form('revoke', { token: value }, authorization())
    },
    async good() {
      const [, asked] = form('introspect', { token: value }, authorization())
      const answer = await answered(await fetchedHere(asked))
      expect(answer).toEqual([200, { active: false }])
    },
  }
}

const fetchedHere = (init: RequestInit | undefined): Promise<Response> =>
  exports.default.fetch(new Request(`${server.issuer}/v1/introspect`, init))

const ROWS: readonly Row[] = [
  {
    name: 'token: client_credentials with a secret',
    needs: [],
    cold: ['DB', 'KEY_RING'],
    begin: async () => () =>
      form('token', { grant_type: 'client_credentials', scope: 'read' }, ofClient()),
    good: hasToken,
  },
  {
    name: 'token: client_credentials with an assertion',
    needs: ['LEDGER'],
    begin: async () => async () =>
      form('token', {
        grant_type: 'client_credentials',
        scope: 'read',
        client_assertion_type: ASSERTION_TYPE,
        client_assertion: await assertion(keyed, keyed.privateKey, `${server.issuer}/v1/token`),
      }),
    good: hasToken,
  },
  {
    name: 'token: authorization_code',
    needs: ['SUBJECT'],
    cold: ['DB', 'KEY_RING', 'SUBJECT'],
    async begin() {
      const code = await aCode()
      const fields = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK }
      return () => form('token', fields, ofApp())
    },
    good: hasTokens,
    once: 400,
    heardAfter: limits.lostAnswerMillis.untold[0] + 100,
  },
  {
    name: 'token: refresh_token',
    needs: ['SUBJECT'],
    cold: ['DB', 'KEY_RING', 'SUBJECT'],
    async begin() {
      const { refresh_token } = await tokens()
      return () => form('token', { grant_type: 'refresh_token', refresh_token }, ofApp())
    },
    good: hasTokens,
    once: 400,
    heardAfter: limits.lostAnswerMillis.untold[0] + 100,
  },
  {
    name: 'token: password',
    hashes: true,
    needs: ['DB', 'SUBJECT', 'THROTTLE'],
    begin: async () => () =>
      form(
        'token',
        { grant_type: 'password', username: person.login, password: PASSWORD, scope: 'openid offline_access' }, // prettier-ignore
        ofApp(),
      ),
    good: hasTokens,
  },
  {
    name: 'introspect: an access token of a machine',
    needs: ['LEDGER'],
    cold: ['DB', 'KEY_RING', 'LEDGER'],
    async begin() {
      const token = await machineToken()
      return () => form('introspect', { token }, ofClient())
    },
    good: isActive,
  },
  ...['access_token', 'refresh_token'].map((type): Row => ({
    name: `introspect: ${type} of a person`,
    needs: ['SUBJECT'],
    async begin() {
      const { [type]: token } = await tokens()
      return () => form('introspect', { token }, ofApp())
    },
    good: isActive,
  })),
  revoking('revoke: an access token of a machine', ['LEDGER', 'REVOCATION_FEED'], machineToken, ofClient), // prettier-ignore
  revoking('revoke: an access token of a person', ['REVOCATION_FEED', 'SUBJECT'], async () => (await tokens())['access_token'], ofApp), // prettier-ignore
  revoking('revoke: a refresh token', ['REVOCATION_FEED', 'SUBJECT'], async () => (await tokens())['refresh_token'], ofApp), // prettier-ignore
  {
    name: 'userinfo',
    needs: ['SUBJECT'],
    cold: ['DB', 'KEY_RING', 'SUBJECT'],
    async begin() {
      const { access_token: token } = await tokens()
      const headers = { authorization: `Bearer ${token}` }
      return () => [`${server.issuer}/v1/userinfo`, { headers }]
    },
    async good(response) {
      expect(await bodyOf(response)).toHaveProperty('sub', person.id)
    },
  },
  {
    name: 'authorize, where nobody is signed in',
    needs: [],
    cold: ['DB', 'KEY_RING'],
    status: 303,
    begin: async () => () => [authorizeUrl(server.issuer, app)],
    good(response) {
      expect(response.headers.get('location')).toContain('/signin')
    },
  },
  {
    name: 'authorize with a session',
    needs: ['SUBJECT'],
    cold: ['DB', 'KEY_RING', 'SUBJECT'],
    status: 303,
    begin: async () => () => [
      authorizeUrl(server.issuer, app, { prompt: 'none' }),
      { headers: { cookie: cookieOf(browser) } },
    ],
    good(response) {
      expect(response.headers.get('location')).toMatch(/[?&]code=/)
    },
  },
  ...['.well-known/openid-configuration', '.well-known/oauth-authorization-server', 'v1/keys'].map(
    (path): Row => ({
      name: path,
      needs: [],
      begin: async () => () => [`${server.issuer}/${path}`],
    }),
  ),
]

describe.each(ROWS)('$name', (row) => {
  it('says come again, or what is right, and is good afterwards', () => expectWarm(row))
  it.runIf(row.cold != null)('also where nothing is known yet', () => expectCold(row))
})
