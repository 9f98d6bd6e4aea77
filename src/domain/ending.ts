/**
 * An end of what was issued to one user: of everything, or only of what one server, one client or one authorization
 * issued. Whatever was issued in or before the second `at` is dead then.
 */
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

/** What was issued, as far as endings ask. */
export interface Issued {
  readonly of: Ending['of']
  readonly serverId: string
  readonly clientId: string
  readonly authorizationId: string
  /** Seconds. */
  readonly at: number
}

const names = (named: string | null, value: string): boolean => named === null || named === value

/** Whether an ending reaches what was issued. */
export const reaches = (ending: Ending, issued: Issued): boolean =>
  ending.of === issued.of &&
  issued.at <= ending.at &&
  names(ending.serverId, issued.serverId) &&
  names(ending.clientId, issued.clientId) &&
  names(ending.authorizationId, issued.authorizationId)
