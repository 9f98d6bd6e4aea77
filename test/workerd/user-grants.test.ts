/**
 * What a user gave to clients, as administrators see and take it back: consents, refresh tokens and sessions; and that
 * nothing outlives the app, the server, the scope or the person that it hangs on.
 */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { aConsent, aPerson, aRefreshToken, eventsAbout, hasEnded, isListed, told, whichEnded, type Row } from './held-support.ts' // prettier-ignore
import { aSession, isSignedIn } from './subject-support.ts'
import { aClient, answered, api, aServer, made, ORIGIN, type Json, type TestClient, type TestServer } from './support.ts' // prettier-ignore

let [server, otherServer]: TestServer[] = []
let [client, otherClient]: TestClient[] = []

beforeAll(async () => {
  server = await aServer({ scopes: [{ name: 'read', displayName: 'Read it', description: 'Reads' }, { name: 'write' }] }) // prettier-ignore
  otherServer = await aServer()
  client = await aClient()
  otherClient = await aClient()
})

const of = (person: { readonly id: string }): string => `/api/v1/users/${person.id}`

const ids = (list: Json): readonly string[] => (list as unknown as Json[]).map((one) => one['id'])

async function refused(method: string, path: string): Promise<string> {
  const [status, error] = await answered(await api(method, path))
  return `${status} ${error['errorCode']} ${error['errorSummary']}`
}

/** A person with a token and a consent for each of two clients at each of two servers, in this order. */
async function aGiver() {
  const person = await aPerson()
  const places = [
    [server!.id, client!.clientId],
    [otherServer!.id, client!.clientId],
    [server!.id, otherClient!.clientId],
  ] as const
  const tokens: Row[] = []
  const consents: Row[] = []
  for (const [at, by] of places) {
    tokens.push(await aRefreshToken(at, by, person.id))
    consents.push(await aConsent(at, by, person.id, 'read'))
  }
  return { person, tokens, consents }
}

describe('a grant of a user', () => {
  it('is shown with the id of its scope and its parties by name', async () => {
    const person = await aPerson()
    const row = await aConsent(server!.id, client!.clientId, person.id, 'read')
    const shown = await made(200, 'GET', `${of(person)}/grants/${row.id}`)
    const scopes = await made(
      200,
      'GET',
      `/api/v1/authorizationServers/${server!.id}/scopes?q=read`,
    )
    const scopeId = scopes[0]['id']
    expect(shown).toMatchObject({
      id: row.id,
      status: 'ACTIVE',
      createdBy: { id: person.id, type: 'User' },
      issuer: server!.issuer,
      clientId: client!.clientId,
      userId: person.id,
      scopeId,
      source: 'END_USER',
      _links: {
        app: { href: `${ORIGIN}/api/v1/apps/${client!.id}` },
        self: {
          href: `${ORIGIN}${of(person)}/grants/${row.id}`,
          hints: { allow: ['GET', 'DELETE'] },
        },
        scope: {
          href: `${ORIGIN}/api/v1/authorizationServers/${server!.id}/scopes/${scopeId}`,
          title: 'Read it',
        },
        user: { title: 'Ada Lovelace' },
        authorizationServer: { href: `${ORIGIN}/api/v1/authorizationServers/${server!.id}` },
      },
    })
    expect(shown['_embedded']).toBeUndefined()
    const expanded = await made(200, 'GET', `${of(person)}/grants/${row.id}?expand=scope`)
    expect(expanded['_embedded']['scope']).toEqual({ id: scopeId, name: 'read', displayName: 'Read it', description: 'Reads' }) // prettier-ignore
  })

  it('of a system scope and of the org server is called as these call it', async () => {
    const person = await aPerson()
    const system = await aConsent(server!.id, client!.clientId, person.id, 'profile')
    const org = await aConsent('org', client!.clientId, person.id, 'okta.users.read')
    expect((await made(200, 'GET', `${of(person)}/grants/${system.id}`))['scopeId']).toMatch(/^scp/)
    const shown = await made(200, 'GET', `${of(person)}/grants/${org.id}`)
    expect([shown['scopeId'], shown['issuer']]).toEqual(['okta.users.read', ORIGIN])
    expect(Object.keys(shown['_links'])).toEqual(['app', 'self', 'client', 'user'])
  })

  it('is found below its own user only, who may be named by login', async () => {
    const [person, other] = [await aPerson(), await aPerson()]
    const row = await aConsent(server!.id, client!.clientId, person.id, 'read')
    const missing = `404 E0000007 Not found: Resource not found: ${row.id} (OAuth2ScopeConsentGrant)`
    for (const method of ['GET', 'DELETE'])
      expect(await refused(method, `${of(other)}/grants/${row.id}`)).toBe(missing)
    expect(await isListed('consents', row)).toBe(true)
    const byLogin = await made(200, 'GET', `/api/v1/users/${person.login}/grants/${row.id}`)
    expect(byLogin['_links']['self']['href']).toBe(`${ORIGIN}${of(person)}/grants/${row.id}`)
    expect(await refused('GET', '/api/v1/users/nobody/grants')).toContain('nobody (User)')
    expect(await refused('GET', `${of(person)}/clients/nobody/grants`)).toContain('(OAuth2Client)')
    expect(await made(200, 'GET', '/api/v1/users/me/grants')).toEqual([])
  })

  it('is found among others in pages, by its scope and by its client', async () => {
    const person = await aPerson()
    const rows: Row[] = []
    for (let n = 0; n < 21; n++)
      rows.push(await aConsent(server!.id, client!.clientId, person.id, `scope-${n}`))
    const read = await aConsent(server!.id, otherClient!.clientId, person.id, 'read')
    const first = await api('GET', `${of(person)}/grants`)
    expect(((await first.json()) as Json[]).length).toBe(20)
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')![1]!
    expect(ids(await made(200, 'GET', next))).toEqual([rows[20]!.id, read.id])
    const { scopeId } = await made(200, 'GET', `${of(person)}/grants/${read.id}`)
    for (const value of [scopeId, 'read'])
      expect(ids(await made(200, 'GET', `${of(person)}/grants?scopeId=${value}`))).toEqual([
        read.id,
      ])
    expect(await made(200, 'GET', `${of(person)}/grants?scopeId=scpnone`)).toEqual([])
    const path = `${of(person)}/clients/${otherClient!.clientId}/grants`
    expect(ids(await made(200, 'GET', `${path}?expand=scope`))).toEqual([read.id])
    expect(await refused('GET', `${path}?limit=0`)).toContain('E0000054')
  })
})

describe('withdrawing', () => {
  it('one grant ends the tokens of its client at its server, and no others', async () => {
    const { person, tokens, consents } = await aGiver()
    await made(204, 'DELETE', `${of(person)}/grants/${consents[0]!.id}`)
    expect(await whichEnded(tokens)).toEqual([true, false, false])
    expect(await Promise.all(tokens.map((row) => isListed('refresh_tokens', row)))).toEqual([false, true, true]) // prettier-ignore
    expect(await eventsAbout(consents[0]!.id)).toEqual(['app.oauth2.as.consent.revoke'])
    expect(await refused('DELETE', `${of(person)}/grants/${consents[0]!.id}`)).toContain('404')
  })

  it('the grants for a client ends its tokens wherever it had one', async () => {
    const { person, tokens } = await aGiver()
    const trusted = await aRefreshToken('org', client!.clientId, person.id)
    await made(204, 'DELETE', `${of(person)}/clients/${client!.clientId}/grants`)
    expect(await whichEnded([...tokens, trusted])).toEqual([true, true, false, false])
    expect(await made(200, 'GET', `${of(person)}/clients/${client!.clientId}/grants`)).toEqual([])
    expect(await made(200, 'GET', `${of(person)}/grants`)).toHaveLength(1)
    expect(await isListed('refresh_tokens', trusted)).toBe(true)
    expect(await eventsAbout(person.id)).toEqual(['app.oauth2.as.consent.revoke.user.client'])
  })

  it('all grants ends what depends on them, once, and says nothing where there are none', async () => {
    const { person, tokens } = await aGiver()
    const other = await aGiver()
    const before = await told()
    await made(204, 'DELETE', `${of(person)}/grants`)
    expect(await whichEnded([...tokens, ...other.tokens])).toEqual([true, true, true, false, false, false]) // prettier-ignore
    expect(await eventsAbout(person.id)).toEqual(['app.oauth2.as.consent.revoke.user'])
    await made(204, 'DELETE', `${of(person)}/grants`)
    expect(await told()).toEqual({ events: before.events + 1, waiting: before.waiting })
    expect(await made(200, 'GET', `${of(person)}/grants`)).toEqual([])
  })
})

describe('grants of an app', () => {
  it('are those of administrators, and then in pages those of people', async () => {
    const app = await aClient()
    const path = `/api/v1/apps/${app.id}/grants`
    const scopeId = 'okta.apps.read'
    const admin = await made(201, 'POST', path, { scopeId, issuer: ORIGIN })
    const people = [await aPerson(), await aPerson()]
    const rows: Row[] = []
    for (const { id } of people) rows.push(await aConsent(server!.id, app.clientId, id, 'read'))
    await aConsent(server!.id, client!.clientId, people[0]!.id, 'read')
    const all = (await made(200, 'GET', path)) as unknown as Json[]
    expect(ids(all as unknown as Json)).toEqual([admin['id'], rows[0]!.id, rows[1]!.id])
    expect(all.map((one) => one['source'])).toEqual(['ADMIN', 'END_USER', 'END_USER'])
    expect(all[1]).toMatchObject({
      userId: people[0]!.id,
      issuer: server!.issuer,
      _embedded: { scope: { name: 'read' } },
      _links: { self: { href: `${ORIGIN}${path}/${rows[0]!.id}` } },
    })
    const first = await api('GET', `${path}?limit=1`)
    expect(ids((await first.json()) as Json)).toEqual([admin['id'], rows[0]!.id])
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')![1]!
    expect(ids(await made(200, 'GET', next))).toEqual([rows[1]!.id])
  })

  it('of a person are read and revoked below their own app', async () => {
    const { person, tokens, consents } = await aGiver()
    const row = consents[0]!
    expect(await refused('GET', `/api/v1/apps/${otherClient!.id}/grants/${row.id}`)).toContain(
      '404',
    )
    const path = `/api/v1/apps/${client!.id}/grants/${row.id}`
    expect(await made(200, 'GET', path)).toMatchObject({ id: row.id, userId: person.id })
    await made(204, 'DELETE', path)
    expect(await whichEnded(tokens)).toEqual([true, false, false])
    expect(await refused('GET', path)).toContain('404')
  })
})

describe('refresh tokens of a user', () => {
  it('are listed by client and revoked one by one or all', async () => {
    const { person, tokens } = await aGiver()
    const path = `${of(person)}/clients/${client!.clientId}/tokens`
    expect(ids(await made(200, 'GET', path))).toEqual([tokens[0]!.id, tokens[1]!.id])
    const shown = await made(200, 'GET', `${path}/${tokens[0]!.id}?expand=scope`)
    expect(shown['_links']['self']['href']).toBe(`${ORIGIN}${path}/${tokens[0]!.id}`)
    expect(await refused('GET', `${path}/${tokens[2]!.id}`)).toContain('404')
    await made(204, 'DELETE', `${path}/${tokens[0]!.id}`)
    expect(await whichEnded(tokens)).toEqual([true, false, false])
    const other = await aGiver()
    await made(204, 'DELETE', path)
    expect(await whichEnded([...tokens, ...other.tokens])).toEqual([true, true, false, false, false, false]) // prettier-ignore
    expect(await made(200, 'GET', path)).toEqual([])
    expect(await made(200, 'GET', `${of(person)}/grants`)).toHaveLength(3)
  })

  it('name their clients, together with those that hold grants only', async () => {
    const person = await aPerson()
    expect(await made(200, 'GET', `${of(person)}/clients`)).toEqual([])
    await aRefreshToken(server!.id, client!.clientId, person.id)
    await aConsent(server!.id, otherClient!.clientId, person.id, 'read')
    const clients = (await made(200, 'GET', `${of(person)}/clients`)) as unknown as Json[]
    const wanted = [client!.clientId, otherClient!.clientId].toSorted()
    expect(clients.map((one) => one['client_id'])).toEqual(wanted)
    const path = `${ORIGIN}${of(person)}/clients/${wanted[0]}`
    expect(clients[0]!['_links']).toEqual({
      grants: { href: `${path}/grants` },
      tokens: { href: `${path}/tokens` },
    })
  })
})

describe('sessions of a user', () => {
  it('end, and tokens with them only where that is asked for', async () => {
    const { person, tokens } = await aGiver()
    const [session, other] = [await aSession(person.id), await aSession((await aPerson()).id)]
    await made(204, 'DELETE', `${of(person)}/sessions`)
    expect([await isSignedIn(session), await isSignedIn(other)]).toEqual([false, true])
    expect(await whichEnded(tokens)).toEqual([false, false, false])
    await made(204, 'DELETE', `${of(person)}/sessions?oauthTokens=true&forgetDevices=false`)
    expect(await whichEnded(tokens)).toEqual([true, true, true])
    expect(await made(200, 'GET', `${of(person)}/clients/${client!.clientId}/tokens`)).toEqual([])
    expect(await eventsAbout(person.id)).toEqual(['user.session.clear', 'user.session.clear'])
  })

  it('refuses a switch that is neither true nor false, and an unknown user', async () => {
    const person = await aPerson()
    for (const name of ['oauthTokens', 'forgetDevices'])
      expect(await refused('DELETE', `${of(person)}/sessions?${name}=yes`)).toContain('E0000001')
    expect(await refused('DELETE', '/api/v1/users/nobody/sessions')).toContain('E0000007')
  })
})

describe('nothing outlives what it hangs on', () => {
  it('an app that is deactivated ends the tokens it was given, and keeps the consents', async () => {
    const { person, ...by } = await aGivingTo()
    await made(200, 'POST', `/api/v1/apps/${by.app.id}/lifecycle/deactivate`)
    expect(await whichEnded([...by.tokens, by.elsewhere])).toEqual([true, true, false])
    expect(await made(200, 'GET', `/api/v1/apps/${by.app.id}/tokens`)).toEqual([])
    expect(await made(200, 'GET', `${of(person)}/grants`)).toHaveLength(1)
  })

  it('an app that is deleted takes tokens and consents along, also for a namesake', async () => {
    const { person, ...by } = await aGivingTo()
    await made(200, 'POST', `/api/v1/apps/${by.app.id}/lifecycle/deactivate`)
    const late = await aRefreshToken(server!.id, by.app.clientId, person.id)
    await made(204, 'DELETE', `/api/v1/apps/${by.app.id}`)
    expect(await hasEnded(late)).toBe(true)
    expect([await isListed('refresh_tokens', late), await isListed('consents', by.consent)]).toEqual([false, false]) // prettier-ignore
    expect(await isListed('refresh_tokens', by.elsewhere)).toBe(true)
    await aClient('client_secret_basic', {}, { client_id: by.app.clientId })
    expect(await made(200, 'GET', `${of(person)}/clients/${by.app.clientId}/grants`)).toEqual([])
  })

  it('a server that is deleted takes tokens and consents along', async () => {
    const [doomed, person] = [await aServer(), await aPerson()]
    const token = await aRefreshToken(doomed.id, client!.clientId, person.id)
    const consent = await aConsent(doomed.id, client!.clientId, person.id, 'read')
    const elsewhere = await aRefreshToken(server!.id, client!.clientId, person.id)
    await made(204, 'DELETE', `/api/v1/authorizationServers/${doomed.id}`)
    expect(await whichEnded([token, elsewhere])).toEqual([true, false])
    expect([await isListed('refresh_tokens', token), await isListed('consents', consent)]).toEqual([false, false]) // prettier-ignore
  })

  it('a scope that is deleted takes the consents to it along, and ends the tokens that depend on them', async () => {
    const [at, person, other] = [await aServer(), await aPerson(), await aPerson()]
    const token = await aRefreshToken(at.id, client!.clientId, person.id)
    const consent = await aConsent(at.id, client!.clientId, person.id, 'read')
    const untouched = await aRefreshToken(at.id, client!.clientId, other.id)
    const kept = await aConsent(at.id, client!.clientId, other.id, 'write')
    const path = `/api/v1/authorizationServers/${at.id}/scopes`
    const { id } = (await made(200, 'GET', `${path}?q=read`))[0]
    await made(204, 'DELETE', `${path}/${id}`)
    expect(await whichEnded([token, untouched])).toEqual([true, false])
    expect([await isListed('consents', consent), await isListed('consents', kept)]).toEqual([false, true]) // prettier-ignore
    expect([await isListed('refresh_tokens', token), await isListed('refresh_tokens', untouched)]).toEqual([false, true]) // prettier-ignore
  })

  it('a person whose row goes takes tokens and consents along', async () => {
    const { person, tokens, consents } = await aGiver()
    await env.DB.prepare('DELETE FROM users WHERE id = ?1').bind(person.id).run()
    expect(await isListed('refresh_tokens', tokens[0]!)).toBe(false)
    expect(await isListed('consents', consents[0]!)).toBe(false)
  })

  /** A person who gave an app of its own two tokens and a consent, and another app a token. */
  async function aGivingTo() {
    const [app, person] = [await aClient(), await aPerson()]
    const tokens = [
      await aRefreshToken(server!.id, app.clientId, person.id),
      await aRefreshToken('org', app.clientId, person.id),
    ]
    const consent = await aConsent(server!.id, app.clientId, person.id, 'read')
    const elsewhere = await aRefreshToken(server!.id, client!.clientId, person.id)
    return { app, person, tokens, consent, elsewhere }
  }
})
