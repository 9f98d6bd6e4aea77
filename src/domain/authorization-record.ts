/**
 * One authorization: what a person gave a client at a server, from the code over the family of refresh tokens to its
 * end. Access tokens name it; nothing that came of it outlives it.
 */

/** What the policies decided when the authorization was made; a refresh keeps it. */
export interface DecidedAccess {
  /** Null on the org server, which has no policies. */
  readonly ruleId: string | null
  readonly policyId: string | null
  readonly accessTokenSeconds: number
  /** Of the whole family; 0: without end. */
  readonly refreshTokenSeconds: number
  /** A refresh token that is not used for so long is dead. */
  readonly refreshWindowSeconds: number
  /** A hook may let tokens live longer than that. Older Workers do not say it. */
  readonly isHooked?: boolean
}

/** How a code may be redeemed. */
export interface CodeBinding {
  readonly secret: string
  /** Seconds. */
  readonly expires: number
  readonly redirectUri: string
  /** The request named no redirect URI, or none took part, so that the redemption need not name it either. */
  readonly isRedirectUriImplied: boolean
  /** RFC 7636, S256. */
  readonly codeChallenge: string | null
}

/** Claims that the request asked for one by one, OpenID Connect Core §5.5. */
export interface RequestedClaims {
  readonly userinfo: readonly string[]
  readonly idToken: readonly string[]
}

/** What does not change once it was made. Stored as JSON: members are added, never changed. */
export interface AuthorizationRecord {
  readonly format: 1
  /** `oar…`, also the id of its family in lists. */
  readonly id: string
  readonly userId: string
  readonly serverId: string
  readonly clientId: string
  /** Null when no browser takes part. */
  readonly sessionId: string | null
  readonly sid: string | null
  readonly grantType: string
  readonly scopes: readonly string[]
  readonly access: DecidedAccess
  readonly code: CodeBinding | null
  readonly nonce: string | null
  readonly claims: RequestedClaims
  /** The one of the requested `acr_values` that is met. */
  readonly acr: string | null
  readonly amr: readonly string[]
  /** Seconds. */
  readonly authTime: number
  readonly created: number
}

/** Why a code or refresh token is not good. */
export type GrantRefusal =
  | 'unknown'
  | 'expired'
  | 'replayed'
  | 'other-client'
  | 'other-server'
  | 'redirect-uri'
  | 'challenge-missing'
  | 'verifier-missing'
  | 'verifier-wrong'
  | 'scope'
  | 'rule-gone'
  | 'not-assigned'
  | 'user-inactive'
