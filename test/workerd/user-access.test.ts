/** Which people get tokens for which app, by the assignments of the app and the policies of the server. */
import { beforeAll, describe, expect, it } from 'vitest'
import { APPS } from './app-support.ts'
import { answerOf, Browser } from './browser.ts'
import { aGroup, GROUPS } from './group-support.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  redeem,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { answered, api, made, type Json, type TestServer } from './support.ts'
import { aPeopleServer, arrived, introspect, peopleRule, tokensFor } from './token-support.ts'

const NO_POLICY =
  'Policy evaluation failed for this request, please check the policy configurations.'
const NOT_ASSIGNED = 'User is not assigned to the client application.'

let app: SignInApp
let person: TestPerson

beforeAll(async () => {
  app = await aSignInApp()
  person = await aPersonWithPassword()
})

/** Error and text that an app is told, or null with what it got. */
async function refusal(
  { issuer }: Pick<TestServer, 'issuer'>,
  who: TestPerson,
  parameters: Readonly<Record<string, string>> = {},
  by: SignInApp = app,
): Promise<readonly [string, string] | null> {
  const answer = answerOf(await arrived(issuer, by, who, parameters))
  expect(answer).toMatchObject({ iss: issuer, state: expect.any(String) })
  return answer['error'] === undefined ? null : [answer['error'], answer['error_description']!]
}

const rulePath = ({ id, policyId, ruleId }: TestServer): string =>
  `/api/v1/authorizationServers/${id}/policies/${policyId}/rules/${ruleId}`

const HYBRID = { response_type: 'code id_token', nonce: 'n' }
const IMPLICIT = { response_type: 'id_token token', nonce: 'n' }

const people = (users: Json, groups: Json): Json => ({
  conditions: {
    people: {
      users: { include: [], exclude: [], ...users },
      groups: { include: [], exclude: [], ...groups },
    },
  },
})

describe('an app', () => {
  it('is for those who have it: assigned, through a group, or everybody', async () => {
    const server = await aPeopleServer()
    const own = await aSignInApp()
    await made(200, 'PUT', `${APPS}/${own.id}`, own.app)
    const [assigned, member, other] = [
      await aPersonWithPassword(),
      await aPersonWithPassword(),
      await aPersonWithPassword(),
    ]
    await made(200, 'POST', `${APPS}/${own.id}/users`, { id: assigned.id, scope: 'USER' })
    const group = await aGroup()
    await made(200, 'PUT', `${APPS}/${own.id}/groups/${group['id']}`, {})
    await made(204, 'PUT', `${GROUPS}/${group['id']}/users/${member.id}`)
    expect(await refusal(server, assigned, {}, own)).toBeNull()
    expect(await refusal(server, member, {}, own)).toBeNull()
    expect(await refusal(server, other, {}, own)).toEqual(['access_denied', NOT_ASSIGNED])
    expect(await refusal(server, other)).toBeNull()
  })
})

describe('the people of a rule', () => {
  it('are users and members of groups, without those that are excluded', async () => {
    const [user, member, stranger] = [person, await aPersonWithPassword(), await aPersonWithPassword()] // prettier-ignore
    const [group, barred] = [await aGroup(), await aGroup()]
    for (const { id } of [user, member])
      await made(204, 'PUT', `${GROUPS}/${group['id']}/users/${id}`)
    await made(204, 'PUT', `${GROUPS}/${barred['id']}/users/${member.id}`)
    const among = async (rule: Json): Promise<readonly boolean[]> => {
      const server = await aPeopleServer({ rule })
      const refusals = []
      for (const who of [user, member, stranger]) refusals.push(await refusal(server, who))
      for (const one of refusals)
        if (one !== null) expect(one).toEqual(['access_denied', NO_POLICY])
      return refusals.map((one) => one === null)
    }
    expect(await among(people({ include: [user.id] }, {}))).toEqual([true, false, false])
    expect(await among(people({}, { include: [group['id']] }))).toEqual([true, true, false])
    expect(await among(people({}, { include: ['EVERYONE'] }))).toEqual([true, true, true])
    const withoutUser = people({ exclude: [user.id] }, { include: ['EVERYONE'] })
    expect(await among(withoutUser)).toEqual([false, true, true])
    const withoutGroup = people({}, { include: [group['id']], exclude: [barred['id']] })
    expect(await among(withoutGroup)).toEqual([true, false, false])
  })
})

describe('the grant types of a rule', () => {
  it('are what the response type takes; both for a hybrid one', async () => {
    const serverFor = (...include: readonly string[]): Promise<TestServer> =>
      aPeopleServer({ rule: { conditions: { grantTypes: { include } } } })
    const [code, implicit, both] = [
      await serverFor('authorization_code'),
      await serverFor('implicit'),
      await serverFor('authorization_code', 'implicit'),
    ]
    const denied = ['access_denied', NO_POLICY]
    expect(await refusal(code, person)).toBeNull()
    expect(await refusal(code, person, IMPLICIT)).toEqual(denied)
    expect(await refusal(code, person, HYBRID)).toEqual(denied)
    expect(await refusal(implicit, person)).toEqual(denied)
    expect(await refusal(implicit, person, IMPLICIT)).toBeNull()
    expect(await refusal(implicit, person, HYBRID)).toEqual(denied)
    for (const parameters of [{}, IMPLICIT, HYBRID])
      expect(await refusal(both, person, parameters)).toBeNull()
  })
})

describe('the scopes of a rule', () => {
  it('refuse a request as a whole and say which they do not let pass', async () => {
    const server = await aPeopleServer({ rule: { conditions: { scopes: { include: ['read'] } } } })
    expect(await refusal(server, person, { scope: 'openid read' })).toBeNull()
    expect(await refusal(server, person, { scope: 'openid read write' })).toEqual([
      'access_denied',
      'Some of the requested scopes were denied by the policy. Denied scopes: [write].',
    ])
    expect(await refusal(server, person, { scope: 'write' })).toEqual([
      'access_denied',
      'Policy evaluation succeeded, but all the requested scopes were rejected.',
    ])
    expect(await refusal(server, person, { scope: 'nobody-knows' })).toEqual([
      'invalid_scope',
      'One or more scopes are not configured for the authorization server resource.',
    ])
  })

  it('[RFC6749-3.3] without a request are the default ones, or an error', async () => {
    const defaults = await aPeopleServer({ scopes: [{ name: 'read', default: true }, { name: 'write' }] }) // prettier-ignore
    expect(await tokensFor(defaults.issuer, app, person, { scope: '' })).toMatchObject({ scope: 'read' }) // prettier-ignore
    expect(await refusal(await aPeopleServer(), person, { scope: '' })).toEqual([
      'invalid_scope',
      "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
    ])
  })
})

describe('the lifetimes of a rule', () => {
  it('are those of the tokens', async () => {
    const token = { accessTokenLifetimeMinutes: 5, refreshTokenLifetimeMinutes: 30, refreshTokenWindowMinutes: 20 } // prettier-ignore
    const { issuer } = await aPeopleServer({ rule: { token } })
    const tokens = await tokensFor(issuer, app, person, { scope: 'openid offline_access' })
    expect(tokens).toMatchObject({ expires_in: 300 })
    const { exp, iat } = await introspect(issuer, app, tokens['access_token'])
    expect(exp - iat).toBe(300)
    const asked = await introspect(issuer, app, tokens['refresh_token'])
    expect(asked['exp'] - asked['iat'] - 1200).toBeLessThanOrEqual(2)
    expect(asked['exp'] - asked['iat']).toBeGreaterThanOrEqual(1200)
  })
})

describe('a policy that is changed', () => {
  it('while a code waits has no effect on what the code is worth', async () => {
    const server = await aPeopleServer({ rule: { token: { accessTokenLifetimeMinutes: 5 } } })
    const view = await arrived(server.issuer, app, person, { scope: 'openid read' })
    await made(200, 'PUT', rulePath(server), {
      ...peopleRule({
        ...people({ exclude: [person.id] }, { include: ['EVERYONE'] }),
        token: { accessTokenLifetimeMinutes: 90 },
      }),
    })
    const code = answerOf(view)['code']!
    const [status, tokens] = await answered(await redeem(server.issuer, app, code))
    expect([status, tokens]).toMatchObject([200, { expires_in: 300, scope: 'openid read' }])
    expect(await refusal(server, person)).toEqual(['access_denied', NO_POLICY])
  })

  it('takes effect at the next request of who is signed in', async () => {
    const server = await aPeopleServer()
    const browser = new Browser()
    await arrived(server.issuer, app, person, {}, browser)
    expect((await api('POST', `${rulePath(server)}/lifecycle/deactivate`)).status).toBe(204)
    const next = await browser.get(authorizeUrl(server.issuer, app))
    expect(answerOf(next)).toMatchObject({ error: 'access_denied', error_description: NO_POLICY })
  })
})
