/** API tokens: made once and never shown again, with their creator's rights, for as long as they are used. */
import { createScheduledController } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import worker from '../../src/index.ts'
import { anAdministrator } from './app-support.ts'
import { aPerson, setUserStatus } from './principals.ts'
import { answered, api, made, ORIGIN, unique, type Json } from './support.ts'

const PATH = '/api/v1/api-tokens'
const DAY = 24 * 3600

const codeOf = async (response: Response): Promise<readonly [number, string]> => {
  const [status, body] = await answered(response)
  return [status, body['errorCode']]
}

const create = (name = unique('token')): Promise<Json> => made(201, 'POST', PATH, { name })

const bearer = (token: Json): string => `SSWS ${token['token']}`

/** Whether a token is recognised. */
const works = async (authorization: string): Promise<boolean> =>
  (await api('GET', `${PATH}/none`, undefined, authorization)).status !== 401

const stored = async (id: string): Promise<Json> =>
  (await env.DB.prepare('SELECT mac, expires, token_window FROM api_tokens WHERE id = ?1').bind(id).first())! // prettier-ignore

afterEach(() => {
  vi.useRealTimers()
})

describe('an API token', () => {
  it('is shown with its value once, and stored as a MAC only', async () => {
    const name = unique('once')
    const one = await create(name)
    expect(Object.keys(one)).toEqual([
      'id',
      'name',
      'userId',
      'clientName',
      'tokenWindow',
      'network',
      'expiresAt',
      'created',
      'lastUpdated',
      '_link',
      'token',
    ])
    expect(one).toMatchObject({
      id: expect.stringMatching(/^00T\w{17}$/),
      name,
      userId: expect.stringMatching(/^00u/),
      clientName: 'Okta API',
      tokenWindow: 'P30D',
      network: { connection: 'ANYWHERE' },
    })
    expect(one['token']).toMatch(/^00[0-9A-Za-z]{40}$/)
    expect(Date.parse(one['expiresAt']) - Date.parse(one['created'])).toBe(30 * DAY * 1000)
    expect(await works(bearer(one))).toBe(true)

    const { token, ...shown } = one
    expect(await made(200, 'GET', `${PATH}/${one['id']}`)).toEqual(shown)
    const everything = JSON.stringify([
      await made(200, 'GET', PATH),
      (await env.DB.prepare('SELECT * FROM api_tokens').all()).results,
      (await env.LOG_DB.prepare('SELECT * FROM events').all()).results,
      (await env.DB.prepare('SELECT * FROM outbox').all()).results,
    ])
    expect(everything).not.toContain(token)
    expect((await stored(one['id']))['mac']).toMatch(/^\d+\./)
  })

  it('values differ', async () => {
    const values = await Promise.all(Array.from({ length: 20 }, () => create()))
    expect(new Set(values.map((one) => one['token'])).size).toBe(20)
  })

  it('is listed by pages, renamed and revoked, which the log tells', async () => {
    const one = await create()
    const path = `${PATH}/${one['id']}`
    await create()
    const found: string[] = []
    let next: string | undefined = `${PATH}?limit=1`
    while (next !== undefined) {
      const response: Response = await api('GET', next)
      found.push(...((await response.json()) as Json[]).map((each) => each['id'] as string))
      next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]?.replace(ORIGIN, '') // prettier-ignore
    }
    expect(found).toEqual(found.toSorted())
    expect(found).toContain(one['id'])

    const renamed = await made(200, 'PUT', path, {
      ...one,
      name: 'renamed',
      userId: 'somebody else',
      network: { connection: 'ANYWHERE', include: [], exclude: [] },
    })
    expect(renamed).toMatchObject({ name: 'renamed', userId: one['userId'] })
    expect(await works(bearer(one))).toBe(true)
    await made(204, 'DELETE', path)
    expect(await works(bearer(one))).toBe(false)
    for (const method of ['GET', 'PUT', 'DELETE'])
      expect(await codeOf(await api(method, path, method === 'PUT' ? {} : undefined))).toEqual([404, 'E0000007']) // prettier-ignore
    const { results } = await env.LOG_DB.prepare(
      'SELECT event_type AS type FROM events WHERE document LIKE ?1',
    )
      .bind(`%${one['id']}%`)
      .all<{ type: string }>()
    expect(results.map(({ type }) => type).toSorted()).toEqual([
      'system.api_token.create',
      'system.api_token.revoke',
      'system.api_token.update',
    ])
  })

  it('revokes itself, whatever else it may do, and an access token has nothing to revoke so', async () => {
    const nobody = await aPerson()
    expect(await codeOf(await api('GET', PATH, undefined, nobody.authorization))).toEqual([403, 'E0000006']) // prettier-ignore
    const response = await api('DELETE', `${PATH}/current`, undefined, nobody.authorization)
    expect([response.status, await response.text()]).toEqual([204, ''])
    expect(await works(nobody.authorization)).toBe(false)
    const token = await anAdministrator('SUPER_ADMIN', 'okta.apiTokens.manage')
    expect(await codeOf(await api('DELETE', `${PATH}/current`, undefined, token))).toEqual([403, 'E0000006']) // prettier-ignore
  })

  it('of a bad name or a network that cannot be kept to is refused by its field', async () => {
    for (const [body, field] of [
      [{}, 'name'],
      [{ name: '' }, 'name'],
      [{ name: ' ' }, 'name'],
      [{ name: 'x'.repeat(256) }, 'name'],
      [{ name: 1 }, 'name'],
      [{ name: 'a', network: { connection: 'ZONE' } }, 'network.connection'],
      [{ name: 'a', network: { connection: 'ANYWHERE', include: ['nzo1'] } }, 'network.include'],
      [{ name: 'a', network: 'ANYWHERE' }, 'network'],
    ] as const) {
      const [status, { errorCode, errorCauses }] = await answered(await api('POST', PATH, body))
      expect([body, status, errorCode]).toEqual([body, 400, 'E0000001'])
      expect(errorCauses[0]['errorSummary']).toMatch(new RegExp(`^${field}: `))
    }
    const one = await create()
    expect(await codeOf(await api('PUT', `${PATH}/${one['id']}`, { network: { connection: 'ZONE' } }))).toEqual([400, 'E0000001']) // prettier-ignore
  })
})

describe('whose token it is', () => {
  it('acts with its creator’s roles as they are now', async () => {
    const person = await aPerson('ORG_ADMIN')
    const one = (await answered(await api('POST', PATH, { name: 'mine' }, person.authorization)))[1]
    expect(one['userId']).toBe(person.id)
    const read = () => api('GET', '/api/v1/trustedOrigins', undefined, bearer(one))
    const write = () =>
      api('POST', '/api/v1/trustedOrigins', { name: unique('o'), origin: `https://${unique('o')}.example`, scopes: [{ type: 'CORS' }] }, bearer(one)) // prettier-ignore
    expect([(await read()).status, (await write()).status]).toEqual([200, 200])
    expect((await api('GET', '/api/v1/authorizationServers', undefined, bearer(one))).status).toBe(403) // prettier-ignore
    await env.DB.prepare(`UPDATE role_assignments SET role = 'READ_ONLY_ADMIN' WHERE principal_id = ?1`).bind(person.id).run() // prettier-ignore
    expect([(await read()).status, (await write()).status]).toEqual([200, 403])
    expect((await api('POST', PATH, { name: 'more' }, bearer(one))).status).toBe(403)
    await env.DB.prepare('DELETE FROM role_assignments WHERE principal_id = ?1').bind(person.id).run() // prettier-ignore
    expect((await read()).status).toBe(403)
  })

  it('ends at once with its creator’s duty, and not by a lock-out', async () => {
    const person = await aPerson('SUPER_ADMIN')
    const one = (await answered(await api('POST', PATH, { name: 'mine' }, person.authorization)))[1]
    for (const [status, alive] of [
      ['SUSPENDED', false],
      ['ACTIVE', true],
      ['LOCKED_OUT', true],
      ['PASSWORD_EXPIRED', true],
      ['RECOVERY', true],
      ['STAGED', false],
      ['PROVISIONED', false],
      ['DEPROVISIONED', false],
    ] as const) {
      await setUserStatus(person.id, status)
      expect([status, await works(bearer(one))]).toEqual([status, alive])
    }
    await setUserStatus(person.id, 'ACTIVE')
    await env.DB.prepare('DELETE FROM users WHERE id = ?1').bind(person.id).run()
    expect(await codeOf(await api('GET', PATH, undefined, bearer(one)))).toEqual([401, 'E0000011'])
    expect(await codeOf(await api('GET', `${PATH}/${one['id']}`))).toEqual([404, 'E0000007'])
  })

  it('cannot be made with an access token, whatever its scopes and roles', async () => {
    const token = await anAdministrator('SUPER_ADMIN', 'okta.apiTokens.manage')
    const body = { name: 'wider' }
    expect(await codeOf(await api('POST', PATH, body, token))).toEqual([403, 'E0000006']) // prettier-ignore
  })

  it('of a super administrator is changed and revoked by one only', async () => {
    const admin = await aPerson('SUPER_ADMIN')
    const lesser = await aPerson('ORG_ADMIN')
    const other = await aPerson('ORG_ADMIN')
    const path = `${PATH}/${admin.tokenId}`
    expect((await api('GET', path, undefined, lesser.authorization)).status).toBe(200)
    for (const [method, body] of [
      ['PUT', { name: 'taken' }],
      ['DELETE', undefined],
    ] as const)
      expect(await codeOf(await api(method, path, body, lesser.authorization))).toEqual([403, 'E0000006']) // prettier-ignore
    expect(await works(admin.authorization)).toBe(true)
    expect((await api('DELETE', `${PATH}/${other.tokenId}`, undefined, lesser.authorization)).status).toBe(204) // prettier-ignore
    expect((await api('DELETE', path)).status).toBe(204)
  })

  it('is one of a bounded number, of which those that expired are none', async () => {
    const person = await aPerson('SUPER_ADMIN')
    await env.DB.prepare(
      `WITH RECURSIVE n (value) AS (SELECT 2 UNION ALL SELECT value + 1 FROM n WHERE value < ?2)
       INSERT INTO api_tokens (id, name, user_id, mac, created, last_updated, token_window, expires)
       SELECT '00Tfill' || value, 'fill', ?1, 'fill' || value, 1, 1, 60, 4102444800 FROM n`,
    )
      .bind(person.id, limits.apiTokensPerUserMax)
      .run()
    const ask = () => api('POST', PATH, { name: 'more' }, person.authorization)
    expect(await codeOf(await ask())).toEqual([400, 'E0000001'])
    await env.DB.prepare(`UPDATE api_tokens SET expires = 1 WHERE id = '00Tfill2'`).run()
    const answers = await Promise.all([ask(), ask(), ask()])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 400, 400])
    await env.DB.prepare(`DELETE FROM api_tokens WHERE id LIKE '00Tfill%'`).run()
  })
})

describe('thirty idle days', () => {
  const at = (seconds: number): void => {
    vi.useFakeTimers({ now: seconds * 1000, toFake: ['Date'] })
  }
  const start = 1_800_000_000

  it('end a token to the second', async () => {
    at(start)
    const one = await create()
    at(start + 30 * DAY - 1)
    // The use itself would put the end off.
    const { expires } = await stored(one['id'])
    expect(await works(bearer(one))).toBe(true)
    await vi.waitFor(async () => expect((await stored(one['id']))['expires']).toBeGreaterThan(expires)) // prettier-ignore
    await env.DB.prepare('UPDATE api_tokens SET expires = ?2 WHERE id = ?1').bind(one['id'], expires).run() // prettier-ignore
    at(start + 30 * DAY)
    expect(await codeOf(await api('GET', PATH, undefined, bearer(one)))).toEqual([401, 'E0000011'])
    at(start + 30 * DAY + 1)
    expect(await works(bearer(one))).toBe(false)
    expect((await stored(one['id']))['expires']).toBe(expires)
    expect((await api('GET', `${PATH}/${one['id']}`)).status).toBe(404)
    expect(JSON.stringify(await made(200, 'GET', PATH))).not.toContain(one['id'])
  })

  it('begin anew with each use, which is written once a day', async () => {
    at(start)
    const one = await create()
    const end = async (): Promise<number> => (await stored(one['id']))['expires']
    at(start + DAY - 1)
    expect(await works(bearer(one))).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await end()).toBe(start + 30 * DAY)
    at(start + DAY)
    expect(await works(bearer(one))).toBe(true)
    await vi.waitFor(async () => expect(await end()).toBe(start + 31 * DAY))
    at(start + DAY + 3600)
    expect(await works(bearer(one))).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await end()).toBe(start + 31 * DAY)
    at(start + 31 * DAY - 1)
    expect(await works(bearer(one))).toBe(true)
  })

  it('do not count for the bootstrap token', async () => {
    const listed = (await made(200, 'GET', PATH)) as unknown as Json[]
    const bootstrap = listed.find((one) => one['name'] === 'bootstrap')!
    expect(bootstrap).not.toHaveProperty('expiresAt')
    expect(bootstrap).not.toHaveProperty('tokenWindow')
    at(start + 10_000 * DAY)
    expect((await api('GET', PATH)).status).toBe(200)
  })

  it('past, the row is removed by the cron trigger', async () => {
    at(start)
    const [one, other] = [await create(), await create()]
    at(start + 30 * DAY)
    await env.DB.prepare('UPDATE api_tokens SET expires = expires + 1 WHERE id = ?1').bind(other['id']).run() // prettier-ignore
    await worker.scheduled(createScheduledController() as never, env as never)
    const left = await env.DB.prepare('SELECT id FROM api_tokens WHERE id IN (?1, ?2)').bind(one['id'], other['id']).all() // prettier-ignore
    expect(left.results).toEqual([{ id: other['id'] }])
  })
})
