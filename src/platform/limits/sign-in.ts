/** Bounds of codes, refresh tokens and sessions, of sign-in and recovery, and of what is kept of one user. */
export const signInLimits = {
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
} as const
