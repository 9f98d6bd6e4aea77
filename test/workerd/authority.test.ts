/**
 * Authority over the management API, route by route: who is nobody, which scopes a token needs, which roles its holder
 * needs, and that what is refused writes nothing. What each role may do is written down here anew, by what a path is
 * about, so that a change of the product's table has to be made twice.
 */
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { orgScopeNames } from '../../src/issuer/org-scopes.ts'
import type { Route } from '../../src/management/route.ts'
import { managementRoutes } from '../../src/management/routes.ts'
import { assign, bearer, grant } from './app-support.ts'
import { aPerson, setUserStatus } from './principals.ts'
import {
  aClient,
  aKeyedClient,
  answered,
  api,
  aServer,
  mintWith,
  type KeyedClient,
  ORIGIN,
} from './support.ts'

const { DB, LOG_DB } = env

/** What a path is about; the first that fits. */
const SUBJECTS: readonly (readonly [RegExp, string])[] = [
  [/\/org\/credentials\//, 'orgKeys'],
  [/\/roles(\/|$)/, 'roles'],
  [/\/apps\/:appId\/grants/, 'appGrants'],
  [/\/credentials\/secrets/, 'secrets'],
  [/\/apps(\/|$)/, 'apps'],
  [/^\/api\/v1\/authorizationServers/, 'servers'],
  [/\/groups\/:groupId\/users\/:userId$/, 'members'],
  [/^\/api\/v1\/groups/, 'groups'],
  [/\/(users\/:userId|v1)\/sessions/, 'sessions'],
  [/\/users\/:userId\/(credentials|lifecycle\/(unlock|reset_|expire_))/, 'credentials'],
  [/^\/api\/v1\/users/, 'users'],
  [/^\/api\/v1\/api-tokens/, 'apiTokens'],
  [/^\/api\/v1\/trustedOrigins/, 'trustedOrigins'],
  [/^\/api\/v1\/inlineHooks/, 'inlineHooks'],
  [/^\/api\/v1\/logs/, 'logs'],
  [/^\/api\/v1\/org$/, 'org'],
  [/^\/api\/v1\/meta\/schemas/, 'schemas'],
  [/^\/api\/v1\/meta\/types/, 'userTypes'],
]

const subjectOf = ({ path }: Route): string => SUBJECTS.find(([pattern]) => pattern.test(path))![1]

/** What a role manages, and what else it reads. Who manages something reads it. */
const ROLES: Readonly<Record<string, readonly [manages: string, reads: string]>> = {
  ORG_ADMIN: [
    'users credentials members groups apiTokens org sessions trustedOrigins schemas',
    'apps logs roles userTypes',
  ],
  APP_ADMIN: ['apps secrets', 'users groups appGrants schemas userTypes'],
  API_ACCESS_MANAGEMENT_ADMIN: ['apps secrets servers inlineHooks', 'users groups appGrants'],
  USER_ADMIN: ['users credentials members sessions', 'groups schemas userTypes'],
  HELP_DESK_ADMIN: ['credentials sessions', 'users groups'],
  GROUP_MEMBERSHIP_ADMIN: ['members', 'users groups'],
  MOBILE_ADMIN: ['', 'users groups apps'],
  REPORT_ADMIN: ['', 'logs'],
}

function mayCall(role: string, route: Route): boolean {
  // A preview takes a body and changes nothing.
  const isRead = route.method === 'GET' || route.path.endsWith('/preview')
  if (role === 'SUPER_ADMIN') return true
  const subject = subjectOf(route)
  // Who reads a secret can do what its app can do.
  if (role === 'READ_ONLY_ADMIN') return isRead && subject !== 'secrets'
  const [manages, reads] = ROLES[role]!.map((text) => text.split(' '))
  return manages!.includes(subject) || (isRead && reads!.includes(subject))
}

/** Everybody may give up the token that they call with. */
const routes = managementRoutes.filter(({ path }) => path !== '/api/v1/api-tokens/current')

const nameOf = ({ method, path }: Route): string => `${method} ${path}`

/** RFC 9728 §5.1. */
const WHERE = `resource_metadata="${ORIGIN}/.well-known/oauth-protected-resource"`

/** Nothing has this id and the body is no JSON, so that what is allowed fails later than by authority. */
async function call(route: Route, authorization: string): Promise<Response> {
  const path = route.path.replaceAll(/:\w+/g, 'nothing')
  const body = route.body === null ? undefined : '{'
  return api(route.method, path, body, authorization)
}

interface Outcome {
  readonly status: number
  readonly code: string | undefined
  readonly challenge: string | null
}

async function outcome(route: Route, authorization: string): Promise<Outcome> {
  const response = await call(route, authorization)
  const challenge = response.headers.get('www-authenticate')
  if (response.ok) return { status: response.status, code: undefined, challenge }
  const [status, error] = await answered(response)
  return { status, code: error['errorCode'], challenge }
}

/** The routes that somebody is let through to, in pieces of calls made at the same time. */
async function letThrough(
  asked: readonly Route[],
  authorization: string,
  expectation: (outcome: Outcome, route: Route) => void = () => undefined,
): Promise<readonly string[]> {
  const open: string[] = []
  for (let from = 0; from < asked.length; from += 20) {
    const piece = asked.slice(from, from + 20)
    const outcomes = await Promise.all(piece.map((route) => outcome(route, authorization)))
    for (const [at, one] of outcomes.entries()) {
      expect(one.status).toBeLessThan(500)
      if (one.code === 'E0000006') expectation(one, piece[at]!)
      else open.push(nameOf(piece[at]!))
    }
  }
  return open
}

/** How much there is in each table, and how many events of administration; those of tokens come when they come. */
async function written(): Promise<Readonly<Record<string, number>>> {
  const count = async (db: D1Database, from: string): Promise<number> =>
    (await db.prepare(`SELECT count(*) AS n FROM ${from}`).first<{ n: number }>())!.n
  const { results } = await DB.prepare(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '[_s]*'`,
  ).all<{ name: string }>()
  const counts = results.map(async ({ name }) => [name, await count(DB, `"${name}"`)] as const)
  const events = await count(LOG_DB, `events WHERE event_type NOT GLOB 'app.oauth2*'`)
  return { ...Object.fromEntries(await Promise.all(counts)), events }
}

let machine: KeyedClient

beforeAll(async () => {
  machine = await aKeyedClient()
  for (const scope of orgScopeNames) await grant(machine.id, scope)
})

afterEach(() => void vi.useRealTimers())

describe('every route', () => {
  it('is about something that the table of this test knows', () => {
    for (const route of routes)
      expect([nameOf(route), SUBJECTS.some(([pattern]) => pattern.test(route.path))]).toEqual([
        nameOf(route),
        true,
      ])
  })

  it('refuses with 401 who presents nothing, garbage, or a token of another server', async () => {
    const server = await aServer()
    const client = await aClient()
    const [, foreign] = await answered(await mintWith(server, client))
    const mine = (await bearer(machine, [...orgScopeNames].join(' '))).slice('Bearer '.length)
    const [head, , signature] = mine.split('.')
    const forged = `${head}.${btoa('{"scp":["okta.users.manage"]}').replaceAll('=', '')}.${signature}`
    const before = await written()
    for (const authorization of [
      '',
      'SSWS wrong',
      `SSWS ${mine}`,
      'Bearer a.b.c',
      `Bearer ${foreign['access_token']}`,
      `Bearer ${forged}`,
      `Bearer ${mine.slice(0, -3)}`,
      `Basic ${btoa('a:b')}`,
    ])
      for (const route of routes)
        expect([nameOf(route), authorization.slice(0, 12), await outcome(route, authorization)]).toEqual([
          nameOf(route),
          authorization.slice(0, 12),
          {
            status: 401,
            code: 'E0000011',
            challenge: authorization.startsWith('Bearer ') ? `Bearer error="invalid_token", ${WHERE}` : `Bearer ${WHERE}`,
          },
        ]) // prettier-ignore
    expect(await written()).toEqual(before)
  })

  it('refuses an access token from the second at which it expires', async () => {
    const token = await bearer(machine, [...orgScopeNames].join(' '))
    const { exp } = JSON.parse(atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/')))
    vi.useFakeTimers({ toFake: ['Date'], now: (exp - 1) * 1000 })
    expect(await letThrough(routes, token)).toEqual([])
    const codes = async (): Promise<ReadonlySet<unknown>> =>
      new Set(await Promise.all(routes.map(async (route) => (await outcome(route, token)).code)))
    expect(await codes()).toEqual(new Set(['E0000006']))
    vi.setSystemTime(exp * 1000)
    expect(await codes()).toEqual(new Set(['E0000011']))
  })

  it('refuses an app that has every scope and no role, and says why as RFC 6750 does', async () => {
    const token = await bearer(machine, [...orgScopeNames].join(' '))
    const before = await written()
    const open = await letThrough(routes, token, ({ status, challenge }) => {
      expect([status, challenge]).toEqual([403, `Bearer error="insufficient_scope", ${WHERE}`])
    })
    expect(open).toEqual([])
    expect(await written()).toEqual(before)
  })

  it('refuses a super administrator whose token lacks the scope, and takes the scope alone', async () => {
    const app = await aKeyedClient()
    for (const scope of orgScopeNames) await grant(app.id, scope)
    await assign(app.clientId, 'SUPER_ADMIN')
    const before = await written()
    for (const needed of new Set(routes.map(({ scope }) => scope))) {
      const these = routes.filter(({ scope }) => scope === needed)
      const names = these.map(nameOf)
      const holding = needed.replace(/\.read$/, '.manage')
      const others = [...orgScopeNames].filter((scope) => scope !== needed && scope !== holding)
      expect([needed, await letThrough(these, await bearer(app, others.join(' ')))]).toEqual([needed, []]) // prettier-ignore
      expect(await letThrough(these, await bearer(app, needed))).toEqual(names)
      // Who manages reads; who reads does not manage.
      if (orgScopeNames.has(holding))
        expect(await letThrough(these, await bearer(app, holding))).toEqual(names)
    }
    expect(await written()).toEqual(before)
  })

  it.each(['SUPER_ADMIN', 'READ_ONLY_ADMIN', ...Object.keys(ROLES)])(
    'lets %s do what the role is for, and nothing else',
    async (role) => {
      const { authorization } = await aPerson(role)
      const before = await written()
      const allowed = routes.filter((route) => mayCall(role, route)).map(nameOf)
      expect(await letThrough(routes, authorization)).toEqual(allowed)
      expect(await written()).toEqual(before)
    },
  )

  it('refuses people without a role, and adds up the roles of who has two', async () => {
    expect(await letThrough(routes, (await aPerson()).authorization)).toEqual([])
    const both = ['HELP_DESK_ADMIN', 'REPORT_ADMIN']
    const { authorization } = await aPerson(...both)
    const allowed = routes.filter((route) => both.some((role) => mayCall(role, route)))
    expect(await letThrough(routes, authorization)).toEqual(allowed.map(nameOf))
  })
})

describe('the rights of a token', () => {
  const users = managementRoutes.find((route) => nameOf(route) === 'GET /api/v1/users')!

  it('end with the role that they came from, at the next call', async () => {
    const { id, authorization } = await aPerson('USER_ADMIN')
    expect((await outcome(users, authorization)).status).toBe(200)
    await DB.prepare('DELETE FROM role_assignments WHERE principal_id = ?1').bind(id).run()
    expect((await outcome(users, authorization)).code).toBe('E0000006')
  })

  it.each(['SUSPENDED', 'DEPROVISIONED', 'STAGED'])(
    'end when their holder is %s',
    async (status) => {
      const { id, authorization } = await aPerson('SUPER_ADMIN')
      expect((await outcome(users, authorization)).status).toBe(200)
      await setUserStatus(id, status)
      for (const route of routes)
        expect([nameOf(route), (await outcome(route, authorization)).code]).toEqual([
          nameOf(route),
          'E0000011',
        ])
    },
  )
})
