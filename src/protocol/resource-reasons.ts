/** Why userinfo (RFC 6750 §3.1) and the logout endpoint refuse a request. Rows of reasons.ts. */
import type { Reason } from './reasons.ts'

export const resourceReasons = {
  invalid_logout_hint: {
    error: 'invalid_request',
    status: 400,
    description: 'The id_token_hint is no ID token of this authorization server.',
  },
  logout_client_mismatch: {
    error: 'invalid_request',
    status: 400,
    description: 'The client_id is not the one that the id_token_hint was issued to.',
  },
  id_token_does_not_match_session: {
    error: 'id_token_does_not_match_session',
    status: 400,
    description: "The ID token subject does not match the current session's user.",
  },
  illegal_post_logout_redirect_uri: {
    error: 'invalid_request',
    status: 400,
    description:
      "The 'post_logout_redirect_uri' parameter must be a Logout redirect URI in the client app settings.",
    confirmable: true,
  },
  userinfo_key_missing: {
    error: 'server_error',
    status: 400,
    description:
      'The authorization server has no key of the algorithm that the client registered for userinfo.',
    confirmable: true,
  },
  access_token_missing: {
    error: 'invalid_request',
    status: 401,
    description: 'The access token is missing.',
  },
  access_token_in_query: {
    error: 'invalid_request',
    status: 400,
    description: 'The access token cannot be presented in a query string.',
  },
  access_token_duplicate: {
    error: 'invalid_request',
    status: 400,
    description:
      'The access token cannot be specified in both the Authorization header and the request-body.',
  },
  invalid_token: {
    error: 'invalid_token',
    status: 401,
    description: 'The access token is invalid',
  },
  insufficient_scope: {
    error: 'insufficient_scope',
    status: 403,
    description: 'The access token must provide access to the openid scope of a person',
  },
} as const satisfies Record<string, Reason>
