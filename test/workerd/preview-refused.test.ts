/** What stands in the way of tokens stands in the way of their preview, in the same words; and nothing else does. */
import { beforeAll, describe, expect, it } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { APPS } from './app-support.ts'
import { answerOf } from './browser.ts'
import { previewed } from './preview-support.ts'
import { aPersonWithPassword, aSignInApp, authorizeUrl, PASSWORD, signedIn, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { aClient, basic, made, mintWith, post, type Json, type TestServer } from './support.ts' // prettier-ignore
import { aPeopleServer, refresh, refreshed, refusalOf, tokensFor, userinfo } from './token-support.ts' // prettier-ignore

const OFFLINE = 'openid offline_access'

let server: TestServer
let base: string
let app: SignInApp

beforeAll(async () => {
  server = await aPeopleServer()
  base = server.issuer
  app = await aSignInApp({
    application_type: 'native',
    grant_types: ['authorization_code', 'password', 'refresh_token'],
    response_types: ['code'],
  })
})

const errorOf = ({ outcome, error, error_description: description }: Json): unknown => [
  outcome,
  error,
  description,
]

/** What the token endpoint says, as a preview says it. */
async function refusedBy(response: Promise<Response>): Promise<unknown> {
  const [, error, description] = await refusalOf(await response)
  return ['REFUSED', error, description]
}

const withPassword = (
  { clientId, secret }: SignInApp,
  { login }: TestPerson,
  password = PASSWORD,
): Promise<Response> =>
  post(
    `${base}/v1/token`,
    { grant_type: 'password', username: login, password, scope: OFFLINE },
    { authorization: basic(clientId, secret) },
  )

const ask = ({ id: userId }: TestPerson, changes: Json = {}): Json => ({
  clientId: app.clientId,
  userId,
  scopes: OFFLINE.split(' '),
  ...changes,
})

describe('an app that is not active', () => {
  it('gets nothing by any grant', async () => {
    const [client, off, person] = [await aClient('client_secret_basic'), await aSignInApp({ application_type: 'native', grant_types: ['authorization_code', 'password', 'refresh_token'], response_types: ['code'] }), await aPersonWithPassword()] // prettier-ignore
    for (const { id } of [client, off])
      await made(200, 'POST', `${APPS}/${id}/lifecycle/deactivate`)
    const refused = await refusedBy(mintWith(server, client))
    const own = { clientId: client.clientId, grantType: 'client_credentials', scopes: ['read'] }
    expect(errorOf(await previewed(server, own))).toEqual(refused)
    expect(await refusedBy(withPassword(off, person))).toEqual(refused)
    for (const grantType of ['password', 'authorization_code', 'refresh_token']) {
      const preview = await previewed(server, ask(person, { clientId: off.clientId, grantType }))
      expect([grantType, errorOf(preview)]).toEqual([grantType, refused])
      expect(preview).not.toHaveProperty('tokenResponse')
    }
  })
})

describe('a person', () => {
  it('whose password has expired is told so by the password grant', async () => {
    const person = await aPersonWithPassword()
    await made(200, 'POST', `/api/v1/users/${person.id}/lifecycle/expire_password`)
    const preview = await previewed(server, ask(person, { grantType: 'password' }))
    expect(errorOf(preview)).toEqual(await refusedBy(withPassword(app, person)))
  })

  it('who is locked out keeps refreshing, and does not sign in', async () => {
    const person = await aPersonWithPassword()
    const { refresh_token: token } = await tokensFor(base, app, person, { scope: OFFLINE })
    for (let times = 0; times < limits.passwordAttemptsMax; times++)
      await withPassword(app, person, 'wrong')
    const { scope } = await refreshed(base, app, token)
    const preview = await previewed(server, ask(person, { grantType: 'refresh_token' }))
    expect([preview['outcome'], preview['tokenResponse']?.['scope']]).toEqual(['GRANTED', scope])
    expect((await previewed(server, ask(person)))['error']).toBe('login_required')
  })

  it('who is suspended, or lost the app, has no refresh token that is good', async () => {
    const [suspended, unassigned] = [await aPersonWithPassword(), await aPersonWithPassword()]
    const own = await aSignInApp()
    const settings = (await made(200, 'GET', `${APPS}/${own.id}`))['settings']
    for (const [person, of, change] of [
      [suspended, app, () => made(200, 'POST', `/api/v1/users/${suspended.id}/lifecycle/suspend`)],
      [unassigned, own, async () => made(200, 'PUT', `${APPS}/${own.id}`, { ...(await made(200, 'GET', `${APPS}/${own.id}`)), settings: { ...settings, implicitAssignment: false } })], // prettier-ignore
    ] as const) {
      const { refresh_token: token } = await tokensFor(base, of, person, { scope: OFFLINE })
      await change()
      const asked = ask(person, { clientId: of.clientId, grantType: 'refresh_token' })
      expect(errorOf(await previewed(server, asked))).toEqual(await refusedBy(refresh(base, of, token))) // prettier-ignore
    }
  })

  it('who is not the one that the request asks for gets nothing', async () => {
    const [person, other] = [await aPersonWithPassword(), await aPersonWithPassword()]
    const { browser } = await signedIn(base, app, person)
    for (const { id } of [person, other]) {
      const claims = JSON.stringify({ id_token: { sub: { value: id } } })
      const url = authorizeUrl(base, app, { claims, prompt: 'none', scope: 'openid' })
      const { error = null } = answerOf(await browser.get(url))
      const preview = await previewed(server, ask(person, { claims }))
      expect(preview['error'] ?? null).toBe(error)
    }
  })
})

describe('userinfo', () => {
  it('refuses by itself what only it would tell', async () => {
    const to = await aPeopleServer()
    const person = await aPersonWithPassword()
    const failing = { name: 'failing', claimType: 'IDENTITY', valueType: 'EXPRESSION', value: 'access.scope[9]' } // prettier-ignore
    await made(201, 'POST', `/api/v1/authorizationServers/${to.id}/claims`, failing)
    const tokens = await tokensFor(to.issuer, app, person, { scope: 'openid' })
    const preview = await previewed(to, ask(person, { scopes: ['openid'] }))
    expect([preview['outcome'], preview['tokenResponse']['scope']]).toEqual(['GRANTED', tokens['scope']]) // prettier-ignore
    expect(preview).not.toHaveProperty('userinfo')
    expect(preview['userinfoError']).toEqual({
      error: 'server_error',
      error_description: "The 'failing' user claim could not be evaluated.",
    })
    const { status, headers } = await userinfo(to.issuer, tokens['access_token'])
    expect([status, headers.get('www-authenticate')]).toEqual([
      400,
      expect.stringContaining("The 'failing' user claim could not be evaluated."),
    ])
  })
})
