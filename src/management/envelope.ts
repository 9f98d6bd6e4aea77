/**
 * What stands around every answer of the management door: a request id, the rate limit, the headers that keep answers
 * out of caches and out of frames of meaning they do not have, and CORS.
 */
import type { Context, Next } from 'hono'
import { nowMillis, nowSeconds } from '../platform/clock.ts'
import { logFault } from '../platform/log.ts'
import { randomAlphanumeric } from '../platform/random.ts'
import { ApiError, apiErrorAnswer } from '../protocol/api-errors.ts'
import { NOSNIFF, transportHeaders } from '../protocol/safe-headers.ts'
import type { ManagementPorts } from './context.ts'
import { corsHeaders } from './cors.ts'
import { violation, type RateLimit } from './rate-limit.ts'

/** What the door needs of the composition, for one request. Throws MissingSettings. */
export type PortsOf = (env: Cloudflare.Env, context: ExecutionContext) => ManagementPorts

const REQUEST_ID = 'managementRequestId'

/** The id by which the answer and the system log name the request. */
export const requestIdOf = (c: Context): string => c.get(REQUEST_ID) as string

export async function enveloped(
  c: Context,
  next: Next,
  portsOf: PortsOf,
  limit: RateLimit,
): Promise<void> {
  const requestId = `req${randomAlphanumeric(22)}`
  c.set(REQUEST_ID, requestId)
  const ports = portsOrNull(c, portsOf)
  const rate = ports === null ? null : limit.take(ports.settings.rateLimitPerMinute)
  if (ports !== null && rate?.allowed === false) {
    const occurrence = violation(ports.settings.rateLimitPerMinute)
    ports.log.push(occurrence, { request: c.req.raw, requestId }, ports.waitUntil)
    c.res = tooMany(rate.reset)
  } else await next()
  const added = {
    'x-okta-request-id': requestId,
    'cache-control': 'no-store',
    ...NOSNIFF,
    ...rate?.headers,
    ...(ports !== null && transportHeaders(ports.settings.origin)),
    ...(ports !== null && (await crossOrigin(c, ports))),
  }
  for (const [name, value] of Object.entries(added)) c.res.headers.set(name, value)
}

/** Null while the deployment is not configured, which the handler tells. */
function portsOrNull(c: Context, portsOf: PortsOf): ManagementPorts | null {
  try {
    return portsOf(c.env as Cloudflare.Env, c.executionCtx as ExecutionContext)
  } catch {
    return null
  }
}

/** Clients wait from `Date` until `X-Rate-Limit-Reset`. */
function tooMany(reset: number): Response {
  return apiErrorAnswer(new ApiError('E0000047'), {
    date: new Date(nowMillis()).toUTCString(),
    'retry-after': String(Math.max(1, reset - nowSeconds())),
  })
}

/** Storage that is away makes no page trusted, and no answer a fault. */
async function crossOrigin(
  c: Context,
  { trustedOrigins, waitUntil }: ManagementPorts,
): Promise<Readonly<Record<string, string>>> {
  const origin = c.req.header('origin')
  if (origin === undefined) return {}
  try {
    const trusted = await trustedOrigins.get(waitUntil)
    return corsHeaders(origin, c.req.method, c.res.headers.get('allow') ?? '', trusted)
  } catch (cause) {
    logFault('trusted-origins', {}, cause)
    return { vary: 'Origin' }
  }
}
