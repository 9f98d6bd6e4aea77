/**
 * What introspection and revocation have in common: an authenticated client and the token it names. An answer "not
 * ours" is confirmed before it is given: a key that this isolate has not heard of is looked up in a freshly read ring.
 */
import { decodeJwt } from 'jose'
import { readArtefact, type Artefact } from '../domain/artefact.ts'
import type { Client } from '../domain/client.ts'
import type { RingView } from '../domain/key-rotation.ts'
import { readAccessToken, type AccessTokenClaims } from '../issuer/access-token.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { readIdToken, type IdTokenClaims } from '../issuer/id-token.ts'
import { accessTokenRing, publishedRing } from '../issuer/rings.ts'
import { namesUnknownKey } from '../keys/verify.ts'
import { nowMillis, nowSeconds } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { OAuthError } from '../protocol/errors.ts'
import { readForm } from '../protocol/form.ts'
import { authenticate, presentedBy, spend } from './client-authentication.ts'
import { confirmed } from './confirm.ts'
import type { ProtocolContext, ServerContext } from './context.ts'
import { publishedRingOf } from './issue.ts'

/** A token of this server, whether it is alive or not; null for anything else. */
export type ReadToken =
  | { readonly type: 'access_token'; readonly claims: AccessTokenClaims }
  | { readonly type: 'id_token'; readonly claims: IdTokenClaims }
  | { readonly type: 'refresh_token'; readonly handle: Artefact }
  | null

export interface PresentedToken {
  /** Who asks. */
  readonly client: Client
  readonly server: CompiledServer
  /** Of the server's access tokens. */
  readonly ring: RingView
  readonly token: ReadToken
}

/** Reads the request, authenticates the client and spends its assertion; then reads the token. */
export async function presentedToken(
  request: Request,
  endpoint: 'introspect' | 'revoke',
  context: ProtocolContext,
): Promise<PresentedToken> {
  const form = await readForm(request)
  const presented = presentedBy(request, form)
  const ringName = accessTokenRing(context.serverId)
  const wanted = { serverId: context.serverId, clientId: presented.clientId, ring: ringName }
  const now = nowSeconds()
  const { client, assertion, server, ring } = await confirmed(context, wanted, async (snapshot) => {
    const authenticated = await authenticate(presented, snapshot, endpoint, context, now)
    return { ...snapshot, ...authenticated }
  })
  const token = form.get('token')
  if (token === undefined) throw new OAuthError('missing_token')
  if (ring === null) throw new OAuthError('temporarily_unavailable')
  await spend(assertion, client.clientId, context)
  return { client, server, ring, token: await readToken(token, server, ring, now, context) }
}

/** Whatever its hint says: a client may be wrong about it (RFC 7009 §2.1). */
async function readToken(
  token: string,
  server: CompiledServer,
  ring: RingView,
  now: number,
  context: ProtocolContext,
): Promise<ReadToken> {
  const handle = await readArtefact('refresh-token', token, context.settings.keyEncryption)
  if (handle !== null)
    return handle.serverId === server.server.id ? { type: 'refresh_token', handle } : null
  if (!isIdToken(token)) {
    const claims = await confirmedClaims(token, server, ring, now, context)
    return claims === null ? null : { type: 'access_token', claims }
  }
  const name = publishedRing(context.serverId)
  const published = await publishedRingOf(context.serverId, ring, context)
  const claims = await underNewestKeys(token, name, published, context, (keys) =>
    readIdToken(token, keys, server.urls.issuer, now),
  )
  return claims === null ? null : { type: 'id_token', claims }
}

/** What a token says that it is; whether it is one the signature tells. */
function isIdToken(token: string): boolean {
  const jti = unproven(token)?.['jti']
  return typeof jti === 'string' && jti.startsWith('ID.')
}

/** RFC 6749 appendix A.1, so that storage is asked for nothing else. */
const CLIENT_ID = /^[\x20-\x7e]+$/

/** The client that a token says it is of, before anything of it is proved. */
export function clientNamedBy(token: string): string | null {
  const cid = unproven(token)?.['cid']
  const isId = typeof cid === 'string' && cid.length <= limits.clientIdCharactersMax
  return isId && CLIENT_ID.test(cid) ? cid : null
}

/** Claims of whatever types somebody wrote. Null: no JWT. */
function unproven(token: string): Readonly<Record<string, unknown>> | null {
  if (token.length > limits.tokenCharactersMax) return null
  try {
    return decodeJwt(token)
  } catch {
    return null
  }
}

/** The claims of an access token of the server, under a key that may be newer than the ring that was read. */
export const confirmedClaims = (
  token: string,
  server: CompiledServer,
  ring: RingView,
  now: number,
  context: ProtocolContext,
): Promise<AccessTokenClaims | null> =>
  underNewestKeys(token, accessTokenRing(context.serverId), ring, context, (keys) =>
    readAccessToken(token, server, keys, now),
  )

/** Reads under the keys that are known, or under those of now when the token names another. */
async function underNewestKeys<Claims>(
  token: string,
  name: string,
  ring: RingView,
  context: ServerContext,
  read: (ring: RingView) => Promise<Claims | null>,
): Promise<Claims | null> {
  if (token.length > limits.tokenCharactersMax) return null
  const claims = await read(ring)
  if (claims !== null || !namesUnknownKey(token, ring)) return claims
  const fresh = await newestRing(name, context)
  return fresh === null ? null : read(fresh)
}

/** A ring as it is now, because something names a key that it did not hold. Null: it is not asked so often. */
export async function newestRing(
  name: string,
  { snapshots, confirmations, serverId, waitUntil }: ServerContext,
): Promise<RingView | null> {
  if (!confirmations.take(`ring ${name}`, true, nowMillis())) return null
  const wanted = { serverId, clientId: null, ring: name }
  return (await snapshots.reload(wanted, waitUntil, ['ring'])).ring
}

/** The client that a genuine token names. That it does not exist is confirmed, too. */
export const clientOfToken = (clientId: string, context: ServerContext): Promise<Client | null> =>
  namedClient(clientId, true, context)

/** A client by its id, and whether something genuine says that there is, or was, one. */
export async function namedClient(
  clientId: string,
  isProven: boolean,
  { snapshots, confirmations, waitUntil }: Omit<ServerContext, 'serverId'>,
): Promise<Client | null> {
  if (clientId.length > limits.clientIdCharactersMax) return null
  const wanted = { serverId: null, clientId, ring: null }
  const began = nowMillis()
  const { client } = await snapshots.get(wanted, waitUntil)
  if (client !== null || snapshots.readSince(wanted, began)) return client
  if (!confirmations.take(`client ${clientId}`, !isProven, began)) return null
  return (await snapshots.reload(wanted, waitUntil)).client
}
