/** The hot-path budget of people: what each flow asks of storage, warm and cold, by name and in order. */
import { exportJWK, generateKeyPair } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { answerOf, Browser } from './browser.ts'
import { ask, askForm, cold, COUNTED, databaseTrips, hashesOf, operations, rowsRead, warm } from './counting.ts' // prettier-ignore
import { aPersonWithPassword, aSignInApp, authorizeUrl, CALLBACK, PASSWORD, PEOPLE_GRANTS, signedIn, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { inside, listed, subject } from './subject-support.ts'
import {
  aServer,
  assertion,
  ASSERTION_TYPE,
  basic,
  made,
  type Json,
  type TestServer,
} from './support.ts'

type Fields = Readonly<Record<string, string>>

interface KeyedApp extends SignInApp {
  readonly privateKey: CryptoKey
}

let app: SignInApp
let keyed: KeyedApp
let other: SignInApp
let native: SignInApp
let rotating: SignInApp
let person: TestPerson
let server: TestServer
let browser: Browser
const ids: { org: string; custom: string } = { org: 'org', custom: '' }
const bases: { org: string; custom: string } = { org: `${COUNTED}/oauth2`, custom: '' }

const OFFLINE = { scope: 'openid offline_access' }
const NATIVE_GRANTS = ['authorization_code', 'implicit', 'refresh_token', 'password']

const rule = {
  conditions: {
    people: { users: { include: [], exclude: [] }, groups: { include: ['EVERYONE'], exclude: [] } },
    grantTypes: { include: PEOPLE_GRANTS },
    scopes: { include: ['*'] },
  },
}

async function aKeyedApp(): Promise<KeyedApp> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }
  const method = { token_endpoint_auth_method: 'private_key_jwt' }
  return { ...(await aSignInApp({ jwks: { keys: [jwk] } }, method)), privateKey }
}

beforeAll(async () => {
  app = await aSignInApp()
  native = await aSignInApp({ application_type: 'native', grant_types: NATIVE_GRANTS })
  other = await aSignInApp({ consent_method: 'REQUIRED' })
  keyed = await aKeyedApp()
  rotating = await aSignInApp({ refresh_token: { rotation_type: 'ROTATE', leeway: 30 } })
  person = await aPersonWithPassword()
  const scopes = [{ name: 'free' }, { name: 'asked', consent: 'REQUIRED' }]
  server = await aServer({ scopes, rule })
  // Claims that read groups cost nothing more.
  await made(201, 'POST', `/api/v1/authorizationServers/${server.id}/claims`, {
    name: 'groups',
    claimType: 'RESOURCE',
    valueType: 'GROUPS',
    group_filter_type: 'REGEX',
    value: '.*',
  })
  ids.custom = server.id
  bases.custom = `${COUNTED}/oauth2/${server.id}`
  browser = (await signedIn(bases.custom, app, person, {}, new Browser(COUNTED, ask))).browser
})

const credentials = ({ clientId, secret }: SignInApp) => ({
  authorization: basic(clientId, secret),
})

async function authorized(base: string, client: SignInApp, parameters: Fields = OFFLINE) {
  return answerOf(await browser.get(authorizeUrl(base, client, parameters)))
}

/** Redeems; a request that fails is no measure of anything. */
async function tokens(base: string, client: SignInApp, fields: Fields): Promise<Json> {
  const { code_verifier: _, ...sent } = fields
  const response = await askForm(`${base}/v1/token`, sent, credentials(client))
  expect(response.status).toBe(200)
  return (await response.json()) as Json
}

const redemption = ({ code = '' }: Fields): Fields => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: CALLBACK,
})

const refreshing = (refresh_token: string): Fields => ({
  grant_type: 'refresh_token',
  refresh_token,
})

/** Tokens of the person, with a refresh token, of which lists know already. */
async function given(base: string, client: SignInApp, parameters: Fields = OFFLINE): Promise<Json> {
  const made = await tokens(base, client, redemption(await authorized(base, client, parameters)))
  await listed(person.id)
  return made
}

describe.each(['custom', 'org'] as const)('at the %s server', (kind) => {
  it('authorize without a session asks nothing; with one, the person twice: who it is, and to store it', async () => {
    await warm(ids[kind], app.clientId)
    const without = () => ask(authorizeUrl(bases[kind], app))
    expect(await operations(without)).toEqual([])
    const within = async () => expect(await authorized(bases[kind], app)).toHaveProperty('code')
    expect(await operations(within)).toEqual(['SUBJECT.findSession', 'SUBJECT.authorize'])
    expect(await databaseTrips(within)).toBe(0)
  })

  it('a code is redeemed with one call, and all that D1 learns is the row for lists, after the answer', async () => {
    const answer = await authorized(bases[kind], app)
    await warm(ids[kind], app.clientId)
    const trips = await databaseTrips(async () => {
      const work = () => tokens(bases[kind], app, redemption(answer))
      expect(await operations(work)).toEqual(['SUBJECT.redeem'])
      await listed(person.id)
    })
    expect(trips).toBe(1)
  })

  it('a refresh is one call and no D1, with rotation and without', async () => {
    for (const client of [app, rotating]) {
      const { refresh_token } = await given(bases[kind], client)
      await warm(ids[kind], client.clientId)
      const work = () => tokens(bases[kind], client, refreshing(refresh_token))
      const trips = await databaseTrips(async () =>
        expect(await operations(work)).toEqual(['SUBJECT.refresh']),
      )
      expect(trips).toBe(0)
    }
  })

  it('cold, a redemption reads configuration and keys, and the person one time more', async () => {
    const answer = await authorized(bases[kind], app, { scope: 'openid' })
    await subject(person.id).markStale()
    cold(ids[kind], app.clientId)
    const trips = await databaseTrips(async () => {
      const work = () => tokens(bases[kind], app, redemption(answer))
      const ofIdToken = kind === 'org' ? ['KEY_RING.read'] : []
      expect(await operations(work)).toEqual([...ofIdToken, 'DB', 'KEY_RING.read', 'SUBJECT.redeem']) // prettier-ignore
    })
    expect(trips).toBe(2)
  })

  it('introspection of either token and userinfo are one call each', async () => {
    const { access_token, refresh_token } = await given(bases[kind], app)
    await warm(ids[kind], app.clientId)
    const introspected =
      (token: string, accept = 'application/json') =>
      async () => {
        const path = `${bases[kind]}/v1/introspect`
        const response = await askForm(path, { token }, { accept, ...credentials(app) })
        expect([response.status, response.headers.get('content-type')]).toEqual([200, accept])
        expect(await response.text()).not.toContain('"active":false')
      }
    const userinfo = async () => {
      const headers = { authorization: `Bearer ${access_token}` }
      expect((await ask(`${bases[kind]}/v1/userinfo`, { headers })).status).toBe(200)
    }
    const signed = introspected(access_token, 'application/token-introspection+jwt')
    for (const work of [
      introspected(access_token),
      introspected(refresh_token),
      signed,
      userinfo,
    ]) {
      expect(await operations(work)).toEqual(['SUBJECT.inspect'])
      expect(await databaseTrips(work)).toBe(0)
    }
  })

  it('revocation of either token is one call; of what is no token, none', async () => {
    const { access_token, refresh_token } = await given(bases[kind], app)
    await warm(ids[kind], app.clientId)
    const revoked = (token: string, client = app) =>
      operations(() => askForm(`${bases[kind]}/v1/revoke`, { token }, credentials(client)))
    await warm(ids[kind], other.clientId)
    expect(await revoked(access_token, other)).toEqual([])
    expect(await revoked('nothing')).toEqual([])
    expect(await revoked(access_token)).toEqual(['SUBJECT.revokeAccessToken'])
    expect(await revoked(refresh_token)).toEqual(['SUBJECT.revokeRefreshToken'])
  })
})

it('an assertion adds exactly one call to a redemption and to a refresh', async () => {
  const path = `${bases.custom}/v1/token`
  const asserted = async (fields: Fields): Promise<Json> => {
    const client_assertion = await assertion(keyed, keyed.privateKey, path, {}, { kid: 'k' })
    const sent = { ...fields, client_assertion_type: ASSERTION_TYPE, client_assertion }
    const response = await askForm(path, sent)
    expect(response.status).toBe(200)
    return (await response.json()) as Json
  }
  const answer = await authorized(bases.custom, keyed)
  await warm(ids.custom, keyed.clientId)
  let made: Json = {}
  const redeemed = async () => {
    made = await asserted(redemption(answer))
  }
  expect(await operations(redeemed)).toEqual(['LEDGER.enter', 'SUBJECT.redeem'])
  const refreshed = () => asserted(refreshing(made['refresh_token']))
  expect(await operations(refreshed)).toEqual(['LEDGER.enter', 'SUBJECT.refresh'])
})

it('authorize reads D1 once where a scope depends on consent, which none does for a trusted app', async () => {
  const asking = (client: SignInApp, answer: object) => async () => {
    const parameters = { scope: 'openid asked', prompt: 'none' }
    expect(await authorized(bases.custom, client, parameters)).toMatchObject(answer)
  }
  await warm(ids.custom, app.clientId)
  await warm(ids.custom, other.clientId)
  const trusted = await operations(asking(app, { code: expect.any(String) }))
  expect(trusted).toEqual(['SUBJECT.findSession', 'SUBJECT.authorize'])
  const asked = await operations(asking(other, { error: 'consent_required' }))
  expect(asked).toEqual(['SUBJECT.findSession', 'DB'])
})

it('an app that a person comes to costs their object one read of D1, the first time', async () => {
  const another = await aSignInApp()
  await warm(ids.custom, another.clientId)
  const authorizing = async () =>
    expect(await authorized(bases.custom, another)).toHaveProperty('code')
  expect([await databaseTrips(authorizing), await databaseTrips(authorizing)]).toEqual([1, 0])
  const { refresh_token } = await given(bases.custom, another)
  await listed(person.id)
  await warm(ids.custom, another.clientId)
  const refresh = () => tokens(bases.custom, another, refreshing(refresh_token))
  expect(await databaseTrips(refresh)).toBe(0)
})

it('inside the object, a flow looks at as many rows whatever the person has besides', async () => {
  const rows: number[][] = []
  for (const besides of [0, 500]) {
    const one = await aPersonWithPassword()
    const { browser: visitor } = await signedIn(bases.custom, rotating, one, {}, new Browser(COUNTED, ask)) // prettier-ignore
    await inside(
      one.id,
      `WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${besides})
       INSERT INTO authorizations (id, server_id, client_id, created, record, ended, alive_until)
       SELECT 'many' || i, 's', 'c', 1, '{}', 0, 9e9 FROM n WHERE ${besides} > 0`,
    )
    let answer: Fields = {}
    const authorize = async () => {
      answer = answerOf(await visitor.get(authorizeUrl(bases.custom, rotating, OFFLINE)))
    }
    const authorizing = await rowsRead(one.id, authorize)
    const { refresh_token } = await tokens(bases.custom, rotating, redemption(answer))
    await listed(one.id)
    const refresh = () => tokens(bases.custom, rotating, refreshing(refresh_token))
    rows.push([authorizing, await rowsRead(one.id, refresh)])
  }
  expect(rows[0]!.every((count) => count > 0)).toBe(true)
  expect(rows[1]).toEqual(rows[0])
})

describe('a password', () => {
  const ATTEMPT = ['THROTTLE.take', 'DB', 'SUBJECT.signIn']

  it('that is right at the page: eight calls to objects, of which one hashes, and two writes', async () => {
    const visitor = new Browser(COUNTED, ask)
    const page = await visitor.get(authorizeUrl(bases.custom, app))
    await warm(ids.custom, app.clientId)
    const signIn = async () =>
      expect(answerOf(await visitor.signIn(page, person.login, PASSWORD))).toHaveProperty('code')
    const hashed = await hashesOf(async () => {
      expect(await operations(signIn)).toEqual([
        'LEDGER.has',
        ...ATTEMPT,
        'THROTTLE.giveBack',
        'LEDGER.enter',
        'SUBJECT.startSession',
        'DB',
        'DB',
        'SUBJECT.findSession',
        'SUBJECT.authorize',
      ])
    })
    expect(hashed).toBe(1)
  })

  it('that is wrong, and one of nobody: the same calls and one hash each', async () => {
    for (const login of [person.login, 'nobody@people.example']) {
      const visitor = new Browser(COUNTED, ask)
      const page = await visitor.get(authorizeUrl(bases.custom, app))
      await warm(ids.custom, app.clientId)
      const hashed = await hashesOf(async () =>
        expect(await operations(() => visitor.signIn(page, login, 'wrong'))).toEqual([
          'LEDGER.has',
          ...ATTEMPT,
          'DB',
          'DB',
        ]),
      )
      expect(hashed).toBe(1)
    }
  })

  it('of the password grant: one hash, and the authorization is stored with one call more', async () => {
    await warm(ids.custom, native.clientId)
    const fields = { grant_type: 'password', username: person.login, password: PASSWORD }
    const hashed = await hashesOf(async () =>
      expect(
        await operations(() => tokens(bases.custom, native, { ...fields, scope: 'openid' })),
      ).toEqual([...ATTEMPT, 'THROTTLE.giveBack', 'SUBJECT.authorizeDirectly']),
    )
    expect(hashed).toBe(1)
  })

  it('is hashed by no other flow', async () => {
    const hashed = await hashesOf(async () => {
      const { refresh_token } = await given(bases.custom, app)
      await tokens(bases.custom, app, refreshing(refresh_token))
    })
    expect(hashed).toBe(0)
  })
})
