/** Custom claims in access tokens of people on custom servers, and what their apps call them. */
import { beforeAll, describe, expect, it } from 'vitest'
import { APPS } from './app-support.ts'
import { answerOf } from './browser.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  ORG_BASE,
  payloadOf,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { answered, made, unique, type Json, type TestServer } from './support.ts'
import {
  aPeopleServer,
  arrived,
  introspect,
  refreshed,
  tokensFor,
  userinfo,
} from './token-support.ts'

let app: SignInApp
let person: TestPerson
let server: TestServer

const claimsPath = ({ id }: TestServer): string => `/api/v1/authorizationServers/${id}/claims`

const addClaim = (name: string, value: string, scopes: readonly string[] = []): Promise<Json> =>
  made(201, 'POST', claimsPath(server), {
    name,
    status: 'ACTIVE',
    claimType: 'RESOURCE',
    valueType: 'EXPRESSION',
    value,
    conditions: { scopes },
    alwaysIncludeInToken: true,
  })

beforeAll(async () => {
  app = await aSignInApp()
  await made(200, 'PUT', `${APPS}/${app.id}`, {
    ...app.app,
    profile: { tier: 'gold' },
    settings: { ...app.app['settings'], implicitAssignment: true },
  })
  person = await aPersonWithPassword()
  server = await aPeopleServer()
  await addClaim('appOf', 'app.id')
  await addClaim('client', 'app.clientId')
  await addClaim('label', 'app.label', ['read'])
  await addClaim('tier', 'app.profile.tier')
  await addClaim('granted', 'access.scope')
  await addClaim('missing', 'app.profile.nothing')
})

const tokens = (scope: string, by = app): Promise<Json> =>
  tokensFor(server.issuer, by, person, { scope })

describe('custom claims', () => {
  it('are in a person’s access token as in a client’s, by the scopes that they are for', async () => {
    const { access_token: token } = await tokens('openid read')
    const claims = payloadOf(token)
    expect(claims).toMatchObject({
      sub: person.login,
      uid: person.id,
      appOf: app.id,
      client: app.clientId,
      label: app.app['label'],
      tier: 'gold',
      granted: ['openid', 'read'],
    })
    expect(claims).not.toHaveProperty('missing')
    const { access_token: other } = await tokens('openid write')
    expect(payloadOf(other)).not.toHaveProperty('label')
    expect(await introspect(server.issuer, app, token)).toMatchObject({ tier: 'gold' })
  })

  it('are in no ID token and not at userinfo', async () => {
    const { id_token: idToken, access_token: token } = await tokens('openid profile read')
    const [, info] = await answered(await userinfo(server.issuer, token))
    for (const claims of [payloadOf(idToken), info])
      for (const name of ['tier', 'label', 'appOf', 'granted'])
        expect(claims).not.toHaveProperty(name)
  })

  it('follow the scopes and the app at a refresh', async () => {
    const first = await tokens('openid offline_access read write')
    const label = unique('renamed')
    await made(200, 'PUT', `${APPS}/${app.id}`, {
      ...(await made(200, 'GET', `${APPS}/${app.id}`)),
      label,
    })
    const next = await refreshed(server.issuer, app, first['refresh_token'])
    expect(payloadOf(next['access_token'])).toMatchObject({ label })
    const less = await refreshed(server.issuer, app, next['refresh_token'], { scope: 'write' })
    const claims = payloadOf(less['access_token'])
    expect([claims['granted'], 'label' in claims]).toEqual([['write'], false])
  })

  it('are the same in a token that comes from the authorization endpoint', async () => {
    const parameters = { response_type: 'token', nonce: 'n', scope: 'openid read' }
    const answer = answerOf(await arrived(server.issuer, app, person, parameters))
    expect(payloadOf(answer['access_token']!)).toMatchObject({ tier: 'gold', sub: person.login })
  })
})

describe('the subject', () => {
  it('follows what the app calls its user', async () => {
    const own = await aSignInApp()
    const path = `${APPS}/${own.id}/users`
    const called = (userName: string): Json => ({ credentials: { userName } })
    await made(200, 'POST', path, { id: person.id, scope: 'USER', ...called('ada') })
    const first = await tokens('openid offline_access', own)
    expect(payloadOf(first['access_token'])['sub']).toBe('ada')
    expect(payloadOf(first['id_token'])['sub']).toBe(person.id)
    await made(200, 'POST', `${path}/${person.id}`, called('ada.lovelace'))
    const next = await refreshed(server.issuer, own, first['refresh_token'])
    const token = next['access_token'] as string
    expect(payloadOf(token)).toMatchObject({ sub: 'ada.lovelace', uid: person.id })
    expect(await introspect(server.issuer, own, token)).toMatchObject({ username: 'ada.lovelace' })
    const [, info] = await answered(await userinfo(server.issuer, token))
    expect(info['sub']).toBe(person.id)
    await made(204, 'DELETE', `${path}/${person.id}`)
    const last = await refreshed(server.issuer, own, next['refresh_token'])
    expect(payloadOf(last['access_token'])['sub']).toBe(person.login)
  })

  it('is the login at the org server, whatever the app says', async () => {
    const own = await aSignInApp()
    const assignment = { id: person.id, scope: 'USER', credentials: { userName: 'ada' } }
    await made(200, 'POST', `${APPS}/${own.id}/users`, assignment)
    const { access_token: token } = await tokensFor(ORG_BASE, own, person)
    expect(payloadOf(token)).toMatchObject({ sub: person.login, uid: person.id })
  })

  it('is what the expression of the server says', async () => {
    const other = await aPeopleServer()
    const all = (await made(200, 'GET', claimsPath(other))) as Json[]
    const sub = all.find((claim) => claim['name'] === 'sub')!
    await made(200, 'PUT', `${claimsPath(other)}/${sub['id']}`, { ...sub, value: 'app.clientId' })
    const { access_token: token, id_token: idToken } = await tokensFor(other.issuer, app, person)
    expect(payloadOf(token)).toMatchObject({ sub: app.clientId, uid: person.id })
    expect(payloadOf(idToken)['sub']).toBe(person.id)
    const [status, info] = await answered(await userinfo(other.issuer, token))
    expect([status, info]).toEqual([200, { sub: person.id }])
  })
})
