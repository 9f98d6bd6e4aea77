/** Bounds of the system log and of its buffer in an isolate. */
export const logLimits = {
  /** System log. */
  logPageSizeDefault: 100,
  logPageSizeMax: 1000,
  logDaysDefault: 7,
  logKeywordsMax: 10,
  logKeywordCharactersMax: 40,
  /** Rows that one call looks through; a filter that finds little goes on with the next link. */
  logRowsReadMax: 5000,
  logRowsPerReadMax: 500,
  logTextCharactersMax: 1000,
  logListMembersMax: 20,
  logObjectMembersMax: 50,
  logOutcomeReasonCharactersMax: 255,
  /** Characters of documents that one statement stores. */
  logStatementCharactersMax: 400_000,
  logRetentionDays: 90,
  /** Token events give way before the database is full (10 GB). */
  logBytesMax: 8_000_000_000,
  logPruneRowsMax: 500,
  logPruneBatchesPerRunMax: 40,

  /** Buffer of log events in an isolate: what is told one by one between two writes, the rest is counted. */
  logFlushMillis: 10_000,
  logGrantsToldMax: 50,
  logRefusalsToldMax: 50,
  logUnprovenRefusalsToldMax: 10,
  logCountsMax: 200,
  logUnwrittenEventsMax: 1000,
} as const
