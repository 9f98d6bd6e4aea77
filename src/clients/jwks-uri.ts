/**
 * Keys that a client or a resource server publishes itself (`jwks_uri`), fetched through the guarded fetch and
 * remembered for a while. An unknown kid fetches again, at most once in ten seconds per URI, so that they can rotate.
 */
import type { JWK } from 'jose'
import { nowMillis } from '../platform/clock.ts'
import { parseJson } from '../platform/encoding.ts'
import { estimatedBytes } from '../platform/estimated-bytes.ts'
import { guardedGet } from '../platform/guarded-fetch.ts'
import { limits } from '../platform/limits.ts'
import { LruMap } from '../platform/lru.ts'

interface Fetched {
  readonly keys: readonly JWK[]
  readonly fetchedAt: number
}

const KEEP_MILLIS = 300_000
const REFETCH_MILLIS = 10_000
/** After a failure the last good keys go on working for this long. */
const OUTAGE_MILLIS = 900_000

const fetched = new LruMap<string, Fetched>(limits.jwksUriCachedMax, {
  most: limits.cachedBytesMax.jwksUris,
  weigh: ({ keys }) => estimatedBytes(keys),
})
const failedAt = new LruMap<string, number>(limits.jwksUriCachedMax)
/** When a fetch was last begun, so that many requests at once ask the host once. */
const askedAt = new LruMap<string, number>(limits.jwksUriCachedMax)

/** All keys at a URI, for whatever use. Null when they cannot be had. */
export async function keysAt(
  uri: string,
  kid: string | undefined,
  context: { readonly outboundAllowedOrigins: readonly string[] },
): Promise<readonly JWK[] | null> {
  const now = nowMillis()
  const known = fetched.get(uri)
  if (known !== undefined) {
    const age = now - known.fetchedAt
    const hasKid = kid === undefined || known.keys.some((key) => key.kid === kid)
    if (age < KEEP_MILLIS && (hasKid || age < REFETCH_MILLIS)) return known.keys
    // Somebody else is asking already; what is known serves until the answer is here.
    if (now - (askedAt.get(uri) ?? -Infinity) < limits.outboundTimeoutMillis) return known.keys
  }
  askedAt.set(uri, now)
  const recentlyFailed = now - (failedAt.get(uri) ?? -Infinity) < REFETCH_MILLIS
  const keys = recentlyFailed ? null : await fetchKeys(uri, context.outboundAllowedOrigins)
  if (keys !== null) {
    fetched.set(uri, { keys, fetchedAt: now })
    return keys
  }
  if (!recentlyFailed) failedAt.set(uri, now)
  if (known !== undefined && now - known.fetchedAt < OUTAGE_MILLIS) return known.keys
  return null
}

async function fetchKeys(
  uri: string,
  allowedOrigins: readonly string[],
): Promise<readonly JWK[] | null> {
  const answer = await guardedGet(uri, allowedOrigins)
  if (answer.outcome !== 'answered' || answer.status !== 200) return null
  const document = parseJson(answer.body) as { keys?: unknown } | undefined
  if (!Array.isArray(document?.keys)) return null
  const objects = document.keys.filter((key) => typeof key === 'object' && key !== null)
  return objects.slice(0, limits.keysPerSetMax) as JWK[]
}

/** Public signature keys of sufficient strength: symmetric keys and RSA under 2048 bits are passed over. */
export function isUsableKey(value: unknown): value is JWK {
  if (typeof value !== 'object' || value === null) return false
  const { kty, n, use } = value as JWK
  if (use !== undefined && use !== 'sig') return false
  if (kty === 'RSA') return typeof n === 'string' && n.length >= 342
  return kty === 'EC' || kty === 'OKP'
}
