/** What an isolate keeps in memory, how long it goes by it, and how long anybody waits for storage. */
export const isolateLimits = {
  /** Isolate memory. Bytes are estimates, by which fewer are kept of what is large. */
  serversCachedMax: 2000,
  clientsCachedMax: 5000,
  absencesCachedMax: 1000,
  signingKeysCachedMax: 2000,
  /** Paths of requests, at most so long. */
  pathsKnown: { keptMax: 1000, charactersMax: 256 },
  jwksUriCachedMax: 500,
  cachedBytesMax: { servers: 24 * 2 ** 20, clients: 16 * 2 ** 20, jwksUris: 4 * 2 ** 20 },
  timeZonesCachedMax: 20,

  /** Snapshot rule, seconds. */
  snapshotFreshSeconds: 10,
  snapshotStaleSeconds: 60,
  snapshotOutageSeconds: 900,
  loadTimeoutMillis: 2000,
  /** How long anybody waits for the database, and for an object, which may have waited for the database itself. */
  storageMillis: { database: 10_000, object: 20_000 },
  confirmationsPerSecond: 20,
  unknownConfirmationsPerSecond: 5,
} as const
