/**
 * The management door: the table of all routes, and the one path every call takes: recognise, authorize, validate,
 * handle, answer. The only catch of ApiError.
 */
import type { Context, Hono } from 'hono'
import { randomAlphanumeric } from '../platform/random.ts'
import { ApiError, apiErrorAnswer, invalid } from '../protocol/api-errors.ts'
import { UniqueViolation } from '../store/database.ts'
import { authenticatePrincipal, authorize } from './access.ts'
import { appGrantRoutes } from './app-grants.ts'
import { appKeyRoutes } from './app-keys.ts'
import { appSecretRoutes } from './app-secrets.ts'
import { appRoutes } from './apps.ts'
import { authorizationServerRoutes } from './authorization-servers.ts'
import { parseBody, readJson } from './body.ts'
import { claimRoutes } from './claims.ts'
import { clientRoleRoutes } from './client-roles.ts'
import { ManagementContext, type ManagementPorts } from './context.ts'
import { groupMemberRoutes } from './group-members.ts'
import { groupRoutes } from './groups.ts'
import { keyRoutes } from './keys.ts'
import { linkHeaders } from './page.ts'
import { policyRoutes } from './policies.ts'
import { RateLimit } from './rate-limit.ts'
import { ListAnswer, ResourceAnswer, type Route } from './route.ts'
import { ruleRoutes } from './rules.ts'
import { scopeRoutes } from './scopes.ts'

/** Every route of the management API. */
export const managementRoutes: readonly Route[] = [
  ...authorizationServerRoutes,
  ...scopeRoutes,
  ...claimRoutes,
  ...policyRoutes,
  ...ruleRoutes,
  ...keyRoutes,
  ...appRoutes,
  ...appSecretRoutes,
  ...appKeyRoutes,
  ...appGrantRoutes,
  ...clientRoleRoutes,
  ...groupRoutes,
  ...groupMemberRoutes,
]

/** What the door needs of the composition, for one request. */
export type PortsOf = (env: Cloudflare.Env, context: ExecutionContext) => ManagementPorts

export function mountManagement(app: Hono<{ Bindings: Cloudflare.Env }>, portsOf: PortsOf): void {
  const limit = new RateLimit()
  const paths = new Set<string>()
  for (const route of managementRoutes) {
    paths.add(route.path)
    app.on(route.method, route.path, (c) =>
      call(route, c, portsOf(c.env, c.executionCtx as ExecutionContext), limit),
    )
  }
  for (const path of paths) app.all(path, () => apiErrorAnswer(new ApiError('E0000022')))
}

async function call(
  route: Route,
  c: Context,
  ports: ManagementPorts,
  limit: RateLimit,
): Promise<Response> {
  const requestId = `req${randomAlphanumeric(22)}`
  const rate = limit.take(ports.settings.rateLimitPerMinute)
  const headers = { 'x-okta-request-id': requestId, ...rate.headers }
  try {
    if (!rate.allowed) throw new ApiError('E0000047')
    await ports.ready()
    const request = c.req.raw
    const principal = await authenticatePrincipal(request, ports)
    authorize(principal, route)
    if (route.superAdminOnly && !principal.roles.includes('SUPER_ADMIN'))
      throw new ApiError('E0000006')
    const url = new URL(request.url)
    const body =
      route.body === null
        ? undefined
        : parseBody(route.body, await readJson(request), route.subject)
    const input = { params: c.req.param(), query: url.searchParams, headers: request.headers, body }
    const context = new ManagementContext(ports, principal, requestId)
    const result = await route.handle(input as never, context)
    return answer(route, url, ports, result, headers)
  } catch (error) {
    return apiErrorAnswer(refusalOf(error), {
      ...headers,
      ...challengeOf(error, c.req.raw),
    })
  }
}

function answer(
  route: Route,
  url: URL,
  ports: ManagementPorts,
  result: unknown,
  headers: Readonly<Record<string, string>>,
): Response {
  const all =
    result instanceof ListAnswer
      ? linkHeaders(url, ports.settings.origin, result.listed)
      : new Headers()
  const own = result instanceof ResourceAnswer ? result.headers : {}
  for (const [name, value] of Object.entries({ ...headers, ...own })) all.set(name, value)
  all.set('cache-control', 'no-store')
  if (route.status === 204) return new Response(null, { status: 204, headers: all })
  all.set('content-type', 'application/json')
  return new Response(JSON.stringify(contentOf(result)), { status: route.status, headers: all })
}

function contentOf(result: unknown): unknown {
  if (result instanceof ListAnswer) return result.listed.items
  return result instanceof ResourceAnswer ? result.resource : result
}

/** RFC 6750 §3.1: what was wrong with a bearer token; without one only the scheme is named. */
function challengeOf(error: unknown, request: Request): Readonly<Record<string, string>> {
  if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 403)) return {}
  const isBearer = /^bearer /i.test(request.headers.get('authorization') ?? '')
  if (!isBearer) return error.status === 401 ? { 'www-authenticate': 'Bearer' } : {}
  const what = error.status === 401 ? 'invalid_token' : 'insufficient_scope'
  return { 'www-authenticate': `Bearer error="${what}"` }
}

/** Names are unique in the database, not by a check before; what it refuses is a fault of the field. */
function refusalOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof UniqueViolation) {
    const column = error.constraint.split(',').at(-1)!.trim().split('.').at(-1) ?? 'name'
    const field = column.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
    return invalid(
      field,
      `${field}: An object with this field already exists in the current organization`,
    )
  }
  throw error
}
