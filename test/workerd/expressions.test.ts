/** The expression language from the management door to tokens: for people, for clients, in ID tokens and at userinfo. */
import { beforeAll, describe, expect, it } from 'vitest'
import { APPS } from './app-support.ts'
import { answerOf } from './browser.ts'
import { aPersonWithPassword, aSignInApp, payloadOf, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { aClient, answered, made, mintWith, api, unique, type Json, type TestServer } from './support.ts' // prettier-ignore
import { aPeopleServer, arrived, refreshed, refusalOf, tokensFor, userinfo } from './token-support.ts' // prettier-ignore
import { USERS } from './user-support.ts'

let app: SignInApp
let person: TestPerson
let server: TestServer

const claimsPath = ({ id }: TestServer): string => `/api/v1/authorizationServers/${id}/claims`

const aClaim = (name: string, value: string, changes: Json = {}): Json => ({
  name,
  claimType: 'RESOURCE',
  valueType: 'EXPRESSION',
  value,
  ...changes,
})

const addClaim = (name: string, value: string, changes: Json = {}, at = server): Promise<Json> =>
  made(201, 'POST', claimsPath(at), aClaim(name, value, changes))

/** Status, code and causes of a refusal to save. */
async function refused(claim: Json): Promise<readonly [number, string, readonly string[]]> {
  const [status, body] = await answered(await api('POST', claimsPath(server), claim))
  const causes = body['errorCauses'] as { errorSummary: string }[]
  return [status, body['errorCode'], causes.map(({ errorSummary }) => errorSummary)]
}

const IDENTITY = { claimType: 'IDENTITY' }
const ALWAYS = { ...IDENTITY, alwaysIncludeInToken: true }

beforeAll(async () => {
  app = await aSignInApp()
  person = await aPersonWithPassword({ firstName: 'Ada', department: 'Engines' })
  server = await aPeopleServer()
  await addClaim('department', 'user.department')
  await addClaim('never', 'user.middleName')
  await addClaim('uidAndStatus', '{user.getInternalProperty("id"), user.getInternalProperty("status")}') // prettier-ignore
  await addClaim('called', 'appuser.userName')
  await addClaim('host', 'org.subDomain')
  await addClaim('whose', "user == null ? 'nobody' : String.toUpperCase(user.firstName)")
  await addClaim('scope', 'String.replace(Arrays.toCsvString(access.scope), ",", " ")')
  await addClaim('mail', "user.email matches '.+@.+' ? String.substringAfter(user.email, '@') : null") // prettier-ignore
  await addClaim('country', 'Iso3166Convert.toName("IND")')
  await addClaim('zone', 'Time.now("Asia/Kolkata", "Z")')
  await addClaim('always', 'user.department', ALWAYS)
  await addClaim('rest', 'String.append("of ", appuser.userName)', IDENTITY)
  await addClaim('writers', '1 + 1', { ...ALWAYS, conditions: { scopes: ['write'] } })
  await addClaim('absent', 'user.middleName', ALWAYS)
})

describe('claims of access tokens', () => {
  it('say of a person what their expressions say', async () => {
    const { access_token: token } = await tokensFor(server.issuer, app, person, {
      scope: 'openid read',
    })
    const claims = payloadOf(token)
    expect(claims).toMatchObject({
      department: 'Engines',
      uidAndStatus: [person.id, 'ACTIVE'],
      called: person.login,
      host: 'auth',
      whose: 'ADA',
      scope: 'openid read',
      mail: person.login.split('@')[1],
      country: 'India',
      zone: '+0530',
    })
    for (const name of ['never', 'always', 'rest']) expect(claims).not.toHaveProperty(name)
  })

  it('say of a client that acts for itself what is not of a person', async () => {
    const client = await aClient('client_secret_basic')
    const [status, body] = await answered(await mintWith(server, client, { scope: 'read' }))
    expect(status).toBe(200)
    const claims = payloadOf(body['access_token'])
    expect(claims).toMatchObject({ whose: 'nobody', country: 'India', scope: 'read' })
    for (const name of ['department', 'uidAndStatus', 'called', 'mail'])
      expect([name, claims[name] ?? null]).toEqual([name, name === 'uidAndStatus' ? [null, null] : null]) // prettier-ignore
  })

  it('follow the person at a refresh', async () => {
    const other = await aPersonWithPassword({ department: 'Before' })
    const scope = 'openid offline_access'
    const first = await tokensFor(server.issuer, app, other, { scope })
    await made(200, 'POST', `${USERS}/${other.id}`, { profile: { department: 'After' } })
    const next = await refreshed(server.issuer, app, first['refresh_token'])
    expect(payloadOf(first['access_token'])['department']).toBe('Before')
    expect(payloadOf(next['access_token'])['department']).toBe('After')
    expect(payloadOf(next['id_token'])['always']).toBe('After')
  })

  it('fail the request when they have no value, and the claim is named', async () => {
    const broken = await aPeopleServer()
    await addClaim('first', 'access.scope[9]', {}, broken)
    const client = await aClient('client_secret_basic')
    expect(await refusalOf(await mintWith(broken, client, { scope: 'read' }))).toEqual([
      400,
      'server_error',
      "The 'first' user claim could not be evaluated.",
    ])
  })

  it('may be the subject', async () => {
    const other = await aPeopleServer()
    const all = (await made(200, 'GET', claimsPath(other))) as Json[]
    const sub = all.find((claim) => claim['name'] === 'sub')!
    const value = 'user != null ? user.getInternalProperty("id") : app.clientId'
    await made(200, 'PUT', `${claimsPath(other)}/${sub['id']}`, { ...sub, value })
    const { access_token: token } = await tokensFor(other.issuer, app, person)
    expect(payloadOf(token)).toMatchObject({ sub: person.id, uid: person.id })
    const client = await aClient('client_secret_basic')
    const [, body] = await answered(await mintWith(other, client, { scope: 'read' }))
    expect(payloadOf(body['access_token'])['sub']).toBe(client.clientId)
  })
})

describe('claims of ID tokens', () => {
  const CUSTOM = ['always', 'rest', 'writers', 'absent']
  const custom = (claims: Json): Json =>
    Object.fromEntries(Object.entries(claims).filter(([name]) => CUSTOM.includes(name)))
  const rest = () => `of ${person.login}`

  it('are there with an access token when they are always included, by their scopes', async () => {
    const tokens = await tokensFor(server.issuer, app, person, { scope: 'openid' })
    expect(custom(payloadOf(tokens['id_token']))).toEqual({ always: 'Engines' })
    const more = await tokensFor(server.issuer, app, person, { scope: 'openid write' })
    expect(custom(payloadOf(more['id_token']))).toEqual({ always: 'Engines', writers: 2 })
  })

  it('are all there in an ID token that comes alone', async () => {
    const parameters = { response_type: 'id_token', nonce: 'n', scope: 'openid' }
    const answer = answerOf(await arrived(server.issuer, app, person, parameters))
    expect(custom(payloadOf(answer['id_token']!))).toEqual({ always: 'Engines', rest: rest() })
  })

  it('are all there at userinfo', async () => {
    const tokens = await tokensFor(server.issuer, app, person, { scope: 'openid write' })
    const [status, info] = await answered(await userinfo(server.issuer, tokens['access_token']))
    expect([status, custom(info)]).toEqual([200, { always: 'Engines', rest: rest(), writers: 2 }])
  })

  it('say at userinfo, too, what the app calls the person', async () => {
    const own = await aSignInApp()
    const credentials = { userName: 'the-countess' }
    await made(200, 'POST', `${APPS}/${own.id}/users`, { id: person.id, scope: 'USER', credentials }) // prettier-ignore
    const tokens = await tokensFor(server.issuer, own, person, { scope: 'openid' })
    const [, info] = await answered(await userinfo(server.issuer, tokens['access_token']))
    expect(custom(info)).toMatchObject({ rest: 'of the-countess' })
  })

  it('never stand in the place of what the server says', async () => {
    for (const name of ['sub', 'iss', 'amr', 'nonce', 'email'])
      expect((await refused(aClaim(name, '"x"', ALWAYS))).slice(0, 2)).toEqual([400, 'E0000001'])
  })

  it('fail the request when they have no value', async () => {
    const broken = await aPeopleServer()
    await addClaim('first', 'user.lastName[0]', ALWAYS, broken)
    const answer = answerOf(
      await arrived(broken.issuer, app, person, { response_type: 'id_token', nonce: 'n' }),
    )
    expect(answer).toMatchObject({
      error: 'server_error',
      error_description: "The 'first' user claim could not be evaluated.",
    })
  })
})

describe('expressions that are refused when a claim is saved', () => {
  it.each([
    ['{1, user}', 5, '"user" is not available'],
    ['idpuser.email', 1, 'there are no identity providers'],
    ['String.len(5)', 12, 'expected text as argument 1 of "String.len"'],
    ['1 + String.nothing()', 5, 'there is no function "String.nothing"'],
    ['String.append("a")', 1, '"String.append" takes 2 arguments, found 1'],
    ['hasDirectoryUser()', 1, 'it needs a directory'],
    ['getManagerUser("active_directory").email', 1, 'it needs a directory'],
    ['org.website', 1, 'org.subDomain can be read'],
    ["user.email matches '(a)\\1'", 20, 'is not available in patterns'],
    ['1 +', 4, 'expected a literal, an attribute or a function'],
  ])('%s, at position %i', async (value, position, said) => {
    const [status, code, causes] = await refused(aClaim(unique('bad'), value))
    expect([status, code]).toEqual([400, 'E0000001'])
    expect(causes).toEqual([expect.stringContaining(said)])
    expect(causes).toEqual([expect.stringContaining(`(at position ${position} of the expression)`)])
  })
})
