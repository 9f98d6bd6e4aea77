/**
 * Every way the protocol door can refuse: RFC 6749 §5.2, with the reasons that Okta tells apart. A reason is a row: the
 * code and status on the wire and the sentence a client reads. Sentences that Okta's clients compare are Okta's; the
 * others are ours. Descriptions stay inside RFC 6749's character set.
 */
import { assertionReasons } from './assertion-reasons.ts'
import { authorizeReasons } from './authorize-reasons.ts'
import { grantReasons } from './grant-reasons.ts'
import { interactionReasons } from './interaction-reasons.ts'
import { requestObjectReasons } from './request-object-reasons.ts'
import { resourceReasons } from './resource-reasons.ts'

export interface Reason {
  readonly error: string
  readonly status: 400 | 401 | 403 | 405 | 413 | 415 | 429 | 503
  readonly description: string
  /** A newer configuration could turn this refusal around, so it is confirmed once against the primary. */
  readonly confirmable?: true
}

const CLIENT_FAILED =
  'Client authentication failed. Either the client or the client credentials are invalid.'

export const reasons = {
  // invalid_request
  invalid_request: { error: 'invalid_request', status: 400, description: 'Invalid request' },
  duplicate_parameter: {
    error: 'invalid_request',
    status: 400,
    description: 'A parameter may be given only once.',
  },
  invalid_content_type: {
    error: 'invalid_request',
    status: 415,
    description: 'The body must be application/x-www-form-urlencoded.',
  },
  body_too_large: {
    error: 'invalid_request',
    status: 413,
    description: 'The request body is too large.',
  },
  malformed_form: {
    error: 'invalid_request',
    status: 400,
    description: 'The form could not be read.',
  },
  method_not_allowed: {
    error: 'invalid_request',
    status: 405,
    description: 'This endpoint does not take requests of this method.',
  },
  missing_grant_type: {
    error: 'invalid_request',
    status: 400,
    description: "The token request must specify a 'grant_type'.",
  },
  missing_token: {
    error: 'invalid_request',
    status: 400,
    description: "The 'token' parameter is required.",
  },
  multiple_client_credentials: {
    error: 'invalid_request',
    status: 401,
    description: 'Present client credentials in one way only.',
  },
  client_credentials_in_query: {
    error: 'invalid_request',
    status: 400,
    description: 'Client credentials cannot be supplied via query parameters.',
  },
  client_assertion_type_invalid: {
    error: 'invalid_request',
    status: 400,
    description: 'The client_assertion_type is invalid.',
  },

  // invalid_client
  missing_client_credentials: {
    error: 'invalid_client',
    status: 401,
    description: 'No client credentials found.',
  },
  invalid_basic_credentials: {
    error: 'invalid_client',
    status: 401,
    description: 'The Authorization header does not hold valid client credentials.',
  },
  unknown_client: {
    error: 'invalid_client',
    status: 401,
    description: "Invalid value for 'client_id' parameter.",
    confirmable: true,
  },
  inactive_client: {
    error: 'invalid_client',
    status: 401,
    description: "Invalid value for 'client_id' parameter.",
    confirmable: true,
  },
  wrong_authentication_method: {
    error: 'invalid_client',
    status: 401,
    description: CLIENT_FAILED,
    confirmable: true,
  },
  signed_introspection_unauthenticated: {
    error: 'invalid_client',
    status: 401,
    description: 'Signed introspection answers are for clients that authenticate.',
  },
  wrong_secret: {
    error: 'invalid_client',
    status: 401,
    description: 'The client secret supplied for a confidential client is invalid.',
    confirmable: true,
  },
  browser_request: {
    error: 'invalid_client',
    status: 401,
    description: 'Browser requests to the token endpoint must use Proof Key for Code Exchange.',
  },
  org_needs_private_key_jwt: {
    error: 'invalid_client',
    status: 401,
    description:
      'Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.',
    confirmable: true,
  },
  org_needs_service_app: {
    error: 'invalid_client',
    status: 401,
    description:
      "Only clients with 'application_type' of 'service' may use the client_credentials 'grant_type' with the Org Authorization Server.",
    confirmable: true,
  },
  ...assertionReasons,

  // grants
  unsupported_grant_type: {
    error: 'unsupported_grant_type',
    status: 400,
    description: 'The authorization grant type is not supported by the authorization server.',
  },
  grant_not_enabled: {
    error: 'unauthorized_client',
    status: 400,
    description: 'The client is not authorized to use the provided grant type.',
    confirmable: true,
  },
  confidential_client_required: {
    error: 'unauthorized_client',
    status: 400,
    description: 'Confidential client is required to make this request.',
    confirmable: true,
  },

  // scopes and policy
  malformed_scope: {
    error: 'invalid_scope',
    status: 400,
    description:
      'The requested scope is invalid, unknown, malformed, or exceeds the scope granted by the resource owner.',
  },
  unknown_scope: {
    error: 'invalid_scope',
    status: 400,
    description: 'One or more scopes are not configured for the authorization server resource.',
    confirmable: true,
  },
  no_default_scopes: {
    error: 'invalid_scope',
    status: 400,
    description:
      "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
    confirmable: true,
  },
  openid_scope_not_allowed: {
    error: 'invalid_scope',
    status: 400,
    description: "Cannot request 'openid' scopes using client credentials.",
  },
  missing_scopes: {
    error: 'invalid_scope',
    status: 400,
    description: 'No scopes were requested.',
  },
  self_scope_requested: {
    error: 'client_credentials_self_scope_requested',
    status: 400,
    description: "The 'client_credentials' grant type may not request .self scopes.",
  },
  org_scopes_not_granted: {
    error: 'consent_required',
    status: 400,
    description: 'You are not allowed any of the requested scopes.',
    confirmable: true,
  },
  consent_required: {
    error: 'consent_required',
    status: 400,
    description:
      'Some requested scopes require user consent and cannot be granted for the client credentials grant type.',
    confirmable: true,
  },
  no_matching_policy: {
    error: 'access_denied',
    status: 401,
    description:
      'Policy evaluation failed for this request, please check the policy configurations.',
    confirmable: true,
  },
  no_scope_allowed: {
    error: 'access_denied',
    status: 400,
    description: 'Policy evaluation succeeded, but all the requested scopes were rejected.',
    confirmable: true,
  },
  scope_denied: {
    error: 'access_denied',
    status: 400,
    description: 'Some of the requested scopes were denied by the policy.',
    confirmable: true,
  },
  claim_failed: {
    error: 'server_error',
    status: 400,
    description: 'A claim could not be evaluated.',
    confirmable: true,
  },
  /** The description is the hook's where it gives one. */
  hook_refused: {
    error: 'server_error',
    status: 400,
    description: 'The callback service returned an error.',
  },
  too_many_groups: {
    error: 'server_error',
    status: 400,
    description:
      'The groups claim matched too many groups and must be configured to match fewer groups.',
    confirmable: true,
  },

  ...authorizeReasons,
  ...requestObjectReasons,
  ...grantReasons,
  ...interactionReasons,
  ...resourceReasons,

  // encryption of access tokens
  encryption_key_missing: {
    error: 'server_error',
    status: 400,
    description: 'No encryption key found for the authorization server.',
    confirmable: true,
  },
  encryption_key_unusable: {
    error: 'server_error',
    status: 400,
    description: 'Invalid encryption key for the authorization server.',
    confirmable: true,
  },
  encryption_jwks_unavailable: {
    error: 'temporarily_unavailable',
    status: 503,
    description: 'Error retrieving the authorization server JWKSet from jwks_uri.',
  },

  // ours
  temporarily_unavailable: {
    error: 'temporarily_unavailable',
    status: 503,
    description: 'The authorization server cannot answer right now. Try again shortly.',
  },
} as const satisfies Record<string, Reason>

export type ReasonName = keyof typeof reasons
