/** [RFC6749-4.3] An app passes a person's password on: where it may, what it gets, and how it is refused. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { readSettings } from '../../src/platform/settings.ts'
import { throttleOf } from '../../src/state/ports.ts'
import { testBindings } from '../bindings.ts'
import { APPS } from './app-support.ts'
import { Browser } from './browser.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  ORG_BASE,
  PASSWORD,
  payloadOf,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { answered, api, basic, made, post, unique, type Json } from './support.ts'
import {
  aPeopleServer,
  arrived,
  introspect,
  refreshed,
  refusalOf,
  userinfo,
} from './token-support.ts'

const WRONG = [400, 'invalid_grant', 'The credentials provided were invalid.']

const SCOPES: readonly Json[] = [
  { name: 'read' },
  { name: 'pay', consent: 'REQUIRED' },
  { name: 'see', consent: 'FLEXIBLE' },
  { name: 'mail', consent: 'REQUIRED', optional: true },
]

const anApp = (changes: Json = {}, credentials: Json = {}): Promise<SignInApp> =>
  aSignInApp(
    {
      application_type: 'native',
      grant_types: ['password', 'refresh_token', 'authorization_code'],
      response_types: ['code'],
      ...changes,
    },
    { token_endpoint_auth_method: 'client_secret_basic', ...credentials },
  )

let app: SignInApp
let person: TestPerson
let base: string

beforeAll(async () => {
  app = await anApp()
  person = await aPersonWithPassword()
  base = (await aPeopleServer({ scopes: SCOPES })).issuer
})

interface Asking {
  readonly at?: string
  readonly by?: SignInApp
  readonly address?: string
}

/** Asks with the right password unless the fields say otherwise. */
function ask(
  fields: Readonly<Record<string, string>> = {},
  { at = base, by = app, address }: Asking = {},
): Promise<Response> {
  const body = { grant_type: 'password', username: person.login, password: PASSWORD, scope: 'openid', ...fields } // prettier-ignore
  return post(`${at}/v1/token`, body, {
    authorization: basic(by.clientId, by.secret),
    ...(address !== undefined && { 'cf-connecting-ip': address }),
  })
}

const refused = async (response: Promise<Response>): Promise<readonly [number, string, string]> =>
  refusalOf(await response)

describe('the right password', () => {
  it.each(['org', 'custom'] as const)('is worth the tokens of a sign-in (%s)', async (kind) => {
    const at = kind === 'org' ? ORG_BASE : base
    const [status, tokens] = await answered(await ask({ scope: 'openid profile email' }, { at }))
    expect([status, tokens]).toMatchObject([
      200,
      { token_type: 'Bearer', expires_in: 3600, scope: 'openid profile email' },
    ])
    expect(tokens).not.toHaveProperty('refresh_token')
    const access = payloadOf(tokens['access_token'])
    expect(access).toMatchObject({ uid: person.id, sub: person.login, cid: app.clientId })
    const token = payloadOf(tokens['id_token'])
    expect(token).toMatchObject({ sub: person.id, amr: ['pwd'], auth_time: access['auth_time'] })
    for (const name of ['nonce', 'sid', 'given_name', 'email_verified'])
      expect(token).not.toHaveProperty(name)
    expect(token).toMatchObject({ preferred_username: person.login, name: expect.any(String) })
    expect(await answered(await userinfo(at, tokens['access_token']))).toMatchObject([
      200,
      { sub: person.id, given_name: 'Isaac' },
    ])
    expect(await introspect(at, app, tokens['access_token'])).toMatchObject({ active: true })
  })

  it('is worth a refresh token with offline_access', async () => {
    const [, tokens] = await answered(await ask({ scope: 'openid offline_access read' }))
    const next = await refreshed(base, app, tokens['refresh_token'])
    const [before, after] = [payloadOf(tokens['id_token']), payloadOf(next['id_token'])]
    expect(after['auth_time']).toBe(before['auth_time'])
    const refreshless = await anApp({ grant_types: ['password', 'authorization_code'] })
    const [, without] = await answered(await ask({ scope: 'offline_access read' }, { by: refreshless })) // prettier-ignore
    expect(without).not.toHaveProperty('refresh_token')
  })

  it('[RFC6749-3.3] gives no scope that is unknown or that its rule does not list', async () => {
    const rule = { conditions: { scopes: { include: ['openid'] } } }
    const { issuer: at } = await aPeopleServer({ scopes: SCOPES, rule })
    expect((await ask({ scope: 'openid' }, { at })).status).toBe(200)
    for (const [scope, error] of [
      ['openid nobody-knows', 'invalid_scope'],
      ['openid read', 'access_denied'],
    ] as const)
      expect((await refused(ask({ scope }, { at })))[1]).toBe(error)
  })

  it('needs an app and a rule that allow it', async () => {
    const other = await aSignInApp()
    expect((await refused(ask({}, { by: other }))).slice(0, 2)).toEqual([400, 'unauthorized_client']) // prettier-ignore
    const grantTypes = { include: ['authorization_code', 'client_credentials'] }
    const server = await aPeopleServer({ rule: { conditions: { grantTypes } } })
    expect(await refused(ask({}, { at: server.issuer }))).toEqual([
      401,
      'access_denied',
      'Policy evaluation failed for this request, please check the policy configurations.',
    ])
  })

  it('is of no use to an app that its person does not have', async () => {
    const own = await anApp()
    await made(200, 'PUT', `${APPS}/${own.id}`, own.app)
    expect(await refused(ask({}, { by: own }))).toEqual([
      400,
      'access_denied',
      'User is not assigned to the client application.',
    ])
  })

  it('is not enough when it has expired', async () => {
    const late = await aPersonWithPassword()
    await made(200, 'POST', `/api/v1/users/${late.id}/lifecycle/expire_password`)
    const expired = await refused(ask({ username: late.login }))
    expect(expired).toEqual([400, 'invalid_grant', 'Password has expired.'])
    expect(await refused(ask({ username: late.login, password: 'wrong' }))).toEqual(WRONG)
  })
})

describe('a refusal', () => {
  it('says nothing of who exists, or is locked out, or may sign in', async () => {
    const [locked, suspended] = [await aPersonWithPassword(), await aPersonWithPassword()]
    for (let tries = 0; tries < limits.passwordAttemptsMax; tries++)
      expect(await refused(ask({ username: locked.login, password: 'wrong' }))).toEqual(WRONG)
    await made(200, 'POST', `/api/v1/users/${suspended.id}/lifecycle/suspend`)
    for (const fields of [
      { password: 'wrong' },
      { username: `${unique('nobody')}@people.example` },
      { username: locked.login },
      { username: suspended.login },
      { username: 'x'.repeat(5000) },
      { password: 'x'.repeat(5000) },
    ])
      expect(await refused(ask(fields))).toEqual(WRONG)
    const user = await made(200, 'GET', `/api/v1/users/${locked.id}`)
    expect(user['status']).toBe('LOCKED_OUT')
  })

  it.each(['username', 'password'])('names a missing %s', async (name) => {
    const { [name]: _, ...fields }: Record<string, string> = {
      grant_type: 'password',
      username: person.login,
      password: PASSWORD,
    }
    const response = post(`${base}/v1/token`, fields, {
      authorization: basic(app.clientId, app.secret),
    })
    expect(await refused(response)).toEqual([
      400,
      'invalid_request',
      `The required parameter '${name}' is missing.`,
    ])
  })

  it('comes before the password is looked at when too many attempts came from an address', async () => {
    const address = '203.0.113.7'
    const throttle = throttleOf(env, readSettings(testBindings))
    expect((await ask({}, { address })).status).toBe(200)
    for (let tries = 0; tries < limits.attemptsPerAddressMax; tries++)
      expect(await throttle.take(address, Date.now())).toBe(true)
    const answer = await ask({}, { address })
    expect(answer.headers.get('retry-after')).toBe(String(limits.attemptsWindowSeconds))
    const [status, error] = await refused(Promise.resolve(answer))
    expect([status, error]).toEqual([429, 'invalid_grant'])
    expect((await ask({}, { address: '203.0.113.8' })).status).toBe(200)
  })
})

describe('scopes that need consent', () => {
  const refusal = (names: string): readonly unknown[] => [
    400,
    'consent_required',
    expect.stringMatching(
      `^The following scopes require user consent: \\[${names}\\]. To access protected scopes using the resource owner password grant type, `,
    ),
  ]

  it('are refused to an app that has to ask, and named', async () => {
    const by = await anApp({ consent_method: 'REQUIRED' })
    expect(await refused(ask({ scope: 'openid read pay' }, { by }))).toEqual(refusal('pay'))
    expect(await refused(ask({ scope: 'see mail' }, { by }))).toEqual(refusal('see, mail'))
    expect((await ask({ scope: 'openid read' }, { by })).status).toBe(200)
  })

  it('are given to a trusted app', async () => {
    const [status, tokens] = await answered(await ask({ scope: 'openid pay see mail' }))
    expect([status, tokens['scope']]).toEqual([200, 'openid pay see mail'])
  })

  it('are given as their person has consented before, without what was skipped and its claims', async () => {
    const claim = { status: 'ACTIVE', claimType: 'RESOURCE', valueType: 'EXPRESSION', value: 'true' } // prettier-ignore
    for (const name of ['pay', 'mail'])
      await made(201, 'POST', `/api/v1/authorizationServers/${base.split('/').at(-1)}/claims`, { ...claim, name: `may_${name}`, conditions: { scopes: [name] } }) // prettier-ignore
    const by = await anApp({ consent_method: 'REQUIRED' })
    const browser = new Browser()
    await browser.decide(await arrived(base, by, person, { scope: 'openid pay mail' }, browser), 'allow') // prettier-ignore
    const [status, tokens] = await answered(await ask({ scope: 'openid pay mail' }, { by }))
    expect([status, tokens['scope']]).toEqual([200, 'openid pay'])
    const payload = payloadOf(tokens['access_token'])
    expect([payload['may_pay'], payload['may_mail']]).toEqual([true, undefined])
    await api('DELETE', `/api/v1/users/${person.id}/grants`)
    expect(await refused(ask({ scope: 'openid pay' }, { by }))).toEqual(refusal('pay'))
  })
})
