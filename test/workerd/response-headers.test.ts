/**
 * What every answer says to browsers, over every route that the Worker has: the router is asked for them, so that a new
 * one cannot be forgotten. What it has to be stands in answer-rules.ts. Successes that take a person are had in
 * response-successes.test.ts.
 */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { app as routed } from '../../src/app.ts'
import worker from '../../src/index.ts'
import { answerTo, CLIENTS, isPage, PUBLIC, RULES, type Answer } from './answer-rules.ts'
import { aPersonWithPassword } from './sign-in-support.ts'
import { aClient, api, API_TOKEN, aServer, basic, ORIGIN, post, send } from './support.ts'

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'] as const
const STRANGER = 'https://evil.example'

const named = (path: string, serverId: string): string =>
  path
    .replaceAll(':authorizationServerId', serverId)
    .replaceAll(/:\w+/g, 'x')
    .replaceAll('*', 'nowhere')

/** Every path that the router knows. */
const PATHS = [...new Set(routed.routes.map(({ path }) => path))]

const asked: Answer[] = []

async function ask(path: string, init: RequestInit): Promise<void> {
  const response = await send(path, { redirect: 'manual', ...init })
  await response.arrayBuffer()
  asked.push(answerTo(new Request(ORIGIN + path, init), response, ORIGIN))
}

beforeAll(async () => {
  await api('GET', '/api/v1/org')
  const token = { authorization: `SSWS ${API_TOKEN}`, 'content-type': 'application/json' }
  for (const path of PATHS)
    for (const method of METHODS) {
      await ask(named(path, 'default'), { method, headers: { origin: STRANGER } })
      // The token stays, and what changes something is asked of a server that nobody has: more is to be asked.
      if (path.startsWith('/api/v1/') && !path.endsWith('/api-tokens/current'))
        await ask(named(path, method === 'GET' ? 'default' : 'x'), { method, headers: token })
    }
}, 120_000)

/** The places at which an answer is not as it should be. */
const wrong = (isRight: (answer: Answer) => boolean): readonly string[] =>
  asked
    .filter((one) => !isRight(one))
    .map(
      ({ method, path, status, headers }) =>
        `${method} ${path} ${status} ${JSON.stringify(Object.fromEntries(headers))}`,
    )

/** A preflight comes without the handle that says which app a page is of; what follows it is decided by that. */
const DECIDED_LATER = /\/v1\/interact$|^\/idp\/idx\//

describe('every answer of every route', () => {
  it('is asked for here, faults and refusals included', () => {
    expect(PATHS.length).toBeGreaterThan(130)
    const statuses = new Set(asked.map(({ status }) => status))
    for (const status of [200, 204, 400, 401, 404, 405, 415]) expect(statuses).toContain(status)
    expect([...statuses].filter((status) => status >= 500)).toEqual([])
    expect(asked.filter(isPage).length).toBeGreaterThan(20)
    expect(asked.flatMap(({ headers }) => headers.getSetCookie()).length).toBeGreaterThan(10)
  })

  it.each(Object.entries(RULES))('%s', (_, holds) => {
    expect(wrong(holds)).toEqual([])
  })

  it('to a page of somebody else is readable where no cookie takes part, and nowhere else', () => {
    expect(
      wrong(({ path, method, status, headers }) => {
        const allowed = headers.get('access-control-allow-origin')
        const credentials = headers.get('access-control-allow-credentials')
        if (DECIDED_LATER.test(path) && method === 'OPTIONS') return status === 204
        if (credentials !== null) return false
        if (allowed === null) return true
        if (CLIENTS.test(path)) return allowed === STRANGER && headers.get('vary') === 'Origin'
        return allowed === '*' && PUBLIC.test(path)
      }),
    ).toEqual([])
  })

  it('on a developer’s machine asks for no HTTPS, and its cookies need none', async () => {
    const context = createExecutionContext()
    const local = { ...env, ORIGIN: 'http://localhost:8787' }
    const response = await worker.fetch(
      new Request('http://localhost:8787/signin') as never,
      local as never,
      context,
    )
    await waitOnExecutionContext(context)
    expect(response.status).toBe(200)
    expect(response.headers.has('strict-transport-security')).toBe(false)
    expect(response.headers.getSetCookie().join('\n')).toMatch(
      /^edgemint_browser_[\w-]{8}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
    )
  })
})

describe('what holds tokens, secrets or people', () => {
  it('is kept by nobody, where it succeeds', async () => {
    const person = await aPersonWithPassword()
    const client = await aClient()
    const { issuer } = await aServer()
    const authorization = basic(client.clientId, client.secret)
    const answers = [
      await post(
        `${issuer}/v1/token`,
        { grant_type: 'client_credentials', scope: 'read' },
        { authorization },
      ),
      await post(`${issuer}/v1/introspect`, { token: 'x' }, { authorization }),
      await api('GET', `/api/v1/apps/${client.id}/credentials/secrets`),
      await api('GET', `/api/v1/users/${person.id}`),
    ]
    for (const { status, headers } of answers)
      expect([status, headers.get('cache-control'), headers.get('x-content-type-options')]).toEqual(
        [200, 'no-store', 'nosniff'],
      )
  })
})
