/** What the system log tells of authorizations: who got what for which app, and why somebody did not. */
import { beforeAll, describe, expect, it } from 'vitest'
import { Browser } from './browser.ts'
import { flushLog, logEvents } from './log-support.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  CALLBACK,
  PASSWORD,
  PEOPLE_GRANTS,
  redeem,
  signedIn,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { aServer, type Json, type TestServer } from './support.ts'

let app: SignInApp
let person: TestPerson
let server: TestServer

beforeAll(async () => {
  app = await aSignInApp()
  person = await aPersonWithPassword()
  const people = { users: { include: [person.id], exclude: [] } }
  const grantTypes = { include: PEOPLE_GRANTS }
  const conditions = { people, grantTypes, scopes: { include: ['openid', 'read'] } }
  server = await aServer({ rule: { conditions } })
})

/** Signs in for a request; what the log then holds of the last answer. */
async function toldOf(parameters: Record<string, string>, who = person): Promise<readonly Json[]> {
  const browser = new Browser()
  const page = await browser.get(authorizeUrl(server.issuer, app, parameters))
  const answer = page.html.includes('signin-submit')
    ? await browser.signIn(page, who.login, PASSWORD)
    : page
  await flushLog()
  const id = answer.headers.get('x-okta-request-id') ?? ''
  const events = await logEvents(`transaction.id eq "${id}"`)
  return events.filter((event) => event['eventType'].startsWith('app.'))
}

const typesOf = (events: readonly Json[]): readonly string[] =>
  events.map((event) => event['eventType'])

describe('an authorization', () => {
  it('that gave a code names the person, the app, the server and what let it through', async () => {
    const events = await toldOf({ scope: 'openid read' })
    const type = 'app.oauth2.as.authorize'
    expect(typesOf(events)).toEqual([type, `${type}.code`])
    expect(events[1]).toMatchObject({
      actor: { id: person.id, type: 'User', alternateId: person.login },
      client: { id: app.clientId },
      outcome: { result: 'SUCCESS' },
      target: [
        { id: app.clientId, type: 'PublicClientApp' },
        { id: server.id, type: 'AuthorizationServer' },
        { id: server.policyId, type: 'PolicyEntity' },
        { id: server.ruleId, type: 'PolicyRule' },
      ],
      debugContext: {
        debugData: {
          authorizationServer: server.id,
          grantType: 'authorization_code',
          grantedScopes: 'openid read',
          policyDecision: 'allow',
        },
      },
    })
    expect(JSON.stringify(events)).not.toContain('code=')
  })

  it('that gave tokens names each of them', async () => {
    const response_type = 'id_token token'
    const events = await toldOf({ scope: 'openid', response_type, nonce: 'n' })
    const type = 'app.oauth2.as.authorize'
    expect(typesOf(events)).toEqual([
      type,
      `${type}.implicit.access_token`,
      `${type}.implicit.id_token`,
    ])
  })

  it('whose code is redeemed with a scope, which does not count, is told without a token in it', async () => {
    const { answer } = await signedIn(server.issuer, app, person)
    const code = answer['code']!
    const redeemed = await redeem(server.issuer, app, code, { scope: `openid ${code}` })
    await flushLog()
    const id = redeemed.headers.get('x-okta-request-id') ?? ''
    const events = await logEvents(`transaction.id eq "${id}"`)
    expect(events.length).toBeGreaterThan(1)
    for (const { debugContext } of events)
      expect(debugContext['debugData']['requestedScopes']).toMatch(/^openid …/)
    expect(JSON.stringify(events)).not.toContain(code.slice(-30))
  })

  it.each([
    ['scopes of the policy', { scope: 'openid write' }, 'authorize.scope_denied', 'scope_denied'],
    ['unknown scopes', { scope: 'openid nothing' }, 'authorize', 'unknown_scope'],
    [
      'a foreign redirect URI',
      { redirect_uri: `${CALLBACK}x` },
      'authorize',
      'unregistered_redirect_uri',
    ],
  ])('refused for %s says so', async (_, parameters, type, reason) => {
    const events = await toldOf({ scope: 'openid', ...(parameters as Record<string, string>) })
    expect(typesOf(events)).toEqual([`app.oauth2.as.${type}`])
    expect(events[0]).toMatchObject({
      outcome: { result: 'FAILURE', reason },
      client: { id: app.clientId },
    })
  })

  it('that no policy lets through tells which were looked at', async () => {
    const events = await toldOf({ scope: 'openid' }, await aPersonWithPassword())
    expect(events[0]).toMatchObject({
      eventType: 'app.oauth2.as.authorize',
      outcome: { result: 'FAILURE', reason: 'no_matching_policy' },
      debugContext: {
        debugData: {
          policyDecision: 'deny',
          policyTrail: [`${server.policyId}/${server.ruleId} missed on people`, 'nothing matched'],
        },
      },
    })
  })

  it('a page that was not to be shown is no refusal', async () => {
    expect(await toldOf({ scope: 'openid', prompt: 'none' })).toEqual([])
  })
})
