/** Bounds of verifiers, in their Workers and on our side. */
export const verifierLimits = {
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
} as const
