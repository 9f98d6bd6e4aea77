/**
 * The verdict on an access token for a resource server on our side: signature, claims and client by what the isolate
 * knows, and by the server's feed whether it was revoked. Whatever the feed cannot rule out is asked as introspection
 * asks it. Nothing that this relies on is older than limits.revocationHeardSeconds.
 */
import type { Client } from '../domain/client.ts'
import type { RingView } from '../domain/key-rotation.ts'
import { mustAsk, type FollowedFeed } from '../domain/revocation-feed.ts'
import { isClientAlive } from '../issuer/access-token.ts'
import type { FollowedFeeds } from '../issuer/followed-feeds.ts'
import { KINDS } from '../issuer/remembered.ts'
import { accessTokenRing } from '../issuer/rings.ts'
import type { Snapshot } from '../issuer/snapshots.ts'
import type { Wanted } from '../issuer/wanted.ts'
import { customServerIdOfIssuer } from '../issuer/urls.ts'
import { publishedKeys } from '../keys/jwks.ts'
import { nowMillis, nowSeconds } from '../platform/clock.ts'
import { onceHere, type Eventual } from '../platform/eventual.ts'
import { limits } from '../platform/limits.ts'
import { logFault } from '../platform/log.ts'
import { suffices } from '../verifier/claims.ts'
import type { VerificationKey } from '../verifier/signature.ts'
import { readAccessToken } from '../verifier/token.ts'
import {
  checkExpected,
  refused,
  type Expected,
  type Verdict,
  type VerifiedToken,
} from '../verifier/verdict.ts'
import type { ServerContext } from './context.ts'
import { livingToken } from './living-token.ts'
import { clientOfToken, newestRing } from './presented-token.ts'

export interface VerifyContext extends Omit<ServerContext, 'serverId'> {
  readonly origin: string
  readonly followedFeeds: FollowedFeeds
}

/** Throws TypeError for what demands nothing; a storage fault is the verdict `unavailable`. */
export async function verifyAccessToken(
  token: string,
  expected: Expected,
  context: VerifyContext,
): Promise<Verdict> {
  checkExpected(expected)
  const serverId = customServerIdOfIssuer(context.origin, expected.issuer)
  if (serverId === null)
    return refused(expected.issuer === context.origin ? 'org_token' : 'unknown_issuer')
  try {
    return await verdictOf(token, expected, { ...context, serverId })
  } catch (cause) {
    logFault('verify', { serverId }, cause)
    return refused('unavailable')
  }
}

type Context = VerifyContext & ServerContext

async function verdictOf(token: string, expected: Expected, context: Context): Promise<Verdict> {
  const { serverId, followedFeeds, waitUntil } = context
  const wanted = { serverId, clientId: null, ring: accessTokenRing(serverId) }
  // Both are asked at once where neither is known.
  const [configuration, followed] = [
    recent(wanted, context),
    followedFeeds.get(serverId, waitUntil),
  ]
  const snapshot = await configuration
  const feed = await followed
  if (snapshot.server?.server.status !== 'ACTIVE') return refused('unknown_issuer')
  const now = nowSeconds()
  const { ring } = snapshot
  const find = async (kid: string) => (ring === null ? 'unavailable' : newestKey(kid, context))
  const known = (kid: string) => keyIn(ring, kid, now)
  const verdict = await readAccessToken(token, expected, find, now, known)
  if (!verdict.valid) return verdict
  const isAlive = await isStillAlive(verdict.token, feed, now, context)
  return isAlive ? suffices(verdict, expected, now) : refused('revoked')
}

/** The configuration as it was not long ago, or else as it is now. Storage away is a fault. */
const recent = (wanted: Wanted, context: Context): Eventual<Snapshot> =>
  onceHere(context.snapshots.get(wanted, context.waitUntil), (known) =>
    notOld(known, wanted, context),
  )

function notOld(
  snapshot: Snapshot,
  wanted: Wanted,
  { snapshots, waitUntil }: Context,
): Eventual<Snapshot> {
  const oldest = nowMillis() - limits.verifierSnapshotSeconds * 1000
  const isKnown = wanted.serverId !== null ? snapshot.server !== null : snapshot.client !== null
  if (!isKnown || snapshots.readSince(wanted, oldest, KINDS)) return snapshot
  return snapshots.reload(wanted, waitUntil, KINDS)
}

function keyIn(ring: RingView | null, kid: string, now: number): VerificationKey | null {
  const key = ring && publishedKeys(ring, now).find((one) => one.kid === kid)
  return key == null ? null : { algorithm: key.algorithm, key: key.publicJwk }
}

/** Of a ring that was read just now, by whomever: the ring of a server is not read again for every `kid`. */
async function newestKey(
  kid: string,
  context: Context,
): Promise<VerificationKey | null | 'unavailable'> {
  const { serverId, snapshots, waitUntil } = context
  const name = accessTokenRing(serverId)
  const read = await newestRing(name, context)
  const now = nowSeconds()
  if (read !== null) return keyIn(read, kid, now)
  const wanted = { serverId: null, clientId: null, ring: name }
  const { ring } = await snapshots.get(wanted, waitUntil)
  const isNewest = snapshots.readSince(wanted, nowMillis() - 1000, ['ring'])
  return keyIn(ring, kid, now) ?? (isNewest ? null : 'unavailable')
}

async function isStillAlive(
  token: VerifiedToken,
  feed: FollowedFeed | null,
  now: number,
  context: Context,
): Promise<boolean> {
  const { jti, clientId, userId, issuedAt } = token
  const client = await recentClient(clientId, context)
  if (client === null || !isClientAlive(client, { iat: issuedAt })) return false
  if (feed !== null && isBeyondDoubt(token, client, feed, now)) return true
  const claims = { jti, cid: clientId, iat: issuedAt, ...(userId !== null && { uid: userId }) }
  return (await livingToken(claims, context)) !== null
}

/** Nothing happened since it was issued that could have ended it. */
function isBeyondDoubt(
  { clientId, userId, issuedAt }: VerifiedToken,
  { flows, lastUpdated }: Client,
  feed: FollowedFeed,
  now: number,
): boolean {
  const skew = limits.clockSkewSeconds
  // The feed does not tell everybody that an app is not for everybody any more.
  const mayHaveLost = userId !== null && !flows.isImplicitlyAssigned
  if (mayHaveLost && issuedAt <= lastUpdated + skew) return false
  return !mustAsk(feed, { holder: userId ?? clientId, issuedAt }, now, skew)
}

/** A token of a client that is not known yet proves that there is, or was, one. */
async function recentClient(clientId: string, context: Context): Promise<Client | null> {
  const { client } = await recent({ serverId: null, clientId, ring: null }, context)
  return client ?? clientOfToken(clientId, context)
}
