/** Answers of the protocol door: JSON that is never stored, errors of RFC 6749 §5.2, CORS. */
import { resourceMetadataUrl, type ServerUrls } from '../issuer/urls.ts'
import { limits } from '../platform/limits.ts'
import { ALLOWED_HEADERS, EXPOSED_HEADERS } from '../protocol/cross-origin.ts'
import type { OAuthError } from '../protocol/errors.ts'
import { NOSNIFF } from '../protocol/safe-headers.ts'

/** The Origin header of a request, read once: null when no page makes it. */
export type RequestOrigin = string | null

/** Shared by all answers; spread only where something is added. */
const JSON_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  pragma: 'no-cache',
  ...NOSNIFF,
}

/** Any origin may read an answer: no cookie takes part at this door, and the request's own credentials decide. */
const cors = (origin: string): Record<string, string> => ({
  'access-control-allow-origin': origin,
  'access-control-expose-headers': EXPOSED_HEADERS,
  vary: 'Origin',
})

const headersFor = (
  origin: RequestOrigin,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => (origin === null ? headers : { ...headers, ...cors(origin) })

/** The same as the platform keeps them: an answer takes these over without reading each one again. */
const PREPARED_JSON_HEADERS = new Headers(JSON_HEADERS)

export const jsonAnswer = (origin: RequestOrigin, body: unknown): Response =>
  new Response(JSON.stringify(body), {
    headers: origin === null ? PREPARED_JSON_HEADERS : headersFor(origin, JSON_HEADERS),
  })

export const jwtAnswer = (
  origin: RequestOrigin,
  token: string,
  type = 'application/jwt',
): Response =>
  new Response(token, {
    headers: headersFor(origin, { ...JSON_HEADERS, 'content-type': type }),
  })

export const emptyAnswer = (origin: RequestOrigin): Response =>
  new Response(null, {
    headers: headersFor(origin, { 'cache-control': 'no-store', pragma: 'no-cache', ...NOSNIFF }),
  })

/** The preflight of an endpoint; whether the request itself is allowed is decided when it comes. */
export const preflightAnswer = (request: Request, methods: readonly string[]): Response =>
  new Response(null, {
    status: 204,
    headers: {
      ...cors(request.headers.get('origin') ?? '*'),
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': ALLOWED_HEADERS,
      'access-control-max-age': '3600',
      'cache-control': 'no-store',
      ...NOSNIFF,
    },
  })

/**
 * A refusal of a protected resource, RFC 6750 §3: a challenge and no body. Whoever presented nothing is told nothing
 * but the scheme (§3.1), and everybody where the resource's metadata is (RFC 9728 §5.1).
 */
export function challengeAnswer(
  origin: RequestOrigin,
  error: OAuthError,
  { issuer, userinfo }: Pick<ServerUrls, 'issuer' | 'userinfo'>,
  methods: readonly string[],
): Response {
  if (error.status === 503 || error.status === 405)
    return errorAnswer(origin, error, issuer, methods)
  const told = `, error="${error.error}", error_description="${error.description}"`
  const what = error.reason === 'access_token_missing' ? '' : told
  const where = `, resource_metadata="${resourceMetadataUrl(userinfo)}"`
  return new Response(null, {
    status: error.status,
    headers: headersFor(origin, {
      'www-authenticate': `Bearer realm="${issuer}"${what}${where}`,
      'cache-control': 'no-store',
      pragma: 'no-cache',
      ...NOSNIFF,
    }),
  })
}

/** An OAuthError on the wire. A 401 names the scheme (RFC 9110 §15.5.2), a 429 and a 503 when to come back. */
export function errorAnswer(
  origin: RequestOrigin,
  error: OAuthError,
  realm: string,
  methods: readonly string[] = ['POST'],
): Response {
  const headers: Record<string, string> = { ...JSON_HEADERS }
  if (error.status === 401) headers['www-authenticate'] = `Basic realm="${realm}"`
  if (error.status === 429) headers['retry-after'] = String(limits.attemptsWindowSeconds)
  if (error.status === 503) headers['retry-after'] = '5'
  if (error.status === 405) headers['allow'] = [...methods, 'OPTIONS'].join(', ')
  return new Response(
    JSON.stringify({ error: error.error, error_description: error.description }),
    { status: error.status, headers: headersFor(origin, headers) },
  )
}
