/** `GET /api/v1/users/me` with a session's cookie in place of a token, as the user of a session is asked for. */
import { beforeAll, describe, expect, it } from 'vitest'
import { aSignedInBrowser, aTrustedOrigin, FOREIGN_PAGES } from './session-support.ts'
import { aPersonWithPassword, type TestPerson } from './sign-in-support.ts'
import { answered, API_TOKEN, made, ORIGIN, send, type Json } from './support.ts'
import { USERS } from './user-support.ts'

const ME = `${USERS}/me`
const SCHEMA = '/api/v1/meta/schemas/user/default'

let person: TestPerson
let cookie = ''
let page = ''

beforeAll(async () => {
  person = await aPersonWithPassword({ firstName: 'Grace', lastName: 'Hopper' })
  cookie = (await aSignedInBrowser(person)).cookie
  page = await aTrustedOrigin('CORS')
})

const call = (headers: Record<string, string>, method = 'GET', path = ME): Promise<Response> =>
  send(path, { method, headers: { 'content-type': 'application/json', ...headers } })

async function expectNobody(response: Response): Promise<void> {
  const [status, error] = await answered(response)
  expect([status, error['errorCode'], error['errorSummary']]).toEqual([403, 'E0000005', 'Invalid session']) // prettier-ignore
}

describe('the user of a session', () => {
  it('is shown to a page of a trusted origin, with credentials, and links to nothing that is done', async () => {
    const response = await call({ cookie, origin: page })
    expect(response.headers.get('access-control-allow-origin')).toBe(page)
    expect(response.headers.get('access-control-allow-credentials')).toBe('true')
    expect(response.headers.get('vary')).toBe('Origin')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const shown = (await response.json()) as Json
    const { _links: _, ...administrators } = await made(200, 'GET', `${USERS}/${person.id}`)
    const self = { href: `${ORIGIN}${USERS}/${person.id}` }
    expect(shown).toEqual({ ...administrators, _links: { self } })
  })

  it('does not see what the schema hides from them', async () => {
    const attribute = (permissions: Json[]) => ({ title: 'x', type: 'string', permissions })
    const properties = {
      rating: attribute([{ principal: 'SELF', action: 'HIDE' }]),
      badge: attribute([{ principal: 'SELF', action: 'READ_ONLY' }]),
    }
    await made(200, 'POST', SCHEMA, { definitions: { custom: { properties } } })
    await made(200, 'POST', `${USERS}/${person.id}`, { profile: { rating: 'low', badge: 'b7' } })
    const [, { profile }] = await answered(await call({ cookie, origin: page }))
    expect([profile['badge'], 'rating' in profile]).toEqual(['b7', false])
  })

  it('is nobody without a session, once it has ended, or while they are suspended', async () => {
    await expectNobody(await call({ origin: page }))
    await expectNobody(await call({ origin: page, cookie: cookie.slice(0, -2) }))
    const other = await aPersonWithPassword()
    const theirs = (await aSignedInBrowser(other)).cookie
    await made(200, 'POST', `${USERS}/${other.id}/lifecycle/suspend`)
    await expectNobody(await call({ origin: page, cookie: theirs }))
    await made(200, 'POST', `${USERS}/${other.id}/lifecycle/unsuspend`)
    await made(204, 'DELETE', `${USERS}/${other.id}/sessions`)
    await expectNobody(await call({ origin: page, cookie: theirs }))
  })

  it.each(FOREIGN_PAGES)('is nobody for a page %s', async (_, headersOf) => {
    const headers = await headersOf()
    const response = await call({ cookie, ...headers })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect(response.headers.get('access-control-allow-credentials')).toBeNull()
    expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin')
    await expectNobody(response)
    const preflight = await call(headers, 'OPTIONS')
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
  })

  it.each(['POST', 'PUT', 'DELETE'])(
    'changes nothing of themselves by the cookie (%s)',
    async (method) => {
      const before = await made(200, 'GET', `${USERS}/${person.id}`)
      const body = JSON.stringify({ profile: { firstName: 'Mallory' } })
      const headers = { cookie, origin: page, 'content-type': 'application/json' }
      const response = await send(ME, { method, headers, ...(method !== 'DELETE' && { body }) })
      expect(response.status).toBe(401)
      expect(await made(200, 'GET', `${USERS}/${person.id}`)).toEqual(before)
    },
  )

  it.each(['', '/groups', '/roles', '/clients'])(
    'opens nothing else by the cookie (%s)',
    async (below) => {
      expect(
        (await call({ cookie, origin: page }, 'GET', `${USERS}/${person.id}${below}`)).status,
      ).toBe(401)
      if (below !== '')
        expect((await call({ cookie, origin: page }, 'GET', `${ME}${below}`)).status).toBe(401)
    },
  )
})

describe('a token at the same path', () => {
  it('goes before the session, and is answered without credentials', async () => {
    const response = await call({ cookie, origin: page, authorization: `SSWS ${API_TOKEN}` })
    expect(response.headers.get('access-control-allow-origin')).toBe(page)
    expect(response.headers.get('access-control-allow-credentials')).toBeNull()
    const [status, user] = await answered(response)
    expect([status, user['profile']['login']]).toEqual([200, 'admin@edgemint.example'])
  })

  it('that is worth nothing is not made up for by the session', async () => {
    const [status, error] = await answered(
      await call({ cookie, origin: page, authorization: 'SSWS x' }),
    )
    expect([status, error['errorCode']]).toEqual([401, 'E0000011'])
  })

  it.each([
    ['content-type,x-okta-user-agent-extended', 'true', 'GET'],
    ['Authorization, content-type', null, 'DELETE, GET, HEAD, OPTIONS, POST, PUT'],
  ])('is told apart before it is sent (%s)', async (headers, credentials, methods) => {
    const preflight = await call(
      { origin: page, 'access-control-request-headers': headers },
      'OPTIONS',
    )
    expect(preflight.headers.get('access-control-allow-origin')).toBe(page)
    expect(preflight.headers.get('access-control-allow-credentials')).toBe(credentials)
    expect(preflight.headers.get('access-control-allow-methods')).toBe(methods)
  })
})
