/**
 * A refusal that a newer configuration could turn around is confirmed once against the primary before it is given,
 * so that an app created elsewhere a second ago never meets a false invalid_client. Confirmations are rationed:
 * one a second for a client and twenty a second for an isolate; beyond that the refusal stands as it is.
 */
import type { CompiledServer } from '../issuer/compile.ts'
import type { Snapshot } from '../issuer/snapshots.ts'
import type { Wanted } from '../issuer/wanted.ts'
import { nowMillis } from '../platform/clock.ts'
import type { Eventual } from '../platform/eventual.ts'
import { limits } from '../platform/limits.ts'
import { LruMap } from '../platform/lru.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ProtocolContext } from './context.ts'

/** No such authorization server, or an inactive one. */
export class ServerNotFound extends Error {
  constructor() {
    super('No such authorization server')
  }
}

/** The isolate's ration of questions to the primary. */
export class Confirmations {
  readonly #lastByKey = new LruMap<string, number>(limits.clientsCachedMax)
  #second = 0
  #spent = 0
  #spentOnUnknown = 0

  /**
   * Whether one more confirmation is allowed now. What nobody knows has a small share of its own, so that guessed ids
   * cannot use up the ration of clients that exist.
   */
  take(key: string, isUnknown: boolean, now: number): boolean {
    const second = Math.floor(now / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#spent = 0
      this.#spentOnUnknown = 0
    }
    const last = this.#lastByKey.get(key) ?? -Infinity
    if (now >= last && now - last < 1000) return false
    if (isUnknown && this.#spentOnUnknown >= limits.unknownConfirmationsPerSecond) return false
    if (!isUnknown && this.#spent >= limits.confirmationsPerSecond) return false
    if (isUnknown) this.#spentOnUnknown++
    else this.#spent++
    this.#lastByKey.set(key, now)
    return true
  }
}

/** A snapshot whose server exists and is active. */
export interface Resolved extends Snapshot {
  readonly server: CompiledServer
}

/** Runs `attempt` on the snapshot; on a confirmable refusal once more on what the primary says. */
export async function confirmed<T>(
  context: ProtocolContext,
  wanted: Wanted,
  attempt: (snapshot: Resolved) => Eventual<T>,
): Promise<T> {
  const { snapshots, confirmations, waitUntil } = context
  const began = nowMillis()
  const known = snapshots.get(wanted, waitUntil)
  const snapshot = known instanceof Promise ? await known : known
  try {
    const outcome = attempt(resolved(snapshot))
    return outcome instanceof Promise ? await outcome : outcome
  } catch (error) {
    const confirmable =
      error instanceof ServerNotFound || (error instanceof OAuthError && error.confirmable)
    if (!confirmable || snapshots.readSince(wanted, began)) throw error
    const isUnknown = snapshot.server === null || snapshot.client === null
    if (!confirmations.take(`${wanted.serverId} ${wanted.clientId}`, isUnknown, began)) throw error
    return attempt(resolved(await snapshots.reload(wanted, waitUntil)))
  }
}

function resolved(snapshot: Snapshot): Resolved {
  const { server } = snapshot
  if (server === null || server.server.status !== 'ACTIVE') throw new ServerNotFound()
  return { ...snapshot, server }
}
