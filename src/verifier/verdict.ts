/** What a verifier is asked, and what it answers: the token as it may be relied on, or one reason why not. */

/** What a resource server demands of a token. All of it is the resource server's own configuration. */
export interface Expected {
  /** Issuer of a custom authorization server: `https://{domain}/oauth2/{authorizationServerId}`. */
  readonly issuer: string
  /** The audience of that server, or several of which one will do. */
  readonly audience: string | readonly string[]
  /** All of these must have been granted. */
  readonly scopes?: readonly string[]
  /** One of these authentication contexts, RFC 9470. */
  readonly acrValues?: readonly string[]
  /** The longest time since the person signed in, in seconds, RFC 9470. */
  readonly maxAge?: number
  /** Where it is set, the token must be bound to the key of this proof; where not, to nothing. RFC 9449 §7.1. */
  readonly dpop?: DPoP
}

/** A DPoP proof and the request that it came with, RFC 9449 §4.3. */
export interface DPoP {
  /** The value of the request's one DPoP header, as the client sent it. */
  readonly proof: string
  /** Of the request, as the resource server knows it: the proof has to name them as `htm` and `htu`. */
  readonly method: string
  readonly url: string
}

/** Throws TypeError for what is no demand: somebody forgot to configure it, and would have every token refused. */
export function checkExpected(expected: Readonly<Partial<Record<keyof Expected, unknown>>>): void {
  const { issuer, audience, scopes = [], acrValues = [], maxAge = 0, dpop } = expected
  const audiences = Array.isArray(audience) ? audience : [audience]
  if (!isTexts([issuer]) || !isTexts(audiences))
    throw new TypeError('A verifier has to be told which issuer and audience to expect')
  if (!isTexts(scopes) || !isTexts(acrValues) || typeof maxAge !== 'number')
    throw new TypeError('Scopes and acrValues are lists of texts, maxAge is a number of seconds')
  if (dpop !== undefined && !isOfRequest(dpop))
    throw new TypeError('A DPoP proof is verified for the method and the url of a request')
}

/** The proof itself is the client's, and so it is for the verdict to say what is wrong with it. */
const isOfRequest = (dpop: unknown): boolean =>
  typeof dpop === 'object' &&
  dpop !== null &&
  'method' in dpop &&
  'url' in dpop &&
  isTexts([dpop.method, dpop.url])

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

/** An access token that was found good, in one form whichever form it was issued in. */
export interface VerifiedToken {
  readonly jti: string
  readonly issuer: string
  readonly subject: string
  readonly clientId: string
  /** Null: the client acts for itself. */
  readonly userId: string | null
  readonly scopes: readonly string[]
  /** Seconds. */
  readonly issuedAt: number
  readonly expires: number
  /** Everything that the token says, custom claims with it. */
  readonly claims: Readonly<Record<string, unknown>>
}

type ErrorCode =
  | 'invalid_token'
  | 'invalid_dpop_proof'
  | 'insufficient_scope'
  | 'insufficient_user_authentication'
  | 'temporarily_unavailable'

interface ReasonRow {
  /** RFC 6750 §3.1, RFC 9449 §7.1, RFC 9470 §3; what is temporarily unavailable says nothing of the token. */
  readonly error: ErrorCode
  readonly description: string
}

export const reasons = {
  malformed: { error: 'invalid_token', description: 'The token is not a signed JWT.' },
  too_long: { error: 'invalid_token', description: 'The token is too long.' },
  encrypted: {
    error: 'invalid_token',
    description: 'The token is encrypted, and only the resource server can decrypt it.',
  },
  wrong_type: { error: 'invalid_token', description: 'The token is not an access token.' },
  wrong_issuer: { error: 'invalid_token', description: 'The token is of another issuer.' },
  unknown_issuer: {
    error: 'invalid_token',
    description: 'There is no such authorization server, or it is not active.',
  },
  wrong_audience: { error: 'invalid_token', description: 'The token is for another audience.' },
  org_token: {
    error: 'invalid_token',
    description:
      'Access tokens of the org authorization server are for its own APIs and cannot be verified by others.',
  },
  wrong_algorithm: {
    error: 'invalid_token',
    description: 'The token is not signed with the algorithm of its key.',
  },
  unknown_key: { error: 'invalid_token', description: 'The issuer has no such key.' },
  bad_signature: { error: 'invalid_token', description: 'The signature is wrong.' },
  expired: { error: 'invalid_token', description: 'The token has expired.' },
  not_yet_valid: { error: 'invalid_token', description: 'The token is not valid yet.' },
  revoked: { error: 'invalid_token', description: 'The token was revoked.' },
  bound_token: {
    error: 'invalid_token',
    description: 'The token is bound to a key, so that it takes a DPoP proof.',
  },
  unbound_token: {
    error: 'invalid_token',
    description: 'The token is bound to no key, so that it takes no DPoP proof.',
  },
  unknown_confirmation: {
    error: 'invalid_token',
    description: 'The token is bound in a way that is not known here.',
  },
  wrong_key: {
    error: 'invalid_token',
    description: 'The token is bound to another key than that of the DPoP proof.',
  },
  proof_malformed: {
    error: 'invalid_dpop_proof',
    description:
      'There is not one DPoP proof: a JWT that names its public key and is not too long.',
  },
  proof_wrong_request: {
    error: 'invalid_dpop_proof',
    description: 'The DPoP proof is for another method or URL.',
  },
  proof_wrong_time: {
    error: 'invalid_dpop_proof',
    description: 'The DPoP proof was made too long ago, or will be.',
  },
  proof_wrong_token: {
    error: 'invalid_dpop_proof',
    description: 'The DPoP proof is for another token.',
  },
  proof_bad_signature: {
    error: 'invalid_dpop_proof',
    description: 'The signature of the DPoP proof is wrong.',
  },
  proof_replayed: {
    error: 'invalid_dpop_proof',
    description: 'The DPoP proof was used before.',
  },
  insufficient_scope: {
    error: 'insufficient_scope',
    description: 'The token was not granted all the scopes that this takes.',
  },
  insufficient_user_authentication: {
    error: 'insufficient_user_authentication',
    description: 'This takes another authentication than the one behind the token.',
  },
  unavailable: {
    error: 'temporarily_unavailable',
    description: 'The token cannot be verified at the moment. Try again later.',
  },
} as const satisfies Readonly<Record<string, ReasonRow>>

/** `unavailable` says nothing about the token: the same call may be made again. Every other reason is final. */
export type Reason = keyof typeof reasons

export type Refusal = { readonly valid: false; readonly reason: Reason }

export type Acceptance = {
  readonly valid: true
  readonly token: VerifiedToken
  /** Of a token that is bound to a key. */
  readonly proof?: Proof
}

/**
 * A DPoP proof that was found good. It is as often as somebody asks: to refuse one that comes with a second request is
 * for whoever knows the requests (used-proofs.ts).
 */
export interface Proof {
  /** The thumbprint of its key, RFC 7638. */
  readonly jkt: string
  readonly jti: string
  /** Seconds. From then on it is refused whatever it was used for. */
  readonly expires: number
}

export type Verdict = Acceptance | Refusal

/**
 * Whoever gives verdicts, and so the type of a service binding to `Verifier`. Types of RPC would do no good there:
 * they take claims of any kind for what no call can carry, and leave only the refusals.
 */
export interface AccessTokenVerifier {
  verify(token: string, expected: Expected): Promise<Verdict>
}

export const refused = (reason: Reason): Refusal => ({ valid: false, reason })
