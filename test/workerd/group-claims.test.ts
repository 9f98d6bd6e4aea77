/** Groups, the app's profile of a person, the session and the org in tokens, from the management door to the token. */
import { beforeAll, describe, expect, it } from 'vitest'
import { APPS } from './app-support.ts'
import { answerOf } from './browser.ts'
import { aGroup, fill, GROUPS } from './group-support.ts'
import { aPersonWithPassword, aSignInApp, ORG_BASE, payloadOf, redeem, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { aClient, answered, api, made, mintWith, unique, type Json, type TestServer } from './support.ts' // prettier-ignore
import {
  aPeopleServer,
  arrived,
  refreshed,
  refusalOf,
  tokensFor,
  userinfo,
} from './token-support.ts'

const IDENTITY = { claimType: 'IDENTITY' }
const TOO_MANY = [
  400,
  'server_error',
  'The groups claim matched too many groups and must be configured to match fewer groups.',
]

let app: SignInApp
let person: TestPerson
let server: TestServer
let group: Json
let mark: string

const claimsPath = ({ id }: TestServer): string => `/api/v1/authorizationServers/${id}/claims`

const addClaim = (name: string, value: string, changes: Json = {}, at = server): Promise<Json> =>
  made(201, 'POST', claimsPath(at), {
    name,
    claimType: 'RESOURCE',
    valueType: 'EXPRESSION',
    value,
    ...changes,
  })

const filter = (type: string): Json => ({ valueType: 'GROUPS', group_filter_type: type })

const join = ({ id }: Json, { id: userId }: Pick<TestPerson, 'id'>): Promise<Json> =>
  made(204, 'PUT', `${GROUPS}/${id}/users/${userId}`)

/** A person in many groups of one beginning. */
async function aMember(count: number, beginning: string): Promise<TestPerson> {
  const member = await aPersonWithPassword()
  for (let at = 0; at < count; at++) {
    const { id } = await aGroup(`${beginning}${at}`)
    await fill(id, [member.id])
  }
  return member
}

beforeAll(async () => {
  app = await aSignInApp()
  person = await aPersonWithPassword()
  server = await aPeopleServer({ scopes: [{ name: 'read', default: true }, { name: 'groups' }] })
  mark = unique('Mark')
  group = await aGroup(`${mark} Engineers`, 'Who build it')
  await join(group, person)
  await addClaim('starting', mark.toLowerCase(), filter('STARTS_WITH'))
  await addClaim('exactly', `${mark} engineers`, filter('EQUALS'))
  await addClaim('containing', 'ENGIN', { ...filter('CONTAINS'), conditions: { scopes: ['groups'] } }) // prettier-ignore
  await addClaim('matching', `/${mark} .*/`, filter('REGEX'))
  await addClaim('none', 'Nobody is here', filter('EQUALS'))
  await addClaim('groups', mark, { ...filter('STARTS_WITH'), ...IDENTITY, conditions: { scopes: ['groups'] } }) // prettier-ignore
  await addClaim('isEngineer', `isMemberOfGroup("${group['id']}")`)
  await addClaim('about', `getFilteredGroups({"${group['id']}"}, "group.description", 5)`)
  await addClaim('found', `user.getGroups({"group.profile.name": "${mark}"}).![name]`)
  await addClaim('cost', 'appuser.costCenter')
  await addClaim('methods', 'session.amr')
  await addClaim('company', 'org.name')
})

describe('groups in tokens', () => {
  it('are named by filters and asked for by functions', async () => {
    const tokens = await tokensFor(server.issuer, app, person, { scope: 'openid groups' })
    const name = `${mark} Engineers`
    const claims = payloadOf(tokens['access_token'])
    expect(claims).toMatchObject({
      starting: [name],
      exactly: [name],
      containing: [name],
      matching: [name],
      isEngineer: true,
      about: ['Who build it'],
      found: [name],
      methods: ['pwd'],
    })
    expect(claims).not.toHaveProperty('none')
    expect(payloadOf(tokens['id_token'])).not.toHaveProperty('groups')
    const [, told] = await answered(await userinfo(server.issuer, tokens['access_token']))
    expect(told['groups']).toEqual([name])
  })

  it('are left out with the scope that they ask for', async () => {
    const tokens = await tokensFor(server.issuer, app, person, { scope: 'openid' })
    expect(payloadOf(tokens['access_token'])).not.toHaveProperty('containing')
    const [, told] = await answered(await userinfo(server.issuer, tokens['access_token']))
    expect(told).not.toHaveProperty('groups')
  })

  it('are nobody’s when a client acts for itself', async () => {
    const client = await aClient('client_secret_basic')
    const [status, body] = await answered(await mintWith(server, client, { scope: 'read' }))
    expect(status).toBe(200)
    const claims = payloadOf(body['access_token'])
    expect(claims['isEngineer']).toBe(false)
    expect(claims['found']).toEqual([])
    for (const name of ['starting', 'matching', 'about', 'methods', 'cost'])
      expect(claims).not.toHaveProperty(name)
  })

  it('follow what the groups are called and who is in them, at the next refresh', async () => {
    const member = await aPersonWithPassword()
    const team = await aGroup(`${mark} Team`)
    await join(team, member)
    const scope = 'openid offline_access'
    const first = await tokensFor(server.issuer, app, member, { scope })
    expect(payloadOf(first['access_token'])['starting']).toEqual([`${mark} Team`])
    const profile = { name: `${mark} Crew` }
    await made(200, 'PUT', `${GROUPS}/${team['id']}`, { profile })
    const renamed = await refreshed(server.issuer, app, first['refresh_token'])
    expect(payloadOf(renamed['access_token'])['starting']).toEqual([`${mark} Crew`])
    await made(204, 'DELETE', `${GROUPS}/${team['id']}/users/${member.id}`)
    const left = await refreshed(server.issuer, app, first['refresh_token'])
    expect(payloadOf(left['access_token'])).not.toHaveProperty('starting')
  })

  it('are 100 at most in one claim, and one more refuses the request', async () => {
    const beginning = unique('Many')
    const other = await aPeopleServer()
    await addClaim('many', beginning, filter('STARTS_WITH'), other)
    const member = await aMember(100, beginning)
    const tokens = await tokensFor(other.issuer, app, member)
    expect(payloadOf(tokens['access_token'])['many']).toHaveLength(100)
    const { id } = await aGroup(`${beginning} more`)
    await made(204, 'PUT', `${GROUPS}/${id}/users/${member.id}`)
    const view = await arrived(other.issuer, app, member)
    expect(answerOf(view)).toMatchObject({
      error: 'server_error',
      error_description: TOO_MANY[2],
    })
  })

  it('are refused at the redemption, too, when they have become too many', async () => {
    const beginning = unique('Late')
    const other = await aPeopleServer()
    await addClaim('many', beginning, filter('STARTS_WITH'), other)
    const member = await aMember(100, beginning)
    const { code = '' } = answerOf(await arrived(other.issuer, app, member))
    const { id } = await aGroup(`${beginning} more`)
    await made(204, 'PUT', `${GROUPS}/${id}/users/${member.id}`)
    expect(await refusalOf(await redeem(other.issuer, app, code))).toEqual(TOO_MANY)
  })
})

describe('the groups claim of an app', () => {
  const settings = (id: string, body: Json): Promise<Json> =>
    made(200, 'POST', `/api/v1/internal/apps/${id}/settings/oauth/idToken`, body)

  it('is in ID tokens and userinfo of the org server, by the scope groups', async () => {
    const own = await aSignInApp()
    await settings(own.id, { ...filterOfApp('STARTS_WITH'), name: 'groups', value: mark })
    const asked = await tokensFor(ORG_BASE, own, person, { scope: 'openid groups' })
    expect(payloadOf(asked['id_token'])['groups']).toEqual([`${mark} Engineers`])
    const [, told] = await answered(await userinfo(ORG_BASE, asked['access_token']))
    expect(told['groups']).toEqual([`${mark} Engineers`])
    const without = await tokensFor(ORG_BASE, own, person, { scope: 'openid profile' })
    expect(payloadOf(without['id_token'])).not.toHaveProperty('groups')
    const custom = await tokensFor(server.issuer, own, person, { scope: 'openid' })
    expect(payloadOf(custom['id_token'])).not.toHaveProperty('groups')
  })

  it('is left to userinfo beside an access token in the browser', async () => {
    const own = await aSignInApp()
    await settings(own.id, { ...filterOfApp('STARTS_WITH'), name: 'groups', value: mark })
    const scope = 'openid groups'
    const thin = answerOf(
      await arrived(ORG_BASE, own, person, { scope, response_type: 'id_token token', nonce: 'n' }),
    )
    expect(payloadOf(thin['id_token']!)).not.toHaveProperty('groups')
    const fat = answerOf(
      await arrived(ORG_BASE, own, person, { scope, response_type: 'id_token', nonce: 'n' }),
    )
    expect(payloadOf(fat['id_token']!)['groups']).toEqual([`${mark} Engineers`])
  })

  it('may be an expression, and fails the request where it has no value', async () => {
    const own = await aSignInApp()
    const value = `user.getGroups({"group.profile.name": "${mark}"}).![id]`
    await settings(own.id, { valueType: 'EXPRESSION', name: 'teams', value })
    const scope = 'openid groups'
    const tokens = await tokensFor(ORG_BASE, own, person, { scope })
    expect(payloadOf(tokens['id_token'])['teams']).toEqual([group['id']])
    await settings(own.id, { valueType: 'EXPRESSION', name: 'teams', value: 'access.scope[9]' })
    const { code = '' } = answerOf(await arrived(ORG_BASE, own, person, { scope }))
    expect(await refusalOf(await redeem(ORG_BASE, own, code))).toEqual([
      400,
      'server_error',
      "The 'teams' user claim could not be evaluated.",
    ])
  })

  const filterOfApp = (type: string): Json => ({ valueType: 'GROUPS', groupFilterType: type })
})

describe('what else of a person and the org reaches tokens', () => {
  it('is what the app is told of the person, as of the next refresh', async () => {
    const own = await aSignInApp()
    const path = `${APPS}/${own.id}/users`
    const profile = { costCenter: 'R-17' }
    await made(200, 'POST', path, { id: person.id, credentials: { userName: 'ada' }, profile })
    const scope = 'openid offline_access'
    const first = await tokensFor(server.issuer, own, person, { scope })
    expect(payloadOf(first['access_token'])).toMatchObject({ cost: 'R-17', sub: 'ada' })
    await made(200, 'POST', `${path}/${person.id}`, { profile: { costCenter: 'R-18' } })
    const next = await refreshed(server.issuer, own, first['refresh_token'])
    expect(payloadOf(next['access_token'])['cost']).toBe('R-18')
  })

  it('is each attribute of the profile that the org made itself, with its type', async () => {
    const [number, list] = [unique('number'), unique('list')].map((name) =>
      name.replaceAll('-', '_'),
    )
    const array = { title: 'List', type: 'array', items: { type: 'string' } }
    const properties = { [number!]: { title: 'Number', type: 'number' }, [list!]: array }
    const path = '/api/v1/meta/schemas/user/default'
    await made(200, 'POST', path, { definitions: { custom: { properties } } })
    const other = await aPeopleServer()
    await addClaim('number', `user.${number}`, {}, other)
    await addClaim('second', `user.${list}[1]`, {}, other)
    await addClaim('size', `Arrays.size(user.${list})`, {}, other)
    const own = await aPersonWithPassword({ [number!]: 1.5, [list!]: ['a', 'b'] })
    const { access_token: token } = await tokensFor(other.issuer, app, own)
    expect(payloadOf(token)).toMatchObject({ number: 1.5, second: 'b', size: 2 })
    await made(200, 'POST', `/api/v1/users/${own.id}`, { profile: { [list!]: null } })
    const view = await arrived(other.issuer, app, own)
    expect(answerOf(view)['error_description']).toBe("The 'second' user claim could not be evaluated.") // prettier-ignore
  })

  it('is the company name, as it is now', async () => {
    const client = await aClient('client_secret_basic')
    const company = async (): Promise<unknown> => {
      const [, body] = await answered(await mintWith(server, client, { scope: 'read' }))
      return payloadOf(body['access_token'])['company']
    }
    await made(200, 'POST', '/api/v1/org', { companyName: 'Acme' })
    expect(await company()).toBe('Acme')
    await made(200, 'POST', '/api/v1/org', { companyName: 'Acme & Daughters' })
    expect(await company()).toBe('Acme & Daughters')
  })
})

describe('what cannot be a filter', () => {
  it.each([
    ['(a', 'REGEX'],
    ['(a)\\1', 'REGEX'],
    ['a{1000}{1000}', 'REGEX'],
  ])('%s as %s is refused when it is saved', async (value, type) => {
    const [status, body] = await answered(
      await api('POST', claimsPath(server), {
        name: unique('claim'),
        claimType: 'RESOURCE',
        value,
        ...filter(type),
      }),
    )
    expect([status, body['errorCode']]).toEqual([400, 'E0000001'])
    expect(body['errorCauses'][0]['errorSummary']).toMatch(/^value: /)
  })
})
