/**
 * Discovery documents (RFC 8414 §3, RFC 9728 §3) and JWK Sets (RFC 7517 §5). An isolate that knows the server, or wrote
 * to it, makes them itself; for others they are made behind the `Metadata` entrypoint, whose edge-cache key holds the
 * issuer. No `no-store` error enters the cache.
 */
import { oauthMetadata, openidMetadata } from '../issuer/metadata.ts'
import {
  audienceResource,
  managementResource,
  userinfoResource,
} from '../issuer/resource-metadata.ts'
import { publishedRing } from '../issuer/rings.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import type { Kind } from '../issuer/remembered.ts'
import type { Snapshot, Snapshots, WaitUntil } from '../issuer/snapshots.ts'
import type { Wanted } from '../issuer/wanted.ts'
import { grants } from '../grants/index.ts'
import { languages } from '../pages/language.ts'
import { jwksOf } from '../keys/jwks.ts'
import { nowMillis, nowSeconds } from '../platform/clock.ts'
import { base64url, utf8 } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { logFault } from '../platform/log.ts'
import { ServerNotFound } from './confirm.ts'
import { ApiError, apiErrorAnswer } from '../protocol/api-errors.ts'
import { OAuthError } from '../protocol/errors.ts'
import { NOSNIFF } from '../protocol/safe-headers.ts'

/** Of servers as clients see them. */
const SERVER_DOCUMENTS = {
  'oauth-authorization-server': oauthMetadata,
  'openid-configuration': openidMetadata,
} as const

/** What makes each document; keys are of another kind. Null: the server has none of the kind. */
const DOCUMENTS = {
  ...SERVER_DOCUMENTS,
  'userinfo-resource': userinfoResource,
  'management-resource': managementResource,
  'audience-resource': audienceResource,
} as const

export type MetadataKind = keyof typeof DOCUMENTS | 'keys'

/** Whether a client may ask for a document as its own. */
export const isOfClients = (kind: MetadataKind): boolean => Object.hasOwn(SERVER_DOCUMENTS, kind)

/** What the cached entrypoint is called with; part of the cache key. */
export interface MetadataProps {
  readonly issuer: string
  readonly serverId: string
}

export const metadataPath = (kind: MetadataKind): string => `/1/${kind}`

export const metadataKindOf = (path: string): MetadataKind | null => {
  const kind = path.startsWith('/1/') ? path.slice(3) : ''
  return kind === 'keys' || Object.hasOwn(DOCUMENTS, kind) ? (kind as MetadataKind) : null
}

const FRESH = limits.snapshotFreshSeconds

// What the edge is given is as old as a fresh snapshot at most, so that nothing in it is older than the bound of the
// snapshot rule; a quarter of an hour while the origin fails, as that rule has it, too.
const EDGE_SECONDS = 20
const EDGE_CACHE_CONTROL = `max-age=${EDGE_SECONDS}, stale-while-revalidate=${limits.snapshotStaleSeconds - EDGE_SECONDS - FRESH}, stale-if-error=${limits.snapshotOutageSeconds}` // prettier-ignore

// Clients keep a document five minutes and no longer: a dropped key must not live on in their caches.
const CACHE_HEADERS = {
  'content-type': 'application/json',
  'cache-control': 'public, max-age=300',
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag',
  ...NOSNIFF,
}

const wantedFor = (kind: MetadataKind, serverId: string): Wanted => ({
  serverId,
  clientId: null,
  ring: kind === 'keys' ? publishedRing(serverId) : null,
})

/** Where documents are made of. */
interface Known {
  readonly snapshots: Snapshots
  readonly waitUntil: WaitUntil
}

/**
 * A document as a client gets it. What is known of the server is not read again for it; what this isolate wrote shows
 * at once; and where the edge has nothing but a fault, what is known may still cover the outage. Throws ServerNotFound
 * for an unknown or inactive server.
 */
export async function metadataAnswer(
  kind: MetadataKind,
  serverId: string,
  { snapshots, waitUntil }: Known,
  fromEdge: () => Promise<Response>,
): Promise<Response> {
  const wanted = wantedFor(kind, serverId)
  const known = snapshots.peek(wanted)
  if (known !== null) return made(kind, known)
  if (!snapshots.wrote(wanted)) {
    const answer = await fromEdge().catch((cause: unknown) => {
      logFault('metadata.edge', { serverId }, cause)
      return null
    })
    if (answer !== null && answer.status < 500) return answer
  }
  return made(kind, await snapshots.get(wanted, waitUntil))
}

/** The same for the edge to keep. */
export async function edgeMetadata(
  kind: MetadataKind,
  serverId: string,
  known: Known,
): Promise<Response> {
  const answer = await made(kind, await freshSnapshot(wantedFor(kind, serverId), known))
  if (answer.ok) answer.headers.set('cloudflare-cdn-cache-control', EDGE_CACHE_CONTROL)
  return answer
}

/** Not older than a fresh one as long as storage answers. */
async function freshSnapshot(wanted: Wanted, { snapshots, waitUntil }: Known): Promise<Snapshot> {
  const known = snapshots.peek(wanted)
  if (known === null) return snapshots.get(wanted, waitUntil)
  // A server that does not exist has no ring.
  const kinds: readonly Kind[] = known.server === null ? ['server'] : ['server', 'ring']
  if (snapshots.readSince(wanted, nowMillis() - FRESH * 1000, kinds)) return known
  try {
    return await snapshots.reload(wanted, waitUntil, kinds)
  } catch (error) {
    if (error instanceof OAuthError) return known
    throw error
  }
}

/** Makes one document. Throws ServerNotFound for an unknown or inactive server. */
async function made(kind: MetadataKind, snapshot: Snapshot): Promise<Response> {
  if (snapshot.server?.server.status !== 'ACTIVE') throw new ServerNotFound()
  if (kind === 'keys' && snapshot.ring === null) throw new OAuthError('temporarily_unavailable')
  const document = kind === 'keys' ? keysOf(snapshot) : documentOf(kind, snapshot.server)
  if (document === null) return noDocumentAnswer()
  const body = JSON.stringify(document)
  const digest = await crypto.subtle.digest('SHA-256', utf8(body))
  return new Response(body, {
    headers: { ...CACHE_HEADERS, etag: `"${base64url(new Uint8Array(digest))}"` },
  })
}

const noDocumentAnswer = (): Response =>
  apiErrorAnswer(new ApiError('E0000008'), { 'access-control-allow-origin': '*' })

const documentOf = (kind: keyof typeof DOCUMENTS, server: CompiledServer): object | null =>
  DOCUMENTS[kind](server, OFFERED)

const OFFERED = { grantTypes: [...grants.keys()], languages: languages.map(({ lang }) => lang) }

function keysOf({ ring }: Snapshot): object {
  if (ring === null) throw new OAuthError('temporarily_unavailable')
  return jwksOf(ring, nowSeconds())
}

/** Answers 304 when the client already has what would be sent (RFC 9110 §13.1.2). */
export function conditional(request: Request, answer: Response): Response {
  const etag = answer.headers.get('etag')
  const known = request.headers.get('if-none-match')
  if (etag === null || known === null || answer.status !== 200) return answer
  const matches = known
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''))
    .some((one) => one === etag || one === '*')
  if (!matches) return answer
  const headers = new Headers(answer.headers)
  headers.delete('content-type')
  return new Response(null, { status: 304, headers })
}
