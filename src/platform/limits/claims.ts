/** Bounds of expressions and claims. */
export const claimsLimits = {
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
} as const
