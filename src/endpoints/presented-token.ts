/**
 * The token that a client asks about or wants revoked. An answer "not ours" is confirmed before it is given: a key that
 * this isolate has not heard of is looked up in a freshly read ring, once a second.
 */
import type { Client } from '../domain/client.ts'
import type { RingView } from '../domain/key-rotation.ts'
import { readAccessToken, type AccessTokenClaims } from '../issuer/access-token.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { accessTokenRing } from '../issuer/rings.ts'
import { namesUnknownKey } from '../keys/verify.ts'
import { nowMillis } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import type { ProtocolContext } from './context.ts'

/** The claims of an access token of this server; null for anything else. */
export async function readPresentedToken(
  token: string,
  server: CompiledServer,
  ring: RingView,
  nowSeconds: number,
  context: ProtocolContext,
): Promise<AccessTokenClaims | null> {
  const { snapshots, confirmations, serverId, waitUntil } = context
  if (token.length > limits.tokenCharactersMax) return null
  const claims = await readAccessToken(token, server, ring, nowSeconds)
  if (claims !== null || !namesUnknownKey(token, ring)) return claims
  if (!confirmations.take(`ring ${serverId}`, true, nowMillis())) return null
  const wanted = { serverId, clientId: null, ring: accessTokenRing(serverId) }
  const fresh = (await snapshots.reload(wanted, waitUntil, ['ring'])).ring
  return fresh === null ? null : readAccessToken(token, server, fresh, nowSeconds)
}

/** The client that a genuine token names. That it does not exist is confirmed, too. */
export async function clientOfToken(
  clientId: string,
  { snapshots, confirmations, waitUntil }: ProtocolContext,
): Promise<Client | null> {
  const wanted = { serverId: null, clientId, ring: null }
  const began = nowMillis()
  const { client } = await snapshots.get(wanted, waitUntil)
  if (client !== null || snapshots.readSince(wanted, began)) return client
  if (!confirmations.take(`client ${clientId}`, false, began)) return null
  return (await snapshots.reload(wanted, waitUntil)).client
}
