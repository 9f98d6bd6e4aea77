/**
 * Every bound of the product in one table. Units are part of the name.
 * What arrives from outside is measured against one of these before any work is done on it.
 */
export const limits = {
  /** Protocol door. */
  formBytesMax: 64 * 1024,
  formParametersMax: 64,
  scopeParameterCharactersMax: 4096,
  requestedScopesMax: 256,
  authorizationHeaderCharactersMax: 16 * 1024,
  clientIdCharactersMax: 100,
  idCharactersMax: 100,
  tokenCharactersMax: 16 * 1024,
  assertionCharactersMax: 8 * 1024,
  assertionLifetimeSecondsMax: 3600,
  clockSkewSeconds: 60,
  jtiCharactersMax: 256,
  /** Of what a browser prefers (`ui_locales` and Accept-Language; Accept) so much is looked at. */
  languagePreferencesCharactersMax: 1024,
  acceptCharactersMax: 1024,

  /** Codes, refresh tokens, session cookies. */
  artefactCharactersMax: 1024,
  codeSeconds: 300,
  /** On every server, as in Okta. */
  idTokenSeconds: 3600,
  sessionIdleSeconds: 2 * 3600,
  sessionSeconds: 24 * 3600,
  /** How often the use of a session is written down. */
  sessionTouchSeconds: 60,
  sessionTokenSeconds: 300,
  /** How long somebody has to choose another password once they have proved to know one that expired. */
  expiredSignInSeconds: 600,
  /** Tokens with which somebody recovers an account, activates one, and goes on with either. */
  recoveryTokenSeconds: 3600,
  activationTokenSeconds: 7 * 24 * 3600,
  recoverySeconds: 600,
  /** Wrong answers to a recovery question that end the recovery. */
  recoveryAnswersMax: 5,
  recoveryAnswerCharactersMax: 100,
  /** Sign-in transactions, the characters of a sealed one, and a body that brings one with a password. */
  transactionSeconds: 3600,
  transactionCharactersMax: 14 * 1024,
  authnBytesMax: 19 * 1024,
  /** Marks of one browser to which a transaction may be bound. */
  marksPerBrowserMax: 10,
  stateBytesMax: 1024,
  nonceCharactersMax: 1024,
  /** Authorization requests: a part, and all of it together, which is sealed while a person signs in. */
  claimsParameterCharactersMax: 4096,
  requestedClaimsMax: 100,
  idTokenHintCharactersMax: 6 * 1024,
  preferencesCharactersMax: 2048,
  preferencesMax: 20,
  authorizationRequestBytesMax: 9 * 1024,
  /** What is kept of one user. */
  sessionsPerUserMax: 100,
  authorizationsPerUserMax: 2000,
  participantsPerSessionMax: 200,
  /** Apps that are still to be told of logouts. */
  logoutsPerUserMax: 2000,
  /** As many endings may come between a proof and what is stored on the strength of it. */
  epochsPerUserMax: 16,
  /** Pauses before a call is repeated whose answer was lost, and before an object is told of what reached nobody. */
  lostAnswerMillis: { repeated: 50, untold: [500, 3000], telling: 3000 },
  withdrawnAttemptsMax: 100,
  /** How soon a user's object looks again for what is over, and whether lists learned of its refresh tokens. */
  subjectSweepSeconds: 3600,
  listingRetrySeconds: 60,
  /** Refresh tokens of which one batch tells. */
  listingBatchMax: 50,
  /** The longest life that a rule can give an access token. */
  accessTokenSecondsMax: 24 * 3600,

  /** Management door. */
  jsonBytesMax: 256 * 1024,
  jsonDepthMax: 24,
  /** Causes that one refusal names. */
  causesMax: 20,
  pageSizeDefault: 20,
  pageSizeMax: 200,
  queryCharactersMax: 1024,
  cursorCharactersMax: 8 * 1024,
  /** Statements that one page of a search may take. */
  searchRoundsMax: 5,
  /** The same while nothing was found. */
  searchEmptyRoundsMax: 40,
  nameCharactersMax: 255,
  descriptionCharactersMax: 1024,
  scopesPerServerMax: 2000,
  claimsPerServerMax: 500,
  policiesPerServerMax: 200,
  rulesPerPolicyMax: 200,
  /** A server is held in memory as a whole. */
  rulesPerServerMax: 1000,
  /** The scopes that a claim asks for. */
  claimScopesBytesMax: 16 * 1024,
  policyBytesMax: 16 * 1024,
  ruleBytesMax: 16 * 1024,
  listMembersMax: 1000,
  uriCharactersMax: 1024,
  secretsPerAppMax: 2,
  keysPerAppMax: 50,
  /** Keys read of a set that somebody publishes, for whatever use. */
  keysPerSetMax: 100,
  redirectUrisPerAppMax: 200,
  /** Apps come in pages, each with all its settings. */
  appSettingsBytesMax: 64 * 1024,
  profileBytesMax: 32 * 1024,
  clientIdCharactersMin: 6,
  clientSecretCharactersMin: 14,
  clientSecretCharactersMax: 100,
  /** RFC 7518 §3.2 for HS256; Okta asks the same of every HMAC. */
  clientSecretJwtCharactersMin: 32,
  rsaModulusBitsMin: 2048,
  rsaModulusBitsMax: 8192,
  refreshLeewaySecondsMax: 60,
  /** How often a full replacement starts over when somebody else wrote meanwhile. */
  writeAttemptsMax: 8,

  filterDepthMax: 20,
  filterComparisonsMax: 100,
  /** Searches: alternatives, comparisons in one of them, and how many of those are tried as the way to find it. */
  searchBranchesMax: 20,
  searchTermsMax: 30,
  searchCandidatesMax: 4,
  /** Index entries or rows that a search looks through at once, how often for one page, and how many it sorts. */
  searchWindowMax: 2000,
  searchWindowsMax: 5,
  searchSortedMax: 10_000,
  loginCharactersMax: 100,
  usersPageSizeMax: 200,
  usersByNameDefault: 10,
  groupMembersPageSizeMax: 1000,
  /** Statistics count every member of a group. */
  groupStatisticsPageSizeMax: 20,
  appUsersPageSizeMax: 500,
  profileAttributesMax: 200,
  profileListMembersMax: 100,
  /** Users from whom one batch takes the values of a deleted attribute, and batches of one request. */
  attributeValuesRemovedMax: 1000,
  attributeRemovalBatchesMax: 10,
  /** What an object keeps of its user holds the profile of each primary. */
  linkedObjectDefinitionsMax: 20,
  linkedUsersPageSizeMax: 1000,
  groupsOfNewUserMax: 20,
  /** How often a write starts over when somebody else wrote the same user meanwhile. */
  userWriteAttemptsMax: 8,
  groupsOfUserMax: 1000,
  /** Of each a page of the app's users reads some. */
  groupsPerAppMax: 1000,
  patchOperationsMax: 100,
  trustedOriginsMax: 1000,
  /** As in Okta. */
  inlineHooksMax: 50,
  hookHeadersMax: 20,
  hookHeaderCharactersMax: 1024,
  apiTokensPerUserMax: 100,
  expiredApiTokensPerRunMax: 500,
  /** Users whom a write tells before it answers; the rest are told by the cron trigger. */
  staleMarksBeforeAnswerMax: 1000,
  resourceServerKeysMax: 50,
  associatedServersMax: 200,

  /** Passwords. */
  passwordCharactersMin: 8,
  passwordCharactersMax: 256,
  /** Of a password that is compared, which may be older than the policy or another system's. */
  passwordTextCharactersMax: 1024,
  /** Shortest part of a login that a password must not hold. */
  loginPartCharactersMin: 4,
  temporaryPasswordCharacters: 16,
  temporaryPasswordDrawsMax: 100,
  /** Wrong passwords from one address in a window, whoever they are for. */
  attemptsPerAddressMax: 100,
  attemptsWindowSeconds: 600,
  /** Consecutive wrong passwords, after which the user is locked out. */
  passwordAttemptsMax: 10,
  /** Attempts for one user that wait for their turn. */
  passwordAttemptsWaitingMax: 100,
  /** How often a user's object starts over when the user was changed while it read. */
  projectionReadsMax: 5,
  /** What a user's object keeps of the user: at most two bytes each, in a value that may have 2 MB. */
  projectionCharactersMax: 900_000,
  /** Apps of which a user's object knows what the user has. */
  assignmentsKnownMax: 200,
  /** Of a stored Argon2id hash: one hash must fit into an isolate of 128 MB beside everything else. */
  argon2MemoryKibMax: 47_104,
  argon2PassesMax: 10,
  argon2LanesMax: 4,
  /** bcrypt begins at 4; 14 is about a second of CPU in JavaScript, and each step doubles it. */
  bcryptWorkFactorMin: 4,
  bcryptWorkFactorMax: 14,
  pbkdf2IterationsMin: 4096,
  /** More is refused by WebCrypto in production, and only there. */
  pbkdf2IterationsMax: 100_000,
  pbkdf2KeyBytesMin: 16,
  passwordDigestBytesMax: 512,
  passwordSaltBytesMax: 512,

  /** Claims. */
  expressionCharactersMax: 1024,
  expressionDepthMax: 16,
  /** Steps of all claims of one token; what touches characters or members takes as many. */
  expressionStepsMax: 1_000_000,
  /** Characters of what a function gives. */
  expressionValueSizeMax: 64 * 1024,
  /** States that the patterns of one expression are compiled to. */
  patternStatesMax: 1000,
  /** What one pattern, all of a server, and those of an app keep of texts before: each about 50 bytes. */
  patternKeptMax: 2000,
  patternsKeptMax: 20_000,
  appPatternsKeptMax: 500,
  /** Of a pattern of dates and times. */
  timePatternCharactersMax: 100,
  /** Lists of scopes for which the claims of one client's tokens are kept. */
  clientClaimsKeptMax: 4,
  /** A subject that an expression gives. */
  subjectBytesMax: 1024,
  /** The custom claims of a token or of userinfo with the scopes: signed, it still fits into `tokenCharactersMax`. */
  customClaimsBytesMax: 9 * 1024,
  /** Groups that one claim may name, as in Okta. */
  groupsInClaimMax: 100,

  /** Isolate memory. Bytes are estimates, by which fewer are kept of what is large. */
  serversCachedMax: 2000,
  clientsCachedMax: 5000,
  absencesCachedMax: 1000,
  signingKeysCachedMax: 2000,
  jwksUriCachedMax: 500,
  cachedBytesMax: { servers: 24 * 2 ** 20, clients: 16 * 2 ** 20, jwksUris: 4 * 2 ** 20 },
  timeZonesCachedMax: 20,

  /** Outbound requests. */
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

  /** Snapshot rule, seconds. */
  snapshotFreshSeconds: 10,
  snapshotStaleSeconds: 60,
  snapshotOutageSeconds: 900,
  loadTimeoutMillis: 2000,
  /** How long anybody waits for the database, and for an object, which may have waited for the database itself. */
  storageMillis: { database: 10_000, object: 20_000 },
  confirmationsPerSecond: 20,
  unknownConfirmationsPerSecond: 5,

  /** Verifiers: keys of issuers, seconds. No kid that nobody knows has them fetched again before the pause is over. */
  issuersVerifiedMax: 50,
  tokenHeaders: { keptMax: 100, charactersMax: 512 },
  /** Tokens whose signature was found good, at most so long: some 14 MB if all were. */
  genuineTokens: { keptMax: 2000, charactersMax: 4096 },
  issuerKeysMax: 100,
  issuerKeysFreshSeconds: 240,
  issuerKeysStaleSeconds: 300,
  issuerKeysOutageSeconds: 900,
  unknownKeyPauseSeconds: 30,
  refreshRetrySeconds: 1,
  refreshTimeoutMillis: 4000,
  /** DPoP proofs: as old as in Okta, ahead by `clockSkewSeconds`; those used are kept in some 8 MB if all were long. */
  proofCharactersMax: 8 * 1024,
  proofAgeSecondsMax: 300,
  proofsKeptMax: 20_000,

  /**
   * Verifiers on our side: marks that a server's feed keeps; after how many seconds a feed is read again; how old it
   * and the configuration may be, which is less than the bound within which every revocation is heard of.
   */
  revocationMarksMax: 10_000,
  feedFreshSeconds: 20,
  feedStaleSeconds: 40,
  verifierSnapshotSeconds: 50,
  revocationHeardSeconds: 60,
  feedsFollowedMax: 2000,
  followedMarksMax: 100_000,

  /** Outbox. */
  outboxBatchMax: 500,
  outboxDeliveriesAtOnce: 50,
  outboxBatchesPerRunMax: 20,

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
  /** Rows of what has expired that one run of the cron trigger removes. */
  expiredBatchMax: 1000,
  expiredBatchesPerRunMax: 50,

  /** Re-encryption after a change of the key encryption key. */
  rewrapBatchMax: 50,
  rewrapBatchesPerRunMax: 20,
} as const
