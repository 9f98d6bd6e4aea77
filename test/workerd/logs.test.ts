/** GET /api/v1/logs: the shape of events, time, filters, keywords, pages in both orders, polling, and what it refuses. */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { anAdministrator } from './app-support.ts'
import { anEventAt, LOGS, logEvents, logPage, logPages, store } from './log-support.ts'
import { api, made, ORIGIN, send, unique, API_TOKEN, type Json } from './support.ts'

const DAY = 24 * 3600 * 1000
const uuids = (events: readonly Json[]): readonly string[] => events.map((event) => event['uuid'])
const at = (millis: number): string => new Date(millis).toISOString()

beforeEach(async () => {
  await made(200, 'GET', '/api/v1/authorizationServers')
  await env.LOG_DB.batch([
    env.LOG_DB.prepare('DELETE FROM events'),
    env.LOG_DB.prepare('DELETE FROM event_targets'),
  ])
})

describe('an event of a management change', () => {
  it('says who did what to what, by which request and from where', async () => {
    const response = await send('/api/v1/authorizationServers?client_secret=never', {
      method: 'POST',
      headers: {
        authorization: `SSWS ${API_TOKEN}`,
        'content-type': 'application/json',
        'cf-connecting-ip': '203.0.113.7',
        'user-agent': 'okta-sdk-nodejs/8.1.0 node/20.20.2 linux/6.1',
      },
      body: JSON.stringify({ name: unique('server'), audiences: ['api://x'] }),
      cf: { country: 'DE', city: 'Berlin', latitude: '52.5', longitude: '13.4', asn: 3320 },
    } as RequestInit)
    const server = (await response.json()) as Json
    const requestId = response.headers.get('x-okta-request-id')
    const [event] = await logEvents(`target.id eq "${server['id']}"`)
    expect(event).toMatchObject({
      eventType: 'oauth2.as.created',
      severity: 'INFO',
      version: '0',
      legacyEventType: null,
      device: null,
      actor: { type: 'User', alternateId: 'admin@edgemint.example', detailEntry: null },
      client: {
        userAgent: {
          rawUserAgent: 'okta-sdk-nodejs/8.1.0 node/20.20.2 linux/6.1',
          os: 'Linux',
          browser: 'UNKNOWN',
        },
        ipAddress: '203.0.113.7',
        geographicalContext: {
          country: 'Germany',
          city: 'Berlin',
          geolocation: { lat: 52.5, lon: 13.4 },
        },
      },
      securityContext: { asNumber: 3320 },
      outcome: { result: 'SUCCESS', reason: null },
      target: [{ id: server['id'], type: 'AuthorizationServer', displayName: server['name'] }],
      transaction: { type: 'WEB', id: requestId },
      debugContext: { debugData: { requestId, requestUri: '/api/v1/authorizationServers' } },
      request: { ipChain: [{ ip: '203.0.113.7', version: 'V4' }] },
    })
    expect(event!['transaction']['detail']['requestApiTokenId']).toMatch(/^00T/)
    expect(JSON.stringify(event)).not.toContain('never')
    expect(JSON.stringify(event)).not.toContain(API_TOKEN)
  })
})

describe('time', () => {
  it('the last seven days by default, `since` inclusive and `until` exclusive', async () => {
    const now = Date.now()
    const ages = [10 * DAY, 6 * DAY, 3000, 2000, 1000]
    const events = ages.map((age) => anEventAt(now - age))
    await store(...events)
    expect(uuids((await logPage()).events)).toEqual(uuids(events.slice(1)))
    const between = { since: at(now - 3000), until: at(now - 1000) }
    expect(uuids((await logPage(between)).events)).toEqual(uuids(events.slice(2, 4)))
    const ago = { until: at(now - 5 * DAY) }
    expect(uuids((await logPage(ago)).events)).toEqual(uuids(events.slice(0, 2)))
    const early = { since: '2001-01-01', sortOrder: 'DESCENDING' }
    expect(uuids((await logPage(early)).events)).toEqual(uuids(events).toReversed())
    const offset = { since: new Date(now - 2000).toISOString().replace('Z', '+00:00') }
    expect(uuids((await logPage(offset)).events)).toEqual(uuids(events.slice(3)))
  })
})

describe('filters', () => {
  const wanted = (name: string, changes: object) => ({ name, changes })
  const now = Date.now()

  it('find events by every attribute, alone and combined', async () => {
    const common = {
      eventType: 'app.oauth2.as.token.grant',
      outcome: { result: 'FAILURE', reason: 'no_matching_policy' },
      target: [
        { id: 'aus1', type: 'AuthorizationServer', alternateId: null, displayName: 'Orders' },
        { id: '00p1', type: 'PolicyEntity', alternateId: null, displayName: 'all' },
      ],
      debugData: { grantType: 'client_credentials' },
    } as const
    const match = anEventAt(now - 2000, common)
    const other = anEventAt(now - 1000, {
      actor: { id: 'somebody', type: 'User', alternateId: null, displayName: null },
      target: [{ id: 'aus2', type: 'T', alternateId: null, displayName: null }],
    })
    await store(match, other)
    for (const filter of [
      'eventType eq "app.oauth2.as.token.grant"',
      'eventType sw "app.oauth2" and outcome.result eq "FAILURE"',
      'actor.id eq "00utest"',
      'target.id eq "aus1"',
      'target.id eq "00p1" and target.id eq "aus1"',
      'target.displayName co "rder"',
      `uuid eq "${match.uuid}"`,
      'outcome.reason ew "policy"',
      'debugContext.debugData.grantType eq "client_credentials"',
      'severity ne "INFO"',
      `published lt "${at(now - 1500)}"`,
      'not (eventType eq "test.event")',
      '(actor.id eq "nobody" or actor.id eq "00utest") and transaction.id eq "req-test"',
    ])
      expect([filter, uuids(await logEvents(filter))]).toEqual([filter, [match.uuid]])
    expect(await logEvents('target.id eq "aus1" and actor.id eq "somebody"')).toEqual([])
    expect(await logEvents('client.ipAddress pr')).toEqual([])
  })

  it('and keywords, all of which occur in any case', async () => {
    const event = anEventAt(now - 1000, { displayMessage: 'Signing Key is Rotated' })
    await store(event, anEventAt(now - 500))
    for (const [q, found] of [
      ['rotated', 1],
      ['SIGNING rotated', 1],
      ['signing nobody', 0],
      ['ann@example.com', 2],
      ['  ', 2],
    ] as const)
      expect([q, (await logPage({ q })).events.length]).toEqual([q, found])
    expect((await logPage({ q: 'rotated', filter: 'eventType eq "other"' })).events).toEqual([])
  })

  it.each([
    wanted('a filter that is none', { filter: 'eventType eq' }),
    wanted('an unknown attribute', { filter: 'secret eq "x"' }),
    wanted('a prototype', { filter: '__proto__ pr' }),
    wanted('a time that is none', { filter: 'published gt "yesterday"' }),
    wanted('a filter that is too long', { filter: `eventType eq "${'x'.repeat(2000)}"` }),
    wanted('SQL', { filter: `'; DROP TABLE events; --` }),
    wanted('too many keywords', { q: 'a '.repeat(limits.logKeywordsMax + 1) }),
    wanted('a keyword that is too long', { q: 'x'.repeat(limits.logKeywordCharactersMax + 1) }),
  ])('refuse $name', async ({ changes }) => {
    const response = await api('GET', `${LOGS}?${new URLSearchParams(changes as Json).toString()}`)
    expect([response.status, ((await response.json()) as Json)['errorCode']]).toEqual([
      400,
      'E0000031',
    ])
  })

  it.each([
    ['since=yesterday', 'E0000001'],
    ['until=2026-13-45', 'E0000001'],
    ['since=2026-01-01T00:00:00', 'E0000001'],
    ['since=2026-01-02&until=2026-01-01', 'E0000001'],
    ['sortOrder=UP', 'E0000001'],
    ['limit=-1', 'E0000054'],
    ['limit=1001', 'E0000054'],
    ['limit=1e2', 'E0000054'],
    ['limit=x', 'E0000054'],
    ['after=x', 'E0000054'],
    ['after=%00', 'E0000054'],
    [`after=${'x'.repeat(3000)}`, 'E0000054'],
    // The place that a poller has reached means nothing to a query with an end.
    [`after=${btoa('5')}&until=2026-01-01`, 'E0000054'],
  ])('refuses %s', async (query, code) => {
    const response = await api('GET', `${LOGS}?${query}`)
    expect([response.status, ((await response.json()) as Json)['errorCode']]).toEqual([400, code])
  })
})

describe('pages', () => {
  const now = Date.now()

  /** 25 events, five in each of five milliseconds: time alone does not tell where a page ends. */
  const crowded = () =>
    Array.from({ length: 25 }, (_, index) => anEventAt(now - 5000 + Math.floor(index / 5)))

  it.each(['ASCENDING', 'DESCENDING'] as const)(
    'hold each event once, in %s order, while others are added',
    async (sortOrder) => {
      const events = crowded()
      await store(...events)
      const asked = { sortOrder, limit: 4, since: at(now - DAY), until: at(now - 1000) }
      const first = await logPage(asked)
      expect(first.self).toBe(`${ORIGIN}${LOGS}?${new URLSearchParams(asked as never).toString()}`)
      expect(first.next).toMatch(/^https:\/\/auth\.edgemint\.example\/api\/v1\/logs\?.*after=/)
      const pages = await logPages(asked)
      expect(pages.map((page) => page.length)).toEqual([4, 4, 4, 4, 4, 4, 1])
      const expected = sortOrder === 'ASCENDING' ? events : events.toReversed()
      expect(uuids(pages.flat())).toEqual(uuids(expected))
    },
  )

  it('a page that is exactly full is the last one', async () => {
    await store(...crowded().slice(0, 8))
    const pages = await logPages({ limit: 4, until: at(now) })
    expect(pages.map((page) => page.length)).toEqual([4, 4])
  })

  it('with a filter, by index and without', async () => {
    const events = Array.from({ length: 60 }, (_, index) =>
      anEventAt(now - 5000 + index, {
        eventType: index % 3 === 0 ? 'test.third' : 'test.event',
        debugData: { n: index },
      }),
    )
    await store(...events)
    const thirds = events.filter((_, index) => index % 3 === 0)
    for (const filter of ['eventType eq "test.third"', 'eventType ew "third"'])
      for (const sortOrder of ['ASCENDING', 'DESCENDING']) {
        const pages = await logPages({ filter, sortOrder, limit: 7, until: at(now) })
        expect(pages.map((page) => page.length)).toEqual([7, 7, 6])
        const found = uuids(pages.flat())
        expect(sortOrder === 'ASCENDING' ? found : found.toReversed()).toEqual(uuids(thirds))
      }
  })

  it('limit 0 holds nothing, 1000 is the most', async () => {
    await store(...crowded())
    expect(await logPage({ limit: 0, until: at(now) })).toMatchObject({ events: [], next: null })
    const polled = await logPage({ limit: 0 })
    expect(polled.events).toEqual([])
    expect((await logPage({ limit: 1000 })).events).toHaveLength(25)
  })

  it('a call looks through a bounded number of events and says how to go on', async () => {
    const many = limits.logRowsReadMax + 700
    const needle = anEventAt(now - 1000, { displayMessage: 'Needle' })
    for (let from = 0; from < many; from += 1000)
      await store(
        ...Array.from({ length: 1000 }, (_, index) => anEventAt(now - 2e7 + from + index)),
      )
    await store(needle)
    const asked = { q: 'needle', until: at(now) }
    const first = await logPage(asked)
    expect([first.events, first.next === null]).toEqual([[], false])
    const second = await logPage(first.next!)
    expect(uuids(second.events)).toEqual([needle.uuid])
    // An index finds the actor's events without looking at the others.
    const found = await logPage({ filter: `uuid eq "${needle.uuid}"`, until: at(now) })
    expect([uuids(found.events), found.next]).toEqual([[needle.uuid], null])
  })
})

describe('polling', () => {
  const now = Date.now()

  it('always has a next page, which holds what was stored since, once', async () => {
    const early = Array.from({ length: 5 }, (_, index) => anEventAt(now - 9000 + index))
    await store(...early)
    let page = await logPage({ since: at(now - DAY), limit: 3 })
    expect(uuids(page.events)).toEqual(uuids(early.slice(0, 3)))
    // Stored while the past is being read: one that happened before all others, one after.
    const late = anEventAt(now - 20_000)
    const fresh = anEventAt(now)
    await store(late, fresh)
    page = await logPage(page.next!)
    expect(uuids(page.events)).toEqual(uuids(early.slice(3)))
    page = await logPage(page.next!)
    expect(uuids(page.events)).toEqual(uuids([late, fresh]))
    for (let time = 0; time < 2; time++) {
      page = await logPage(page.next!)
      expect([page.events, page.next === null]).toEqual([[], false])
    }
    const another = anEventAt(now - 1)
    await store(another)
    page = await logPage(page.next!)
    expect(uuids(page.events)).toEqual([another.uuid])
  })

  it('of an empty log begins with what comes first', async () => {
    const first = await logPage()
    expect(first.events).toEqual([])
    const event = anEventAt(now)
    await store(event)
    expect(uuids((await logPage(first.next!)).events)).toEqual([event.uuid])
  })

  it('keeps its filter', async () => {
    const first = await logPage({ filter: 'eventType eq "test.wanted"' })
    await store(anEventAt(now), anEventAt(now, { eventType: 'test.wanted' }), anEventAt(now))
    const second = await logPage(first.next!)
    expect(second.events.map((event) => event['eventType'])).toEqual(['test.wanted'])
  })

  it('misses nothing although all events of a log were forgotten meanwhile', async () => {
    await store(anEventAt(now), anEventAt(now))
    const first = await logPage()
    await env.LOG_DB.prepare('DELETE FROM events').run()
    const event = anEventAt(now)
    await store(event)
    expect(uuids((await logPage(first.next!)).events)).toEqual([event.uuid])
  })
})

describe('authority', () => {
  it('needs okta.logs.read and a role that reads the log', async () => {
    const status = async (role: string, scope: string): Promise<number> =>
      (await logPage({}, await anAdministrator(role, scope))).status
    expect(await status('REPORT_ADMIN', 'okta.logs.read')).toBe(200)
    expect(await status('READ_ONLY_ADMIN', 'okta.logs.read')).toBe(200)
    expect(await status('ORG_ADMIN', 'okta.logs.read')).toBe(200)
    expect(await status('APP_ADMIN', 'okta.logs.read')).toBe(403)
    expect(await status('SUPER_ADMIN', 'okta.apps.read')).toBe(403)
    expect((await logPage({}, 'SSWS wrong')).status).toBe(401)
  })

  it('nobody writes through the API', async () => {
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect((await api(method, LOGS, {})).status).toBe(405)
  })
})
