/**
 * Refresh tokens as administrators see and end them: below a server, an app and a user. They are put in through the
 * objects of their users, which are asked whether a token ended.
 */
import { env } from 'cloudflare:workers'
import { createScheduledController } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import worker from '../../src/index.ts'
import { limits } from '../../src/platform/limits.ts'
import { aPerson, aRefreshToken, eventsAbout, hasEnded, isListed, nowSeconds, told, whichEnded, type Row } from './held-support.ts' // prettier-ignore
import { aClient, answered, api, aServer, made, ORIGIN, type Json, type TestClient, type TestServer } from './support.ts' // prettier-ignore

const SERVERS = '/api/v1/authorizationServers'

let [server, otherServer]: TestServer[] = []
let [client, otherClient]: TestClient[] = []
let person: { id: string; login: string }

beforeAll(async () => {
  server = await aServer({ scopes: [{ name: 'read', displayName: 'Read it', description: 'Reads' }] }) // prettier-ignore
  otherServer = await aServer()
  client = await aClient()
  otherClient = await aClient()
  person = await aPerson()
})

const atServer = (of = server!, by = client!): string => `${SERVERS}/${of.id}/clients/${by.clientId}/tokens` // prettier-ignore
const atApp = (of = client!): string => `/api/v1/apps/${of.id}/tokens`

const token = (of = server!, by = client!, who = person): Promise<Row> =>
  aRefreshToken(of.id, by.clientId, who.id)

const ids = (list: Json): readonly string[] => (list as unknown as Json[]).map((one) => one['id'])

async function refused(method: string, path: string): Promise<string> {
  const [status, error] = await answered(await api(method, path))
  return `${status} ${error['errorCode']} ${error['errorSummary']}`
}

/** All ids over all pages, and the sizes of the pages. */
async function pages(path: string): Promise<{ all: readonly string[]; sizes: readonly number[] }> {
  const all: string[] = []
  const sizes: number[] = []
  for (let next: string | undefined = path; next !== undefined;) {
    const response: Response = await api('GET', next)
    expect(response.status).toBe(200)
    const list = (await response.json()) as Json[]
    all.push(...list.map((one) => one['id'] ?? one['client_id']))
    sizes.push(list.length)
    next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
  }
  return { all, sizes }
}

describe('a refresh token', () => {
  it('is shown with its parties by name, below its server and below its app', async () => {
    const row = await token()
    const self = `${ORIGIN}${atServer()}/${row.id}`
    const below = await made(200, 'GET', `${atServer()}/${row.id}`)
    expect(below).toMatchObject({
      id: row.id,
      status: 'ACTIVE',
      issuer: server!.issuer,
      clientId: client!.clientId,
      userId: person.id,
      scopes: ['offline_access', 'read'],
      _links: {
        app: { href: `${ORIGIN}/api/v1/apps/${client!.id}` },
        self: { href: self },
        revoke: { href: self, hints: { allow: ['DELETE'] } },
        client: { href: `${ORIGIN}/oauth2/v1/clients/${client!.clientId}` },
        user: { href: `${ORIGIN}/api/v1/users/${person.id}`, title: 'Ada Lovelace' },
        authorizationServer: { href: `${ORIGIN}${SERVERS}/${server!.id}` },
      },
    })
    expect(below['_embedded']).toBeUndefined()
    expect(Date.parse(below['expiresAt']) - Date.parse(below['created'])).toBe(7 * 86_400_000)
    expect(Object.keys(below)).toEqual(['id', 'status', 'created', 'lastUpdated', 'expiresAt', 'issuer', 'clientId', 'userId', 'scopes', '_links']) // prettier-ignore
    const ofApp = await made(200, 'GET', `${atApp()}/${row.id}`)
    expect(ofApp['_links']['self']['href']).toBe(`${ORIGIN}${atApp()}/${row.id}`)
    expect({ ...ofApp, _links: null }).toEqual({ ...below, _links: null })
  })

  it('embeds its scopes with expand=scope: stored, of the system, deleted since and of the org server', async () => {
    const own = await aRefreshToken(server!.id, client!.clientId, person.id, {
      scopes: ['read', 'offline_access', 'gone'],
    })
    const { _embedded } = await made(200, 'GET', `${atServer()}/${own.id}?expand=scope`)
    const [read, offline, gone] = _embedded['scopes'] as Json[]
    expect(read).toMatchObject({ name: 'read', displayName: 'Read it', description: 'Reads' })
    expect(read!['_links']['scope']).toEqual({
      href: `${ORIGIN}${SERVERS}/${server!.id}/scopes/${read!['id']}`,
      title: 'Read it',
    })
    expect(offline!['id']).toMatch(/^scp/)
    expect(gone).toEqual({ id: 'gone', name: 'gone', _links: {} })
    const org = await aRefreshToken('org', client!.clientId, person.id, { scopes: ['okta.apps.read', 'offline_access'] }) // prettier-ignore
    const ofOrg = await made(200, 'GET', `${atApp()}/${org.id}?expand=scope`)
    expect(ofOrg['issuer']).toBe(ORIGIN)
    expect(ofOrg['_links']['authorizationServer']).toBeUndefined()
    expect(ofOrg['_embedded']['scopes'][0]).toMatchObject({ id: 'okta.apps.read' })
    const lists = await made(200, 'GET', `${atApp()}?expand=scope&limit=200`)
    expect((lists as unknown as Json[]).every((one) => one['_embedded']['scopes'].length > 0)).toBe(true) // prettier-ignore
  })

  it('of the default server says `default` in its issuer and links', async () => {
    const row = await aRefreshToken('ausdefault0000000001', client!.clientId, person.id)
    const shown = await made(200, 'GET', `${SERVERS}/default/clients/${client!.clientId}/tokens/${row.id}`) // prettier-ignore
    expect(shown['issuer']).toBe(`${ORIGIN}/oauth2/default`)
    expect(shown['_links']['authorizationServer']['href']).toBe(`${ORIGIN}${SERVERS}/default`)
    expect(shown['_links']['self']['href']).toContain(`${SERVERS}/default/clients/`)
  })

  it('is found below its own server, client and app only', async () => {
    const row = await token()
    const missing = `404 E0000007 Not found: Resource not found: ${row.id} (OAuth2RefreshToken)`
    for (const path of [atServer(otherServer), atServer(server, otherClient), atApp(otherClient)])
      for (const method of ['GET', 'DELETE'])
        expect(await refused(method, `${path}/${row.id}`)).toBe(missing)
    expect(await hasEnded(row)).toBe(false)
    expect(await refused('GET', `${SERVERS}/aus-none/clients/${client!.clientId}/tokens`)).toContain('aus-none') // prettier-ignore
    expect(await refused('GET', `${SERVERS}/${server!.id}/clients/none/tokens`)).toContain('(OAuth2Client)') // prettier-ignore
    expect(await refused('GET', '/api/v1/apps/0oanone/tokens')).toContain('(AppInstance)')
  })

  it('that has expired is shown nowhere, and its row is swept', async () => {
    const [who, by] = [await aPerson(), await aClient()]
    const expired = await aRefreshToken(server!.id, by.clientId, who.id, { expires: nowSeconds() })
    const alive = await aRefreshToken(otherServer!.id, by.clientId, who.id)
    expect(await refused('GET', `${atApp(by)}/${expired.id}`)).toContain('404')
    expect(ids(await made(200, 'GET', atApp(by)))).toEqual([alive.id])
    const clients = await made(200, 'GET', `${SERVERS}/${server!.id}/clients`)
    expect(JSON.stringify(clients)).not.toContain(by.clientId)
    await worker.scheduled(createScheduledController() as never, env)
    expect([await isListed('refresh_tokens', expired), await isListed('refresh_tokens', alive)]).toEqual([false, true]) // prettier-ignore
  })
})

describe('lists', () => {
  it('come in pages in the order of ids, twenty unless told otherwise', async () => {
    const by = await aClient()
    const rows: Row[] = []
    for (let n = 0; n < 23; n++) rows.push(await token(server, by))
    await token(otherServer, by)
    const wanted = rows.map(({ id }) => id)
    expect(await pages(atServer(server, by))).toEqual({ all: wanted, sizes: [20, 3] })
    expect(await pages(`${atServer(server, by)}?limit=-1`)).toEqual({ all: wanted, sizes: [20, 3] })
    expect((await pages(`${atServer(server, by)}?limit=10`)).sizes).toEqual([10, 10, 3])
    expect((await pages(`${atServer(server, by)}?limit=23`)).sizes).toEqual([23])
    expect((await pages(`${atApp(by)}?limit=1000`)).sizes).toEqual([24])
    for (const limit of ['0', 'x', '1.5', '-2'])
      expect(await refused('GET', `${atApp(by)}?limit=${limit}`)).toContain('400 E0000054')
    expect(
      await refused('GET', `${atApp(by)}?after=${'x'.repeat(limits.cursorCharactersMax + 1)}`),
    ).toContain('E0000054')
  })

  it('of clients name each holder of a token once, in pages', async () => {
    const of = await aServer()
    const holders = [await aClient(), await aClient(), await aClient('client_secret_basic', { client_uri: 'https://app.example/', logo_uri: 'https://app.example/logo' })] // prettier-ignore
    for (const by of holders) for (let n = 0; n < 3; n++) await token(of, by)
    const path = `${SERVERS}/${of.id}/clients`
    const wanted = holders.map(({ clientId }) => clientId).toSorted()
    expect(await pages(path)).toEqual({ all: wanted, sizes: [3] })
    expect(await pages(`${path}?limit=1`)).toEqual({ all: wanted, sizes: [1, 1, 1] })
    const list = (await made(200, 'GET', path)) as unknown as Json[]
    expect(list.find((one) => one['client_id'] === holders[2]!.clientId)).toMatchObject({
      client_uri: 'https://app.example/',
      logo_uri: 'https://app.example/logo',
      _links: { tokens: { href: `${ORIGIN}${atServer(of, holders[2])}` } },
    })
    expect(await made(200, 'GET', `${SERVERS}/${(await aServer()).id}/clients`)).toEqual([])
  })
})

describe('revoking', () => {
  it('one token ends its authorization and no other, and is told to the log', async () => {
    const [one, other] = [await token(), await token()]
    await made(204, 'DELETE', `${atServer()}/${one.id}`)
    expect(await whichEnded([one, other])).toEqual([true, false])
    expect(await refused('GET', `${atServer()}/${one.id}`)).toContain('404')
    expect(await refused('DELETE', `${atServer()}/${one.id}`)).toContain('404')
    expect(await eventsAbout(one.id)).toEqual(['app.oauth2.as.token.revoke'])
    await made(204, 'DELETE', `${atApp()}/${other.id}`)
    expect(await hasEnded(other)).toBe(true)
    const org = await aRefreshToken('org', client!.clientId, person.id)
    await made(204, 'DELETE', `${atApp()}/${org.id}`)
    expect(await eventsAbout(org.id)).toEqual(['app.oauth2.token.revoke'])
  })

  it('all of a client at a server ends them for every user, and leaves its others', async () => {
    const [by, people] = [await aClient(), [await aPerson(), await aPerson(), await aPerson()]]
    const rows = await Promise.all(people.map((who) => token(server, by, who)))
    const elsewhere = [await token(otherServer, by, people[0]), await token(server, client, people[0])] // prettier-ignore
    const before = await told()
    await made(204, 'DELETE', atServer(server, by))
    expect(await whichEnded([...rows, ...elsewhere])).toEqual([true, true, true, false, false])
    expect(await made(200, 'GET', atServer(server, by))).toEqual([])
    expect(await told()).toEqual({ events: before.events + 1, waiting: before.waiting })
    await made(204, 'DELETE', atServer(server, by))
    expect(await told()).toEqual({ events: before.events + 1, waiting: before.waiting })
  })

  it('all of an app ends them at every server', async () => {
    const [by, who] = [await aClient(), await aPerson()]
    const rows = [await token(server, by, who), await token(otherServer, by, who), await aRefreshToken('org', by.clientId, who.id)] // prettier-ignore
    const elsewhere = await token(server, client, who)
    await made(204, 'DELETE', atApp(by))
    expect(await whichEnded([...rows, elsewhere])).toEqual([true, true, true, false])
    expect(await made(200, 'GET', atApp(by))).toEqual([])
  })

  it('at the same time succeeds once and is told once', async () => {
    const row = await token()
    const before = await told()
    const calls = Array.from({ length: 4 }, () => api('DELETE', `${atServer()}/${row.id}`))
    const codes = (await Promise.all(calls)).map(({ status }) => status).sort()
    expect(codes).toEqual([204, 404, 404, 404])
    expect((await told()).events).toBe(before.events + 1)
  })
})
