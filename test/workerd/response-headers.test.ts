/**
 * What every answer says to browsers, over every route that the Worker has: the router is asked for them, so that a new
 * one cannot be forgotten. Who may read an answer, keep it, frame it or make another type of it stands in tables here.
 */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { app as routed } from '../../src/app.ts'
import worker from '../../src/index.ts'
import { Browser } from './browser.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  ORG_BASE,
  PASSWORD,
  signedIn,
} from './sign-in-support.ts'
import { aClient, api, API_TOKEN, aServer, basic, post, send } from './support.ts'

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'] as const
const cookiesOf = ({ cookies }: Browser): string =>
  [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')

const STRANGER = 'https://evil.example'

/** Every path that the router knows, with something in the place of its parameters. */
const PATHS = [...new Set(routed.routes.map(({ path }) => path))].map((path) => ({
  path,
  url: path
    .replaceAll(':authorizationServerId', 'default')
    .replaceAll(/:\w+/g, 'x')
    .replaceAll('*', 'nowhere'),
}))

interface Asked {
  readonly path: string
  readonly method: string
  readonly response: Response
}

const asked: Asked[] = []

async function ask(path: string, url: string, init: RequestInit): Promise<void> {
  const response = await send(url, { redirect: 'manual', ...init })
  await response.arrayBuffer()
  asked.push({ path, method: init.method ?? 'GET', response })
}

beforeAll(async () => {
  await api('GET', '/api/v1/org')
  const token = { authorization: `SSWS ${API_TOKEN}`, 'content-type': 'application/json' }
  for (const { path, url } of PATHS)
    for (const method of METHODS) {
      await ask(path, url, { method, headers: { origin: STRANGER } })
      if (method === 'GET' && path.startsWith('/api/v1/'))
        await ask(path, url, { method, headers: token })
    }
}, 120_000)

/** The places at which an answer is not as it should be. */
const wrong = (isRight: (asked: Asked) => boolean): readonly string[] =>
  asked
    .filter((one) => !isRight(one))
    .map(
      ({ method, path, response }) =>
        `${method} ${path} ${response.status} ${JSON.stringify(Object.fromEntries(response.headers))}`,
    )

const is = (response: Response, type: string): boolean =>
  response.headers.get('content-type')?.startsWith(type) === true

/** What everybody may read, and keep for five minutes. */
const PUBLIC =
  /\/\.well-known\/|\/v1\/keys$|^\/oauth2\/v1\/keys$|^\/docs(\/api)?$|^\/api\/v1\/openapi\.json$/

/** Endpoints at which no cookie takes part: what a request brings decides, whoever reads the answer. */
const CLIENTS = /^\/oauth2\/.*v1\/(token|introspect|revoke|userinfo)$/

/** A preflight comes without the handle that says which app a page is of; what follows it is decided by that. */
const DECIDED_LATER = /\/v1\/interact$|^\/idp\/idx\//

describe('every answer of every route', () => {
  it('is asked for here, faults and refusals included', () => {
    expect(PATHS.length).toBeGreaterThan(130)
    const statuses = new Set(asked.map(({ response }) => response.status))
    for (const status of [200, 204, 400, 401, 404, 405, 415]) expect(statuses).toContain(status)
    expect([...statuses].filter((status) => status >= 500)).toEqual([])
  })

  it('is of the type that it says, and does not tell what serves it', () => {
    expect(
      wrong(
        ({ response: { headers } }) =>
          headers.get('x-content-type-options') === 'nosniff' &&
          !headers.has('server') &&
          !headers.has('x-powered-by'),
      ),
    ).toEqual([])
  })

  it('is kept by nobody unless it is public', () => {
    const mayBeKept = ({ path, method, response }: Asked): boolean =>
      PUBLIC.test(path) && method === 'GET' && response.status === 200
    expect(
      wrong(
        (one) =>
          one.response.headers.get('cache-control') ===
          (mayBeKept(one) ? 'public, max-age=300' : 'no-store'),
      ),
    ).toEqual([])
  })

  it('is JSON, a page or nothing', () => {
    expect(
      wrong(
        ({ response }) =>
          !response.headers.has('content-type') ||
          is(response, 'application/json') ||
          is(response, 'text/html'),
      ),
    ).toEqual([])
  })

  it('to a page of somebody else is readable where no cookie takes part, and nowhere else', () => {
    expect(
      wrong(({ path, method, response: { status, headers } }) => {
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
})

const PAGE = [
  /^default-src 'none'(;|$)/,
  /; ?frame-ancestors 'none'(;|$)/,
  /; ?base-uri 'none'(;|$)/,
  /; ?form-action ('none'|'self')/,
]

describe('every page', () => {
  const pages = (): readonly Asked[] => asked.filter(({ response }) => is(response, 'text/html'))

  it('loads and runs nothing, is framed by nobody, and tells other sites nothing', () => {
    expect(pages().length).toBeGreaterThan(20)
    expect(
      wrong(({ response }) => {
        if (!is(response, 'text/html')) return true
        const policy = response.headers.get('content-security-policy') ?? ''
        const referrer = response.headers.get('referrer-policy') ?? ''
        return (
          PAGE.every((part) => part.test(policy)) &&
          !/unsafe|\*|https?:(?!\/\/)/.test(policy) &&
          ['no-referrer', 'same-origin'].includes(referrer)
        )
      }),
    ).toEqual([])
  })

  it('of people asks for HTTPS where the origin has it, and not on a developer’s machine', async () => {
    expect(
      wrong(
        ({ path, response: { headers } }) =>
          !headers.has('x-frame-options') ||
          path.startsWith('/docs') ||
          headers.get('strict-transport-security') === 'max-age=31536000',
      ),
    ).toEqual([])
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

describe('every cookie', () => {
  const COOKIE =
    /^__Host-edgemint_(session|browser_[\w-]{8})=[\w.-]*; Path=\/; HttpOnly; Secure; SameSite=None(; Max-Age=0)?$/

  it('is of this host alone, for HTTPS alone, and for no script', async () => {
    const set = asked.flatMap(({ response }) => response.headers.getSetCookie())
    expect(set.length).toBeGreaterThan(10)
    const person = await aPersonWithPassword()
    const app = await aSignInApp()
    const browser = new Browser()
    const page = await browser.get(authorizeUrl(ORG_BASE, app))
    const transaction = /name="transaction" value="([^"]+)"/.exec(page.html)![1]!
    const entered = await send('/signin', {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: cookiesOf(browser), 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ transaction, identifier: person.login, password: PASSWORD }),
    })
    const left = await send('/api/v1/sessions/me', {
      method: 'DELETE',
      headers: { cookie: cookiesOf((await signedIn(ORG_BASE, app, person)).browser) },
    })
    const ofSessions = [entered, left].flatMap(({ headers }) => headers.getSetCookie())
    expect(ofSessions.some((one) => one.includes('_session=') && !one.includes('Max-Age'))).toBe(
      true,
    )
    expect(ofSessions.some((one) => one.includes('_session=;') && one.includes('Max-Age=0'))).toBe(
      true,
    )
    expect([...set, ...ofSessions].filter((one) => !COOKIE.test(one))).toEqual([])
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
