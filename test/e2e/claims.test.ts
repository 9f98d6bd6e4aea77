/**
 * Claims of one's own as a relying party of openid-client sees them: of groups and of expressions, at a custom server
 * and, by the app's groups claim, at the org server; and as the preview foretold them.
 */
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json } from '../json.ts'
import { Browser } from './conformance/browser.ts'
import { anApp, aPerson, deploy, type App, type Deployment, type Kind, type Person } from './conformance/deployment.ts' // prettier-ignore

let deployment: Deployment
let app: App
let person: Person
let group: Json

const addClaim = (name: string, changes: Json): Promise<Json> =>
  deployment.api('POST', `${deployment.server}/claims`, { name, ...changes })

beforeAll(async () => {
  deployment = await deploy()
  app = await anApp(deployment, 'client_secret_basic')
  person = await aPerson(deployment)
  const { api } = deployment
  group = await api('POST', '/api/v1/groups', { profile: { name: 'Analysts' } })
  await api('PUT', `/api/v1/groups/${group['id']}/users/${person.id}`)
  const filter = { valueType: 'GROUPS', group_filter_type: 'STARTS_WITH', value: 'ana' }
  await addClaim('teams', { claimType: 'IDENTITY', alwaysIncludeInToken: true, ...filter })
  await addClaim('shown', { claimType: 'IDENTITY', valueType: 'EXPRESSION', value: 'user.city' })
  const value = 'isMemberOfGroupName("Analysts") ? "analyst" : "nobody"'
  await addClaim('duty', { claimType: 'RESOURCE', valueType: 'EXPRESSION', value })
  const [found] = (await api(
    'GET',
    `/api/v1/apps?q=${encodeURIComponent('Conformance')}`,
  )) as Json[]
  await api('POST', `/api/v1/internal/apps/${found!['id']}/settings/oauth/idToken`, {
    valueType: 'GROUPS',
    groupFilterType: 'REGEX',
    name: 'groups',
    value: 'Anal.*',
  })
})

afterAll(() => deployment.stop())

/** openid-client, which finds the server by its metadata and checks every token. */
function configured(kind: Kind): Promise<client.Configuration> {
  const options: client.DiscoveryRequestOptions = {
    [client.customFetch]: (url, init) => deployment.send(url, init as RequestInit),
  }
  const authentication = client.ClientSecretBasic(app.secret)
  const issuer = new URL(deployment.issuers[kind])
  return client.discovery(issuer, app.clientId, undefined, authentication, options)
}

interface SignedIn {
  readonly configuration: client.Configuration
  readonly tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers
  readonly about: Json
}

async function signedIn(kind: Kind, scope: string): Promise<SignedIn> {
  const configuration = await configured(kind)
  client.enableNonRepudiationChecks(configuration)
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: app.redirectUri,
    scope,
    state: expectedState,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  const browser = new Browser(deployment)
  const { location } = await browser.signIn(await browser.get(url), person)
  const checks = { pkceCodeVerifier, expectedState }
  const tokens = await client.authorizationCodeGrant(configuration, new URL(location!), checks)
  const { sub } = tokens.claims()!
  const about = (await client.fetchUserInfo(configuration, tokens.access_token, sub)) as Json
  return { configuration, tokens, about }
}

const payloadOf = (token: string): Json =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Json

describe('claims of one’s own', () => {
  it('are in ID token, userinfo and access token as they are configured, and follow the groups', async () => {
    const { configuration, tokens, about } = await signedIn('custom', 'openid offline_access')
    expect(tokens.claims()).toMatchObject({ teams: ['Analysts'] })
    expect(tokens.claims()).not.toHaveProperty('shown')
    expect(about).toMatchObject({ teams: ['Analysts'], shown: 'London' })
    expect(payloadOf(tokens.access_token)['duty']).toBe('analyst')

    const profile = { name: 'Former analysts' }
    await deployment.api('PUT', `/api/v1/groups/${group['id']}`, { profile })
    const later = await client.refreshTokenGrant(configuration, tokens.refresh_token!)
    expect(later.claims()).not.toHaveProperty('teams')
    expect(payloadOf(later.access_token)['duty']).toBe('nobody')
    await deployment.api('PUT', `/api/v1/groups/${group['id']}`, { profile: { name: 'Analysts' } })
  })

  it('are what the preview said', async () => {
    const preview = await deployment.api('POST', `${deployment.server}/preview`, {
      clientId: app.clientId,
      userId: person.login,
      scopes: ['openid'],
    })
    const { tokens, about } = await signedIn('custom', 'openid')
    const of = (claims: unknown): Json => {
      const { jti: _, iat: __, exp: ___, at_hash: ____, auth_time: _____, sid: ______, ...rest } = claims as Json // prettier-ignore
      return rest
    }
    const { tokenResponse: foretold } = preview
    expect(of(foretold['id_token']['payload'])).toEqual(of(tokens.claims()))
    expect(of(foretold['access_token']['payload'])).toEqual(of(payloadOf(tokens.access_token)))
    expect(preview['userinfo']).toEqual(about)
  })

  it('at the org server are the groups that the app asks for, by the scope groups', async () => {
    const asked = await signedIn('org', 'openid groups')
    expect(asked.tokens.claims()).toMatchObject({ groups: ['Analysts'] })
    expect(asked.about).toMatchObject({ groups: ['Analysts'] })
    const without = await signedIn('org', 'openid profile')
    expect(without.tokens.claims()).not.toHaveProperty('groups')
    expect(without.about).not.toHaveProperty('groups')
  })
})
