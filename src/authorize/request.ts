/**
 * An authorization request that passed every check, RFC 6749 §4.1.1 and OpenID Connect Core §3.1.2.1. Plain data: it is
 * sealed while a person signs in, so that nothing of it is read from the browser a second time.
 */
import type { RequestedClaims } from '../domain/authorization-record.ts'
import type { Prompt } from '../protocol/prompt.ts'
import type { ResponseMode } from '../protocol/response.ts'
import type { GrantType } from '../protocol/urns.ts'

/** In canonical order; a response type is a set of them. */
export const RESPONSE_TYPES = ['code', 'id_token', 'token'] as const
export type ResponseType = (typeof RESPONSE_TYPES)[number]

/**
 * Where a request comes: from a browser on its way, or from a page or program of the app that asks the person itself
 * (Okta's interaction code flow).
 */
export type RequestEndpoint = 'authorize' | 'interact'

/** The grant that policies are asked about, and that the record keeps. */
export function grantTypeOf({
  endpoint,
  responseTypes,
}: Pick<AuthorizationRequest, 'endpoint' | 'responseTypes'>): GrantType {
  if (endpoint === 'interact') return 'interaction_code'
  return responseTypes.includes('code') ? 'authorization_code' : 'implicit'
}

/** OpenID Connect Core §3.3: tokens of the authorization endpoint beside a code. */
export const isHybrid = (responseTypes: readonly ResponseType[]): boolean =>
  responseTypes.includes('code') && responseTypes.length > 1

export const DISPLAYS = ['page', 'popup', 'touch', 'wap'] as const
export type Display = (typeof DISPLAYS)[number]

/** Where an answer goes, and with which state. */
export interface ResponseTarget {
  readonly redirectUri: string
  readonly responseMode: ResponseMode
  readonly state: string | null
}

export interface AuthorizationRequest extends ResponseTarget {
  /** What older code sealed does not say it, and came to the authorization endpoint. */
  readonly endpoint?: RequestEndpoint
  readonly clientId: string
  readonly responseTypes: readonly ResponseType[]
  /** The request named no redirect URI: the client has only this one. */
  readonly isRedirectUriImplied: boolean
  /** As requested and in that order; empty when the server's default scopes are wanted. */
  readonly scopes: readonly string[]
  readonly nonce: string | null
  readonly prompts: readonly Prompt[]
  /** Seconds. */
  readonly maxAge: number | null
  readonly loginHint: string | null
  readonly idTokenHint: string | null
  /** The most wanted first. */
  readonly acrValues: readonly string[]
  /** One of these must be met; empty when none must. */
  readonly essentialAcr: readonly string[]
  readonly uiLocales: readonly string[]
  readonly display: Display | null
  readonly claims: RequestedClaims
  /** The only user who will do. */
  readonly subject: string | null
  /** RFC 7636, S256. */
  readonly codeChallenge: string | null
  /** Okta's one-time token of a sign-in that happened elsewhere. */
  readonly sessionToken: string | null
}

/** The target alone. */
export const targetOf = ({ redirectUri, responseMode, state }: ResponseTarget): ResponseTarget => ({
  redirectUri,
  responseMode,
  state,
})
