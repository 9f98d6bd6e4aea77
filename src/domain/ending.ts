/**
 * An end of what was issued to one user: of everything, or only of what one server, one client or one authorization
 * issued. Whatever was issued in or before the second `at` is dead then, also what was proved before the ending and is
 * stored after it.
 */
import { limits } from '../platform/limits.ts'
import type { AuthorizationRecord } from './authorization-record.ts'

export interface Ending {
  /** Sessions of the browser, or tokens with the authorizations behind them. */
  readonly of: 'sessions' | 'tokens'
  /** Null: of every server, client or authorization. */
  readonly serverId: string | null
  readonly clientId: string | null
  readonly authorizationId: string | null
  /** Seconds. */
  readonly at: number
}

/** Every session, whatever began in it. */
export const ALL_SESSIONS = {
  of: 'sessions',
  serverId: null,
  clientId: null,
  authorizationId: null,
} as const satisfies Omit<Ending, 'at'>

/**
 * The time between two endings in a user's object, by a name that only the object can place. A proof says in which it
 * was made, and what is stored on the strength of it brings that back, so that no clock has to tell what came first.
 */
export type Epoch = string

/**
 * The last second that an ending reaches. The clock that dated what it meets may be ahead of the one that dated the
 * ending, so that it rather ends too much: whoever signs in while an ending is late may have to do so again.
 */
export const reach = ({ at }: Ending): number => at + limits.clockSkewSeconds

/** Whether a session that began then, in milliseconds, ends with it. */
export const endsSession = (ending: Ending, authenticatedAt: number): boolean =>
  ending.of === 'sessions' && authenticatedAt < (reach(ending) + 1) * 1000

export const endsAuthorization = (
  ending: Ending,
  { id, serverId, clientId, created }: AuthorizationRecord,
): boolean =>
  ending.of === 'tokens' &&
  created <= reach(ending) &&
  (ending.serverId ?? serverId) === serverId &&
  (ending.clientId ?? clientId) === clientId &&
  (ending.authorizationId ?? id) === id
