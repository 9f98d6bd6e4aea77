/** The org's settings, and what anybody may know of it. */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { compositionOf } from '../../src/app.ts'
import { anAdministrator } from './app-support.ts'
import { aPerson } from './principals.ts'
import { answered, api, aServer, made, ORIGIN, send, type Json } from './support.ts'

const PATH = '/api/v1/org'
const WELL_KNOWN = '/.well-known/okta-organization'

describe('the org', () => {
  it('is what was seeded, and says nothing else until it is told', async () => {
    const org = await made(200, 'GET', PATH)
    const meta = await env.DB.prepare('SELECT org_id, seeded FROM meta').first<Json>()
    const created = new Date(meta!['seeded'] * 1000).toISOString()
    expect(org).toEqual({
      id: meta!['org_id'],
      subdomain: 'auth',
      companyName: null,
      website: null,
      status: 'ACTIVE',
      created,
      lastUpdated: created,
      expiresAt: null,
      address1: null,
      address2: null,
      city: null,
      state: null,
      country: null,
      postalCode: null,
      phoneNumber: null,
      supportPhoneNumber: null,
      endUserSupportHelpURL: null,
      primaryColorHex: null,
      logoUri: null,
      showLockoutFailures: false,
      _links: {},
    })
  })

  it('POST changes what is sent and clears nothing else, PUT replaces', async () => {
    await made(200, 'POST', PATH, { companyName: 'One', city: 'Here', id: 'x', status: 'INACTIVE', subdomain: 'y' }) // prettier-ignore
    expect(await made(200, 'POST', PATH, { website: 'https://one.example' })).toMatchObject({
      companyName: 'One',
      city: 'Here',
      website: 'https://one.example',
      status: 'ACTIVE',
      subdomain: 'auth',
    })
    expect(await made(200, 'POST', PATH, {})).toMatchObject({ companyName: 'One', city: 'Here' })
    expect(await made(200, 'POST', PATH, { city: null, website: '' })).toMatchObject({
      companyName: 'One',
      city: null,
      website: null,
    })
    const whole = await made(200, 'GET', PATH)
    expect(await made(200, 'PUT', PATH, { ...whole, companyName: 'Two' })).toMatchObject({
      ...whole,
      companyName: 'Two',
      lastUpdated: expect.any(String),
    })
    expect(await made(200, 'PUT', PATH, { city: 'There' })).toMatchObject({
      companyName: null,
      city: 'There',
    })
    const { results } = await env.LOG_DB.prepare(
      `SELECT id FROM events WHERE event_type = 'system.org.settings.update'`,
    ).all()
    expect(results).toHaveLength(6)
  })

  it('is called by its new name at every server at once, where the name was known', async () => {
    const { snapshots } = compositionOf(env).protocol.ports
    const { id } = await aServer()
    const names = () =>
      Promise.all(
        ['org', id].map(async (serverId) => {
          const wanted = { serverId, clientId: null, ring: null }
          return (await snapshots.get(wanted, () => undefined)).server?.orgName
        }),
      )
    await made(200, 'PUT', PATH, {})
    expect(await names()).toEqual([null, null])
    await made(200, 'POST', PATH, { companyName: 'Analytical Engines' })
    expect(await names()).toEqual(['Analytical Engines', 'Analytical Engines'])
    await made(200, 'POST', PATH, { city: 'Here' })
    expect(await names()).toEqual(['Analytical Engines', 'Analytical Engines'])
    await made(200, 'PUT', PATH, { companyName: '' })
    expect(await names()).toEqual([null, null])
  })

  it('[race] hears two writers to different members', async () => {
    await made(200, 'PUT', PATH, {})
    await Promise.all(
      ['companyName', 'city', 'state', 'country'].map((member) =>
        made(200, 'POST', PATH, { [member]: member }),
      ),
    )
    expect(await made(200, 'GET', PATH)).toMatchObject({
      companyName: 'companyName',
      city: 'city',
      state: 'state',
      country: 'country',
    })
  })

  it('refuses what is no text, too long, or no link by its field', async () => {
    for (const [body, field] of [
      [{ companyName: 'x'.repeat(256) }, 'companyName'],
      [{ companyName: 7 }, 'companyName'],
      [{ city: ['x'] }, 'city'],
      [{ address1: 'a\u0007' }, 'address1'],
      [{ website: 'javascript:alert(1)' }, 'website'],
      [{ website: 'example.com' }, 'website'],
      [{ endUserSupportHelpURL: 'data:text/html,x' }, 'endUserSupportHelpURL'],
      [{ website: `https://${'x'.repeat(1100)}` }, 'website'],
    ] as const)
      for (const method of ['POST', 'PUT']) {
        const [status, { errorCode, errorCauses }] = await answered(await api(method, PATH, body))
        expect([body, status, errorCode]).toEqual([body, 400, 'E0000001'])
        expect(errorCauses[0]['errorSummary']).toMatch(new RegExp(`^${field}: `))
      }
  })

  it('is read with okta.orgs.read and a role, and changed with okta.orgs.manage', async () => {
    const reader = await anAdministrator('SUPER_ADMIN', 'okta.orgs.read')
    const lesser = await aPerson('APP_ADMIN')
    expect((await api('GET', PATH, undefined, reader)).status).toBe(200)
    for (const method of ['POST', 'PUT'])
      expect((await api(method, PATH, {}, reader)).status).toBe(403)
    expect((await api('GET', PATH, undefined, lesser.authorization)).status).toBe(403)
    const admin = await aPerson('ORG_ADMIN')
    expect((await api('POST', PATH, {}, admin.authorization)).status).toBe(200)
  })
})

describe('the organization document', () => {
  it('tells everybody which engine to take it for', async () => {
    const response = await send(WELL_KNOWN, { headers: { origin: 'https://any.example' } })
    const org = await made(200, 'GET', PATH)
    expect(await response.json()).toEqual({
      id: org['id'],
      pipeline: 'v1',
      _links: { organization: { href: ORIGIN } },
      settings: {
        analyticsCollectionEnabled: false,
        bugReportingEnabled: false,
        omEnabled: false,
        pssoEnabled: false,
      },
    })
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'public, max-age=300',
      'access-control-allow-origin': '*',
      etag: expect.stringMatching(/^"[\w-]+"$/),
    })
    expect(response.headers.get('access-control-allow-credentials')).toBeNull()
  })

  it('says the same whatever the Host header says', async () => {
    const there = await send(`https://evil.example${WELL_KNOWN}`)
    expect(await there.text()).toBe(await (await send(WELL_KNOWN)).text())
  })

  it('is answered with 304 to who has it, and to HEAD without a body', async () => {
    const etag = (await send(WELL_KNOWN)).headers.get('etag')!
    const known = await send(WELL_KNOWN, { headers: { 'if-none-match': etag } })
    expect([known.status, await known.text()]).toEqual([304, ''])
    const head = await send(WELL_KNOWN, { method: 'HEAD' })
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, etag, ''])
  })

  it('has a preflight, and no other method', async () => {
    const preflight = await send(WELL_KNOWN, { method: 'OPTIONS' })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*']) // prettier-ignore
    const [status, body] = await answered(await send(WELL_KNOWN, { method: 'POST' }))
    expect([status, body['errorCode']]).toEqual([405, 'E0000022'])
  })
})
