/** Bounds of requests to others: key sets, logouts, hooks. */
export const outboundLimits = {
  outboundBytesMax: 128 * 1024,
  outboundRedirectsMax: 3,
  outboundTimeoutMillis: 3000,
  /** Logout tokens live as long as they may be under way (Back-Channel Logout §2.4). */
  logoutTokenSeconds: 120,
  /** Attempts to tell an app of a logout, the pause after the first, and how much longer each further one is. */
  logoutAttemptsMax: 6,
  logoutRetrySeconds: 10,
  logoutRetryFactor: 6,
  /** As many connections as the platform opens at once. */
  logoutsAtOnceMax: 6,
  logoutBatchMax: 60,
  /** Pages of apps that a browser loads when its person signs out, and how long it waits for them. */
  logoutFramesMax: 20,
  logoutFramesMillis: 5000,
  hookAnswerBytesMax: 256 * 1024,
  hookOperationsMax: 1000,
  /** Requests of one isolate that wait for the same hook: whoever comes on top of them is told to come later. */
  hookCallsAtOnceMax: 500,
  /** How long a hook may let a token live. */
  hookTokenSecondsMin: 300,
  hookTokenSecondsMax: 24 * 3600,
  /** Claims of a token that a hook changed: signed, it still fits into `tokenCharactersMax`. */
  hookedClaimsBytesMax: 11 * 1024,
} as const
