/** Bounds of the management door. */
export const managementLimits = {
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
} as const
