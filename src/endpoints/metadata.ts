/**
 * Discovery documents (RFC 8414 §3, RFC 9728 §3) and JWK Sets (RFC 7517 §5). An isolate that knows the server makes
 * them itself; for others they are made behind the `Metadata` entrypoint, whose edge-cache key holds the issuer. No
 * `no-store` error enters the cache.
 */
import { oauthMetadata, openidMetadata } from '../issuer/metadata.ts'
import {
  audienceResource,
  managementResource,
  userinfoResource,
} from '../issuer/resource-metadata.ts'
import { publishedRing } from '../issuer/rings.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import type { Snapshot, Snapshots, WaitUntil, Wanted } from '../issuer/snapshots.ts'
import { grants } from '../grants/index.ts'
import { languages } from '../pages/language.ts'
import { jwksOf } from '../keys/jwks.ts'
import { nowSeconds } from '../platform/clock.ts'
import { base64url, utf8 } from '../platform/encoding.ts'
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

// Clients keep a document five minutes and no longer: a dropped key must not live on in their caches. The edge keeps
// it half a minute, and a quarter of an hour while the origin fails, as the snapshot rule does.
const CACHE_HEADERS = {
  'content-type': 'application/json',
  'cache-control': 'public, max-age=300',
  'cloudflare-cdn-cache-control': 'max-age=30, stale-while-revalidate=30, stale-if-error=900',
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag',
  ...NOSNIFF,
}

const wantedFor = (kind: MetadataKind, serverId: string): Wanted => ({
  serverId,
  clientId: null,
  ring: kind === 'keys' ? publishedRing(serverId) : null,
})

/** Whether a document can be made of what the isolate knows, without waiting for storage. */
export const isAtHand = (kind: MetadataKind, serverId: string, snapshots: Snapshots): boolean =>
  snapshots.has(wantedFor(kind, serverId))

/** Makes one document. Throws ServerNotFound for an unknown or inactive server. */
export async function makeMetadata(
  kind: MetadataKind,
  serverId: string,
  snapshots: Snapshots,
  waitUntil: WaitUntil,
): Promise<Response> {
  const snapshot = await snapshots.get(wantedFor(kind, serverId), waitUntil)
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
export function conditional(request: Request, made: Response): Response {
  const etag = made.headers.get('etag')
  const known = request.headers.get('if-none-match')
  if (etag === null || known === null || made.status !== 200) return made
  const matches = known
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''))
    .some((one) => one === etag || one === '*')
  if (!matches) return made
  const headers = new Headers(made.headers)
  headers.delete('content-type')
  return new Response(null, { status: 304, headers })
}
