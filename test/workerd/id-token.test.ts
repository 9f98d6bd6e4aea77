/** What ID tokens say, where: by response type and kind of server, by scope and by the `claims` parameter. */
import { beforeAll, describe, expect, it } from 'vitest'
import { base64url, utf8 } from '../../src/platform/encoding.ts'
import { answerOf, Browser } from './browser.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  ORG_BASE,
  payloadOf,
  redeem,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { answered, made, ORIGIN, type Json } from './support.ts'
import { aPeopleServer, arrived, tokensFor, userinfo } from './token-support.ts'

const PROFILE: Json = {
  firstName: 'Ada',
  lastName: 'Lovelace',
  nickName: 'Enchantress',
  locale: 'en_GB',
  timezone: 'Europe/London',
  primaryPhone: '+44 20 7946 0000',
  city: 'London',
  countryCode: 'GB',
  middleName: null,
}
const SCOPE = 'openid profile email address phone'
const IMPLICIT = { response_type: 'id_token', nonce: 'n-1' }

let app: SignInApp
let person: TestPerson
const bases = { org: ORG_BASE, custom: '' }

beforeAll(async () => {
  app = await aSignInApp()
  person = await aPersonWithPassword(PROFILE)
  bases.custom = (await aPeopleServer()).issuer
})

const answer = async (base: string, parameters: Readonly<Record<string, string>>): Promise<Json> =>
  answerOf(await arrived(base, app, person, { scope: SCOPE, nonce: 'n-1', ...parameters }))

/** The names of the claims of the person. */
const STANDARD = 'name nickname preferred_username given_name middle_name family_name profile picture website gender birthdate zoneinfo locale updated_at email email_verified phone_number phone_number_verified address'.split(' ') // prettier-ignore

const ofPerson = (token: Json): readonly string[] => STANDARD.filter((name) => name in token)

const FULL = STANDARD.filter((name) => !/^(middle_name|profile|picture|website|gender|birthdate)$/.test(name)) // prettier-ignore
const THIN = ['name', 'preferred_username', 'email']

describe.each(['org', 'custom'] as const)('[OIDC-2] an ID token of the %s server', (kind) => {
  it('says who signed in, how, when and for whom', async () => {
    const before = Math.floor(Date.now() / 1000)
    const browser = new Browser()
    const view = await arrived(bases[kind], app, person, { nonce: 'n-0S6' }, browser)
    const [, tokens] = await answered(await redeem(bases[kind], app, answerOf(view)['code']!))
    const org = await made(200, 'GET', '/api/v1/org')
    const token = payloadOf(tokens['id_token'])
    expect(token).toEqual({
      ver: 1,
      iss: kind === 'org' ? ORIGIN : bases.custom,
      sub: person.id,
      aud: app.clientId,
      iat: expect.any(Number),
      exp: token['iat'] + 3600,
      jti: expect.stringMatching(/^ID\..{20,}/),
      amr: ['pwd'],
      idp: org['id'],
      nonce: 'n-0S6',
      auth_time: expect.any(Number),
      sid: expect.any(String),
      at_hash: expect.any(String),
    })
    expect(token['auth_time']).toBeGreaterThanOrEqual(before)
    expect(token['auth_time']).toBeLessThanOrEqual(token['iat'])
    const silent = await browser.get(authorizeUrl(bases[kind], app, { ...IMPLICIT }))
    const later = payloadOf(answerOf(silent)['id_token']!)
    expect([later['auth_time'], later['sid']]).toEqual([token['auth_time'], token['sid']])
    expect([...browser.cookies.values()].join(' ')).not.toContain(token['sid'])
  })

  it('[OIDC-2] says the acr of those asked for that is met, and none unasked', async () => {
    const acr_values = 'urn:other urn:okta:loa:1fa:any'
    const asked = payloadOf((await answer(bases[kind], { ...IMPLICIT, acr_values }))['id_token'])
    expect(asked['acr']).toBe('urn:okta:loa:1fa:any')
    const unmet = await answer(bases[kind], { ...IMPLICIT, acr_values: 'urn:other' })
    expect(payloadOf(unmet['id_token'])).not.toHaveProperty('acr')
  })

  it('has each claim of the person with its scope only', async () => {
    const withScope = async (scope: string): Promise<readonly string[]> =>
      ofPerson(payloadOf((await answer(bases[kind], { ...IMPLICIT, scope }))['id_token']))
    expect(await withScope('openid')).toEqual([])
    expect(await withScope('openid email')).toEqual(['email', 'email_verified'])
    expect(await withScope('openid phone')).toEqual(['phone_number', 'phone_number_verified'])
    expect(await withScope('openid address')).toEqual(['address'])
    expect(await withScope('openid profile')).toEqual(FULL.filter((name) => !/^(email|phone|address)/.test(name))) // prettier-ignore
  })

  it.each([
    ['id_token', FULL],
    ['code id_token', FULL],
    ['id_token token', THIN],
    ['code id_token token', THIN],
  ])('from the authorization endpoint by %s', async (response_type, names) => {
    const told = await answer(bases[kind], { response_type })
    const token = payloadOf(told['id_token'])
    expect(ofPerson(token)).toEqual(names)
    expect(['at_hash' in token, 'c_hash' in token]).toEqual([
      / token/.test(response_type),
      response_type.startsWith('code'),
    ])
  })

  it('from the token endpoint, and everything at userinfo', async () => {
    const tokens = await tokensFor(bases[kind], app, person, { scope: SCOPE })
    expect(ofPerson(payloadOf(tokens['id_token']))).toEqual(kind === 'org' ? FULL : THIN)
    const [status, info] = await answered(await userinfo(bases[kind], tokens['access_token']))
    expect([status, info]).toEqual([
      200,
      {
        sub: person.id,
        name: 'Ada Lovelace',
        nickname: 'Enchantress',
        preferred_username: person.login,
        given_name: 'Ada',
        family_name: 'Lovelace',
        zoneinfo: 'Europe/London',
        locale: 'en-GB',
        updated_at: expect.any(Number),
        email: person.user['profile']['email'],
        email_verified: true,
        phone_number: '+44 20 7946 0000',
        phone_number_verified: false,
        address: { locality: 'London', country: 'GB' },
      },
    ])
  })
})

describe.each(['RS256', 'ES256', 'PS256', 'EdDSA'])('an ID token under %s', (alg) => {
  it('[OIDC-3.3.2.11] is bound to the code and the access token beside it', async () => {
    const { issuer } = await aPeopleServer({ alg })
    const told = await answer(issuer, { response_type: 'code id_token token' })
    const [header = ''] = told['id_token'].split('.')
    expect(JSON.parse(atob(header))).toMatchObject({ alg })
    const half = async (value: string): Promise<string> => {
      const name = alg === 'EdDSA' ? 'SHA-512' : 'SHA-256'
      const digest = new Uint8Array(await crypto.subtle.digest(name, utf8(value)))
      return base64url(digest.slice(0, digest.length / 2))
    }
    expect(payloadOf(told['id_token'])).toMatchObject({
      at_hash: await half(told['access_token']),
      c_hash: await half(told['code']),
    })
  })
})

describe('[OIDC-5.5] the claims parameter', () => {
  const claims = JSON.stringify({
    id_token: { nickname: null, email: { essential: true }, made_up: null, sub: null, iss: null },
    userinfo: { zoneinfo: null, email_verified: null },
  })

  it.each(['org', 'custom'] as const)(
    'adds single claims where they are asked for (%s)',
    async (kind) => {
      const tokens = await tokensFor(bases[kind], app, person, { scope: 'openid', claims })
      const token = payloadOf(tokens['id_token'])
      expect(ofPerson(token)).toEqual(['nickname', 'email'])
      expect([token['sub'], 'made_up' in token]).toEqual([person.id, false])
      const [, info] = await answered(await userinfo(bases[kind], tokens['access_token']))
      expect(info).toEqual({ sub: person.id, zoneinfo: 'Europe/London', email_verified: true })
    },
  )

  it('adds none whose scope the policy does not let pass', async () => {
    const scopes = { include: ['openid', 'read'] }
    const { issuer } = await aPeopleServer({ rule: { conditions: { scopes } } })
    const tokens = await tokensFor(issuer, app, person, { scope: 'openid', claims })
    expect(ofPerson(payloadOf(tokens['id_token']))).toEqual([])
    const [, info] = await answered(await userinfo(issuer, tokens['access_token']))
    expect(info).toEqual({ sub: person.id })
  })
})

describe('identity claims of a custom server', () => {
  it('are beside an access token as the server says, and at userinfo always', async () => {
    const server = await aPeopleServer()
    const path = `/api/v1/authorizationServers/${server.id}/claims`
    const all = (await made(200, 'GET', path)) as Json[]
    for (const [name, alwaysIncludeInToken] of [
      ['email', false],
      ['address', true],
    ] as const) {
      const claim = all.find((one) => one['name'] === name)!
      await made(200, 'PUT', `${path}/${claim['id']}`, { ...claim, alwaysIncludeInToken })
    }
    const tokens = await tokensFor(server.issuer, app, person, { scope: SCOPE })
    const names = ['name', 'preferred_username', 'address']
    expect(ofPerson(payloadOf(tokens['id_token']))).toEqual(names)
    const beside = await answer(server.issuer, { response_type: 'id_token token' })
    expect(ofPerson(payloadOf(beside['id_token']))).toEqual(names)
    const alone = await answer(server.issuer, IMPLICIT)
    expect(ofPerson(payloadOf(alone['id_token']))).toEqual(FULL)
    const [, info] = await answered(await userinfo(server.issuer, tokens['access_token']))
    expect(ofPerson(info)).toEqual(FULL)
    const without = await tokensFor(server.issuer, app, person, { scope: 'openid email' })
    expect(ofPerson(payloadOf(without['id_token']))).toEqual([])
  })
})
