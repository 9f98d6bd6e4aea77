/** What the system log tells of tokens: granted, refused, revoked, on both kinds of server, with the policy's trail. */
import { describe, expect, it } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { anAdministrator, bearer, grant, orgToken } from './app-support.ts'
import { flushLog, logEvents } from './log-support.ts'
import {
  aClient,
  aKeyedClient,
  answered,
  api,
  aPolicy,
  aServer,
  assertion,
  ASSERTION_TYPE,
  basic,
  made,
  mintWith,
  post,
  unique,
  type Json,
  type TestServer,
} from './support.ts'

const SERVERS = '/api/v1/authorizationServers'

/** What the log holds now. */
async function told(filter: string): Promise<readonly Json[]> {
  await flushLog()
  return logEvents(filter, { limit: 1000 })
}

const idOf = (response: Response): string => response.headers.get('x-okta-request-id') ?? ''
const debugOf = (event: Json | undefined): Json => event?.['debugContext']['debugData']
const claimsOf = (token: string): Json =>
  JSON.parse(atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/'))) as Json

describe('a token that was granted', () => {
  it('by a custom server: client, token, server, policy and rule, and why', async () => {
    const server = await aServer()
    const client = await aClient()
    const { clientId } = await aClient()
    const elsewhere = await made(
      201,
      'POST',
      `${SERVERS}/${server.id}/policies`,
      aPolicy({ priority: 1, conditions: { clients: { include: [clientId] } } }),
    )
    const response = await mintWith(server, client)
    const [, body] = await answered(response.clone())
    const events = await told(`transaction.id eq "${idOf(response)}"`)
    expect(events.map((event) => event['eventType'])).toEqual([
      'app.oauth2.as.token.grant',
      'app.oauth2.as.token.grant.access_token',
    ])
    const { jti, exp } = claimsOf(body['access_token'])
    expect(events[1]).toMatchObject({
      severity: 'INFO',
      outcome: { result: 'SUCCESS', reason: null },
      actor: { id: client.clientId, type: 'PublicClientApp', alternateId: client.clientId },
      client: { id: client.clientId },
      transaction: { type: 'WEB' },
      target: [
        {
          id: jti,
          type: 'access_token',
          detailEntry: { expires: new Date(exp * 1000).toISOString(), subject: client.clientId },
        },
        { id: server.id, type: 'AuthorizationServer' },
        { id: server.policyId, type: 'PolicyEntity' },
        { id: server.ruleId, type: 'PolicyRule' },
      ],
    })
    expect(debugOf(events[1])).toMatchObject({
      requestUri: `/oauth2/${server.id}/v1/token`,
      grantType: 'client_credentials',
      requestedScopes: 'read',
      grantedScopes: 'read',
      clientAuthType: 'client_secret_basic',
      authorizationServer: server.id,
      policyDecision: 'allow',
      policyTrail: [
        `${elsewhere['id']} missed on clients`,
        `${server.policyId}/${server.ruleId} matched`,
      ],
    })
    const text = JSON.stringify(events)
    for (const secret of [client.secret, body['access_token'], 'Basic '])
      expect(text).not.toContain(secret)
    expect((await told(`target.id eq "${jti}"`)).length).toBe(1)
  })

  it('by the org server, for an assertion', async () => {
    const client = await aKeyedClient()
    await grant(client.id, 'okta.apps.read')
    const response = await orgToken(client, 'okta.apps.read')
    expect(response.status).toBe(200)
    const events = await told(`transaction.id eq "${idOf(response)}"`)
    expect(events.map((event) => event['eventType'])).toEqual([
      'app.oauth2.token.grant',
      'app.oauth2.token.grant.access_token',
    ])
    expect(debugOf(events[1])).toMatchObject({
      clientAuthType: 'private_key_jwt',
      authorizationServer: 'org',
      grantedScopes: 'okta.apps.read',
    })
    expect(JSON.stringify(events)).not.toMatch(/eyJ|client_assertion/)
  })

  it('and what its holder does with it names the client', async () => {
    const client = await aKeyedClient()
    await grant(client.id, 'okta.authorizationServers.manage')
    await made(200, 'POST', `/oauth2/v1/clients/${client.clientId}/roles`, {
      type: 'API_ACCESS_MANAGEMENT_ADMIN',
    })
    const authorization = await bearer(client, 'okta.authorizationServers.manage')
    const body = { name: unique('server'), audiences: ['api://x'] }
    const { id } = (await (await api('POST', SERVERS, body, authorization)).json()) as Json
    const [event] = await told(`target.id eq "${id}"`)
    expect(event).toMatchObject({
      eventType: 'oauth2.as.created',
      actor: { id: client.clientId, type: 'PublicClientApp', alternateId: client.clientId },
      client: { id: client.clientId },
      transaction: { detail: {} },
    })
    expect(await anAdministrator('REPORT_ADMIN', 'okta.logs.read')).toMatch(/^Bearer /)
  })
})

describe('a refusal', () => {
  it('by policy names the conditions that were missed', async () => {
    const server = await aServer({
      rule: { conditions: { grantTypes: { include: ['password'] } } },
    })
    const response = await mintWith(server, await aClient())
    expect(response.status).toBe(401)
    const [event] = await told(`transaction.id eq "${idOf(response)}"`)
    expect(event).toMatchObject({
      eventType: 'app.oauth2.as.token.grant',
      severity: 'WARN',
      outcome: { result: 'FAILURE', reason: 'no_matching_policy' },
      target: [{ id: server.id, type: 'AuthorizationServer' }],
    })
    expect(debugOf(event)).toMatchObject({
      error: 'access_denied',
      requestedScopes: 'read',
      policyDecision: 'deny',
      policyTrail: [`${server.policyId}/${server.ruleId} missed on grantTypes`, 'nothing matched'],
    })
  })

  it('does not repeat a token that was sent for a scope', async () => {
    const server = await aServer()
    const client = await aClient()
    const minted = (await (await mintWith(server, client)).json()) as Json
    const secrets = [minted['access_token'], client.secret] as string[]
    for (const secret of secrets) {
      const refused = await mintWith(server, client, { scope: `read ${secret}` })
      const [event] = await told(`transaction.id eq "${idOf(refused)}"`)
      expect(event!['outcome']).toEqual({ result: 'FAILURE', reason: 'unknown_scope' })
      expect(debugOf(event)['requestedScopes']).toMatch(/^read …/)
      expect(JSON.stringify(event)).not.toContain(secret.slice(-30))
    }
  })

  it('of scopes and of claims has an event type of its own', async () => {
    const rule = { conditions: { grantTypes: { include: ['client_credentials'] }, scopes: { include: ['read'] } } } // prettier-ignore
    const server = await aServer({ rule })
    const client = await aClient()
    const denied = await mintWith(server, client, { scope: 'read write' })
    const [scopes] = await told(`transaction.id eq "${idOf(denied)}"`)
    expect([scopes!['eventType'], scopes!['outcome']['reason']]).toEqual([
      'app.oauth2.as.authorize.scope_denied',
      'scope_denied',
    ])
    const path = `${SERVERS}/${server.id}/claims`
    const claims = (await made(200, 'GET', path)) as unknown as Json[]
    const sub = claims.find((one) => one['name'] === 'sub') ?? {}
    await made(200, 'PUT', `${path}/${sub['id']}`, { ...sub, value: '42' })
    const failed = await mintWith(server, client)
    expect((await answered(failed.clone()))[1]['error']).toBe('server_error')
    const [claim] = await told(`transaction.id eq "${idOf(failed)}"`)
    expect(claim).toMatchObject({
      eventType: 'app.oauth2.as.evaluate.claim',
      outcome: { result: 'FAILURE', reason: 'claim_failed' },
    })
    expect(debugOf(claim)['errorDescription']).toContain("'sub'")
  })

  it('on the org server begins without .as', async () => {
    const response = await orgToken(await aKeyedClient(), 'okta.apps.read')
    expect(response.status).toBe(400)
    const [event] = await told(`transaction.id eq "${idOf(response)}"`)
    expect([event!['eventType'], event!['outcome']['reason'], event!['target']]).toEqual([
      'app.oauth2.token.grant',
      'org_scopes_not_granted',
      [],
    ])
  })

  it('of wrong credentials tells nothing that was presented', async () => {
    const server = await aServer()
    const client = await aClient()
    const response = await post(
      `/oauth2/${server.id}/v1/token?x=secret-in-query`,
      { grant_type: 'client_credentials', scope: 'my-secret-scope' },
      { authorization: basic(client.clientId, 'wrong-secret-value') },
    )
    expect(response.status).toBe(401)
    const [event] = await told(`transaction.id eq "${idOf(response)}"`)
    expect(event).toMatchObject({
      eventType: 'app.oauth2.invalid_client_credentials',
      actor: { id: client.clientId },
      outcome: { result: 'FAILURE', reason: 'wrong_secret' },
    })
    expect(JSON.stringify(event)).not.toMatch(/secret-in-query|my-secret|wrong-secret-value/)
  })

  it('of a replayed assertion is one, too', async () => {
    const server = await aServer()
    const client = await aKeyedClient()
    const fields = {
      grant_type: 'client_credentials',
      scope: 'read',
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await assertion(client, client.privateKey, server.issuer),
    }
    expect((await post(`/oauth2/${server.id}/v1/token`, fields)).status).toBe(200)
    const replayed = await post(`/oauth2/${server.id}/v1/token`, fields)
    const [event] = await told(`transaction.id eq "${idOf(replayed)}"`)
    expect(event!['outcome']['reason']).toBe('assertion_replayed')
    expect(JSON.stringify(event)).not.toContain('eyJ')
  })

  it('credentials that are wrong at introspection and revocation are told, their other refusals are not', async () => {
    const server = await aServer()
    const client = await aClient()
    const wrong = { authorization: basic(client.clientId, 'wrong') }
    const right = { authorization: basic(client.clientId, client.secret) }
    for (const endpoint of ['introspect', 'revoke']) {
      const path = `/oauth2/${server.id}/v1/${endpoint}`
      const refused = await post(path, { token: 'x' }, wrong)
      const events = await told(`transaction.id eq "${idOf(refused)}"`)
      expect(events.map((event) => event['outcome']['reason'])).toEqual(['wrong_secret'])
      const others = await post(path, {}, right)
      expect(others.status).toBe(400)
      expect(await told(`transaction.id eq "${idOf(others)}"`)).toEqual([])
    }
    expect(await told(`actor.id eq "${client.clientId}" and eventType co "introspect"`)).toEqual([])
  })
})

describe('a revocation', () => {
  it('is told once it ended a token of the client', async () => {
    const server = await aServer()
    const client = await aClient()
    const [, { access_token: token }] = await answered(await mintWith(server, client))
    const revoke = (value: string): Promise<Response> =>
      post(
        `/oauth2/${server.id}/v1/revoke`,
        { token: value },
        { authorization: basic(client.clientId, client.secret) },
      )
    const nothing = await revoke('nothing')
    const done = await revoke(token)
    expect(await told(`transaction.id eq "${idOf(nothing)}"`)).toEqual([])
    const [event] = await told(`transaction.id eq "${idOf(done)}"`)
    expect(event).toMatchObject({
      eventType: 'app.oauth2.as.token.revoke',
      actor: { id: client.clientId },
      target: [{ id: claimsOf(token)['jti'], type: 'access_token' }],
    })
  })
})

describe('a flood', () => {
  const single = (event: Json): boolean => debugOf(event)['count'] === undefined
  /** How many the events stand for. */
  const total = (events: readonly Json[]): number =>
    events.reduce((sum, event) => sum + ((debugOf(event)['count'] as number | undefined) ?? 1), 0)

  it('of clients that nobody knows is counted, whatever they call themselves', async () => {
    const server = await aServer()
    await flushLog()
    const guess = (name: string): Promise<Response> =>
      post(
        `/oauth2/${server.id}/v1/token`,
        { grant_type: 'client_credentials' },
        { authorization: basic(name, 'x') },
      )
    for (let turn = 0; turn < 40; turn++) expect((await guess(unique('nobody'))).status).toBe(401)
    const events = await told(`target.id eq "${server.id}" and outcome.result eq "FAILURE"`)
    expect([total(events), events.filter(single)]).toEqual([40, []])
    // One, and one more should ten seconds have passed.
    expect(events.length).toBeLessThanOrEqual(2)
    expect(events[0]).toMatchObject({
      eventType: 'app.oauth2.invalid_client_credentials',
      outcome: { result: 'FAILURE', reason: 'unknown_client' },
      actor: { id: 'unknown', displayName: 'unknown' },
      transaction: { id: 'unknown' },
      request: { ipChain: [] },
    })
    expect(debugOf(events[0])['sampled']).toBe(true)
    expect(JSON.stringify(events)).not.toContain('nobody-')
  })

  it('of wrong secrets tells the first few, and how many more there were', async () => {
    const server = await aServer()
    const client = await aClient()
    await flushLog()
    const tries = limits.logUnprovenRefusalsToldMax + 15
    for (let turn = 0; turn < tries; turn++)
      await mintWith(server, { ...client, secret: `guess-${turn}` })
    const events = await told(`actor.id eq "${client.clientId}" and outcome.result eq "FAILURE"`)
    expect(total(events)).toBe(tries)
    const singles = events.filter(single).length
    expect(singles).toBeGreaterThanOrEqual(limits.logUnprovenRefusalsToldMax)
    expect(singles).toBeLessThanOrEqual(2 * limits.logUnprovenRefusalsToldMax)
  })

  it('of tokens tells fifty, and how many more each client got of each server', async () => {
    const [one, other] = [await aServer(), await aServer()]
    const client = await aClient()
    await flushLog()
    // Should ten seconds pass on the way, more than fifty stand on one side of that.
    const ofOne = 2 * limits.logGrantsToldMax + 7
    for (let turn = 0; turn < ofOne; turn++) await mintWith(one, client)
    for (let turn = 0; turn < 3; turn++) await mintWith(other, client)
    const events = await told(
      `actor.id eq "${client.clientId}" and eventType eq "app.oauth2.as.token.grant.access_token"`,
    )
    expect(total(events)).toBe(ofOne + 3)
    const at = (server: TestServer): readonly Json[] =>
      events.filter((event) => event['target'].some((one: Json) => one['id'] === server.id))
    expect([total(at(one)), total(at(other))]).toEqual([ofOne, 3])
    expect(events.filter((event) => !single(event)).length).toBeGreaterThan(0)
  })

  it('of requests that name no client at all is one event', async () => {
    const server = await aServer()
    await flushLog()
    for (let turn = 0; turn < 12; turn++)
      expect((await post(`/oauth2/${server.id}/v1/token`, { grant_type: 'nothing' })).status).toBe(400) // prettier-ignore
    await post(`/oauth2/ausmadeup${unique('x')}/v1/token`, { grant_type: 'nothing' })
    const events = await told('outcome.reason eq "unsupported_grant_type"')
    expect([total(events), events.filter(single)]).toEqual([13, []])
    expect(JSON.stringify(events)).not.toContain('ausmadeup')
  })
})

describe('every answer of the protocol door', () => {
  it('names the request by which the log has it', async () => {
    const server = await aServer()
    const client = await aClient()
    const ids = new Set<string>()
    for (let turn = 0; turn < 3; turn++) ids.add(idOf(await mintWith(server, client)))
    ids.add(idOf(await post(`/oauth2/${server.id}/v1/token`, {})))
    ids.add(idOf(await post('/oauth2/ausnothing/v1/token', { grant_type: 'client_credentials' })))
    expect(ids.size).toBe(5)
    for (const id of ids) expect(id).toMatch(/^req\w{22}$/)
  })
})
