/**
 * Where the parameters of an authorization response go: RFC 6749 §4.1.2 and §4.2.2, OAuth 2.0 Form Post Response Mode,
 * and Okta's message to the window that opened the page. `iss` is always there (RFC 9207), `state` when it was sent.
 */
import { printable, type OAuthError } from '../protocol/errors.ts'
import { originOf } from './redirect-uri.ts'
import type { ResponseMode } from '../protocol/response.ts'
import type { ResponseTarget } from './request.ts'

export type Parameters = Readonly<Record<string, string>>

/** `fields` and `data` hold the parameters in the order in which they are sent. */
export type AuthorizationResponse =
  | { readonly by: 'redirect'; readonly url: string }
  | { readonly by: 'form_post'; readonly redirectUri: string; readonly fields: Parameters }
  | { readonly by: 'okta_post_message'; readonly origin: string; readonly data: Parameters }

type Answer = (redirectUri: string, parameters: Parameters) => AuthorizationResponse

const modes: Readonly<Record<ResponseMode, Answer>> = {
  query: (uri, parameters) => ({ by: 'redirect', url: uri + separator(uri) + encoded(parameters) }),
  fragment: (uri, parameters) => ({ by: 'redirect', url: `${uri}#${encoded(parameters)}` }),
  form_post: (redirectUri, fields) => ({ by: 'form_post', redirectUri, fields }),
  okta_post_message: (redirectUri, data) => ({
    by: 'okta_post_message',
    // No window has an opaque origin's name, so that a URI without an origin gets nothing.
    origin: originOf(redirectUri) ?? 'null',
    data,
  }),
}

export function responseOf(
  { redirectUri, responseMode, state }: ResponseTarget,
  parameters: Parameters,
  issuer: string,
): AuthorizationResponse {
  const all = { ...parameters, ...(state !== null && { state }), iss: issuer }
  return modes[responseMode](redirectUri, all)
}

/** RFC 6749 §4.1.2.1. */
export const errorResponseOf = (
  target: ResponseTarget,
  { error, description }: OAuthError,
  issuer: string,
): AuthorizationResponse =>
  responseOf(target, { error, error_description: printable(description) }, issuer)

/** The query that a URI has of its own is kept as it is, RFC 6749 §3.1.2. */
function separator(uri: string): string {
  if (!uri.includes('?')) return '?'
  return /[?&]$/.test(uri) ? '' : '&'
}

/** A URI with parameters in its query, behind those that it has. */
export const withQuery = (uri: string, parameters: Parameters): string =>
  uri + separator(uri) + encoded(parameters)

/** With %20 for a space, which both kinds of decoders read; a plus sign only those of forms do. */
const encoded = (parameters: Parameters): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&')
