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
