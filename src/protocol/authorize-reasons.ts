/** How authorization requests are refused, RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6: rows of reasons.ts. */
import type { Reason } from './reasons.ts'

export const authorizeReasons = {
  // client and redirect URI
  missing_client_id: {
    error: 'invalid_request',
    status: 400,
    description: "The 'client_id' parameter is required.",
  },
  service_app_refused: {
    error: 'invalid_request',
    status: 400,
    description: "Apps of the type 'service' have no users to sign in.",
    confirmable: true,
  },
  missing_redirect_uri: {
    error: 'invalid_request',
    status: 400,
    description: "The 'redirect_uri' parameter is required.",
    confirmable: true,
  },
  unregistered_redirect_uri: {
    error: 'invalid_request',
    status: 400,
    description: "The 'redirect_uri' parameter is not among the login redirect URIs of the client.",
    confirmable: true,
  },
  untrusted_redirect_url: {
    error: 'invalid_request',
    status: 400,
    description: "The 'redirectUrl' is no page of this organization or of a trusted origin.",
  },
  // how the answer is given
  invalid_state: {
    error: 'invalid_request',
    status: 400,
    description: "The 'state' parameter is too long or not readable.",
  },
  missing_response_type: {
    error: 'invalid_request',
    status: 400,
    description: "The 'response_type' parameter is required.",
  },
  unsupported_response_type: {
    error: 'unsupported_response_type',
    status: 400,
    description: 'The response type is not supported. It is made of: [code, id_token, token].',
  },
  response_type_not_registered: {
    error: 'unsupported_response_type',
    status: 400,
    description: 'The response type is not among those of the client.',
    confirmable: true,
  },
  unsupported_response_mode: {
    error: 'unsupported_response_mode',
    status: 400,
    description:
      'The response mode is not supported. There are: [query, fragment, form_post, okta_post_message].',
  },
  query_mode_with_tokens: {
    error: 'unsupported_response_mode',
    status: 400,
    description: 'Tokens are not sent in a query.',
  },
  post_message_without_challenge: {
    error: 'unsupported_response_mode',
    status: 400,
    description: "A code is sent by 'okta_post_message' only with a PKCE code challenge.",
  },
  post_message_without_origin: {
    error: 'unsupported_response_mode',
    status: 400,
    description: "The response mode 'okta_post_message' needs an http or https redirect URI.",
  },
  request_uri_not_supported: {
    error: 'request_uri_not_supported',
    status: 400,
    description: "The 'request_uri' parameter is not supported.",
  },
  // what the request says
  missing_nonce: {
    error: 'invalid_request',
    status: 400,
    description: "The 'nonce' parameter is required for response types with 'id_token'.",
  },
  invalid_nonce: {
    error: 'invalid_request',
    status: 400,
    description: "The 'nonce' parameter is too long or not readable.",
  },
  pkce_method_not_supported: {
    error: 'invalid_request',
    status: 400,
    description: 'The PKCE code challenge method must be S256.',
  },
  pkce_method_without_challenge: {
    error: 'invalid_request',
    status: 400,
    description: 'A PKCE code challenge method was given without a code challenge.',
  },
  pkce_invalid_challenge: {
    error: 'invalid_request',
    status: 400,
    description: 'The PKCE code challenge must be 43 characters of base64url.',
  },
  pkce_missing_challenge: {
    error: 'invalid_request',
    status: 400,
    description: 'PKCE code challenge is required by the application.',
    confirmable: true,
  },
  invalid_prompt: {
    error: 'invalid_request',
    status: 400,
    description: "The 'prompt' parameter may hold: [none, login, consent].",
  },
  prompt_none_with_others: {
    error: 'invalid_request',
    status: 400,
    description: "The 'prompt' value 'none' stands alone.",
  },
  prompt_none_with_zero_max_age: {
    error: 'invalid_request',
    status: 400,
    description: "The 'prompt' value 'none' does not go with a 'max_age' of 0.",
  },
  invalid_max_age: {
    error: 'invalid_request',
    status: 400,
    description: "The 'max_age' parameter must be a whole number from 0 to 2147483647.",
  },
  invalid_id_token_hint: {
    error: 'invalid_request',
    status: 400,
    description: "The 'id_token_hint' parameter is too long.",
  },
  invalid_claims: {
    error: 'invalid_request',
    status: 400,
    description: "The 'claims' parameter must be a JSON object of moderate size.",
  },
  authorization_request_too_large: {
    error: 'invalid_request',
    status: 400,
    description: 'The authorization request is too large.',
  },
  openid_scope_required: {
    error: 'invalid_scope',
    status: 400,
    description:
      "Requests for ID tokens or access tokens with OpenID scopes require the 'openid' scope.",
  },
  // OpenID Connect Core Error Code unmet_authentication_requirements §2.
  acr_not_met: {
    error: 'unmet_authentication_requirements',
    status: 400,
    description: "None of the levels that the 'claims' parameter asks for can be met.",
  },
  // the person
  login_required: {
    error: 'login_required',
    status: 400,
    description: 'The client specified not to prompt, but the user is not logged in.',
  },
  user_not_assigned: {
    error: 'access_denied',
    status: 400,
    description: 'User is not assigned to the client application.',
  },
  user_consent_required: {
    error: 'consent_required',
    status: 400,
    description: 'The following scopes require user consent:',
  },
  consent_declined: {
    error: 'access_denied',
    status: 403,
    description: 'The resource owner or authorization server denied the request.',
  },
} as const satisfies Record<string, Reason>
