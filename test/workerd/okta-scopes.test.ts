/** People administer the org through apps: with the scopes that an app was granted, as far as their roles use them. */
import { beforeAll, describe, expect, it } from 'vitest'
import { APPS, grant, grantsPath } from './app-support.ts'
import { answerOf } from './browser.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  ORG_BASE,
  PASSWORD,
  payloadOf,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { answered, api, basic, made, post, send, type Json } from './support.ts'
import { aPeopleServer, arrived, refreshed, revoke, tokensFor, userinfo } from './token-support.ts'
import { USERS } from './user-support.ts'

const READ = 'okta.users.read'
const MANAGE = 'okta.users.manage'

/** An app that was granted scopes, and its grants by the names of those. */
async function aConsole(
  ...scopes: readonly string[]
): Promise<SignInApp & { readonly grants: Readonly<Record<string, string>> }> {
  const app = await aSignInApp()
  const grants: Record<string, string> = {}
  for (const scope of scopes) grants[scope] = (await grant(app.id, scope))['id']
  return { ...app, grants }
}

async function withRole(role: string): Promise<TestPerson & { readonly rolePath: string }> {
  const person = await aPersonWithPassword()
  const path = `${USERS}/${person.id}/roles`
  const assigned = await made(201, 'POST', path, { type: role })
  return { ...person, rolePath: `${path}/${assigned['id']}` }
}

let app: Awaited<ReturnType<typeof aConsole>>
let helper: TestPerson
let reader: TestPerson

beforeAll(async () => {
  app = await aConsole(READ, MANAGE)
  helper = await withRole('USER_ADMIN')
  reader = await withRole('READ_ONLY_ADMIN')
})

const tokensOf = (person: TestPerson, scope: string, by: SignInApp = app): Promise<Json> =>
  tokensFor(ORG_BASE, by, person, { scope })

/** A call as Okta's SDKs make it: status and error code. */
async function call(
  token: string,
  path = USERS,
  method = 'GET',
  body?: Json,
): Promise<readonly [number, string | undefined]> {
  const response = await send(path, {
    method,
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${token}`,
      'user-agent': 'okta-sdk-nodejs/7.0.0 node/22.0.0',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const json = text === '' ? {} : (JSON.parse(text) as Json)
  return [response.status, json['errorCode']]
}

const OK = [200, undefined]
const FORBIDDEN = [403, 'E0000006']
const UNKNOWN = [401, 'E0000011']

describe('an org access token of an administrator', () => {
  it('is good for what its scopes and the roles of its person both cover', async () => {
    const { access_token: token, scope } = await tokensOf(helper, `openid ${READ}`)
    expect(scope).toBe(`openid ${READ}`)
    expect(payloadOf(token)).toMatchObject({ uid: helper.id, sub: helper.login, scp: ['openid', READ] }) // prettier-ignore
    const path = `${USERS}/${reader.id}`
    const [other, change] = [`${USERS}/${(await aPersonWithPassword()).id}`, { profile: { nickName: 'N' } }] // prettier-ignore
    expect(await call(token)).toEqual(OK)
    expect(await call(token, path)).toEqual(OK)
    expect(await call(token, other, 'POST', change)).toEqual(FORBIDDEN)
    expect(await call(token, APPS)).toEqual(FORBIDDEN)
    const { access_token: more } = await tokensOf(helper, `openid ${MANAGE}`)
    expect(await call(more, other, 'POST', change)).toEqual(OK)
    expect(await call(more, APPS)).toEqual(FORBIDDEN)
  })

  it('says which scopes its person has no use for by not having them', async () => {
    const { access_token: token, scope } = await tokensOf(reader, `openid ${READ} ${MANAGE}`)
    expect(scope).toBe(`openid ${READ}`)
    expect(await call(token)).toEqual(OK)
  })

  it('means its person by me', async () => {
    const { access_token: token } = await tokensOf(helper, READ)
    const response = await send(`${USERS}/me`, { headers: { authorization: `bearer ${token}` } })
    expect(await answered(response)).toMatchObject([200, { id: helper.id }])
  })

  it('is told to nobody who could check it alone', async () => {
    const { access_token: token } = await tokensOf(helper, READ)
    const { kid } = JSON.parse(atob(token.split('.')[0])) as Json
    const keys = await answered(await send('/oauth2/v1/keys'))
    expect(keys[1]['keys'].map((key: Json) => key['kid'])).not.toContain(kid)
  })

  it('is renewed with what it was granted', async () => {
    const first = await tokensOf(helper, `openid offline_access ${READ}`)
    const next = await refreshed(ORG_BASE, app, first['refresh_token'])
    expect(await call(next['access_token'])).toEqual(OK)
    const less = await refreshed(ORG_BASE, app, next['refresh_token'], { scope: 'openid' })
    expect(await call(less['access_token'])).toEqual(FORBIDDEN)
  })
})

describe('what an administrator does through an app', () => {
  it('is told to the log as theirs', async () => {
    const { access_token: token } = await tokensOf(helper, MANAGE)
    const { id } = await aPersonWithPassword()
    expect(await call(token, `${USERS}/${id}/lifecycle/suspend`, 'POST')).toEqual(OK)
    const filter = encodeURIComponent(
      `eventType eq "user.lifecycle.suspend" and target.id eq "${id}"`,
    )
    const [event] = (await made(200, 'GET', `/api/v1/logs?filter=${filter}`)) as Json[]
    expect(event!['actor']).toMatchObject({
      id: helper.id,
      type: 'User',
      alternateId: helper.login,
    })
  })
})

describe('an administrator whose password an app passes on', () => {
  it('gets the scopes of both, as at the page', async () => {
    const native = await aSignInApp(
      {
        application_type: 'native',
        grant_types: ['password', 'authorization_code'],
        response_types: ['code'],
      },
      { token_endpoint_auth_method: 'client_secret_basic' },
    )
    await grant(native.id, READ)
    const ask = async ({ login: username }: TestPerson): Promise<Json> => {
      const body = { grant_type: 'password', username, password: PASSWORD, scope: `openid ${READ}` }
      const authorization = basic(native.clientId, native.secret)
      return (await answered(await post(`${ORG_BASE}/v1/token`, body, { authorization })))[1]
    }
    const { access_token: token, scope } = await ask(helper)
    expect([scope, await call(token)]).toEqual([`openid ${READ}`, OK])
    const { access_token: other, scope: less } = await ask(await aPersonWithPassword())
    expect([less, await call(other)]).toEqual(['openid', FORBIDDEN])
  })
})

describe('a person without a role', () => {
  it('gets no management scope, and nothing where there is nothing else', async () => {
    const nobody = await aPersonWithPassword()
    const { access_token: token, scope } = await tokensOf(nobody, `openid ${READ}`)
    expect([scope, await call(token)]).toEqual(['openid', FORBIDDEN])
    expect((await userinfo(ORG_BASE, token)).status).toBe(200)
    expect(answerOf(await arrived(ORG_BASE, app, nobody, { scope: READ }))).toMatchObject({
      error: 'consent_required',
      error_description: 'You are not allowed any of the requested scopes.',
    })
  })
})

describe('an app', () => {
  it('gets no scope that it was not granted, whoever signs in', async () => {
    const other = await aConsole(READ)
    const answer = answerOf(await arrived(ORG_BASE, other, helper, { scope: `openid ${MANAGE}` }))
    expect(answer).toMatchObject({ error: 'consent_required', state: expect.any(String) })
    const unknown = answerOf(await arrived(ORG_BASE, app, helper, { scope: 'okta.nobody.knows' }))
    expect(unknown).toMatchObject({ error: 'invalid_scope' })
  })

  it('gets none of them at a custom server', async () => {
    const { issuer } = await aPeopleServer()
    const answer = answerOf(await arrived(issuer, app, helper, { scope: `openid ${READ}` }))
    expect(answer).toMatchObject({ error: 'invalid_scope', iss: issuer })
  })
})

describe('other tokens of an administrator', () => {
  it('are no access to the management API', async () => {
    const { issuer } = await aPeopleServer()
    const custom = await tokensFor(issuer, app, helper, { scope: 'openid read offline_access' })
    const org = await tokensOf(helper, `openid offline_access ${READ}`)
    for (const token of [
      custom['access_token'],
      custom['id_token'],
      custom['refresh_token'],
      org['id_token'],
      org['refresh_token'],
    ])
      expect(await call(token)).toEqual(UNKNOWN)
  })
})

describe('the next call is refused', () => {
  it('when the scope is taken back from the app', async () => {
    const own = await aConsole(READ)
    const { access_token: token } = await tokensOf(helper, READ, own)
    expect(await call(token)).toEqual(OK)
    await made(204, 'DELETE', `${grantsPath(own.id)}/${own.grants[READ]}`)
    expect(await call(token)).toEqual(FORBIDDEN)
  })

  it('when the role is taken back from the person', async () => {
    const person = await withRole('USER_ADMIN')
    const { access_token: token } = await tokensOf(person, READ)
    expect(await call(token)).toEqual(OK)
    await made(204, 'DELETE', person.rolePath)
    expect(await call(token)).toEqual(FORBIDDEN)
  })

  it.each(['suspend', 'deactivate'])('after %s of the person', async (what) => {
    const person = await withRole('USER_ADMIN')
    const { access_token: token } = await tokensOf(person, READ)
    expect((await api('POST', `${USERS}/${person.id}/lifecycle/${what}`)).status).toBe(200)
    expect(await call(token)).toEqual(UNKNOWN)
  })

  it('when the person does not have the app any more', async () => {
    const own = await aConsole(READ)
    const { access_token: token } = await tokensOf(helper, READ, own)
    await made(200, 'PUT', `${APPS}/${own.id}`, own.app)
    expect(await call(token)).toEqual(UNKNOWN)
  })

  it('when the app is deactivated', async () => {
    const own = await aConsole(READ)
    const { access_token: token } = await tokensOf(helper, READ, own)
    expect((await api('POST', `${APPS}/${own.id}/lifecycle/deactivate`)).status).toBe(200)
    expect(await call(token)).toEqual(UNKNOWN)
  })

  it('when the token is revoked, or the tokens of the person are', async () => {
    const [one, other] = [await tokensOf(helper, READ), await tokensOf(helper, READ)]
    await revoke(ORG_BASE, app, one['access_token'])
    expect(await call(one['access_token'])).toEqual(UNKNOWN)
    expect(await call(other['access_token'])).toEqual(OK)
    await made(204, 'DELETE', `${USERS}/${helper.id}/sessions?oauthTokens=true`)
    expect(await call(other['access_token'])).toEqual(UNKNOWN)
  })
})
