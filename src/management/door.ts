/**
 * The management door: the one path every call takes: recognise, authorize, validate, handle, answer. The only catch of
 * ApiError. What stands around every answer, faults and unknown paths included, is in envelope.ts.
 */
import type { Context, Hono } from 'hono'
import { resourceMetadataUrl } from '../issuer/urls.ts'
import { ApiError, apiErrorAnswer, invalid } from '../protocol/api-errors.ts'
import { UniqueViolation } from '../store/database.ts'
import { authenticatePrincipal, authorize } from './access.ts'
import { parseBody, readJson } from './body.ts'
import { ManagementContext, type ManagementPorts } from './context.ts'
import { enveloped, requestIdOf, type PortsOf } from './envelope.ts'
import { linkHeaders } from './page.ts'
import { methodsByPath } from './methods.ts'
import { RateLimit } from './rate-limit.ts'
import { ListAnswer, ResourceAnswer, type Route } from './route.ts'
import { managementRoutes } from './routes.ts'

/** Everything below these belongs to this door, also where there is no route. */
const AREAS = ['/api/v1/*', '/oauth2/v1/clients/*'] as const

export function mountManagement(app: Hono<{ Bindings: Cloudflare.Env }>, portsOf: PortsOf): void {
  const limit = new RateLimit()
  for (const area of AREAS) app.use(area, (c, next) => enveloped(c, next, portsOf, limit))
  for (const route of managementRoutes)
    app.on(route.method, route.path, (c) =>
      call(route, c, portsOf(c.env, c.executionCtx as ExecutionContext)),
    )
  for (const [path, methods] of methodsByPath(managementRoutes)) {
    const allow = methods.join(', ')
    app.options(path, () => new Response(null, { status: 204, headers: { allow } }))
    app.all(path, () => apiErrorAnswer(new ApiError('E0000022'), { allow }))
  }
}

async function call(route: Route, c: Context, ports: ManagementPorts): Promise<Response> {
  try {
    await ports.orgId()
    const request = c.req.raw
    const principal = await authenticatePrincipal(request, ports)
    authorize(principal, route)
    if (route.superAdminOnly && !principal.roles.includes('SUPER_ADMIN'))
      throw new ApiError('E0000006')
    const url = new URL(request.url)
    refuseRepeated(url.searchParams)
    const body =
      route.body === null
        ? undefined
        : parseBody(route.body, await readJson(request), route.subject)
    const query = declaredOf(route, url.searchParams)
    const input = { params: c.req.param(), query, headers: request.headers, body }
    const context = new ManagementContext(ports, principal, {
      request,
      requestId: requestIdOf(c),
    })
    const result = await route.handle(input as never, context)
    return answer(route, url, ports, result)
  } catch (error) {
    return apiErrorAnswer(refusalOf(error), challengeOf(error, c.req.raw, ports))
  }
}

/** Which of two values is meant nobody can say. */
function refuseRepeated(query: URLSearchParams): void {
  const seen = new Set<string>()
  for (const name of query.keys()) {
    const shown = name.slice(0, 100)
    if (seen.has(name)) throw invalid(shown, `${shown}: The parameter is given more than once`)
    seen.add(name)
  }
}

/** A handler sees only the parameters that its route describes. */
const declaredOf = ({ query }: Route, sent: URLSearchParams): URLSearchParams =>
  new URLSearchParams([...sent].filter(([name]) => Object.hasOwn(query, name)))

function answer(route: Route, url: URL, ports: ManagementPorts, result: unknown): Response {
  const headers =
    result instanceof ListAnswer
      ? linkHeaders(url, ports.settings.origin, result.listed)
      : new Headers()
  const own = result instanceof ResourceAnswer ? result.headers : {}
  for (const [name, value] of Object.entries(own)) headers.set(name, value)
  if (route.status === 204) return new Response(null, { status: 204, headers })
  headers.set('content-type', 'application/json')
  return new Response(JSON.stringify(contentOf(result)), { status: route.status, headers })
}

function contentOf(result: unknown): unknown {
  if (result instanceof ListAnswer) return result.listed.items
  return result instanceof ResourceAnswer ? result.resource : result
}

/**
 * RFC 6750 §3.1: what was wrong with a bearer token; without one only the scheme is named, and where the metadata of
 * this API is (RFC 9728 §5.1).
 */
function challengeOf(
  error: unknown,
  request: Request,
  { settings }: ManagementPorts,
): Readonly<Record<string, string>> {
  if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 403)) return {}
  const where = `resource_metadata="${resourceMetadataUrl(settings.origin)}"`
  const isBearer = /^bearer /i.test(request.headers.get('authorization') ?? '')
  if (!isBearer) return error.status === 401 ? { 'www-authenticate': `Bearer ${where}` } : {}
  const what = error.status === 401 ? 'invalid_token' : 'insufficient_scope'
  return { 'www-authenticate': `Bearer error="${what}", ${where}` }
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
